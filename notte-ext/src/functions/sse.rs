//! Server-sent events out of bytes, by the rules of the HTML specification.
//!
//! The parsers of other crates are not used: the service also sends events without the empty line that ends one, and by
//! the specification's rules they would all be one event, given when the stream ends.

/// An event: its type, `message` if it has none, and its data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) kind: String,
    pub(super) data: String,
}

/// Turns bytes into events, and keeps what belongs to none.
#[derive(Default)]
pub(super) struct Parser {
    lines: Lines,
    kind: String,
    data: Option<String>,
    /// Lines that are not of this format: a response that is no stream of events.
    pub(super) other: String,
}

impl Parser {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.lines.feed(bytes);
    }

    /// Returns the next event, if it has arrived.
    pub(super) fn next(&mut self) -> Option<Event> {
        while let Some(line) = self.lines.next() {
            if let Some(event) = self.line(&line) {
                return Some(event);
            }
        }
        None
    }

    /// Returns the last event, which the end of the stream ends. The specification discards it, but it can be the
    /// result.
    pub(super) fn last(&mut self) -> Option<Event> {
        let line = self.lines.rest();
        self.line(&line).or_else(|| self.dispatch())
    }

    /// Returns how many bytes are held.
    pub(super) fn held(&self) -> usize {
        self.lines.buffer.len() + self.data.as_ref().map_or(0, String::len) + self.other.len()
    }

    fn line(&mut self, line: &[u8]) -> Option<Event> {
        let line = String::from_utf8_lossy(line);
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                match &mut self.data {
                    Some(data) => data.extend(["\n", value]),
                    None => self.data = Some(value.to_owned()),
                }
                // No value of JSON goes on after an object, so a complete one needs no empty line.
                let data = self.data.as_deref().unwrap_or_default();
                let complete =
                    data.trim_end().ends_with('}') && serde_json::from_str::<serde::de::IgnoredAny>(data).is_ok();
                return if complete { self.dispatch() } else { None };
            }
            "event" => value.clone_into(&mut self.kind),
            // A comment, and what a client that reconnects needs.
            "" | "id" | "retry" => {}
            _ => self.other.extend([&line, "\n"]),
        }
        None
    }

    fn dispatch(&mut self) -> Option<Event> {
        let kind = std::mem::take(&mut self.kind);
        let data = self.data.take()?;
        Some(Event { kind: if kind.is_empty() { "message".into() } else { kind }, data })
    }
}

/// Lines, ended by CR, LF, or both, after a byte order mark.
#[derive(Default)]
struct Lines {
    buffer: Vec<u8>,
    /// So much of the buffer holds no line end.
    searched: usize,
    started: bool,
    /// A CR ended the last line: an LF that follows belongs to it.
    after_cr: bool,
}

impl Lines {
    fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        const MARK: &[u8] = b"\xef\xbb\xbf";
        if !self.started {
            if MARK.starts_with(&self.buffer) && self.buffer.len() < MARK.len() {
                return None;
            }
            self.started = true;
            if self.buffer.starts_with(MARK) {
                self.buffer.drain(..MARK.len());
            }
        }
        if self.after_cr && !self.buffer.is_empty() {
            self.after_cr = false;
            if self.buffer[0] == b'\n' {
                self.buffer.remove(0);
            }
        }
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let Some(found) = self.buffer[self.searched..].iter().position(is_end) else {
            self.searched = self.buffer.len();
            return None;
        };
        let end = self.searched + found;
        let rest = self.buffer.split_off(end + 1);
        let mut line = std::mem::replace(&mut self.buffer, rest);
        self.searched = 0;
        self.after_cr = line.pop() == Some(b'\r');
        Some(line)
    }

    fn rest(&mut self) -> Vec<u8> {
        std::mem::take(self).buffer
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(chunks: &[&[u8]]) -> (Vec<(String, String)>, String) {
        let (mut parser, mut all) = (Parser::default(), Vec::new());
        for chunk in chunks {
            parser.feed(chunk);
            all.extend(std::iter::from_fn(|| parser.next()));
        }
        all.extend(parser.last());
        (all.into_iter().map(|event| (event.kind, event.data)).collect(), parser.other)
    }

    fn data(text: &str) -> Vec<String> {
        events(&[text.as_bytes()]).0.into_iter().map(|(_, data)| data).collect()
    }

    /// The examples of the HTML specification, section 9.2.6, and of the Web Platform Tests.
    #[test]
    fn the_cases_of_the_specification() {
        for (text, expected) in [
            ("data: YHOO\ndata: +2\ndata: 10\n\n", vec!["YHOO\n+2\n10"]),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                vec!["first event", "second event", " third event"],
            ),
            ("data\n\ndata\ndata\n\n", vec!["", "\n"]),
            ("data:test\n\ndata: test\n\n", vec!["test", "test"]),
            ("\u{feff}data:1\n\n\u{feff}data:2\n\ndata:3\n\n", vec!["1", "3"]),
            ("\u{feff}\u{feff}data:1\n\ndata:2\n\ndata:3\n\n", vec!["2", "3"]),
            ("data:a\rdata:b\r\rdata:c\r\n\r\ndata:d\n\n", vec!["a\nb", "c", "d"]),
            ("data:test\r\ndata\r\ndata:test\r\n\r\n", vec!["test\n\ntest"]),
            ("data : 1\nda-ta:2\ndata:3\nDATA:4\n\n", vec!["3"]),
            ("retry:1000\nretry: 2000x\nid:1\ndata:x\n\n", vec!["x"]),
            ("data:\0\n\n", vec!["\0"]),
            (":\n\n:x\n\nid:1\n\nevent:x\n\n", vec![]),
        ] {
            assert_eq!(data(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_type_of_an_event_is_that_of_its_own_lines() {
        let (events, _) = events(&[b"event: error\ndata: a\n\ndata: b\n\nevent: x\n\ndata: c\n\n"]);
        let expected = [("error", "a"), ("message", "b"), ("message", "c")];
        assert_eq!(events, expected.map(|(kind, data)| (kind.to_owned(), data.to_owned())));
    }

    #[test]
    fn an_object_needs_no_empty_line_and_may_have_several_lines() {
        assert_eq!(data("data: {\"a\":1}\ndata: {\"b\":2}\n"), ["{\"a\":1}", "{\"b\":2}"]);
        assert_eq!(data("data: {\"a\":\ndata: {\"b\":2}\ndata: }\n\n"), ["{\"a\":\n{\"b\":2}\n}"]);
        assert_eq!(data("data: {\"a\":1}"), ["{\"a\":1}"], "the end of the stream ends an event");
    }

    #[test]
    fn what_is_no_event_is_kept() {
        assert_eq!(events(&[b"{\"detail\":\n \"busy\"}"]), (vec![], "{\"detail\":\n \"busy\"}\n".into()));
    }

    proptest! {
        #[test]
        fn events_are_the_same_however_the_bytes_arrive(
            lines in prop::collection::vec(("(data|event|id|x|)", "[a-zé{}: ]{0,6}", "(\r|\n|\r\n)"), 0..12),
            cuts in prop::collection::vec(1_usize..5, 1..40),
        ) {
            let text: String = lines.iter().map(|(field, value, end)| format!("{field}:{value}{end}")).collect();
            let (mut chunks, mut rest) = (Vec::new(), text.as_bytes());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, after) = rest.split_at((*cut).min(rest.len()));
                chunks.push(chunk);
                rest = after;
            }
            prop_assert_eq!(events(&chunks), events(&[text.as_bytes()]));
        }
    }
}
