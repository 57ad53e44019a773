//! What the end-to-end tests share: a server, a client of plain HTTP, and a site to work on.

mod model;
mod site;

use notte_local::{Builder, Local};
use serde_json::{Value, json};

pub(crate) use model::Model;
pub(crate) use site::Site;

/// A running server and a client that shares no code with the workspace's.
pub(crate) struct Api {
    pub(crate) local: Local,
    pub(crate) http: reqwest::Client,
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::with(Local::builder()).await
    }

    pub(crate) async fn with(builder: Builder) -> Self {
        Self { local: builder.start().await.expect("the server starts"), http: reqwest::Client::new() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.local.url())
    }

    /// Sends a request; the answer's status and JSON.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let mut request = self.http.request(method, self.url(path)).bearer_auth(self.local.api_key());
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.good("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.good("POST", path, Some(body)).await
    }

    /// Sends a file as a form.
    pub(crate) async fn upload(&self, path: &str, name: &str, content: &str) -> Value {
        let part = reqwest::multipart::Part::text(content.to_owned()).file_name(name.to_owned());
        let form = reqwest::multipart::Form::new().part("file", part);
        let request = self.http.post(self.url(path)).bearer_auth(self.local.api_key()).multipart(form);
        let answer = request.send().await.and_then(reqwest::Response::error_for_status).expect("an answer");
        serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON")
    }

    async fn good(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, answer) = self.send(method, path, body).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
        answer
    }

    pub(crate) async fn session(&self) -> Session<'_> {
        self.session_with(json!({})).await
    }

    pub(crate) async fn session_with(&self, start: Value) -> Session<'_> {
        let answer = self.post("/sessions/start", start).await;
        let id = answer["session_id"].as_str().expect("an id").to_owned();
        Session { api: self, id, start: answer }
    }
}

/// A session of that server.
pub(crate) struct Session<'a> {
    pub(crate) api: &'a Api,
    pub(crate) id: String,
    pub(crate) start: Value,
}

impl Session<'_> {
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/sessions/{}{rest}", self.id)
    }

    pub(crate) async fn act(&self, action: Value) -> Value {
        self.api.post(&self.path("/page/execute"), action).await
    }

    /// Executes an action that has to work.
    pub(crate) async fn does(&self, action: Value) -> Value {
        let answer = self.act(action).await;
        assert_eq!(answer["success"], true, "{answer}");
        answer
    }

    /// Executes an action that has to fail, for a reason of this kind.
    pub(crate) async fn fails(&self, action: Value, kind: &str) -> Value {
        let answer = self.act(action).await;
        assert_eq!(answer["success"], false, "{answer}");
        assert_eq!(answer["exception_detail"]["error_type"], kind, "{answer}");
        answer
    }

    pub(crate) async fn goto(&self, url: &str) -> Value {
        self.does(json!({"type": "goto", "url": url})).await
    }

    /// Opens a page that the test itself writes.
    pub(crate) async fn shows(&self, html: &str) -> Value {
        self.shows_as("text/html", html).await
    }

    pub(crate) async fn shows_as(&self, kind: &str, text: &str) -> Value {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        self.goto(&format!("data:{kind};charset=utf-8,{encoded}")).await
    }

    pub(crate) async fn observe(&self) -> Value {
        self.api.post(&self.path("/page/observe"), json!({})).await
    }

    pub(crate) async fn scrape(&self, body: Value) -> String {
        let answer = self.api.post(&self.path("/page/scrape"), body).await;
        answer["markdown"].as_str().expect("markdown").to_owned()
    }

    /// The ids and labels of what is in sight, as `B1 Sign in`.
    pub(crate) async fn elements(&self) -> Vec<String> {
        elements(&self.observe().await)
    }

    /// The value of a script in the page.
    pub(crate) async fn js(&self, code: &str) -> String {
        let answer = self.does(json!({"type": "evaluate_js", "code": code})).await;
        answer["data"]["markdown"].as_str().expect("a value").to_owned()
    }

    pub(crate) async fn stop(&self) -> Value {
        let (status, answer) = self.api.send("DELETE", &self.path("/stop"), None).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }
}

/// The ids and labels of an observation, as `B1 Sign in`.
pub(crate) fn elements(observation: &Value) -> Vec<String> {
    let actions = observation["space"]["interaction_actions"].as_array().expect("actions");
    let line = |action: &Value| {
        format!("{} {}", action["id"].as_str().unwrap_or_default(), action["text_label"].as_str().unwrap_or_default())
    };
    actions.iter().map(line).collect()
}
