//! A tool that works on the same browser, over the same connection, in protocol sessions of its own.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::sync::{Notify, mpsc};

use super::cdp::{Cdp, CdpError, State};

/// Messages that may wait for a tool. One that does not read them is let go: the browser's memory is not ours to fill.
const WAITING: usize = 10_000;

/// The way to a tool.
pub(super) struct Line {
    /// The protocol session that the tool takes for the connection itself.
    root: String,
    to: mpsc::Sender<String>,
    full: Notify,
}

impl Line {
    /// Passes a message on, as it would come over a connection of the tool's own.
    pub(super) fn forward(&self, mut message: Map<String, Value>) {
        if message.get("sessionId").is_some_and(|session| *session == self.root.as_str()) {
            message.remove("sessionId");
        }
        if let Err(mpsc::error::TrySendError::Full(_)) = self.to.try_send(Value::Object(message).to_string()) {
            self.full.notify_one();
        }
    }
}

/// What tools have to be told: by protocol session.
pub(super) type Lines = HashMap<String, Arc<Line>>;

/// Passes an event on, if it is one of a tool's sessions.
pub(super) fn forward(lines: &mut Lines, message: Map<String, Value>) -> Result<(), Map<String, Value>> {
    let line = message.get("sessionId").and_then(Value::as_str).and_then(|session| lines.get(session)).cloned();
    let Some(line) = line else { return Err(message) };
    let child = message.get("params").and_then(|params| params["sessionId"].as_str()).map(str::to_owned);
    match (message.get("method").and_then(Value::as_str), child) {
        (Some("Target.attachedToTarget"), Some(child)) => drop(lines.insert(child, line.clone())),
        (Some("Target.detachedFromTarget"), Some(child)) => drop(lines.remove(&child)),
        _ => {}
    }
    line.forward(message);
    Ok(())
}

/// A tool's share of a connection. Dropped, its protocol sessions end, and the browser goes on.
pub(crate) struct Guest {
    cdp: Cdp,
    browser: String,
    line: Arc<Line>,
    heard: mpsc::Receiver<String>,
}

fn session(answer: &Value) -> String {
    answer["sessionId"].as_str().unwrap_or_default().to_owned()
}

impl Cdp {
    /// Lets a tool in, to the browser as a whole or to one of its targets.
    pub(crate) async fn invite(&self, target: Option<&str>) -> Result<Guest, CdpError> {
        let browser = session(&self.call(None, "Target.attachToBrowserTarget", json!({})).await?);
        let root = match target {
            None => browser.clone(),
            Some(target) => {
                let params = json!({ "targetId": target, "flatten": true });
                session(&self.call(Some(&browser), "Target.attachToTarget", params).await?)
            }
        };
        let (to, heard) = mpsc::channel(WAITING);
        let line = Arc::new(Line { root: root.clone(), to, full: Notify::new() });
        self.with_state(|state| drop(state.lines.insert(root, line.clone()))).ok_or(CdpError::Closed)?;
        Ok(Guest { cdp: self.clone(), browser, line, heard })
    }
}

impl Guest {
    /// Sends a command of the tool, which hears the answer.
    pub(crate) fn send(&self, mut command: Map<String, Value>) -> Result<(), CdpError> {
        let id = command.remove("id").unwrap_or_default();
        let session = match command.remove("sessionId") {
            None => self.line.root.clone(),
            Some(Value::String(session)) => session,
            Some(_) => return Err(CdpError::TabClosed),
        };
        // The sessions of others are theirs.
        let is_own = |state: &mut State| state.lines.get(&session).is_some_and(|line| Arc::ptr_eq(line, &self.line));
        if !self.cdp.with_state(is_own).ok_or(CdpError::Closed)? {
            return Err(CdpError::TabClosed);
        }
        command.insert("sessionId".into(), session.into());
        self.cdp.send_for(self.line.clone(), id, command)
    }

    /// The next message for the tool; none when the connection is gone, or the tool does not keep up.
    pub(crate) async fn next(&mut self) -> Option<String> {
        tokio::select! {
            biased;
            () = self.line.full.notified() => None,
            message = self.heard.recv() => message,
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.cdp.with_state(|state| {
            state.lines.retain(|_, line| !Arc::ptr_eq(line, &self.line));
            state.forget(&self.line);
        });
        self.cdp.detach(&self.browser);
    }
}
