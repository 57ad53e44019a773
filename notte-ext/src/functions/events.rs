//! `RunEvents`: what a run says while it runs, as it arrives.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt as _, stream};
use notte_api::{ByteStream, Effect, ResponseValue, types::FunctionRunResult};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    FunctionRun,
    sse::{Event, Parser},
    start::{OPERATION, late},
};
use crate::{Error, ErrorKind, Result, areas::broken, call::within};

/// An event above this size is an error, not a reason to run out of memory.
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
    run: FunctionRun,
    head: ResponseValue<()>,
    events: Pin<Box<dyn Stream<Item = Result<RunEvent>> + Send>>,
}

impl RunEvents {
    pub(super) fn new(run: FunctionRun, response: ResponseValue<ByteStream>, end: Option<Instant>) -> Self {
        let head = response.head();
        let reader = Reader { parser: Parser::default(), pending: VecDeque::new(), response, end, run: run.clone() };
        let events = stream::try_unfold(Some(reader), async |reader| {
            let Some(mut reader) = reader else { return Ok(None) };
            let event = reader.next().await?;
            let more = !matches!(event, RunEvent::Result(_));
            Ok(Some((event, more.then_some(reader))))
        });
        Self { run, head, events: Box::pin(events) }
    }

    /// The run.
    pub fn run(&self) -> &FunctionRun {
        &self.run
    }

    /// Returns the next thing that the run says, or `None` at the end.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn next(&mut self) -> Option<Result<RunEvent>> {
        self.events.next().await
    }

    pub(super) fn head(&self) -> &ResponseValue<()> {
        &self.head
    }
}

impl Stream for RunEvents {
    type Item = Result<RunEvent>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.as_mut().poll_next(cx)
    }
}

struct Reader {
    parser: Parser,
    /// Lines of an event that was not JSON as a whole.
    pending: VecDeque<Event>,
    response: ResponseValue<ByteStream>,
    end: Option<Instant>,
    run: FunctionRun,
}

impl Reader {
    async fn next(&mut self) -> Result<RunEvent> {
        loop {
            while let Some(event) = self.pending.pop_front().or_else(|| self.parser.next()) {
                if let Some(event) = self.read(&event)? {
                    return Ok(event);
                }
            }
            if self.parser.held() > LONGEST {
                return Err(odd("an answer that is too long"));
            }
            match within(self.end, self.response.chunk()).await {
                None => return Err(late(self.run.id())),
                Some(Ok(Some(chunk))) => self.parser.feed(&chunk),
                Some(Ok(None)) => return self.last(),
                Some(Err(error)) => return Err(broken(error, Effect::Costly)),
            }
        }
    }

    /// Reads an event, if it says anything. One that is not JSON is no reason to lose the others, nor is a line in it.
    fn read(&mut self, event: &Event) -> Result<Option<RunEvent>> {
        if event.kind == "error" {
            return Err(self.failed(&event.data));
        }
        if let Ok(json) = serde_json::from_str(&event.data) {
            return self.decode(json);
        }
        if event.data.contains('\n') {
            let one = |line: &str| Event { kind: event.kind.clone(), data: line.to_owned() };
            self.pending.extend(event.data.lines().map(one));
        }
        Ok(None)
    }

    /// `{"type": …, "message": …}`; the message of a result is JSON again.
    fn decode(&self, mut event: Value) -> Result<Option<RunEvent>> {
        let message = event.get_mut("message").map(Value::take).unwrap_or_default();
        Ok(match event.get("type").and_then(Value::as_str) {
            Some("log") => Some(RunEvent::Log(text(&message))),
            Some("session_start") => Some(RunEvent::SessionStart(message)),
            Some("error") => return Err(self.failed(&text(&message))),
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

    /// Returns what there is when the response is over: a last event, a result that is the whole response, or why there
    /// is none.
    fn last(&mut self) -> Result<RunEvent> {
        while let Some(event) = self.pending.pop_front().or_else(|| self.parser.last()) {
            if let Some(event) = self.read(&event)? {
                return Ok(event);
            }
        }
        let Ok(whole) = serde_json::from_str::<Value>(&self.parser.other) else { return Err(odd("no result")) };
        if let Ok(result) = serde_json::from_value(whole.clone()) {
            return Ok(RunEvent::Result(result));
        }
        match ["detail", "error", "message"].iter().find_map(|field| whole.get(field)) {
            Some(said) => Err(self.failed(&text(said))),
            None => Err(odd("no result")),
        }
    }

    fn failed(&self, said: &str) -> Error {
        Error::said(OPERATION, &self.response, Some(said), "the run failed, and the service does not say why")
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn odd(what: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("the run ended with {what}")).in_operation(OPERATION).and_acted()
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
    use super::*;

    #[test]
    fn debug_shows_no_line_of_the_log() {
        assert_eq!(format!("{:?}", RunEvent::Log("hunter2".into())), "Log(7 bytes)");
        assert!(!format!("{:?}", RunEvent::SessionStart("hunter2".into())).contains("hunter2"));
    }
}
