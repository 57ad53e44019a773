//! Every way in which a call fails, over real sockets: what the error says, and how far the request got.
use std::time::Duration;

use crate::support::{KEY, Reply, SESSION, Server, answer, json};
use notte_api::{CallOptions, Client, Error, ErrorKind};

async fn status_error(reply: Reply) -> Error {
    let server = Server::start([reply]).await;
    let client = server.builder().timeout(Duration::from_millis(500)).build().unwrap();
    client.session_status().session_id("s-1").send().await.unwrap_err()
}

#[tokio::test]
async fn an_error_page_of_a_proxy_keeps_its_status() {
    let error = status_error(answer(
        502,
        "content-type: text/html\r\nx-request-id: r-1\r\nx-error-class: NotteApiExecutionError\r\n",
        "<html><head><title>502 Bad Gateway</title></head></html>",
    ))
    .await;
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Status, 502));
    assert_eq!((error.request_id(), error.error_class()), (Some("r-1"), Some("NotteApiExecutionError")));
    assert!(error.body().unwrap().starts_with(b"<html>"));
    assert!(error.may_have_been_sent());
    assert_eq!(error.to_string(), "session_status failed: 502 502 Bad Gateway");
}

#[tokio::test]
async fn every_refusal_says_why_in_one_line() {
    for (status, body, expected) in [
        (503, r#"{"detail":"upstream busy"}"#, "503 upstream busy"),
        (
            422,
            r#"{"detail":[{"loc":["body","max_steps"],"msg":"too big","input":"x"}]}"#,
            "422 body.max_steps: too big",
        ),
        (200, r#"{"detail":"no such session"}"#, "200 no such session"),
        (404, "", "404 Not Found"),
        (529, "", "529"),
    ] {
        let error = status_error(json(status, body)).await;
        assert_eq!(error.to_string(), format!("session_status failed: {expected}"));
        assert_eq!(error.kind(), ErrorKind::Status);
    }
}

#[tokio::test]
async fn an_answer_that_does_not_decode_names_the_place() {
    let error = status_error(json(200, &SESSION.replace("\"2025-01-02T03:04:05.5\"", "\"soon\""))).await;
    assert_eq!(
        (error.kind(), error.json_path(), error.status().unwrap().as_u16()),
        (ErrorKind::Decode, Some("created_at"), 200)
    );
    assert_eq!(error.to_string(), "session_status failed: the answer does not decode at created_at: not a timestamp");
    assert!(error.may_have_been_sent());

    for body in ["", "<html>", "[]", "{}", "null"] {
        assert_eq!(status_error(json(200, body)).await.kind(), ErrorKind::Decode, "{body}");
    }
}

#[tokio::test]
async fn an_empty_success_is_nothing_and_its_detail_a_refusal() {
    let replies = [answer(204, "", ""), json(200, r#"{"status":"ok"}"#), json(200, r#"{"detail":"still in use"}"#)];
    let server = Server::start(replies).await;
    let client = server.client();
    let delete = || client.delete_session_file().session_id("s-1").file_id("a.txt").send();
    assert_eq!(delete().await.unwrap().status(), 204);
    delete().await.unwrap();
    assert_eq!(delete().await.unwrap_err().detail(), Some("still in use"));
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_a_transport_failure() {
    let error = status_error(Reply::Raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"session_id\":".into())).await;
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Transport, true));
    assert_eq!(error.to_string(), "session_status failed: the connection was closed before the answer was complete");
    let error = status_error(Reply::Raw(String::new())).await;
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Transport, true));
    let error = status_error(Reply::Raw("SSH-2.0-x\r\n\r\n".into())).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn a_stalled_answer_times_out_before_and_after_its_headers() {
    for sent in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let error = status_error(Reply::Stall(sent.into())).await;
        assert_eq!((error.kind(), error.is_timeout(), error.may_have_been_sent()), (ErrorKind::Timeout, true, true));
        assert_eq!(error.to_string(), "session_status failed: timed out");
    }
    // The status is known, so a body that never ends does not hide it.
    let error = status_error(Reply::Stall("HTTP/1.1 503 X\r\ncontent-length: 9\r\n\r\nbusy".into())).await;
    assert_eq!((error.kind(), error.detail()), (ErrorKind::Status, Some("busy")));
}

#[tokio::test]
async fn the_timeout_of_a_call_beats_the_clients() {
    let server = Server::start([Reply::Stall(String::new())]).await;
    let client = server.client().with_options(CallOptions::new().timeout(Duration::from_millis(50)));
    assert!(client.session_status().session_id("s-1").send().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn a_refused_connection_was_surely_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let client = Client::builder().api_key(KEY).base_url(url).build().unwrap();
    let error = client.session_stop().session_id("s-1").send().await.unwrap_err();
    assert!(error.is_connect() && !error.may_have_been_sent() && !error.is_timeout());
    assert_eq!(error.to_string(), "session_stop failed: connection refused");
}

#[tokio::test]
async fn a_stream_lives_as_long_as_it_flows() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n";
    let server =
        Server::start([Reply::Raw(format!("{head}0\r\n\r\n")), Reply::Stall(head.into()), Reply::Raw(head.into())])
            .await;
    let client = server.builder().timeout(Duration::from_millis(200)).build().unwrap();
    let run = || client.function_run_start().function_id("f").body_map(|body| body.workflow_id("f")).send();
    assert_eq!(run().await.unwrap().into_inner().bytes().await.unwrap(), "hello");

    let mut stream = run().await.unwrap().into_inner();
    // Time that nobody waits does not count.
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "hello");
    assert!(stream.chunk().await.unwrap_err().is_timeout());
    assert!(stream.chunk().await.unwrap().is_none(), "it is over after its first error");

    let error = run().await.unwrap().into_inner().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
}
