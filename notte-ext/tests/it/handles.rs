//! Handles of one client: options, API keys, hooks, requests of any path, the limit of sessions.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use notte_ext::{
    Attempt, AttemptEnd, Error, ErrorKind, Next, Notte, OnAttempt, Options, Retry,
    notte_api::reqwest::{Method, header::HeaderMap},
};

use crate::support::{Fault, KEY, Server};

#[tokio::test]
async fn options_are_those_of_their_handle_alone() {
    let server = Server::start();
    let notte = server.notte();
    let options = Options::new().header("x-tenant", "a").deadline(Duration::from_millis(200)).retry(Retry::none());
    let handle = notte.with_options(options);
    server.fail("GET /sessions/s-1", [Fault::Refuse(503, "", "")]);
    assert_eq!(handle.sessions().attach("s-1").status().await.unwrap_err().attempts(), 1);
    assert!(server.last("GET").head.contains("x-tenant: a"));
    server.fail("GET /sessions/s-1", [Fault::Slow(Duration::from_secs(2))]);
    assert_eq!(handle.sessions().attach("s-1").status().await.unwrap_err().kind(), ErrorKind::Deadline);
    server.fail("GET /sessions/s-1", [Fault::Refuse(503, "", "")]);
    notte.sessions().attach("s-1").status().await.unwrap();
    assert!(!server.last("GET").head.contains("x-tenant"));
    let session = handle.session().deadline(Duration::from_secs(9)).await.unwrap();
    assert_eq!(notte.live_sessions(), 1, "handles share the clean-up");
    drop(session);
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());
    assert!(server.last("DELETE").head.contains("x-tenant: a"), "a stop in the background has the options too");
}

#[tokio::test]
async fn a_session_is_stopped_with_the_key_that_started_it() {
    let server = Server::start();
    let notte = server.notte();
    let tenant = notte.with_key("tenant-key").unwrap();
    let (mine, theirs) = (notte.session().await.unwrap(), tenant.session().await.unwrap());
    assert!(server.last("POST").head.contains("bearer tenant-key"));
    let (mine, theirs) = ((mine.id().clone(), mine), (theirs.id().clone(), theirs));
    drop((mine.1, theirs.1));
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());
    for (id, key) in [(mine.0, KEY), (theirs.0, "tenant-key")] {
        let stop = server.last(&format!("DELETE /sessions/{}", id.as_str()));
        assert!(stop.head.contains(&format!("bearer {key}")), "{}", stop.head);
    }
    assert_eq!(notte.with_key("no key\n").unwrap_err().kind(), ErrorKind::Config);
}

/// A client whose provider numbers its keys, and how many it gave.
fn rotating(server: &Server, first: Option<&str>) -> (Notte, Arc<AtomicUsize>) {
    let given = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&given);
    let builder = Notte::builder().base_url(&server.url).key_provider(move || {
        let number = counted.fetch_add(1, Ordering::Relaxed) + 1;
        async move { Ok::<_, Error>(format!("key-{number}")) }
    });
    let builder = if let Some(key) = first { builder.api_key(key) } else { builder };
    (builder.build().unwrap(), given)
}

#[tokio::test]
async fn a_refused_key_is_replaced_once_for_all_calls() {
    let server = Server::start();
    let (notte, given) = rotating(&server, Some("key-0"));
    let session = notte.sessions().attach("s-1");
    session.status().await.unwrap();
    assert!(server.last("GET").head.contains("bearer key-0"));
    server.fail("GET /sessions/s-1", vec![Fault::Refuse(401, "", ""); 4]);
    let all = futures_util::future::join_all((0..4).map(|_| session.status())).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(given.load(Ordering::Relaxed), 1);
    session.status().await.unwrap();
    assert!(server.last("GET").head.contains("bearer key-1"));
    server.fail("GET /sessions/s-1", vec![Fault::Refuse(401, "", ""); 2]);
    let error = session.status().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Auth, 2), "the new key is refused too");
}

#[tokio::test]
async fn a_client_without_a_key_asks_its_provider_for_one() {
    let server = Server::start();
    let (notte, given) = rotating(&server, None);
    notte.sessions().attach("s-1").status().await.unwrap();
    assert_eq!(given.load(Ordering::Relaxed), 1);
    assert!(server.last("GET").head.contains("bearer key-1"));
    drop(notte.session().await.unwrap());
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());
    assert!(server.last("DELETE").head.contains("bearer key-1"));
    let failing = notte.with_key_provider(|| async { Err::<String, _>("the vault is sealed") });
    let error = failing.sessions().attach("s-1").status().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Auth, Some("session_status")));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the vault is sealed");
}

type Ended = (Attempt, Option<AttemptEnd>);

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<Ended>>>);

impl OnAttempt for Heard {
    fn before(&self, attempt: &Attempt, headers: &mut HeaderMap) {
        self.0.lock().unwrap().push((*attempt, None));
        headers.insert("x-attempt", attempt.number.into());
    }

    fn after(&self, attempt: &Attempt, end: &AttemptEnd) {
        let mut heard = self.0.lock().unwrap();
        heard.iter_mut().rfind(|(known, _)| known == attempt).unwrap().1 = Some(*end);
    }
}

#[tokio::test]
async fn a_hook_hears_of_every_attempt_and_adds_headers() {
    let server = Server::start();
    let heard = Heard::default();
    let notte = server.builder().on_attempt(heard.clone()).build().unwrap();
    server.fail("GET /sessions/s-1", [Fault::Refuse(503, "", ""), Fault::Refuse(404, "", "")]);
    notte.sessions().attach("s-1").status().await.unwrap_err();
    let attempts = heard.0.lock().unwrap().clone();
    let [(first, Some(one)), (second, Some(two))] = attempts[..] else { panic!("{attempts:?}") };
    assert_eq!((first.operation, first.method, first.path), ("session_status", "GET", "/sessions/{session_id}"));
    assert_eq!((first.number, second.number), (1, 2));
    assert_eq!((one.status, two.status, two.next), (Some(503), Some(404), Next::Failure));
    assert!(matches!(one.next, Next::Retry(_)), "{one:?}");
    assert!(server.last("GET").head.contains("x-attempt: 2"));
    heard.0.lock().unwrap().clear();
    notte.session().await.unwrap().stop().await.unwrap();
    let attempts = heard.0.lock().unwrap().clone();
    let operations: Vec<_> = attempts.iter().map(|(attempt, end)| (attempt.operation, end.unwrap().next)).collect();
    assert_eq!(operations, [("session_start", Next::Success), ("session_stop", Next::Success)]);
}

#[tokio::test]
async fn any_path_can_be_requested() {
    let server = Server::start();
    let notte = server.notte();
    server.fail("GET /sessions/s-1", [Fault::Refuse(503, "", "")]);
    let session = notte.request(Method::GET, "/sessions/s-1").query("x", "1 2").await.unwrap();
    assert_eq!(session["session_id"], "s-1");
    assert_eq!(server.last("GET").line, "GET /sessions/s-1?x=1+2");
    server.fail("POST /new/thing", vec![Fault::Refuse(500, "", r#"{"detail":"oops"}"#); 3]);
    let request = notte.request(Method::POST, "/new/thing").json(serde_json::json!({"a": 1}));
    let error = request.options(Options::new().header("x-a", "b")).await.unwrap_err();
    assert_eq!((error.operation(), error.attempts(), error.may_have_been_sent()), (Some("request"), 1, true));
    let sent = server.last("POST");
    assert!(sent.body == r#"{"a":1}"# && sent.head.contains("x-a: b"));
    assert_eq!(notte.request(Method::GET, "/../admin").await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn a_start_that_finds_too_many_sessions_says_so_in_time() {
    let server = Server::start();
    let notte = server.builder().max_live_sessions(1).queue_timeout(Duration::from_millis(100)).build().unwrap();
    let held = notte.session().await.unwrap();
    let start = Instant::now();
    let error = notte.session().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::SessionLimit, false));
    assert!(start.elapsed() < Duration::from_secs(5));
    held.stop().await.unwrap();
    notte.session().await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn an_error_of_the_caller_goes_through_a_scope() {
    let server = Server::start();
    let error = server.notte().session().scope(async |_| Err::<(), _>(Error::other("not today"))).await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Other, "not today"));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "not today");
}

#[tokio::test]
async fn a_handle_works_in_a_task_and_the_guard_stays_the_owner() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    let handle = session.handle();
    let task = tokio::spawn({
        let handle = handle.clone();
        async move { handle.goto("https://e.com").await }
    });
    assert!(task.await.unwrap().unwrap().success);
    drop(handle.clone());
    assert!(session.is_guard() && server.live() == 1, "a handle stops nothing when it is dropped");
    drop(session);
    assert_eq!(server.settle(0), 0);
    assert!(handle.stop().await.unwrap().response().is_none(), "it had ended before");
}

#[tokio::test]
async fn a_stop_can_be_called_again_and_returns_what_is_left() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    let stopped = session.handle().stop().await.unwrap();
    assert_eq!((stopped.id(), session.is_guard(), notte.live_sessions()), (session.id(), false, 0));
    assert_eq!(stopped.response().unwrap().status.as_str(), "closed");
    assert!(session.stop().await.unwrap().response().is_none());
    let (count, replay) = (server.count("DELETE"), stopped.replay().await.unwrap_err());
    assert_eq!(replay.session_id(), Some(session.id().as_str()));
    drop(session);
    assert!(notte.shutdown(Duration::from_secs(5)).await.is_clean());
    assert_eq!(server.count("DELETE"), count, "what is stopped is not stopped again");
}

#[tokio::test]
async fn options_of_a_handle_are_those_of_its_calls() {
    let server = Server::start();
    let session = server.notte().session().await.unwrap();
    session.with_options(Options::new().header("x-step", "1")).goto("https://e.com").await.unwrap();
    assert!(server.last("POST").head.contains("x-step: 1"));
    session.goto("https://e.com").await.unwrap();
    assert!(!server.last("POST").head.contains("x-step"));
    session.stop().await.unwrap();
}

#[tokio::test]
async fn a_scope_has_any_error_that_ours_can_become() {
    #[derive(Debug)]
    enum Mine {
        Notte(ErrorKind),
        Check,
    }
    impl From<Error> for Mine {
        fn from(error: Error) -> Self {
            Self::Notte(error.kind())
        }
    }
    let server = Server::start();
    let notte = server.notte();
    let failed = notte.session().try_scope(async |_| Err::<(), _>(Mine::Check)).await;
    assert!(matches!(failed, Err(Mine::Check)));
    let failed = notte.session().try_scope(async |session| {
        session.execute(notte_ext::Action::click("no-such")).await?;
        Ok::<_, Mine>(())
    });
    assert!(matches!(failed.await, Err(Mine::Notte(ErrorKind::Execution))));
    // The error of `scope` needs no name.
    notte
        .session()
        .scope(async |session| {
            session.goto("https://e.com").await?;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(server.settle(0), 0);
}
