//! How agents behave, over a real socket, on a browser that only pretends.

mod chatting;
mod fake;
mod scripted;

use std::time::Duration;

use axum::Router;
use axum::routing::{delete, get, post};
use serde_json::{Value, json};

use super::{Agents, Llm, api, logs};
use crate::areas::Areas;
use crate::store::Store;
use fake::Fake;

/// A server with agents only.
struct Server {
    url: String,
    browser: Fake,
    areas: Areas,
    http: reqwest::Client,
}

impl Server {
    async fn new() -> Self {
        Self::with(None).await
    }

    async fn with(llm: Option<Llm>) -> Self {
        let browser = Fake::default();
        let areas = Areas { store: Store::in_memory().unwrap(), files: std::env::temp_dir() };
        let agents = Agents { browser: browser.clone(), areas: areas.clone(), llm, records: std::sync::Arc::default() };
        let router = Router::new()
            .route("/agents", get(api::list::<Fake>))
            .route("/agents/start", post(api::start::<Fake>))
            .route("/agents/{agent_id}", get(api::status::<Fake>))
            .route("/agents/{agent_id}/stop", delete(api::stop::<Fake>))
            .route("/agents/{agent_id}/workflow/code", get(api::code::<Fake>))
            .route("/agents/{agent_id}/debug/logs", get(logs::logs::<Fake>))
            .with_state(agents);
        Self { url: serve(router).await, browser, areas, http: reqwest::Client::new() }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read(self.http.get(format!("{}{path}", self.url))).await
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        read(self.http.delete(format!("{}{path}", self.url))).await
    }

    async fn start(&self, body: Value) -> (u16, Value) {
        read(self.http.post(format!("{}/agents/start", self.url)).json(&body)).await
    }

    /// Starts an agent on the session `s`, with more fields than the task.
    async fn begin(&self, task: &str, more: Value) -> String {
        let mut body = json!({ "session_id": "s", "task": task });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, agent) = self.start(body).await;
        assert_eq!(status, 200, "{agent}");
        agent["agent_id"].as_str().unwrap().to_owned()
    }

    /// Waits for an agent's end.
    async fn end(&self, id: &str) -> Value {
        for _ in 0..2000 {
            let (_, agent) = self.get(&format!("/agents/{id}")).await;
            if agent["status"] == "closed" {
                return agent;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("agent {id} did not end");
    }

    /// Runs a script to its end.
    async fn run(&self, script: Value, mut more: Value) -> Value {
        more["reasoning_model"] = "local/script".into();
        let id = self.begin(&script.to_string(), more).await;
        self.end(&id).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// The values of an agent's steps of one kind.
fn steps<'a>(agent: &'a Value, kind: &str) -> Vec<&'a Value> {
    let steps = agent["steps"].as_array().unwrap().iter();
    steps.filter(|step| step["type"] == kind).map(|step| &step["value"]).collect()
}
