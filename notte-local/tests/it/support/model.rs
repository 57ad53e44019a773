//! A language model that says what the test wrote down, behind the endpoint that they all have.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::task::JoinHandle;

/// The key that it asks for, and that nobody else may hear of.
pub(crate) const KEY: &str = "hush-model";

#[derive(Clone, Default)]
struct Mind {
    says: Arc<Mutex<VecDeque<(StatusCode, Value)>>>,
    heard: watch::Sender<Vec<String>>,
    thinks: Arc<tokio::sync::Mutex<()>>,
}

pub(crate) struct Model {
    pub(crate) url: String,
    mind: Mind,
    task: JoinHandle<()>,
}

impl Drop for Model {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Model {
    pub(crate) async fn start() -> Self {
        let mind = Mind::default();
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(mind.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("the model runs") });
        Self { url, mind, task }
    }

    /// What it says next: a text, or JSON.
    pub(crate) fn say(&self, said: &Value) {
        let content = said.as_str().map_or_else(|| said.to_string(), str::to_owned);
        let message = json!({"choices": [{"message": {"role": "assistant", "content": content}}]});
        self.answer(StatusCode::OK, message);
    }

    /// It fails next, and repeats the key.
    pub(crate) fn fail(&self) {
        let message = json!({"error": {"message": format!("{KEY} has no power")}});
        self.answer(StatusCode::INTERNAL_SERVER_ERROR, message);
    }

    fn answer(&self, status: StatusCode, body: Value) {
        self.mind.says.lock().expect("the model").push_back((status, body));
    }

    /// The messages of each request so far, as JSON.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.mind.heard.borrow().clone()
    }

    /// It thinks about what it hears as long as this is held.
    pub(crate) async fn think(&self) -> OwnedMutexGuard<()> {
        self.mind.thinks.clone().lock_owned().await
    }

    /// Waits until it has heard so many requests.
    pub(crate) async fn hears(&self, requests: usize) {
        let mut heard = self.mind.heard.subscribe();
        let enough = heard.wait_for(|heard| heard.len() >= requests);
        let enough = tokio::time::timeout(Duration::from_secs(30), enough).await;
        drop(enough.expect("the model is asked").expect("the model is there"));
    }
}

async fn answer(State(mind): State<Mind>, headers: HeaderMap, Json(body): Json<Value>) -> (StatusCode, Json<Value>) {
    assert_eq!(headers["authorization"], format!("Bearer {KEY}"));
    mind.heard.send_modify(|heard| heard.push(body["messages"].to_string()));
    drop(mind.thinks.lock().await);
    let next = mind.says.lock().expect("the model").pop_front();
    let (status, body) = next.unwrap_or((StatusCode::GONE, json!({"error": "nothing is left to say"})));
    (status, Json(body))
}
