//! A thin client of the Chrome DevTools Protocol over one connection: calls, answers, events, nothing decoded.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::sync::{Notify, mpsc, oneshot};

use super::guest::{self, Line, Lines};
use super::wire::Wire;

/// The longest that one command may take; waits of actions have shorter limits of their own.
const LIMIT: Duration = Duration::from_secs(90);

/// Why a command has no result.
#[derive(Debug, Clone)]
pub(crate) enum CdpError {
    /// The browser is gone, or never was there.
    Closed,
    /// The page that the command was for crashed.
    Crashed,
    /// The tab that the command was for was closed.
    TabClosed,
    /// No answer in time.
    Silent,
    /// The browser refused, in its own words.
    Refused(String),
}

impl CdpError {
    /// Whether the page went away under a script: a navigation, mostly.
    pub(crate) fn is_lost_context(&self) -> bool {
        let Self::Refused(text) = self else { return false };
        [
            "context",
            "Inspected target navigated",
            "frame with the given id",
            "No frame",
            "Not attached to an active page",
        ]
        .iter()
        .any(|part| text.contains(part))
    }
}

impl fmt::Display for CdpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the browser is gone"),
            Self::Crashed => f.write_str("the page crashed"),
            Self::TabClosed => f.write_str("the tab was closed"),
            Self::Silent => f.write_str("the page does not answer"),
            Self::Refused(text) => f.write_str(text),
        }
    }
}

/// Something that the browser tells by itself.
pub(crate) struct Event {
    /// The session of the tab that it is about; none for the browser as a whole.
    pub(crate) session: Option<String>,
    pub(crate) method: String,
    pub(crate) params: Value,
}

type Answer = Result<Value, CdpError>;

/// Who waits for an answer.
enum Waiting {
    Own {
        session: Option<String>,
        answer: oneshot::Sender<Answer>,
    },
    /// A tool, which knows the command by an id of its own.
    Guest {
        line: Arc<Line>,
        id: Value,
    },
}

/// What becomes of the messages of a connection.
#[derive(Default)]
pub(super) struct State {
    waiting: HashMap<u64, Waiting>,
    pub(super) lines: Lines,
}

impl State {
    /// Forgets what a tool asked.
    pub(super) fn forget(&mut self, gone: &Arc<Line>) {
        self.waiting.retain(|_, waiting| !matches!(waiting, Waiting::Guest { line, .. } if Arc::ptr_eq(line, gone)));
    }
}

/// `None` when the connection is gone.
type Shared = Arc<Mutex<Option<State>>>;

fn locked(state: &Shared) -> MutexGuard<'_, Option<State>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command that is waited for; dropped, it is waited for no more.
struct Ticket<'a> {
    state: &'a Shared,
    id: u64,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if let Some(state) = locked(self.state).as_mut() {
            state.waiting.remove(&self.id);
        }
    }
}

/// A connection to a browser; a clone speaks over the same one.
#[derive(Clone)]
pub(crate) struct Cdp {
    outgoing: mpsc::UnboundedSender<String>,
    state: Shared,
    next: Arc<AtomicU64>,
    hang_up: Arc<Notify>,
}

impl Cdp {
    /// Speaks over a connection. The receiver ends when the connection does.
    pub(crate) fn over(wire: Wire) -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (mut sink, mut source) = wire.split();
        let (outgoing, mut queue) = mpsc::unbounded_channel();
        let (events, receiver) = mpsc::unbounded_channel();
        let state: Shared = Arc::new(Mutex::new(Some(State::default())));
        let writer = tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                if !sink.send(message).await {
                    break;
                }
            }
            sink.close().await;
        });
        let (answers, hang_up) = (state.clone(), Arc::new(Notify::new()));
        let hung_up = hang_up.clone();
        tokio::spawn(async move {
            let read = async {
                while let Some(text) = source.next().await {
                    take_in(&text, &answers, &events);
                }
            };
            tokio::select! {
                () = read => {}
                () = hung_up.notified() => {}
            }
            locked(&answers).take();
            writer.abort();
        });
        (Self { outgoing, state, next: Arc::default(), hang_up }, receiver)
    }

    /// Ends the connection; commands that wait have no answer then.
    pub(crate) fn close(&self) {
        self.hang_up.notify_one();
    }

    /// Looks at the state; none when the connection is gone.
    pub(super) fn with_state<T>(&self, look: impl FnOnce(&mut State) -> T) -> Option<T> {
        locked(&self.state).as_mut().map(look)
    }

    /// Sends a command, to the browser or to one of its tabs, and waits for the answer.
    pub(crate) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Answer {
        let (sender, answer) = oneshot::channel();
        let waiting = Waiting::Own { session: session.map(str::to_owned), answer: sender };
        let mut command = Map::from_iter([("method".to_owned(), method.into()), ("params".to_owned(), params)]);
        if let Some(session) = session {
            command.insert("sessionId".into(), session.into());
        }
        let id = self.send(waiting, command)?;
        let _ticket = Ticket { state: &self.state, id };
        match tokio::time::timeout(LIMIT, answer).await {
            Ok(answer) => answer.unwrap_or(Err(CdpError::Closed)),
            Err(_) => Err(CdpError::Silent),
        }
    }

    /// Sends a tool's command, whose answer goes to the tool.
    pub(super) fn send_for(&self, line: Arc<Line>, id: Value, command: Map<String, Value>) -> Result<(), CdpError> {
        self.send(Waiting::Guest { line, id }, command).map(drop)
    }

    fn send(&self, waiting: Waiting, mut command: Map<String, Value>) -> Result<u64, CdpError> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        command.insert("id".into(), id.into());
        self.with_state(|state| drop(state.waiting.insert(id, waiting))).ok_or(CdpError::Closed)?;
        self.outgoing.send(Value::Object(command).to_string()).map_err(|_| CdpError::Closed)?;
        Ok(id)
    }

    /// Sends a command whose answer nobody waits for.
    pub(crate) fn post(&self, session: &str, method: &str) {
        self.post_command(json!({ "method": method, "sessionId": session, "params": {} }));
    }

    /// Ends a protocol session, and those that it made.
    pub(super) fn detach(&self, session: &str) {
        self.post_command(json!({ "method": "Target.detachFromTarget", "params": { "sessionId": session } }));
    }

    fn post_command(&self, mut command: Value) {
        command["id"] = self.next.fetch_add(1, Ordering::Relaxed).into();
        let _ = self.outgoing.send(command.to_string());
    }

    /// Ends when the connection does.
    pub(crate) async fn closed(&self) {
        self.outgoing.closed().await;
    }

    /// Ends the commands that a tab will never answer.
    pub(crate) fn fail(&self, session: &str, error: &CdpError) {
        self.with_state(|state| {
            let is_lost =
                |waiting: &mut Waiting| matches!(waiting, Waiting::Own { session: Some(of), .. } if of == session);
            for (_, waiting) in state.waiting.extract_if(|_, waiting| is_lost(waiting)) {
                if let Waiting::Own { answer, .. } = waiting {
                    let _ = answer.send(Err(error.clone()));
                }
            }
        });
    }
}

fn refusal(text: &str) -> CdpError {
    if text.contains("Session with given id not found") {
        return CdpError::TabClosed;
    }
    CdpError::Refused(text.to_owned())
}

/// JSON of a browser, whose texts may hold half a character: a page may cut one in two.
pub(super) fn parsed(text: &str) -> serde_json::Result<Value> {
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&whole(text)))
}

/// JSON with a replacement character for every half of a surrogate pair.
fn whole(json: &str) -> String {
    let unit = |text: &str| text.strip_prefix("\\u").and_then(|hex| u16::from_str_radix(hex.get(..4)?, 16).ok());
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match unit(rest) {
            Some(0xD800..=0xDBFF) if unit(&rest[6..]).is_some_and(|low| (0xDC00..=0xDFFF).contains(&low)) => 12,
            Some(0xD800..=0xDFFF) => {
                whole.push(char::REPLACEMENT_CHARACTER);
                rest = &rest[6..];
                continue;
            }
            _ => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    whole + rest
}

/// An answer that cannot be read ends its command.
fn unreadable(text: &str, error: &serde_json::Error, state: &Shared) {
    #[derive(Deserialize)]
    struct Head {
        id: u64,
    }
    let Ok(Head { id }) = serde_json::from_str(text) else { return };
    let waiting = locked(state).as_mut().and_then(|state| state.waiting.remove(&id));
    let reason = format!("the browser's answer cannot be read: {error}");
    match waiting {
        Some(Waiting::Own { answer, .. }) => drop(answer.send(Err(CdpError::Refused(reason)))),
        Some(Waiting::Guest { line, id }) => line.forward(failure(id, &reason)),
        None => {}
    }
}

/// The answer to a tool's command that is not carried out.
pub(crate) fn failure(id: Value, reason: &str) -> Map<String, Value> {
    let error = json!({ "code": -32000, "message": reason });
    Map::from_iter([("id".to_owned(), id), ("error".to_owned(), error)])
}

fn take_in(text: &str, state: &Shared, events: &mpsc::UnboundedSender<Event>) {
    let mut message = match parsed(text) {
        Ok(Value::Object(message)) => message,
        Ok(_) => return,
        Err(error) => return unreadable(text, &error, state),
    };
    if let Some(id) = message.get("id").and_then(Value::as_u64) {
        let waiting = locked(state).as_mut().and_then(|state| state.waiting.remove(&id));
        match waiting {
            Some(Waiting::Own { answer, .. }) => {
                let result = match message.remove("error") {
                    Some(error) => Err(refusal(error["message"].as_str().unwrap_or("refused"))),
                    None => Ok(message.remove("result").unwrap_or_default()),
                };
                let _ = answer.send(result);
            }
            Some(Waiting::Guest { line, id }) => {
                message.insert("id".into(), id);
                line.forward(message);
            }
            None => {}
        }
        return;
    }
    let unclaimed = match locked(state).as_mut() {
        Some(state) => guest::forward(&mut state.lines, message),
        None => return,
    };
    if let Err(mut message) = unclaimed
        && let Some(Value::String(method)) = message.remove("method")
    {
        let session = message.remove("sessionId").and_then(|id| id.as_str().map(str::to_owned));
        let params = message.remove("params").unwrap_or_default();
        let _ = events.send(Event { session, method, params });
    }
}

#[cfg(test)]
mod tests {
    use super::parsed;

    #[test]
    fn half_a_character_is_replaced_and_all_else_stays() {
        let cut = r#"["\ud83d", "a\ude00b", "\ud83d\ude00", "\\ud83d", "\"\u00e9", "\ud83d\n"]"#;
        let texts = ["\u{fffd}", "a\u{fffd}b", "\u{1f600}", "\\ud83d", "\"\u{e9}", "\u{fffd}\n"];
        assert_eq!(parsed(cut).expect("JSON"), serde_json::json!(texts));
        for broken in ["\"\\", "\"\\u12", "\"\\ud83d\\u1"] {
            assert!(parsed(broken).is_err(), "{broken}");
        }
    }
}
