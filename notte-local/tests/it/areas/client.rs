//! A plain HTTP client of a server of its own.

use notte_local::Local;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

pub(crate) struct Client {
    server: Local,
    http: reqwest::Client,
}

impl Client {
    pub(crate) async fn new() -> Self {
        Self { server: Local::start().await.unwrap(), http: reqwest::Client::new() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.server.url())).bearer_auth(self.server.api_key())
    }

    /// The status and the body; null where there is none.
    pub(crate) async fn send(request: RequestBuilder) -> (u16, Value) {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() })
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        Self::send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        Self::send(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        Self::send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        Self::send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// Posts what has to work.
    pub(crate) async fn make(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }
}

/// The text of a member that has to be there.
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}")).to_owned()
}
