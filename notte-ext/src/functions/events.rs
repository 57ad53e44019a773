//! `RunEvents`: what a run says while it runs, read line by line as it comes.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, stream};
use notte_api::{ByteStream, Effect, types::FunctionRunResult};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    Run,
    start::{OPERATION, late},
};
use crate::{Error, ErrorKind, Result, areas::broken, call::within};

/// A line above this size is an error, not a reason to run out of memory.
const LONGEST: usize = 64 * 1024 * 1024;

/// Something that a run says. `Debug` shows what kind of thing it is.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum RunEvent {
    /// A line of its log.
    Log(String),
    /// It started a browser session, of which it says this.
    SessionStart(Value),
    /// It has ended. Nothing comes after it.
    Result(Box<FunctionRunResult>),
}

/// What a run says, as a stream. It is over after the result, and after its first error; one that breaks off without a
/// result ends in an error.
///
/// Dropping it does not stop the run.
#[must_use = "a stream does nothing until it is read"]
pub struct RunEvents {
    run: Run,
    events: Pin<Box<dyn Stream<Item = Result<RunEvent>> + Send>>,
}

impl RunEvents {
    pub(super) fn new(run: Run, bytes: ByteStream, end: Option<Instant>) -> Self {
        let reader = Reader { lines: Lines::default(), bytes, end, run: run.clone(), other: Vec::new() };
        let events = stream::try_unfold(Some(reader), async |reader| {
            let Some(mut reader) = reader else { return Ok(None) };
            let event = reader.next().await?;
            let more = !matches!(event, RunEvent::Result(_));
            Ok(Some((event, more.then_some(reader))))
        });
        Self { run, events: Box::pin(events) }
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }
}

impl Stream for RunEvents {
    type Item = Result<RunEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.as_mut().poll_next(cx)
    }
}

struct Reader {
    lines: Lines,
    bytes: ByteStream,
    end: Option<Instant>,
    run: Run,
    /// What is no event: the answer of a run that tells nothing on the way.
    other: Vec<u8>,
}

impl Reader {
    async fn next(&mut self) -> Result<RunEvent> {
        loop {
            while let Some(line) = self.lines.next() {
                if let Some(event) = self.read(&line)? {
                    return Ok(event);
                }
            }
            if self.lines.held() + self.other.len() > LONGEST {
                return Err(odd("an answer that is too long"));
            }
            match within(self.end, self.bytes.chunk()).await {
                None => return Err(late(self.run.id())),
                Some(Ok(Some(chunk))) => self.lines.feed(&chunk),
                Some(Ok(None)) => return self.last(),
                Some(Err(error)) => return Err(broken(error, Effect::Costly)),
            }
        }
    }

    /// The event of a line, if it is one. A line of which nothing can be made is no reason to lose the others.
    fn read(&mut self, line: &[u8]) -> Result<Option<RunEvent>> {
        let Some(data) = line.strip_prefix(b"data:") else {
            self.other.extend_from_slice(line);
            return Ok(None);
        };
        match serde_json::from_slice::<Value>(data) {
            Ok(event) => decode(event),
            Err(_) => Ok(None),
        }
    }

    /// What there is when the answer is over: a last line without an end, or a result that is the whole answer.
    fn last(&mut self) -> Result<RunEvent> {
        let rest = self.lines.rest();
        if let Some(event @ RunEvent::Result(_)) = self.read(&rest)? {
            return Ok(event);
        }
        let whole = serde_json::from_slice::<FunctionRunResult>(&self.other);
        whole.map(|result| RunEvent::Result(Box::new(result))).map_err(|_| odd("no result"))
    }
}

fn odd(what: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("the run ended with {what}")).in_operation(OPERATION).and_acted()
}

/// `{"type": …, "message": …}`; the message of a result is JSON again.
fn decode(mut event: Value) -> Result<Option<RunEvent>> {
    let message = event.get_mut("message").map(Value::take).unwrap_or_default();
    Ok(match event.get("type").and_then(Value::as_str) {
        Some("log") => Some(RunEvent::Log(match message {
            Value::String(line) => line,
            other => other.to_string(),
        })),
        Some("session_start") => Some(RunEvent::SessionStart(message)),
        Some("result") => {
            let result = match message {
                Value::String(text) => serde_json::from_str(&text),
                object => serde_json::from_value(object),
            };
            Some(RunEvent::Result(result.map_err(|_| odd("a result that cannot be read"))?))
        }
        _ => None,
    })
}

/// Lines out of bytes. Events are one line each here, with or without an empty line between them; by the rules of
/// server-sent events, those without would be one event.
#[derive(Default)]
struct Lines {
    buffer: Vec<u8>,
    /// So much of it was given out.
    read: usize,
    /// So much of it holds no line end.
    searched: usize,
}

impl Lines {
    fn feed(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.read);
        self.searched -= self.read;
        self.read = 0;
        self.buffer.extend_from_slice(bytes);
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        let Some(found) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
            self.searched = self.buffer.len();
            return None;
        };
        let end = self.searched + found;
        let line = self.buffer[self.read..end].trim_ascii().to_vec();
        (self.read, self.searched) = (end + 1, end + 1);
        Some(line)
    }

    fn rest(&mut self) -> Vec<u8> {
        let rest = self.buffer.split_off(self.read);
        *self = Self::default();
        rest.trim_ascii().to_vec()
    }

    fn held(&self) -> usize {
        self.buffer.len() - self.read
    }
}

impl fmt::Debug for RunEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(line) => f.debug_tuple("Log").field(&format_args!("{} bytes", line.len())).finish(),
            Self::SessionStart(_) => f.debug_tuple("SessionStart").finish_non_exhaustive(),
            Self::Result(result) => f.debug_tuple("Result").field(result).finish(),
        }
    }
}

impl fmt::Debug for RunEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunEvents").field("run", &self.run).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lines_are_the_same_however_the_bytes_come(lines in prop::collection::vec("[a-zé{}:]{0,8}", 0..6), cuts in prop::collection::vec(1_usize..5, 1..40)) {
            let text = lines.iter().map(|line| format!("{line}\r\n")).collect::<String>();
            let (mut splitter, mut found, mut rest) = (Lines::default(), Vec::new(), text.as_bytes());
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, after) = rest.split_at((*cut).min(rest.len()));
                splitter.feed(chunk);
                found.extend(std::iter::from_fn(|| splitter.next()));
                rest = after;
            }
            prop_assert_eq!(found, lines.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>());
            prop_assert!(splitter.rest().is_empty());
        }
    }

    #[test]
    fn debug_shows_no_line_of_the_log() {
        assert_eq!(format!("{:?}", RunEvent::Log("hunter2".into())), "Log(7 bytes)");
        assert!(!format!("{:?}", RunEvent::SessionStart("hunter2".into())).contains("hunter2"));
    }
}
