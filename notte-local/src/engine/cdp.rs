//! A thin client of the Chrome DevTools Protocol over one WebSocket: calls, answers, events, nothing decoded.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;

use super::socket;

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
        ["context", "Inspected target navigated", "frame with the given id", "No frame"]
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

struct Waiting {
    session: Option<String>,
    answer: oneshot::Sender<Answer>,
}

/// Commands without an answer yet; `None` when the connection is gone.
type Pending = Arc<Mutex<Option<HashMap<u64, Waiting>>>>;

fn locked(pending: &Pending) -> MutexGuard<'_, Option<HashMap<u64, Waiting>>> {
    pending.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A command that is waited for; dropped, it is waited for no more.
struct Ticket<'a> {
    pending: &'a Pending,
    id: u64,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if let Some(waiting) = locked(self.pending).as_mut() {
            waiting.remove(&self.id);
        }
    }
}

/// A connection to a browser; a clone speaks over the same one.
#[derive(Clone)]
pub(crate) struct Cdp {
    outgoing: mpsc::UnboundedSender<Message>,
    pending: Pending,
    next: Arc<AtomicU64>,
    hang_up: Arc<Notify>,
}

impl Cdp {
    /// Connects. The receiver ends when the connection does.
    pub(crate) async fn connect(url: &str) -> Result<(Self, mpsc::UnboundedReceiver<Event>), String> {
        let (mut sink, mut source) = socket::open(url).await?.split();
        let (outgoing, mut queue) = mpsc::unbounded_channel();
        let (events, receiver) = mpsc::unbounded_channel();
        let pending: Pending = Arc::new(Mutex::new(Some(HashMap::new())));
        let writer = tokio::spawn(async move {
            while let Some(message) = queue.recv().await {
                if sink.send(message).await.is_err() {
                    break;
                }
            }
            let _ = sink.close().await;
        });
        let (answers, hang_up) = (pending.clone(), Arc::new(Notify::new()));
        let hung_up = hang_up.clone();
        tokio::spawn(async move {
            let read = async {
                while let Some(Ok(message)) = source.next().await {
                    if let Message::Text(text) = message {
                        take_in(&text, &answers, &events);
                    }
                }
            };
            tokio::select! {
                () = read => {}
                () = hung_up.notified() => {}
            }
            locked(&answers).take();
            writer.abort();
        });
        Ok((Self { outgoing, pending, next: Arc::default(), hang_up }, receiver))
    }

    /// Ends the connection; commands that wait have no answer then.
    pub(crate) fn close(&self) {
        self.hang_up.notify_one();
    }

    /// Sends a command, to the browser or to one of its tabs, and waits for the answer.
    pub(crate) async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Answer {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        {
            let mut pending = locked(&self.pending);
            let waiting = pending.as_mut().ok_or(CdpError::Closed)?;
            waiting.insert(id, Waiting { session: session.map(str::to_owned), answer: sender });
        }
        let _ticket = Ticket { pending: &self.pending, id };
        self.send(id, session, method, &params)?;
        match tokio::time::timeout(LIMIT, answer).await {
            Ok(answer) => answer.unwrap_or(Err(CdpError::Closed)),
            Err(_) => Err(CdpError::Silent),
        }
    }

    /// Sends a command whose answer nobody waits for.
    pub(crate) fn post(&self, session: &str, method: &str) {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let _ = self.send(id, Some(session), method, &json!({}));
    }

    fn send(&self, id: u64, session: Option<&str>, method: &str, params: &Value) -> Result<(), CdpError> {
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            command["sessionId"] = session.into();
        }
        self.outgoing.send(Message::text(command.to_string())).map_err(|_| CdpError::Closed)
    }

    /// Ends when the connection does.
    pub(crate) async fn closed(&self) {
        self.outgoing.closed().await;
    }

    /// Ends the commands that a tab will never answer.
    pub(crate) fn fail(&self, session: &str, error: &CdpError) {
        if let Some(waiting) = locked(&self.pending).as_mut() {
            let lost: Vec<u64> =
                waiting.iter().filter(|(_, w)| w.session.as_deref() == Some(session)).map(|(id, _)| *id).collect();
            for id in lost {
                if let Some(lost) = waiting.remove(&id) {
                    let _ = lost.answer.send(Err(error.clone()));
                }
            }
        }
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
fn unreadable(text: &str, error: &serde_json::Error, pending: &Pending) {
    #[derive(Deserialize)]
    struct Head {
        id: u64,
    }
    let Ok(Head { id }) = serde_json::from_str(text) else { return };
    if let Some(waiting) = locked(pending).as_mut().and_then(|waiting| waiting.remove(&id)) {
        let _ = waiting.answer.send(Err(CdpError::Refused(format!("the browser's answer cannot be read: {error}"))));
    }
}

fn take_in(text: &str, pending: &Pending, events: &mpsc::UnboundedSender<Event>) {
    let mut message = match parsed(text) {
        Ok(Value::Object(message)) => message,
        Ok(_) => return,
        Err(error) => return unreadable(text, &error, pending),
    };
    if let Some(id) = message.get("id").and_then(Value::as_u64) {
        let waiting = locked(pending).as_mut().and_then(|waiting| waiting.remove(&id));
        if let Some(waiting) = waiting {
            let answer = match message.remove("error") {
                Some(error) => Err(refusal(error["message"].as_str().unwrap_or("refused"))),
                None => Ok(message.remove("result").unwrap_or_default()),
            };
            let _ = waiting.answer.send(answer);
        }
    } else if let Some(Value::String(method)) = message.remove("method") {
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
