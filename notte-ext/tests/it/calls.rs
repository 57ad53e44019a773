//! Calls over a real socket: attempts, keys, deadlines, and what the error says.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use crate::support::{self, Fault, KEY, Server};
use notte_ext::{ErrorKind, Notte, Retry, notte_api::reqwest::header::HeaderMap};

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
async fn a_rate_limit_is_waited_out_as_far_as_it_can_be() {
    let server = Server::start();
    server.fail("GET /sessions/a", [Fault::Refuse(429, "retry-after: 0\r\n", "")]);
    server.fail("GET /sessions/b", [Fault::Refuse(429, "", "")]);
    server.fail("POST /sessions/start", [Fault::Refuse(429, "", "")]);
    server.fail("GET /sessions/c", [Fault::Refuse(429, "retry-after: 3600\r\n", "")]);
    let notte = server.notte();
    notte.sessions().attach("a").status().await.unwrap();
    notte.sessions().attach("b").status().await.unwrap();
    let error = notte.session().await.map(drop).unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() == 1 && error.retry_after().is_none(), "it may be the cap");
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

#[tokio::test]
async fn a_deletion_that_was_sent_again_and_finds_nothing_is_done() {
    let server = Server::start();
    let notte = server.notte();
    let delete = || notte.call(notte.api().vault_delete().vault_id("v-1"));
    for gone in [404, 409, 410] {
        server.fail("DELETE /vaults/v-1", [Fault::DoneBut(500), Fault::Refuse(gone, "", "")]);
        delete().done().await.unwrap();
    }
    server.fail("DELETE /vaults/v-1", [Fault::Cut, Fault::Refuse(404, "", "")]);
    let error = delete().await.unwrap_err();
    assert!(error.is_already_done() && error.is_not_found(), "{error}");
    assert!(error.to_string().contains("an earlier attempt may have done it"), "{error}");
    let error = delete().done().await.unwrap_err();
    assert!(!error.is_already_done() && error.is_not_found(), "the first answer is that it never was: {error}");
    // What was to be put somewhere is not there because the place is gone.
    server.fail("POST /sessions/s-1/cookies", [Fault::DoneBut(500), Fault::Refuse(404, "", "")]);
    let error = notte.sessions().attach("s-1").set_cookies([]).await.unwrap_err();
    assert!(!error.is_already_done() && error.is_not_found(), "{error}");
}

#[tokio::test]
async fn headers_go_with_every_attempt_of_whatever_asked_for_them() {
    let server = Server::start();
    server.fail("POST /scrape", [BUSY]);
    let count = AtomicU32::new(0);
    let builder = server.builder().header("x-always", "1").on_attempt(move |headers: &mut HeaderMap| {
        headers.insert("x-request", count.fetch_add(1, Ordering::Relaxed).into());
    });
    let notte = builder.build().unwrap();
    let call = notte.call(notte.api().scrape_webpage().body_map(|body| body.url("https://e.com")));
    call.header("x-call", "1").idempotency_key("mine").await.unwrap_err();
    // The start of a session, too, which is made elsewhere.
    notte.session().await.unwrap().stop().await.unwrap();
    let heads: Vec<_> = server.state().requests.iter().map(|request| request.head.clone()).collect();
    assert_eq!(heads.len(), 4, "{heads:?}");
    for (number, head) in heads.iter().enumerate() {
        assert!(head.contains("\nx-always: 1\r") && head.contains(&format!("\nx-request: {number}\r")), "{head}");
        let of_the_call = head.contains("\nx-call: 1\r") && head.contains("\nidempotency-key: mine\r");
        assert_eq!(of_the_call, number < 2, "{head}");
    }
    let error = notte.call(notte.api().health_check()).header("x-odd", "hunter2\n").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
    let error = notte.call(notte.api().health_check()).header("x-odd", "hunter2\n").once().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidRequest, 0));
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_proxy_gets_every_request() {
    let proxy = Server::start();
    let notte = Notte::builder().api_key(KEY).base_url("http://notte.localhost:1").proxy(&*proxy.url);
    notte.allow_insecure_http().build().unwrap().ready().await.unwrap_err();
    assert!(proxy.last("GET").line.starts_with("GET http://notte.localhost:1/ready"), "{:?}", proxy.last("GET"));
}

#[test]
fn a_client_that_cannot_work_is_refused_without_repeating_its_key() {
    let error = Notte::builder().api_key("").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    let line = error.to_string();
    assert!(line.contains("NOTTE_API_KEY") && line.contains("https://console.notte.cc"), "{line}");
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

#[tokio::test]
async fn a_panic_of_the_callers_headers_is_reported_as_what_it_is() {
    let server = Server::start();
    let notte = server.builder().on_attempt(|_: &mut HeaderMap| panic!("as planned")).build().unwrap();
    for error in [notte.health().await.unwrap_err(), notte.session().await.map(drop).unwrap_err()] {
        assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Config, false));
        assert!(error.to_string().contains("on_attempt"), "{error}");
    }
}
