//! A server that repeats what it was sent, in every way a server has, and another one that it redirects to.

use std::sync::{Arc, Mutex};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use serde_json::{Value, json};

use super::plant::{CORE, KEY, marker};

/// What the server says.
#[derive(Clone)]
pub(super) enum Reply {
    Fixed(u16, Vec<u8>),
    /// FastAPI's list of what is wrong, with the input.
    EchoInput,
    /// A `detail` of every secret in the request.
    EchoSecrets(u16),
    /// A `detail` of the whole request: address, body and key.
    EchoRequest,
    /// The body alone, as text, written by another JSON library.
    EchoText,
    /// A page with the body in its title.
    EchoHtml,
    /// To the other server, which answers this.
    Redirect(u16, Vec<u8>),
}

/// Every way to refuse.
pub(super) fn refusals() -> Vec<(&'static str, Reply)> {
    vec![
        ("the input echoed", Reply::EchoInput),
        ("the secrets echoed", Reply::EchoSecrets(403)),
        ("the request echoed", Reply::EchoRequest),
        ("the body as text", Reply::EchoText),
        ("the body as HTML", Reply::EchoHtml),
    ]
}

pub(super) struct Server {
    mock: MockServer,
    _other: MockServer,
    state: Arc<Mutex<State>>,
}

struct State {
    reply: Reply,
    requests: usize,
    /// The headers of each request that reached the other server.
    others: Vec<String>,
}

impl Server {
    pub(super) async fn start() -> Self {
        let (mock, other) = (MockServer::start_async().await, MockServer::start_async().await);
        let nothing = Reply::Fixed(500, Vec::new());
        let state = Arc::new(Mutex::new(State { reply: nothing, requests: 0, others: Vec::new() }));
        let shared = Arc::clone(&state);
        let elsewhere = format!("{}/elsewhere?token={CORE}", other.base_url());
        mock.mock_async(move |_when, then| {
            then.respond_with(move |request| {
                let mut state = shared.lock().unwrap();
                state.requests += 1;
                respond(&state.reply, request, &elsewhere)
            });
        })
        .await;
        let shared = Arc::clone(&state);
        other
            .mock_async(move |_when, then| {
                then.respond_with(move |request| {
                    let mut state = shared.lock().unwrap();
                    state.others.push(format!("{:?}", request.headers_vec()));
                    let Reply::Redirect(status, body) = &state.reply else { panic!("nobody was redirected") };
                    let response = HttpMockResponse::builder().status(*status);
                    if body.is_empty() { response.build() } else { response.body(body.clone()).build() }
                });
            })
            .await;
        Self { mock, _other: other, state }
    }

    pub(super) fn url(&self) -> String {
        self.mock.base_url()
    }

    /// Sets what the server says from now on.
    pub(super) fn will(&self, reply: &Reply) {
        self.state.lock().unwrap().reply = reply.clone();
    }

    /// How many requests arrived since the last time, and the headers of those at the other server.
    pub(super) fn taken(&self) -> (usize, Vec<String>) {
        let mut state = self.state.lock().unwrap();
        (std::mem::take(&mut state.requests), std::mem::take(&mut state.others))
    }
}

fn respond(reply: &Reply, request: &HttpMockRequest, elsewhere: &str) -> HttpMockResponse {
    let response = HttpMockResponse::builder().header("set-cookie", format!("session={KEY}"));
    let body = String::from_utf8_lossy(request.body_ref());
    let input: Value = serde_json::from_str(&body).unwrap_or_default();
    let answer = |status: u16, body: Value| (status, "application/json", body.to_string().into_bytes());
    let (status, content_type, body) = match reply {
        Reply::Fixed(status, body) => (*status, "application/json", body.clone()),
        Reply::Redirect(..) => return response.status(307).header("location", elsewhere).build(),
        Reply::EchoInput => {
            let fault = |place: Value, said: &str| {
                json!({
                    "type": "value_error", "loc": ["body", place], "msg": format!("'{said}' is not allowed"),
                    "input": input, "ctx": {"error": said}, "url": format!("https://errors.example.net/{CORE}"),
                })
            };
            let faults: Vec<_> = secrets(request, &input).iter().map(|secret| fault("x".into(), secret)).collect();
            answer(422, json!({ "detail": faults }))
        }
        Reply::EchoSecrets(status) => answer(*status, json!({ "detail": secrets(request, &input).join(", ") })),
        Reply::EchoRequest => {
            // Without its host, for a URL would be cut out whole.
            let uri = request.uri();
            let address = uri.path_and_query().unwrap();
            let said = format!("key {KEY}, address {address}, body {body}");
            answer(400, json!({ "message": "it failed", "detail": said }))
        }
        Reply::EchoText => (500, "text/plain", format!("failed on {}", ascii(&input.to_string())).into_bytes()),
        Reply::EchoHtml => {
            let text = format!("<html><head><title>failed on {body}</title></head>{}</html>", marker());
            (502, "text/html", text.into_bytes())
        }
    };
    response.status(status).header("content-type", content_type).body(body).build()
}

/// Every planted text of a request, and the key.
fn secrets(request: &HttpMockRequest, input: &Value) -> Vec<String> {
    let mut found = vec![KEY.to_owned()];
    found.extend(request.query_params().into_iter().map(|(_, value)| value).filter(|value| value.contains(CORE)));
    collect(input, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains(CORE) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, found)),
        _ => {}
    }
}

/// JSON as Python writes it: nothing but ASCII.
fn ascii(json: &str) -> String {
    let mut units = [0; 2];
    json.chars()
        .flat_map(|c| match c.is_ascii() {
            true => vec![c.to_string()],
            false => c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        })
        .collect()
}
