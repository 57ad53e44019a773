//! `Mask`: removes from a server's message what must not be printed.

use std::borrow::Cow;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// The text that replaces a removed value.
const CUT: &str = "…";

/// Maximum length of a request id that is printed.
const LONGEST_ID: usize = 128;

/// Maximum length of what is left of a shortened value on one side, and how many of them are looked at: the rest of a
/// message is dropped.
const LONGEST_PIECE: usize = 256;
const MOST_SHORTENED: usize = 100;

/// Minimum length of a removed word; shorter ones are too common in ordinary sentences.
const SHORTEST: usize = 4;

/// Texts that a server may repeat in an error response but that an error must not contain: the API key, and all values
/// of a request that can hold a secret. URLs are reduced to their host, because any other part may contain a token.
#[derive(Clone, Default)]
pub(crate) struct Mask {
    words: Vec<String>,
}

impl Mask {
    pub(crate) fn add(&mut self, word: &str) {
        // A card's security code is short and consists of digits.
        let digits = word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit());
        if word.len() >= SHORTEST || digits {
            self.insert(word.to_owned());
            escaped(word).into_iter().filter(|form| form != word).for_each(|form| self.insert(form));
        }
        if word.contains("://") {
            self.add_parts_of_url(word);
        }
    }

    /// A server may repeat only the password or the token of a URL.
    fn add_parts_of_url(&mut self, url: &str) {
        let Ok(url) = reqwest::Url::parse(url) else { return };
        self.add(url.username());
        self.add(url.password().unwrap_or_default());
        self.add_query(url.query().unwrap_or_default());
    }

    /// Longest first, because a password may contain a user name.
    fn insert(&mut self, word: String) {
        let place = self.words.partition_point(|longer| longer.len() > word.len());
        self.words.insert(place, word);
    }

    /// Adds every string and number in a JSON body.
    pub(crate) fn add_json(&mut self, body: &[u8]) {
        if let Ok(value) = serde_json::from_slice(body) {
            self.add_value(&value);
        }
    }

    /// Adds every string and number below the top level of a JSON body: free-form values, such as the variables of a
    /// function, may be secret although no field is marked as such.
    pub(crate) fn add_nested(&mut self, body: &[u8]) {
        if let Ok(Value::Object(fields)) = serde_json::from_slice(body) {
            fields
                .values()
                .filter(|field| field.is_object() || field.is_array())
                .for_each(|field| self.add_value(field));
        }
    }

    /// Adds every value of a query string, both encoded and decoded.
    pub(crate) fn add_query(&mut self, query: &str) {
        if let Ok(url) = reqwest::Url::parse(&format!("http://query/?{query}")) {
            url.query_pairs().for_each(|(_, value)| self.add(&value));
            query.split('&').filter_map(|pair| pair.split_once('=')).for_each(|(_, value)| self.add(value));
        }
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Number(number) => self.add(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.add_value(field)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// Returns `text` without the values that must not be printed.
    pub(crate) fn apply(&self, text: &str) -> String {
        let mut text = Cow::Borrowed(text);
        for word in &self.words {
            if text.contains(word.as_str()) {
                text = Cow::Owned(text.replace(word.as_str(), CUT));
            }
        }
        without_urls(&self.without_shortened(&without_inputs(&text)))
    }

    /// Removes what is left of a value that the server shortened in the middle, such as `'first…last'`.
    fn without_shortened(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        for _ in 0..MOST_SHORTENED {
            let Some((at, dots)) = ellipsis(rest) else { return out + rest };
            let (before, after) = (&rest[..at], &rest[at + dots.len()..]);
            let head = self.words.iter().map(|word| shared(before, word, true)).max().unwrap_or_default();
            let tail = self.words.iter().map(|word| shared(after, word, false)).max().unwrap_or_default();
            out.push_str(&before[..before.len() - head]);
            out.push_str(if head + tail > 0 { CUT } else { dots });
            rest = &after[tail..];
        }
        out + CUT
    }
}

fn ellipsis(text: &str) -> Option<(usize, &'static str)> {
    ["...", CUT].into_iter().filter_map(|dots| Some((text.find(dots)?, dots))).min()
}

/// Returns how many bytes at the end of `text` begin `word`, or at the beginning of `text` end it: none, or from
/// [`SHORTEST`] to [`LONGEST_PIECE`].
fn shared(text: &str, word: &str, at_end: bool) -> usize {
    let most = LONGEST_PIECE.min(text.len()).min(word.len());
    let fits = |length: &usize| match at_end {
        true => word.get(..*length).is_some_and(|piece| text.ends_with(piece)),
        false => word.get(word.len() - length..).is_some_and(|piece| text.starts_with(piece)),
    };
    (SHORTEST..=most).rev().find(fits).unwrap_or_default()
}

/// Removes the values that pydantic repeats: `[type=…, input_value='first...last', input_type=str]`.
fn without_inputs(text: &str) -> Cow<'_, str> {
    const INPUT: &str = "input_value=";
    if !text.contains(INPUT) {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split(INPUT);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.rfind(", input_type=").unwrap_or(part.len());
        out.extend([INPUT, CUT, &part[end..]]);
    }
    Cow::Owned(out)
}

/// Returns the server's id of a request if it can be printed: it looks like an id and contains nothing that is masked.
pub(crate) fn request_id(headers: &HeaderMap, mask: impl FnOnce() -> Mask) -> Option<&str> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    let plain = id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:=+".contains(&b));
    (plain && mask().apply(id) == id).then_some(id)
}

/// Returns the forms in which a server may repeat `word`: JSON, ASCII-only JSON, and Python's `repr`.
fn escaped(word: &str) -> [String; 3] {
    let json = Value::from(word).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let ascii = json.chars().fold(String::new(), |text, c| match c.is_ascii() {
        true => text + c.encode_utf8(&mut [0; 4]),
        false => c.encode_utf16(&mut [0; 2]).iter().fold(text, |text, unit| text + &format!("\\u{unit:04x}")),
    });
    [json, ascii, word.replace('\\', r"\\")]
}

fn without_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        let end = after.find(|c: char| c.is_whitespace() || "\"'`<>()[]{},;".contains(c)).unwrap_or(after.len());
        let (url, after) = after.split_at(end);
        let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        out.push_str(before);
        out.push_str(host);
        if host.len() < url.len() {
            out.push('/');
            out.push_str(CUT);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_request_are_taken_out_the_longest_first() {
        let mut mask = Mask::default();
        mask.add_json(br#"{"user":"anna","password":"annas-secret","card":{"cvv":"123","n":[4111111111111111]},"ok":true,"x":"ab"}"#);
        assert_eq!(mask.apply("annas-secret of anna, 123, 4111111111111111, ab, true"), "… of …, …, …, ab, true");
    }

    #[test]
    fn a_word_is_taken_out_however_a_server_escapes_it() {
        let mut mask = Mask::default();
        mask.add("p\"é\\😀");
        let repeated = r#"p"é\😀 p\"é\\😀 p\"\u00e9\\\ud83d\ude00 p"é\\😀"#;
        assert_eq!(mask.apply(repeated), "… … … …");
    }

    #[test]
    fn below_the_top_of_a_body_every_value_is_taken_out() {
        let mut mask = Mask::default();
        mask.add_nested(br#"{"task":"book it","variables":{"login":["hunter2"]},"list":["abcd"]}"#);
        assert_eq!(mask.apply("book it: hunter2, abcd"), "book it: …, …");
    }

    #[test]
    fn the_values_of_a_query_are_taken_out_as_they_were_before_encoding_and_after() {
        let mut mask = Mask::default();
        mask.add_query("url=a%20b%26c&page=10");
        assert_eq!(mask.apply("a b&c page 10 of /x?url=a%20b%26c"), "… page 10 of /x?url=…");
    }

    #[test]
    fn urls_keep_only_their_host() {
        let mask = Mask::default();
        for (text, expected) in [
            ("see https://api.notte.cc/x?token=1.", "see https://api.notte.cc/…"),
            ("<wss://u:p@host:9222/devtools/1> (http://a.b)", "<wss://host:9222/…> (http://a.b)"),
            ("no url: //x", "no url: //x"),
            ("://", "://"),
            ("https://a?b https://c#d", "https://a/… https://c/…"),
        ] {
            assert_eq!(mask.apply(text), expected);
        }
    }

    #[test]
    fn a_password_or_a_token_of_a_url_is_taken_out_alone() {
        let mut mask = Mask::default();
        mask.add("wss://user-7:pass-7@h/x?token=to%20ken-7&n=1");
        assert_eq!(mask.apply("user-7, pass-7, to ken-7, to%20ken-7 on h"), "…, …, …, … on h");
    }

    #[test]
    fn a_shortened_echo_is_taken_out_on_both_sides() {
        let mut mask = Mask::default();
        mask.add("correct horse battery staple");
        for (text, expected) in [
            ("got 'correct hor...ery staple'", "got '…'"),
            ("got 'correct hor…", "got '…"),
            ("got …ttery staple'", "got …'"),
            ("wait... what…", "wait... what…"),
            ("cor...ple", "cor...ple"),
            ("[type=x, input_value='other...secret', input_type=str]", "[type=x, input_value=…, input_type=str]"),
            (
                "input_value={'a': 'b, input_type=c'}, input_type=dict; input_value=1",
                "input_value=…, input_type=dict; input_value=…",
            ),
        ] {
            assert_eq!(mask.apply(text), expected);
        }
    }

    #[test]
    fn long_values_and_many_dots_take_no_time() {
        let mut mask = Mask::default();
        for n in 0..5 {
            mask.add(&format!("{n:03}{}", "é".repeat(50_000)));
        }
        let start = std::time::Instant::now();
        let text = mask.apply(&format!("{}…", "é".repeat(100)).repeat(1000));
        assert!(text.len() < 100 * 300 && start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }

    #[test]
    fn a_request_id_is_printed_only_if_it_is_one() {
        let mut mask = Mask::default();
        mask.add("hunter2");
        let printed = |id: &'static str| {
            let headers = HeaderMap::from_iter([("x-request-id".parse().unwrap(), id.parse().unwrap())]);
            request_id(&headers, || mask.clone()).map(str::to_owned)
        };
        assert_eq!(printed("r-1.a_b:c").as_deref(), Some("r-1.a_b:c"));
        for odd in ["r-hunter2", "https://h/?token=1", "a b", "<x>"] {
            assert_eq!(printed(odd), None, "{odd}");
        }
    }

    #[test]
    fn what_is_no_json_adds_nothing() {
        let mut mask = Mask::default();
        mask.add_json(b"--boundary");
        assert_eq!(mask.apply("boundary"), "boundary");
    }
}
