//! What a service says in a success is a part of errors, and never gives away what it was sent.

use notte_ext::{Action, Error, ErrorKind};
use serde_json::{Value, json};

use crate::support::{Fault, KEY, Server};

const AT: &str = "2025-01-02T03:04:05Z";
const TYPED: &str = "correct-horse-battery-staple";
/// Repeats the key and what was typed, in full and shortened, and gives an address with a token in it.
const SAID: &str = "it did\nnot work: key-7f3a-marker, correct-horse-battery-staple, \
    [input_value='correct-horse...battery-staple', input_type=str], https://u:token-1@e.com/x?token=token-2";

/// The error shows what was said, and no secret.
fn check(error: &Error, kind: ErrorKind) {
    assert_eq!(error.kind(), kind, "{error:?}");
    let printed = format!("{error}\n{error:?}\n{error:#?}");
    assert!(printed.contains("it did not work: …") && printed.contains("https://e.com/…"), "{printed}");
    for secret in [KEY, "correct-horse", "battery-staple", "token-"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}

fn say(server: &Server, line: &str, answer: &Value) {
    server.fail(line, [Fault::Say(answer.to_string())]);
}

#[tokio::test]
async fn a_failure_in_a_success_says_why_without_a_secret() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");

    let executed = json!({"action": {"type": "fill", "id": "I1", "value": TYPED}, "success": false, "message": SAID,
        "exception": format!("FillError: {SAID}"), "started_at": AT, "ended_at": AT});
    say(&server, "POST /sessions/s-1/page/execute", &executed);
    let error = session.execute(Action::fill("I1", TYPED)).await.unwrap_err();
    check(&error, ErrorKind::Execution);
    let result = error.execution_result().unwrap();
    assert!(result.exception.as_deref().unwrap().starts_with("FillError"), "the result is kept as it was sent");

    let cookie = json!({"name": "a", "value": TYPED, "domain": "x", "path": "/", "httpOnly": true});
    let cookie: notte_ext::notte_api::types::Cookie = serde_json::from_value(cookie).unwrap();
    say(&server, "POST /sessions/s-1/cookies", &json!({"success": false, "message": SAID}));
    check(&session.set_cookies([cookie.clone()]).await.unwrap_err(), ErrorKind::Execution);

    // What a page is asked for is no secret, unlike the key and addresses.
    let scraped = json!({"markdown": "", "structured": {"success": false, "error": SAID.replace(TYPED, KEY)}});
    say(&server, "POST /sessions/s-1/page/scrape", &scraped);
    let of_the_page = session.scrape().instructions("prices").json().await.unwrap_err();
    say(&server, "POST /scrape", &scraped);
    let of_an_address = notte.scrape("https://e.com").instructions("prices").json().await.unwrap_err();
    for error in [of_the_page, of_an_address] {
        assert_eq!(error.kind(), ErrorKind::Execution);
        assert!(
            !format!("{error} {error:?}").contains("marker") && !format!("{error:?}").contains("token-"),
            "{error}"
        );
    }

    let started =
        json!({"session_id": "s-7", "status": "error", "created_at": AT, "last_accessed_at": AT, "error": SAID});
    say(&server, "POST /sessions/start", &started);
    let start = notte.session().extra_http_header("x-token", TYPED);
    check(&start.await.unwrap_err(), ErrorKind::NotActive);

    let logins = json!({"session_id": "s-1", "status": "failed", "error": SAID});
    say(&server, "GET /sessions/s-1/auth", &logins);
    let error = session.wait_for_auth().await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("token-"), "{error}");

    say(&server, "DELETE /vaults/v-1", &json!({"status": "failure", "message": SAID.replace(TYPED, KEY)}));
    let error = notte.vaults().attach("v-1").delete().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Execution && !format!("{error} {error:?}").contains("marker"), "{error}");

    let profile = notte.profiles().attach("p-1");
    say(&server, "POST /profiles/p-1/cookies", &json!({"success": false, "message": SAID, "profile_id": "p-1"}));
    let error = profile.set_cookies([cookie]).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("correct-horse-battery"), "{error}");
    say(&server, "DELETE /profiles/p-1", &json!({"success": false, "message": SAID.replace(TYPED, KEY)}));
    let error = profile.delete().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Execution && !format!("{error} {error:?}").contains("marker"), "{error}");
}

#[tokio::test]
async fn a_request_id_that_repeats_a_secret_is_shown_nowhere() {
    let server = Server::start();
    let said = [("x-request-id: r-key-7f3a-marker\r\n", None), ("x-request-id: r-1\r\n", Some("r-1"))];
    for (header, shown) in said {
        server.fail("GET /health", [Fault::Refuse(401, header, "")]);
        let error = server.notte().health().await.unwrap_err();
        assert_eq!(error.request_id(), shown);
        assert!(!format!("{error} {error:?}").contains("marker"), "{error}");
    }
}
