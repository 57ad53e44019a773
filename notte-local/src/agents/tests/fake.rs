//! A browser that only pretends: it has one session, `s`, and shows what was typed.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::agents::browser::Filled;
use crate::agents::{Browser, Typed};
use crate::error::Refusal;

#[derive(Clone, Default)]
pub(super) struct Fake(Arc<State>);

#[derive(Default)]
struct State {
    url: Mutex<String>,
    /// Each action as it was to be shown, and as it really was.
    done: Mutex<Vec<(Value, Value)>>,
    over: watch::Sender<bool>,
    typed: Typed,
    /// With it, `wait` waits for a permit.
    gate: Mutex<Option<Arc<Semaphore>>>,
}

impl Fake {
    pub(super) fn done(&self) -> Vec<(Value, Value)> {
        self.0.done.lock().unwrap().clone()
    }

    /// From now on `wait` waits for a permit.
    pub(super) fn gate(&self) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        *self.0.gate.lock().unwrap() = Some(gate.clone());
        gate
    }

    pub(super) fn end(&self) {
        self.0.over.send_replace(true);
    }

    fn check(&self, session: &str) -> Result<(), Refusal> {
        if session != "s" {
            return Err(Refusal::not_found("Session"));
        }
        match *self.0.over.borrow() {
            true => Err(Refusal::new(StatusCode::CONFLICT, "the session is closed")),
            false => Ok(()),
        }
    }

    fn typed(&self) -> Vec<Value> {
        self.done().into_iter().map(|(_, real)| real["value"].clone()).filter(|value| !value.is_null()).collect()
    }
}

impl Browser for Fake {
    fn history(&self, session: &str) -> Result<Vec<Value>, Refusal> {
        self.check(session)?;
        let result = |message: &str| json!({"type": "execution_result", "value": {"action": {"type": "goto"}, "success": true, "message": message}});
        Ok(vec![result("opened the first page"), result("opened the second page")])
    }

    fn typed(&self, session: &str) -> Result<Typed, Refusal> {
        self.check(session)?;
        Ok(self.0.typed.clone())
    }

    fn opens(&self, session: &str, token: &str) -> bool {
        session == "s" && token == "tok"
    }

    async fn while_alive<T: Send>(&self, session: &str, work: impl Future<Output = T> + Send) -> Result<T, Refusal> {
        let mut over = self.0.over.subscribe();
        tokio::select! {
            done = work => Ok(done),
            _ = over.wait_for(|over| *over) => Err(self.check(session).unwrap_err()),
        }
    }

    async fn observe(&self, session: &str) -> Result<Value, Refusal> {
        self.check(session)?;
        let url = self.0.url.lock().unwrap().clone();
        Ok(json!({
            "started_at": "2026-01-01T00:00:00Z", "ended_at": "2026-01-01T00:00:01Z",
            "metadata": {"title": "A page", "url": url, "tabs": []},
            "screenshot": {"raw": "cGljdHVyZQ=="},
            "space": {"description": format!("a form\nI1: text {}", json!(self.typed()))},
        }))
    }

    async fn execute(&self, session: &str, shown: &Value, real: Filled) -> Result<Value, Refusal> {
        let real = real.action;
        self.check(session)?;
        let kind = real["type"].as_str().unwrap_or_default().to_owned();
        if kind == "dance" {
            return Err(Refusal::invalid(&["body", "type"], "unknown action `dance`"));
        }
        if let Some(url) = real["url"].as_str() {
            *self.0.url.lock().unwrap() = url.to_owned();
        }
        let gate = self.0.gate.lock().unwrap().clone();
        if let (Some(gate), "wait") = (gate, kind.as_str()) {
            gate.acquire().await.unwrap().forget();
        }
        let success = real["selector"] != "#missing";
        let message = if success { format!("did {kind} {}", real["value"]) } else { "no such element".into() };
        self.0.done.lock().unwrap().push((shown.clone(), real));
        let data = (kind == "scrape").then(|| json!({"markdown": "# Text"}));
        Ok(json!({"action": shown, "success": success, "message": message, "data": data}))
    }
}
