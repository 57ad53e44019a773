//! What was typed for a vault or a persona: hidden in everything that the session's page says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::keyring::names;

/// What was typed in one session, by whichever agent. No `Debug`: it holds secrets.
#[derive(Clone, Default)]
pub(crate) struct Typed(Arc<Mutex<Vec<Secret>>>);

struct Secret {
    text: String,
    placeholder: String,
    /// Pages group digits as they like, so between them anything may stand that is neither digit nor letter.
    number: bool,
}

impl Typed {
    fn secrets(&self) -> MutexGuard<'_, Vec<Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hides a value from now on.
    pub(super) fn remember(&self, value: &str, placeholder: &str) {
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let number = digits.len() >= 6 && value.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
        let text = if number { digits } else { value.trim().to_owned() };
        let mut secrets = self.secrets();
        if !text.is_empty() && !secrets.iter().any(|known| known.text == text) {
            secrets.push(Secret { text, placeholder: placeholder.to_owned(), number });
            // The longest first: one may be part of another.
            secrets.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
        }
    }

    /// Whether nothing was typed so far.
    pub(super) fn is_empty(&self) -> bool {
        self.secrets().is_empty()
    }

    /// Puts the placeholders back into everything that the page says.
    pub(crate) fn hide(&self, said: &mut Value) {
        let secrets = self.secrets();
        if !secrets.is_empty() {
            hide(&secrets, said);
        }
    }

    /// A text that a model may read.
    pub(crate) fn hidden(&self, text: &str) -> String {
        hidden(&self.secrets(), text)
    }

    /// As [`hide`](Self::hide), in the result of an action. The action itself stays as its caller wrote it, but for what the
    /// page says of an element that was named by its id.
    pub(crate) fn hide_in_result(&self, result: &mut Value) {
        if result["action"]["id"].as_str().is_some_and(|id| !id.is_empty()) {
            for part in ["selector", "text_label", "accessible_name"] {
                if let Some(part) = result["action"].get_mut(part) {
                    self.hide(part);
                }
            }
        }
        let fields = result.as_object_mut().into_iter().flatten();
        fields.filter(|(name, _)| *name != "action").for_each(|(_, field)| self.hide(field));
    }
}

fn hide(secrets: &[Secret], said: &mut Value) {
    match said {
        Value::String(text) => *text = hidden(secrets, text),
        Value::Array(items) => items.iter_mut().for_each(|item| hide(secrets, item)),
        Value::Object(fields) => fields.values_mut().for_each(|field| hide(secrets, field)),
        _ => {}
    }
}

/// The text with placeholders, made in one pass: what stands in a placeholder is never replaced.
fn hidden(secrets: &[Secret], text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut place = 0;
    while let Some(c) = text[place..].chars().next() {
        let (before, rest) = text.split_at(place);
        let found = || secrets.iter().find_map(|secret| Some((secret.length(before, rest)?, &secret.placeholder)));
        place += if let Some(length) = placeholder(rest) {
            hidden.push_str(&rest[..length]);
            length
        } else if let Some((length, placeholder)) = found() {
            hidden.push_str(placeholder);
            length
        } else {
            hidden.push(c);
            c.len_utf8()
        };
    }
    hidden
}

/// Length of the placeholder that a text begins with.
fn placeholder(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("{{")?;
    let begins = |name: &&str| inner.strip_prefix(*name).is_some_and(|rest| rest.starts_with("}}"));
    names().find(begins).map(|name| name.len() + 4)
}

impl Secret {
    /// How much of `rest` it is, where that begins with it.
    fn length(&self, before: &str, rest: &str) -> Option<usize> {
        let mut left = rest;
        for (place, c) in self.text.chars().enumerate() {
            if self.number && place > 0 {
                left = left.strip_prefix("%20").unwrap_or(left).trim_start_matches(|c: char| !c.is_alphanumeric());
            }
            left = &left[spelled(left, c)?..];
        }
        self.stands(before, left).then(|| rest.len() - left.len())
    }

    /// Whether it is hidden between these. The shorter a value is, the more often it stands somewhere by chance, and
    /// hiding all of that would destroy texts. From eight characters on it is hidden wherever it stands; from four on,
    /// where it is no part of a longer word; a shorter one only where it is a value as a whole: all of a text, in quotes,
    /// or behind an `=` as in addresses.
    fn stands(&self, before: &str, after: &str) -> bool {
        let (last, next) = (before.chars().next_back(), after.chars().next());
        match self.text.chars().count() {
            8.. => true,
            4.. => !ends_in_word(before) && !next.is_some_and(char::is_alphanumeric),
            _ => {
                matches!(last, None | Some('"' | '\'' | '='))
                    && matches!(next, None | Some('"' | '\'' | '\\' | '&' | '#'))
            }
        }
    }
}

/// Whether a text ends in a word, and not in an escape such as `\n` or `%3D`.
fn ends_in_word(text: &str) -> bool {
    let mut back = text.chars().rev();
    let (last, second, third) = (back.next(), back.next(), back.next());
    last.is_some_and(char::is_alphanumeric) && second != Some('\\') && third != Some('%')
}

/// How much of the start of a text stands for a character: as it is, escaped, or as in addresses and HTML.
fn spelled(text: &str, c: char) -> Option<usize> {
    let other = match (text.as_bytes().first()?, c) {
        (b'%', _) => c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02x}")).collect(),
        (b'\\', _) => format!("\\{c}"),
        (b'+', ' ') => "+".to_owned(),
        (b'&', '&') => "&amp;".to_owned(),
        (b'&', '<') => "&lt;".to_owned(),
        (b'&', '>') => "&gt;".to_owned(),
        (b'&', '"') => "&quot;".to_owned(),
        _ => String::new(),
    };
    let start = text.get(..other.len()).filter(|start| !start.is_empty() && start.eq_ignore_ascii_case(&other));
    start.map(str::len).or_else(|| text.starts_with(c).then_some(c.len_utf8()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Typed;

    fn hidden(typed: &[(&str, &str)], mut said: Value) -> Value {
        let all = Typed::default();
        for (value, placeholder) in typed {
            all.remember(value, placeholder);
        }
        all.hide(&mut said);
        said
    }

    #[test]
    fn what_was_typed_is_hidden_wherever_it_is_said() {
        let typed = [("a@b.test", "{{vault.email}}"), ("a@b.test.more", "{{vault.password}}")];
        assert_eq!(
            hidden(&typed, json!({"url": "http://x/?e=a%40b.test", "deep": ["a@b.test a@b.test.more", 1, null]})),
            json!({"url": "http://x/?e={{vault.email}}", "deep": ["{{vault.email}} {{vault.password}}", 1, null]})
        );
    }

    #[test]
    fn another_spelling_hides_nothing_from_it() {
        let typed = [("p\"w & <ä>_\\", "{{vault.password}}")];
        for said in [
            "p\"w & <ä>_\\",
            "p\\\"w & <ä>_\\\\",
            "p%22w+%26+%3C%C3%A4%3e_%5c",
            "p%22w%20&%20<ä>_\\",
            "p&quot;w &amp; &lt;ä&gt;_\\",
            "p\"w & \\<ä\\>\\_\\\\",
        ] {
            assert_eq!(hidden(&typed, json!(format!("is {said}."))), "is {{vault.password}}.", "{said}");
        }
    }

    #[test]
    fn digits_are_hidden_however_they_are_grouped() {
        for typed in ["4111222233334444", "4111 2222 3333 4444"] {
            let typed = [(typed, "{{vault.card_number}}")];
            for said in [
                "4111222233334444",
                "4111 2222 3333 4444",
                "4111-2222-3333-4444",
                "4111+2222+3333+4444",
                "4111%202222%203333%204444",
                "4111\u{a0}2222\u{2009}3333.4444",
            ] {
                assert_eq!(hidden(&typed, json!(format!("no {said}!"))), "no {{vault.card_number}}!", "{said}");
            }
            assert_eq!(hidden(&typed, json!("ends in 4444")), "ends in 4444");
        }
        assert_eq!(hidden(&[("123456", "{{vault.mfa_code}}")], json!("code 123 456")), "code {{vault.mfa_code}}");
    }

    #[test]
    fn placeholders_stay_whole() {
        let typed = [("email", "{{vault.username}}"), ("vault.email", "{{vault.password}}"), ("t", "{{vault.email}}")];
        let once = hidden(&typed, json!("email {{vault.email}} {{vault.mfa_code}} t=t"));
        assert_eq!(once, "{{vault.username}} {{vault.email}} {{vault.mfa_code}} t={{vault.email}}");
        assert_eq!(hidden(&typed, once.clone()), once, "hidden once more");
        assert_eq!(hidden(&typed, json!("{{email}}")), "{{{{vault.username}}}}", "another's braces hide nothing");
    }

    #[test]
    fn a_short_value_is_hidden_where_it_is_no_chance() {
        let typed = [("local", "{{vault.username}}"), ("12", "{{vault.card_cvv}}")];
        for (said, shown) in [
            ("http://localhost:9310/?a=local", "http://localhost:9310/?a={{vault.username}}"),
            ("as local, locally", "as {{vault.username}}, locally"),
            ("[\"x\\nlocal\"] b%3Dlocal", "[\"x\\n{{vault.username}}\"] b%3D{{vault.username}}"),
            ("12", "{{vault.card_cvv}}"),
            ("12 coins, 2012", "12 coins, 2012"),
            ("(value \"12\") ?c=12&d=12", "(value \"{{vault.card_cvv}}\") ?c={{vault.card_cvv}}&d={{vault.card_cvv}}"),
        ] {
            assert_eq!(hidden(&typed, json!(said)), shown);
        }
    }

    #[test]
    fn an_action_stays_as_its_caller_wrote_it() {
        let typed = Typed::default();
        typed.remember("pass", "{{vault.password}}");
        let action = json!({"type": "fill", "selector": "#pass", "value": "pass"});
        let mut result = json!({"action": action, "message": "filled #pass"});
        typed.hide_in_result(&mut result);
        assert_eq!(result, json!({"action": action, "message": "filled #{{vault.password}}"}));
        let mut result =
            json!({"action": {"id": "I1", "selector": {"css_selector": "#pass"}, "text_label": "is pass"}});
        typed.hide_in_result(&mut result);
        assert!(!result.to_string().contains("#pass") && !result.to_string().contains("is pass"), "{result}");
    }
}
