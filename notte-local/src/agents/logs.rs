//! The log of an agent as a WebSocket: its steps from the first one on, then how it ended.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Agents;
use super::browser::Browser;
use super::record::Record;
use crate::error::{Answer, Refusal};
use crate::input::Query;

#[derive(Deserialize)]
pub(super) struct Opener {
    token: String,
    session_id: String,
}

/// Opened by the session's token, which its debug information gives: the key has no place in an address.
pub(super) async fn logs<B: Browser>(
    State(agents): State<Agents<B>>,
    Path(id): Path<String>,
    Query(opener): Query<Opener>,
    upgrade: WebSocketUpgrade,
) -> Answer<Response> {
    if !agents.browser.opens(&opener.session_id, &opener.token) {
        return Err(Refusal::new(StatusCode::UNAUTHORIZED, "the token of this address is wrong"));
    }
    let record = agents.records.find(&id)?;
    if record.session != opener.session_id {
        return Err(Refusal::not_found(&format!("agent {id} in session {}", opener.session_id)));
    }
    Ok(upgrade.on_upgrade(|socket| follow(socket, record)))
}

/// Ends when the agent does, or whoever listens leaves.
async fn follow(mut socket: WebSocket, record: Arc<Record>) {
    let mut changes = record.changes();
    let mut sent = 0;
    loop {
        changes.mark_unchanged();
        // Asked first: nothing comes after the end.
        let ended = !record.is_active();
        for step in record.steps(sent) {
            sent += 1;
            if step["type"] == "agent_completion" && !send(&mut socket, &step["value"]).await {
                return;
            }
        }
        if ended {
            send(&mut socket, &json!({ "status": "agent_stop", "agent": record.status() })).await;
            let _ = socket.send(Message::Close(None)).await;
            return;
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            heard = socket.recv() => if !matches!(heard, Some(Ok(_))) { return },
        }
    }
}

async fn send(socket: &mut WebSocket, message: &Value) -> bool {
    socket.send(Message::Text(message.to_string().into())).await.is_ok()
}
