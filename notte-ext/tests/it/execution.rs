//! Actions over a real socket: captchas in their way, recordings, requests that the page makes, logins, keeping alive.

use std::time::Duration;

use crate::support::{Fault, Server, session};
use notte_ext::{Action, ErrorKind};
use serde_json::{Value, json};

#[allow(clippy::needless_pass_by_value, reason = "each is made for one answer")]
fn answer(captcha: Value, executed: Value) -> Fault {
    Fault::Say(
        json!({"action": {"type": "click", "id": "B1"}, "success": true, "message": "clicked", "captcha": captcha,
            "started_at": "2025-01-02", "ended_at": "2025-01-02", "action_executed": executed})
        .to_string(),
    )
}

fn captcha(state: &str) -> Value {
    json!({"captcha_id": "c-1", "page_id": "p-1", "generation": 4, "state": state, "retry_after_ms": 1})
}

/// What was executed: the kind of the action, and the query.
fn executed(server: &Server) -> Vec<(String, String)> {
    let state = server.state();
    let executed = state.requests.iter().filter(|request| request.line.contains("/page/execute"));
    let kind = |body: &str| serde_json::from_str::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned();
    let query = |line: &str| line.split_once('?').map_or_else(String::new, |(_, query)| query.to_owned());
    executed.map(|request| (kind(&request.body), query(&request.line))).collect()
}

#[tokio::test]
async fn a_captcha_is_waited_for_and_an_action_that_was_not_executed_is_sent_again_where_it_belongs() {
    let server = Server::start();
    server.fail(
        "POST /sessions/s-1/page/execute",
        [
            answer(captcha("solving"), json!(false)),
            Fault::Cut,
            Fault::Refuse(503, "", ""),
            answer(captcha("solving"), json!(null)),
            answer(captcha("solved"), json!(null)),
            answer(json!(null), json!(true)),
        ],
    );
    let notte = server.notte();
    let result = notte.sessions().attach("s-1").execute(Action::click("B1")).await.unwrap();
    assert_eq!(result.message, "clicked");
    let executed = executed(&server);
    let kinds: Vec<_> = executed.iter().map(|(kind, _)| kind.as_str()).collect();
    let solve = "captcha_solve";
    assert_eq!(kinds, ["click", solve, solve, solve, solve, "click"], "the click is sent twice: it was not done");
    assert_eq!(executed[0].1, "");
    assert!(executed[1].1.contains("captcha_id=c-1") && executed[1].1.contains("captcha_timeout_seconds=179."));
    assert!(executed[5].1.contains("target_page_id=p-1") && executed[5].1.contains("target_generation=4"));
}

#[tokio::test]
async fn a_captcha_that_is_not_solved_is_an_error_with_its_code_and_the_action_is_not_repeated() {
    let server = Server::start();
    server.fail(
        "POST /sessions/s-1/page/execute",
        [
            answer(captcha("solving"), json!(false)),
            answer(captcha("failed"), json!(null)),
            answer(captcha("solving"), json!(false)),
            Fault::Refuse(401, "", ""),
            Fault::Cut,
        ],
    );
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let error = session.execute(Action::click("B1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Execution);
    assert_eq!(error.to_string(), "page_execute failed: captcha_failed: the captcha was not solved");
    assert_eq!(session.execute(Action::click("B1")).await.unwrap_err().kind(), ErrorKind::Auth);
    assert!(session.execute(Action::click("B1")).await.unwrap_err().may_have_been_sent());
    assert_eq!(executed(&server).iter().filter(|(kind, _)| kind == "click").count(), 3);
}

#[tokio::test]
async fn the_time_for_captchas_goes_with_every_action_if_it_is_set() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().captcha_timeout(Duration::from_secs(7)).await.unwrap();
    session.goto("https://e.com").await.unwrap();
    session.stop().await.unwrap();
    assert_eq!(executed(&server)[0].1, "captcha_timeout_seconds=7");
}

#[tokio::test]
async fn recorded_actions_are_repeated_until_one_fails_which_is_named() {
    let server = Server::start();
    let recorded = json!({"code": "session.execute(...)", "json_actions": [
        {"type": "goto", "url": "https://e.com"},
        {"type": "click", "selector": "#no-such", "timeout": 5000},
        {"type": "reload"},
    ]});
    let odd = json!({"json_actions": [{"type": "goto", "url": 1}, 2]});
    server.fail("GET /sessions/s-1/workflow/code", [Fault::Say(recorded.to_string()), Fault::Say(odd.to_string())]);
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let script = session.workflow_code().infer_response_format(true).await.unwrap();
    assert!(server.last("GET /sessions/s-1/workflow").line.ends_with("?as_workflow=true&infer_response_format=true"));
    assert_eq!(script.code(), Some("session.execute(...)"));
    let actions = script.actions().unwrap();
    let error = session.run_actions(&actions).await.unwrap_err();
    assert_eq!(error.to_string(), "page_execute failed: action 2 of 3 (click): no such element");
    assert_eq!(executed(&server).len(), 2);
    assert_eq!(session.run_actions(&actions[..1]).await.unwrap().len(), 1);
    let program = notte_ext::export::to_rust(actions);
    assert!(program.contains("Action::click_selector(\"#no-such\")"), "{program}");
    assert!(!format!("{script:?}").contains("execute"));
    let error = session.workflow_code().instructions_only().await.unwrap().actions().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_request_is_made_by_the_page() {
    let server = Server::start();
    let said = json!({"status": 201, "url": "https://e.com/api", "headers": {"x-a": "b"}, "body": "eyJpZCI6N30="});
    let answer = json!({"action": {"type": "evaluate_js", "code": ""}, "success": true, "message": "",
        "started_at": "2025-01-02", "ended_at": "2025-01-02", "data": {"markdown": said.to_string()}});
    server.fail("POST /sessions/s-1/page/execute", [Fault::Say(answer.to_string())]);
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let request = session.fetch("/api").method("POST").query("q", "a\"b").header("X-Token", "hunter2");
    let request = request.json(&json!({"name": "tea"})).unwrap().timeout(Duration::from_secs(2));
    assert!(!format!("{request:?}").contains("hunter2"));
    let answer = request.await.unwrap();
    assert!(answer.is_success());
    assert_eq!((answer.status, answer.headers["x-a"].as_str()), (201, "b"));
    assert_eq!((answer.json::<Value>().unwrap(), &*answer.text()), (json!({"id": 7}), r#"{"id":7}"#));
    assert_eq!(answer.json::<u8>().unwrap_err().kind(), ErrorKind::Decode);
    let body: Value = serde_json::from_str(&server.last("POST /sessions/s-1/page/execute").body).unwrap();
    let code = body["code"].as_str().unwrap();
    for part in [r#""q","a\"b""#, r#""x-token":"hunter2""#, r#""timeout":2000"#, r#""{\"name\":\"tea\"}""#, "POST"] {
        assert!(code.contains(part), "{part} is not in {code}");
    }
    // The server answers `42`: no answer of a request.
    assert_eq!(session.fetch("/api").await.unwrap_err().kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_file_is_moved_on_a_target() {
    let server = Server::start();
    server.fail("POST /sessions/s-1/page/execute/file", [answer(json!(null), json!(true))]);
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    session.execute_file(Action::upload_file("F1", "a.pdf"), "T1").record(false).await.unwrap();
    let body: Value = serde_json::from_str(&server.last("POST").body).unwrap();
    let expected = json!({"action": {"type": "upload_file", "id": "F1", "file_path": "a.pdf"}, "target_id": "T1",
        "record": false});
    assert_eq!(body, expected);
    let error = session.execute_file(Action::click("B1"), "T1").await.unwrap_err();
    assert_eq!((error.kind(), server.count("POST")), (ErrorKind::InvalidRequest, 1));
}

#[tokio::test]
async fn a_start_waits_for_its_logins_if_it_was_told_to() {
    let server = Server::start();
    server.state().live.insert("s-9".into());
    server.fail("POST /sessions/start", [Fault::Say(session("s-9", "authenticating"))]);
    server.fail("GET /sessions/s-9/auth", [Fault::Say(r#"{"session_id":"s-9","status":"active"}"#.into())]);
    let notte = server.notte();
    let started = notte.session().auth_ids(["a-1"]).wait_for_authentication(true).await.unwrap();
    assert_eq!(server.count("GET /sessions/s-9/auth"), 1);
    let body: Value = serde_json::from_str(&server.last("POST /sessions/start").body).unwrap();
    assert_eq!(body, json!({"auth_ids": ["a-1"], "wait_for_authentication": true}));
    // One that is logged in is not asked about its logins.
    started.wait_for_auth().await.unwrap_err();
    started.stop().await.unwrap();
}

#[tokio::test]
async fn logins_that_fail_end_the_session_with_the_reason() {
    let server = Server::start();
    server.state().live.insert("s-9".into());
    server.fail("POST /sessions/start", [Fault::Say(session("s-9", "authenticating"))]);
    let failed = json!({"session_id": "s-9", "status": "failed", "operations": [{"id": "o", "connection_id": "c",
        "source": "s", "status": "failed", "phase": "p", "error": "wrong\npassword", "deadline": "2025-01-02",
        "created_at": "2025-01-02", "updated_at": "2025-01-02"}]});
    server.fail("GET /sessions/s-9/auth", [Fault::Refuse(503, "", ""), Fault::Say(failed.to_string())]);
    let notte = server.notte();
    let error = notte.session().wait_for_authentication(true).await.unwrap_err();
    assert_eq!((error.kind(), error.session_id()), (ErrorKind::NotActive, Some("s-9")));
    assert!(error.to_string().ends_with("the session is not logged in: wrong password"), "{error}");
    assert!(notte.shutdown(Duration::from_secs(5)).await.is_clean());
    assert_eq!(server.live(), 0);
    assert!(server.last("DELETE").line.ends_with("close_reason=error"));
}

#[tokio::test]
async fn an_active_session_is_logged_in() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    session.wait_for_auth().await.unwrap();
    assert_eq!(server.count("GET /sessions/s-1/auth"), 0);
    session.stop().await.unwrap();
}

#[tokio::test]
async fn one_tab_the_mouse_and_what_a_profile_would_hold() {
    let server = Server::start();
    let tab = json!({"metadata": {"tab_id": 1, "title": "t", "url": "u"}, "debug_url": "https://d?t=hunter2",
        "ws_url": "wss://w?t=hunter2"});
    server.fail("GET /sessions/s-1/debug/tab?tab_idx=1", [Fault::Say(tab.to_string())]);
    server.fail("GET /sessions/s-1/replay/mouse?offset=5", [Fault::Say(r#"{"mouse_next_offset":9}"#.into())]);
    server.fail(
        "GET /sessions/s-1/profile-preview?include_cookies=true",
        [Fault::Say(r#"{"cookie_domains":["a"]}"#.into())],
    );
    let profile = json!({"profile_id": "p-1", "name": "n", "created_at": "2025-01-02", "updated_at": "2025-01-02"});
    server.fail("POST /sessions/s-1/profile/save", [Fault::Say(profile.to_string())]);
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    let tab = session.debug_tab(Some(1)).await.unwrap();
    assert!(!format!("{tab:?}").contains("hunter2"));
    assert_eq!(session.mouse_replay(5).await.unwrap().mouse_next_offset, Some(9));
    assert_eq!(session.profile_preview(true).await.unwrap().cookie_domains.unwrap(), ["a"]);
    assert_eq!(*session.save_profile().name("n").await.unwrap().id(), "p-1");
    assert_eq!(server.last("POST").body, r#"{"name":"n"}"#);
    let error = session.save_profile().name("n").into_profile("p-1").await.unwrap_err();
    assert_eq!((error.kind(), server.count("POST")), (ErrorKind::InvalidRequest, 1));
}
