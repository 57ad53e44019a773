//! The DevTools protocol of a session's browser for other tools, such as Playwright: over the session's own connection,
//! since the browser opens no port.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Map, Value};

use super::allow;
use crate::engine::{CdpError, Guest, failure};
use crate::sessions::Session;

/// What is to be done after a message of a tool.
enum Heard {
    Nothing,
    /// The tool gets an answer from here.
    Answer(Map<String, Value>),
    Leave,
}

/// Passes messages between a tool and the browser. The session lives on when the tool leaves.
pub(super) async fn relay(socket: WebSocket, session: Arc<Session>, mut guest: Guest) {
    let (mut to_tool, mut from_tool) = socket.split();
    loop {
        let message = tokio::select! {
            message = guest.next() => match message {
                Some(text) => text,
                None => break,
            },
            message = from_tool.next() => match message {
                Some(Ok(Message::Text(text))) => match hear(&text, &session, &guest) {
                    Heard::Nothing => continue,
                    Heard::Answer(answer) => Value::Object(answer).to_string(),
                    Heard::Leave => break,
                },
                Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => continue,
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            },
            () = session.ended() => return,
        };
        if to_tool.send(Message::text(message)).await.is_err() {
            break;
        }
    }
    drop(guest);
    if let Err(error) = session.browser.take_downloads().await {
        tracing::debug!(%error, "downloads may still go where a tool wanted them");
    }
    let _ = to_tool.close().await;
}

fn hear(text: &str, session: &Session, guest: &Guest) -> Heard {
    session.touch();
    let Ok(Value::Object(mut command)) = serde_json::from_str(text) else { return Heard::Leave };
    let id = command.get("id").cloned().unwrap_or_default();
    let method = command.get("method").and_then(Value::as_str).unwrap_or_default().to_owned();
    // Ending the browser is the session's business: the tool is let go instead.
    if method == "Browser.close" {
        return Heard::Leave;
    }
    let mut params = match command.remove("params") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => return Heard::Answer(refused(id, &command, "params should be an object")),
    };
    if let Err(reason) = allow::judge(&method, &mut params, session.folder()) {
        return Heard::Answer(refused(id, &command, &reason));
    }
    // Nothing but what was judged is passed on.
    let mut judged = Map::from_iter([
        ("id".to_owned(), id.clone()),
        ("method".to_owned(), method.into()),
        ("params".to_owned(), Value::Object(params)),
    ]);
    if let Some(of) = command.get("sessionId") {
        judged.insert("sessionId".into(), of.clone());
    }
    match guest.send(judged) {
        Ok(()) => Heard::Nothing,
        Err(CdpError::Closed) => Heard::Leave,
        Err(_) => Heard::Answer(refused(id, &command, "Session with given id not found.")),
    }
}

/// An answer in the protocol session that was asked.
fn refused(id: Value, command: &Map<String, Value>, reason: &str) -> Map<String, Value> {
    let mut answer = failure(id, reason);
    if let Some(of) = command.get("sessionId") {
        answer.insert("sessionId".into(), of.clone());
    }
    answer
}
