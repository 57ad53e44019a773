//! What a request carries and what the client makes of a good answer, over real sockets.
use crate::support::{KEY, SESSION, Server, answer, json};
use notte_api::{Client, Error, ErrorKind, Operation, SendOnce};

#[tokio::test]
async fn a_request_carries_our_headers_and_not_progenitors() {
    let server = Server::start([json(200, SESSION)]).await;
    server.client().session_status().session_id("a b").send().await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.line, "GET /sessions/a%20b");
    assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(request.header("x-notte-request-origin"), Some("sdk-rust"));
    assert_eq!(request.header("x-notte-sdk-version"), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(request.header("user-agent"), Some(concat!("notte-rust/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(request.header("api-version"), None);
    assert_eq!(request.header("x-notte-api-key"), None);
}

#[tokio::test]
async fn an_operation_without_security_is_sent_without_the_key() {
    let server = Server::start([json(200, r#"{"status":"healthy"}"#), json(200, "{}")]).await;
    server.client().health_check().send().await.unwrap();
    let keyless = Client::builder().without_key().base_url(&server.url).build().unwrap();
    keyless.health_check().send().await.unwrap();
    for request in server.requests() {
        assert_eq!(request.header("authorization"), None);
        assert_eq!(request.header("x-notte-request-origin"), Some("sdk-rust"));
    }
    let error = keyless.session_status().session_id("s-1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Config, false));
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_bad_path_parameter_stops_the_request() {
    let server = Server::start([]).await;
    for id in ["", ".", "..", "a/b", "..\\..\\admin", "a\nb"] {
        let error = server.client().session_status().session_id(id).send().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("session_status")));
        assert!(!error.may_have_been_sent());
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn json_decodes_under_any_content_type_and_keeps_what_is_new() {
    let body = SESSION.replace("\"active\"", "\"paused\"").replacen('{', r#"{"brand_new":{"x":1},"#, 1);
    for headers in ["content-type: text/plain\r\n", ""] {
        let server = Server::start([answer(200, headers, &body)]).await;
        let session = server.client().session_status().session_id("s-1").send().await.unwrap();
        assert_eq!((session.status.as_str(), session.status.known()), ("paused", None));
        assert_eq!(session.created_at.to_string(), "2025-01-02T03:04:05.5Z");
        assert_eq!(session.extra["brand_new"]["x"], 1);
    }
}

#[tokio::test]
async fn a_bare_array_is_one_page_and_one_odd_item_costs_only_itself() {
    let server = Server::start([json(200, &format!("[{SESSION},{{\"odd\":1}},{SESSION}]"))]).await;
    let page = server.client().list_sessions().page(1).send().await.unwrap();
    assert_eq!(server.requests()[0].line, "GET /sessions?page=1");
    assert_eq!((page.items.len(), page.items.odd()[0].index(), page.has_next), (2, 1, false));
}

#[tokio::test]
async fn any_answer_can_be_had_undecoded() {
    let server = Server::start([answer(200, "", "not json"), json(503, r#"{"detail":"busy"}"#)]).await;
    let client = server.client();
    let raw = client.session_status().session_id("s-1").send_bytes().await.unwrap();
    assert_eq!(raw.into_inner().bytes().await.unwrap(), "not json");
    let error = client.session_status().session_id("s-1").send_bytes().await.unwrap_err();
    assert_eq!(error.detail(), Some("busy"));
}

#[tokio::test]
async fn a_builder_can_be_sent_again_on_another_client() {
    async fn twice<O: Operation>(
        operation: O,
        client: &Client,
    ) -> (Result<O::Output, Error>, Result<O::Output, Error>) {
        let first = operation.clone().send_on(client).await.map(notte_api::ResponseValue::into_inner);
        (first, operation.send_on(client).await.map(notte_api::ResponseValue::into_inner))
    }

    fn is_send<T: Send>(value: T) -> T {
        value
    }

    let server = Server::start([json(503, ""), json(200, SESSION)]).await;
    let nowhere = Client::builder().api_key("other").base_url("http://127.0.0.1:9").build().unwrap();
    let client = server.client();
    let (first, second) = is_send(twice(nowhere.session_status().session_id("s-1"), &client)).await;
    assert_eq!((first.unwrap_err().status().unwrap().as_u16(), second.unwrap().session_id.as_str()), (503, "s-1"));
}

#[test]
fn the_table_finds_every_operation() {
    fn meta<O: SendOnce>(_: &O) -> &'static notte_api::OperationMeta {
        O::META
    }

    let client = Client::builder().without_key().build().unwrap();
    assert_eq!((meta(&client.session_start()).id, meta(&client.session_start()).method), ("session_start", "POST"));
    assert!(notte_api::OPERATIONS.windows(2).all(|pair| pair[0].id < pair[1].id));
}

#[test]
fn everything_travels_between_threads() {
    fn travels<T: Send + Sync + 'static>() {}

    travels::<Client>();
    travels::<Error>();
    travels::<notte_api::ByteStream>();
    travels::<notte_api::ResponseValue<notte_api::types::SessionResponse>>();
    travels::<notte_api::Part>();
    travels::<notte_api::CallOptions>();
}
