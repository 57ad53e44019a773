//! The server: answers whatever it is told to, and keeps the request it was sent.

use std::sync::{Arc, Mutex};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use notte_api::{Client, Error};
use serde_json::Value;

use crate::contract::{
    fixture::Call,
    table::{Got, Send},
};

pub(crate) const KEY: &str = "not-a-real-key";

/// What the server says.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { status, content_type: "application/json", body: body.to_string().into_bytes() }
    }

    /// Text goes out as it is, which is how a fixture holds bytes.
    pub(crate) fn bytes(status: u16, body: &Value) -> Self {
        Self { status, content_type: "application/octet-stream", body: body.as_str().unwrap().into() }
    }
}

/// A server with its client.
pub(crate) struct Server {
    client: Client,
    _mock: MockServer,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answer: Answer,
    seen: Vec<HttpMockRequest>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let mock = MockServer::start_async().await;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        mock.mock_async(move |_when, then| {
            then.respond_with(move |request| {
                let mut state = shared.lock().unwrap();
                state.seen.push(request.clone());
                let answer = state.answer.clone();
                let response = HttpMockResponse::builder().status(answer.status);
                if answer.content_type.is_empty() {
                    return response.build();
                }
                response.header("content-type", answer.content_type).body(answer.body).build()
            });
        })
        .await;
        let client = Client::builder().base_url(mock.base_url()).api_key(KEY).build().unwrap();
        Self { client, _mock: mock, state }
    }

    /// Sends one request; gives what was decoded, and the one request that arrived.
    pub(crate) async fn exchange(
        &self,
        send: Send,
        call: &Call,
        answer: Answer,
    ) -> (Result<Got, Error>, Result<HttpMockRequest, String>) {
        let (got, mut seen) = self.all_requests(send, call, answer).await;
        let request = match seen.len() {
            1 => Ok(seen.remove(0)),
            count => Err(format!("{count} requests arrived, not one")),
        };
        (got, request)
    }

    /// Sends one request; gives what was decoded, and whatever arrived.
    pub(crate) async fn all_requests(
        &self,
        send: Send,
        call: &Call,
        answer: Answer,
    ) -> (Result<Got, Error>, Vec<HttpMockRequest>) {
        *self.state.lock().unwrap() = State { answer, seen: Vec::new() };
        let got = send(&self.client, call).await;
        (got, std::mem::take(&mut self.state.lock().unwrap().seen))
    }
}
