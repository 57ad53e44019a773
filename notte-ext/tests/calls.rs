//! Calls over a real socket: attempts, keys, deadlines, and what the error says.

mod support;

use std::time::{Duration, Instant};

use notte_ext::{ErrorKind, Notte, Retry};
use support::{Fault, KEY, Server};

const BUSY: Fault = Fault::Refuse(529, "", r#"{"detail":"cluster overloaded"}"#);
const START: &str = "POST /sessions/start";

#[tokio::test]
async fn a_read_is_repeated_until_it_succeeds() {
    let server = Server::start();
    server.fail("GET /health", [Fault::Refuse(500, "", ""), Fault::Cut]);
    server.notte().health().await.unwrap();
    assert_eq!(server.count("GET /health"), 3);
    assert!(!server.last("GET /health").head.contains(KEY), "health needs no key");
}

#[tokio::test]
async fn a_refused_start_is_repeated_with_the_same_idempotency_key() {
    let server = Server::start();
    server.fail(START, [BUSY, Fault::Refuse(503, "retry-after: 0\r\n", "")]);
    let session = server.notte().session().await.unwrap();
    let keys: Vec<_> = {
        let state = server.state();
        let key = |head: &str| head.lines().find(|line| line.starts_with("idempotency-key: ")).unwrap().to_owned();
        state.requests.iter().map(|request| key(&request.head)).collect()
    };
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| *key == keys[0] && key.len() > 40), "{keys:?}");
    session.stop().await.unwrap();
}

#[tokio::test]
async fn an_error_is_one_line_that_says_how_far_it_got() {
    let server = Server::start();
    server.fail(START, vec![BUSY; 3]);
    let error = server.notte().session().await.unwrap_err();
    assert_eq!(error.to_string(), "session_start failed: 529 cluster overloaded (3 attempts)");
    assert_eq!((error.kind(), error.status(), error.attempts()), (ErrorKind::Overloaded, Some(529), 3));
    assert_eq!(error.detail(), Some("cluster overloaded"));
    assert!(error.is_retryable() && !error.may_have_been_sent());
    assert_eq!(server.state().started, 0);
}

#[tokio::test]
async fn what_costs_is_never_done_twice() {
    for fault in
        [Fault::DoneBut(500), Fault::DoneBut(502), Fault::DoneBut(503), Fault::DoneBut(504), Fault::Cut, Fault::Stall]
    {
        let server = Server::start();
        server.fail(START, [fault.clone()]);
        let error = server.notte().session().await.unwrap_err();
        assert_eq!((server.count(START), server.state().started), (1, 1), "{fault:?}");
        assert!(error.may_have_been_sent() && !error.is_retryable(), "{fault:?}: {error}");
        assert!(error.to_string().contains("may have been started"), "{error}");
        let session = server.notte().sessions().attach("s-1");
        server.fail("POST /sessions/s-1/page/execute", [fault.clone()]);
        let error = session.goto("https://example.com").await.unwrap_err();
        assert_eq!(server.count("POST /sessions/s-1/page/execute"), 1, "{fault:?}");
        assert!(error.may_have_been_sent() && !error.is_retryable(), "{fault:?}: {error}");
        assert_eq!(error.session_id(), Some("s-1"));
    }
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_only_if_it_says_for_how_long() {
    let server = Server::start();
    server.fail("GET /sessions/a", [Fault::Refuse(429, "retry-after: 0\r\n", "")]);
    server.fail("GET /sessions/b", [Fault::Refuse(429, "", "")]);
    server.fail("GET /sessions/c", [Fault::Refuse(429, "retry-after: 3600\r\n", "")]);
    let notte = server.notte();
    notte.sessions().attach("a").status().await.unwrap();
    let error = notte.sessions().attach("b").status().await.unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() == 1 && error.retry_after().is_none());
    let error = notte.sessions().attach("c").status().await.unwrap_err();
    assert_eq!((error.attempts(), error.retry_after()), (1, Some(Duration::from_secs(3600))));
}

#[tokio::test]
async fn the_deadline_holds_attempts_and_waits() {
    let server = Server::start();
    server.fail("GET /sessions/s", vec![Fault::Stall; 10]);
    let notte = server.notte();
    let start = Instant::now();
    let call = notte.call(notte.api().session_status().session_id("s"));
    let retry = Retry::standard().max_attempts(10).base(Duration::from_millis(1));
    let error =
        call.timeout(Duration::from_millis(100)).deadline(Duration::from_millis(350)).retry(retry).await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert!(error.is_timeout() && error.attempts() > 1 && error.is_retryable());
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.starts_with("session_status failed: "), "{source}");
}

#[tokio::test]
async fn a_call_that_was_never_sent_says_so() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let notte = support::builder(&url).build().unwrap();
    let error = notte.session().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 3));
    assert!(!error.may_have_been_sent() && error.is_retryable());
    let error = notte.sessions().attach("../admin").status().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.may_have_been_sent()), (ErrorKind::InvalidRequest, 0, false));
}

#[tokio::test]
async fn raw_gives_the_status_and_the_headers() {
    let server = Server::start();
    let notte = server.notte();
    let answer = notte.call_raw(notte.api().session_offset().session_id("s")).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.offset, answer.headers().len()), (200, 7, 2));
    let once = notte.call(notte.api().session_offset().session_id("s")).once().await.unwrap();
    assert_eq!(once.offset, 7);
}

#[tokio::test]
async fn the_budget_of_retries_is_spent_and_its_end_is_told() {
    let server = Server::start();
    server.fail("GET /ready", vec![Fault::Refuse(500, "", ""); 200]);
    let notte = server.notte();
    let full = notte.retries_left();
    let mut last = None;
    for _ in 0..40 {
        last = Some(notte.ready().await.unwrap_err());
    }
    let last = last.unwrap();
    assert!(last.is_retry_budget_empty() && last.to_string().contains("no retries left"), "{last}");
    assert!(notte.retries_left() < full);
    // Clean-up has its own.
    notte.session().await.unwrap().stop().await.unwrap();
}

#[test]
fn a_client_that_cannot_work_is_refused_without_repeating_its_key() {
    let error = Notte::builder().api_key("").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("NOTTE_API_KEY"), "{error}");
    let error = Notte::builder().api_key("hunter2\n").build().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    let error = Notte::builder().api_key(KEY).base_url("http://example.com").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn nothing_shows_the_key() {
    let builder = support::builder("http://127.0.0.1:1");
    assert!(!format!("{builder:?}").contains(KEY));
    let notte = builder.build().unwrap();
    let everything = format!("{notte:?} {:?} {:?}", notte.session(), notte.sessions());
    assert!(!everything.contains(KEY), "{everything}");
}
