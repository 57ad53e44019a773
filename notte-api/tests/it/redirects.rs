//! Redirects over real sockets: what is followed, and what goes along.
use crate::support::{KEY, SESSION, Server, json, redirect};
use futures_util::stream;
use notte_api::{CallOptions, ErrorKind, Part, reqwest};

const FILE: &str = r#"{"id":"f-1","session_id":"s-1","filename":"a.txt","mime_type":"text/plain","size":5,"checksum":"c",
    "created_at":"2025-01-02","expires_at":"2025-01-03","source":"user_upload"}"#;

#[tokio::test]
async fn a_redirect_on_the_same_origin_keeps_method_body_and_key() {
    for status in [307, 308] {
        let server = Server::start([redirect(status, "/sessions/start/"), json(200, SESSION)]).await;
        let options = CallOptions::new().header("idempotency-key", "once");
        let client = server.client().with_options(options);
        let session = client.session_start().body_map(|body| body.idle_timeout_minutes(2)).send().await.unwrap();
        assert_eq!(session.session_id, "s-1");
        let requests = server.requests();
        assert_eq!(
            (requests[0].line.as_str(), requests[1].line.as_str()),
            ("POST /sessions/start", "POST /sessions/start/")
        );
        assert_eq!(requests[1].body, r#"{"idle_timeout_minutes":2}"#);
        for name in ["authorization", "content-type", "x-notte-request-origin", "user-agent", "idempotency-key"] {
            assert!(requests[0].header(name).is_some(), "{name}");
            assert_eq!(requests[0].header(name), requests[1].header(name), "{name}");
        }
    }
}

#[tokio::test]
async fn another_origin_gets_the_request_without_the_key_and_without_our_headers() {
    let elsewhere = Server::start([json(200, "{}")]).await;
    let server = Server::start([redirect(307, &format!("{}/run", elsewhere.url))]).await;
    let trace = |headers: &mut reqwest::header::HeaderMap| {
        headers.insert("x-mine-traced", "1".parse().unwrap());
    };
    let client = server.builder().header("x-mine-always", "1").headers_with(trace).build().unwrap();
    let client = client.with_options(CallOptions::new().header("x-mine", "1"));
    client.function_run_start().function_id("f").body_map(|body| body.workflow_id("f")).send().await.unwrap();

    let first = &server.requests()[0];
    assert_eq!(first.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(first.header("x-notte-api-key"), Some(KEY));
    assert!(["x-mine", "x-mine-always", "x-mine-traced"].iter().all(|name| first.header(name) == Some("1")));
    let second = &elsewhere.requests()[0];
    assert_eq!((second.line.as_str(), second.body.as_str()), ("POST /run", first.body.as_str()));
    for (name, value) in &second.headers {
        assert!(name != "authorization" && !name.starts_with("x-mine") && !name.starts_with("x-notte-"), "{name}");
        assert!(!value.contains(KEY), "{name}");
    }
}

#[tokio::test]
async fn the_key_does_not_come_back_once_it_was_dropped() {
    let last = Server::start([json(200, SESSION)]).await;
    let middle = Server::start([redirect(307, &format!("{}/x", last.url))]).await;
    let first = Server::start([redirect(307, &middle.url)]).await;
    first.client().session_status().session_id("s-1").send().await.unwrap();
    assert_eq!(middle.requests()[0].header("authorization"), None);
    assert_eq!(last.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_post_is_not_turned_into_a_get() {
    for status in [301, 302, 303] {
        let server = Server::start([redirect(status, "/elsewhere")]).await;
        let error = server.client().session_start().send().await.unwrap_err();
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(server.requests().len(), 1);

        let server = Server::start([redirect(status, "/elsewhere"), json(200, SESSION)]).await;
        server.client().session_status().session_id("s-1").send().await.unwrap();
        assert_eq!(server.requests()[1].line, "GET /elsewhere");
    }
}

#[tokio::test]
async fn an_endless_redirect_ends() {
    let server = Server::start((0..20).map(|_| redirect(307, "/again"))).await;
    let error = server.client().session_status().session_id("s-1").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, 307));
    assert_eq!(server.requests().len(), 11);
}

#[tokio::test]
async fn an_upload_from_memory_follows_a_redirect() {
    let server = Server::start([redirect(307, "/sessions/s-1/files/"), json(200, FILE)]).await;
    let part = Part::bytes("a.txt", "hello").mime("text/plain");
    let file = server.client().upload_session_file().session_id("s-1").file(part).send().await.unwrap();
    assert_eq!(file.id, "f-1");
    let requests = server.requests();
    assert!(requests[0].body.contains("filename=\"a.txt\"") && requests[0].body.contains("\r\n\r\nhello\r\n"));
    assert_eq!(requests[0].body, requests[1].body);
    assert_eq!(requests[0].header("content-type"), requests[1].header("content-type"));
}

#[tokio::test]
async fn an_upload_that_can_be_read_only_once_returns_the_redirect() {
    let server = Server::start([redirect(307, "/sessions/s-1/files/")]).await;
    let content = stream::iter(["hel", "lo"].map(|chunk| Ok::<_, std::io::Error>(notte_api::Bytes::from(chunk))));
    let part = Part::stream("a.txt", content, None);
    let error = server.client().upload_session_file().session_id("s-1").file(part).send().await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, 307));
    assert!(server.requests()[0].body.contains("hel") && server.requests()[0].body.contains("lo"));
}
