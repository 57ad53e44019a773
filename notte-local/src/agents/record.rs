//! What is known about agents: their steps as they come, and how they ended.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::clock;
use crate::error::Refusal;

/// Ended agents that are still answered for.
const KEPT: usize = 500;

/// One agent. Its log is followed by whoever watches `changed`.
pub(crate) struct Record {
    pub(super) id: String,
    pub(super) session: String,
    task: String,
    url: Option<String>,
    created_at: String,
    progress: Mutex<Progress>,
    changed: watch::Sender<()>,
    stop: watch::Sender<bool>,
}

#[derive(Default)]
struct Progress {
    closed_at: Option<String>,
    success: Option<bool>,
    answer: Option<String>,
    steps: Vec<Value>,
}

impl Record {
    pub(super) fn new(session: String, task: String, url: Option<String>) -> Self {
        Self {
            id: id_beside(&session),
            session,
            task,
            url,
            created_at: clock::now(),
            progress: Mutex::default(),
            changed: watch::Sender::new(()),
            stop: watch::Sender::new(false),
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_active(&self) -> bool {
        self.progress().closed_at.is_none()
    }

    /// Adds a step, in the form that steps have.
    pub(super) fn push(&self, kind: &str, value: &Value) {
        self.progress().steps.push(json!({ "type": kind, "value": value }));
        self.changed.send_replace(());
    }

    /// Ends the agent. One that was stopped has neither succeeded nor failed.
    pub(super) fn close(&self, success: Option<bool>, answer: String) {
        let mut progress = self.progress();
        progress.closed_at = Some(clock::now());
        progress.success = success;
        progress.answer = Some(answer);
        drop(progress);
        self.changed.send_replace(());
    }

    /// Asks the agent to end before its next step.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub(super) fn is_stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Ends when the agent is asked to.
    pub(super) async fn stopped(&self) {
        let _ = self.stop.subscribe().wait_for(|stopped| *stopped).await;
    }

    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// The steps after the first `from`.
    pub(super) fn steps(&self, from: usize) -> Vec<Value> {
        self.progress().steps.get(from..).unwrap_or_default().to_vec()
    }

    /// The agent as a list gives it.
    pub(super) fn summary(&self) -> Value {
        self.describe(&self.progress())
    }

    /// The agent with its steps.
    pub(super) fn status(&self) -> Value {
        let progress = self.progress();
        let mut status = self.describe(&progress);
        status["task"] = json!(self.task);
        status["url"] = json!(self.url);
        status["success"] = json!(progress.success);
        status["answer"] = json!(progress.answer);
        status["steps"] = json!(progress.steps);
        status
    }

    fn describe(&self, progress: &Progress) -> Value {
        json!({
            "agent_id": self.id,
            "session_id": self.session,
            "created_at": self.created_at,
            "status": if progress.closed_at.is_some() { "closed" } else { "active" },
            "closed_at": progress.closed_at,
            "saved": false,
        })
    }
}

/// An id that begins as the session's does: a proxy before several servers tells them apart by that.
fn id_beside(session: &str) -> String {
    let id = uuid::Uuid::new_v4().to_string();
    let instance = session.len().checked_sub(id.len()).and_then(|end| session.get(..end)).unwrap_or_default();
    format!("{instance}{id}")
}

/// All agents, oldest first.
#[derive(Default)]
pub(crate) struct Records(Mutex<Vec<Arc<Record>>>);

impl Records {
    fn all(&self) -> MutexGuard<'_, Vec<Arc<Record>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, record: Arc<Record>) {
        let mut all = self.all();
        all.push(record);
        let ended = all.iter().filter(|record| !record.is_active()).count();
        if ended > KEPT
            && let Some(oldest) = all.iter().position(|record| !record.is_active())
        {
            all.remove(oldest);
        }
    }

    pub(super) fn find(&self, id: &str) -> Result<Arc<Record>, Refusal> {
        let found = self.all().iter().find(|record| record.id == id).cloned();
        found.ok_or_else(|| Refusal::not_found(&format!("agent {id}")))
    }

    pub(super) fn newest_first(&self) -> Vec<Arc<Record>> {
        self.all().iter().rev().cloned().collect()
    }

    /// Every agent as a list gives it, newest first.
    pub(crate) fn summaries(&self) -> Vec<Value> {
        self.newest_first().iter().map(|record| record.summary()).collect()
    }

    /// Asks every agent to end.
    pub(crate) fn stop(&self) {
        for record in self.all().iter() {
            record.stop();
        }
    }
}
