//! Vaults over a real socket: what is sent for a login and a card, what is read back, and that nothing of it is printed.

use std::time::{Duration, UNIX_EPOCH};

use crate::support::{Fault, Server};
use futures_util::TryStreamExt as _;
use notte_ext::{ErrorKind, Vault};
use serde_json::{Value, json};

/// RFC 6238's seed; its code 59 s after 1970 is 287082.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn say(server: &Server, line: &str, answer: &Value) {
    server.fail(line, [Fault::Say(answer.to_string())]);
}

fn sent(server: &Server, line: &str) -> Value {
    serde_json::from_str(&server.last(line).body).unwrap()
}

fn vault(server: &Server) -> Vault {
    server.notte().vaults().attach("v-1")
}

#[tokio::test]
async fn a_vault_is_made_renamed_and_deleted_and_outlives_its_handle() {
    let server = Server::start();
    let made = json!({"vault_id": "v-1", "name": "production", "created_at": "2025-01-02T03:04:05Z"});
    say(&server, "POST /vaults/create", &made);
    say(&server, "PATCH /vaults/v-1", &made);
    say(&server, "DELETE /vaults/v-1", &json!({"status": "success"}));
    let notte = server.notte();
    let vault = notte.vaults().create("production").await.unwrap();
    assert_eq!((vault.id().as_str(), sent(&server, "POST /vaults")), ("v-1", json!({"name": "production"})));
    drop(vault.clone());
    assert_eq!(vault.rename("staging").await.unwrap().name, "production");
    assert_eq!(sent(&server, "PATCH /vaults/v-1"), json!({"name": "staging"}));
    assert_eq!(server.count("DELETE"), 0, "dropping a handle deletes nothing");
    vault.delete().await.unwrap();
    assert_eq!(server.count("DELETE"), 1);
}

#[tokio::test]
async fn a_login_is_kept_for_the_address_as_given_or_for_its_domain_on_request() {
    let server = Server::start();
    let vault = vault(&server);
    server.fail("POST /vaults/v-1/credentials", (0..4).map(|_| Fault::Say(json!({"status": "success"}).to_string())));
    let address = "https://login.example.co.uk/start";
    let login = || vault.credentials(address).username("ada").password("hunter2");
    for (login, url) in [(login(), address), (login().root_domain(), "example.co.uk")] {
        login.add().await.unwrap();
        let expected = json!({"url": url, "credentials": {"username": "ada", "password": "hunter2"}});
        assert_eq!(sent(&server, "POST /vaults/v-1/credentials"), expected);
    }
    vault.credentials("e.com").email("a@e.com").password("x").mfa_secret("gezd gnbv gy3t qojq").add().await.unwrap();
    assert_eq!(sent(&server, "POST /vaults/v-1/credentials")["credentials"]["mfa_secret"], "GEZDGNBVGY3TQOJQ");
    vault.credentials("e.com").email("a@e.com").generated_password().add().await.unwrap();
    let password = sent(&server, "POST /vaults/v-1/credentials")["credentials"]["password"].clone();
    assert_eq!(password.as_str().unwrap().len(), 20);
}

#[tokio::test]
async fn a_login_that_cannot_be_is_never_sent() {
    let server = Server::start();
    let vault = vault(&server);
    let login = || vault.credentials("https://e.com").email("a@e.com").password("hunter2");
    for wrong in
        [login().username("ada"), login().mfa_secret("hunter2-0189"), vault.credentials("").email("a").password("x")]
    {
        let error = wrong.add().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    assert_eq!(server.count("POST"), 0);
}

#[tokio::test]
async fn a_login_is_read_with_the_code_of_now_and_is_not_printed() {
    let server = Server::start();
    let vault = vault(&server);
    let credentials = json!({"email": "a@e.com", "password": "hunter2", "mfa_secret": SEED});
    say(&server, "GET /vaults/v-1/credentials", &json!({ "credentials": credentials }));
    say(&server, "GET /vaults/v-1/credentials", &credentials);
    say(&server, "GET /vaults/v-1/credentials", &json!({"credentials": {"username": "ada", "password": "hunter2"}}));
    say(&server, "GET /vaults/v-1/credentials", &json!({}));
    for _ in 0..2 {
        let login = vault.credentials("https://www.e.com").get().await.unwrap();
        assert_eq!(
            (login.email(), login.username(), login.password().expose().as_str()),
            (Some("a@e.com"), None, "hunter2")
        );
        let code = login.mfa_code_at(UNIX_EPOCH + Duration::from_secs(59)).unwrap().unwrap();
        assert_eq!((code.expose().as_str(), login.mfa_code().unwrap().unwrap().expose().len()), ("287082", 6));
        let printed = format!("{login:?} {code:?} {vault:?}");
        assert!(!["hunter2", SEED, "287082"].iter().any(|secret| printed.contains(secret)), "{printed}");
    }
    let line = server.last("GET").line;
    assert!(line.ends_with("?url=https%3A%2F%2Fwww.e.com"), "{line}");
    assert!(vault.credentials("e.com").get().await.unwrap().mfa_code().unwrap().is_none());
    assert_eq!(vault.credentials("e.com").get().await.unwrap_err().kind(), ErrorKind::Decode);
    assert_eq!(vault.credentials("e.com").get().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn whether_there_is_a_login_is_asked_without_reading_it() {
    let server = Server::start();
    let vault = vault(&server);
    let list = json!({"credentials": [
        {"url": "https://www.e.com", "email": "a@e.com", "username": null},
        {"url": "f.com", "email": "a@f.com", "username": null},
    ]});
    server.fail("GET /vaults/v-1", (0..5).map(|_| Fault::Say(list.to_string())));
    for (address, has) in [
        ("https://www.e.com/x", true),
        ("https://login.e.com/x", false),
        ("https://login.f.com", true),
        ("g.com", false),
    ] {
        assert_eq!(vault.has(address).await.unwrap(), has, "{address}");
    }
    assert_eq!(vault.list().await.unwrap()[0].email.as_deref(), Some("a@e.com"));
    assert_eq!(server.count("GET /vaults/v-1/credentials"), 0);
}

#[tokio::test]
async fn a_card_is_kept_read_and_deleted() {
    let server = Server::start();
    let vault = vault(&server);
    let error = vault.card().holder("Ada").number("4242").cvv("123").set().await.unwrap_err();
    assert_eq!((error.kind(), server.count("POST")), (ErrorKind::InvalidRequest, 0));
    let card = json!({
        "card_holder_name": "Ada", "card_number": "4242-hunter2", "card_cvv": "123", "card_full_expiration": "12/29",
    });
    say(&server, "POST /vaults/v-1/card", &json!({"status": "success"}));
    say(&server, "GET /vaults/v-1/card", &json!({ "credit_card": card }));
    say(&server, "DELETE /vaults/v-1/card", &json!({"status": "success"}));
    let entry = vault.card().holder("Ada").number("4242-hunter2").cvv("123").expiration("12/29");
    assert!(!format!("{entry:?}").contains("hunter2"));
    entry.set().await.unwrap();
    assert_eq!(sent(&server, "POST /vaults/v-1/card"), json!({ "credit_card": card }));
    let kept = vault.card().get().await.unwrap();
    assert_eq!(kept.card_number.expose(), "4242-hunter2");
    assert!(!format!("{kept:?}").contains("hunter2"));
    vault.card().delete().await.unwrap();
}

#[tokio::test]
async fn a_deletion_that_the_service_refuses_in_a_success_is_an_error() {
    let server = Server::start();
    let vault = vault(&server);
    say(&server, "DELETE /vaults/v-1", &json!({"status": "failure", "message": "in\n use"}));
    let error = vault.delete().await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Execution, "vault_delete failed: in use"));
}

#[tokio::test]
async fn what_the_first_of_two_deletions_deleted_is_deleted() {
    let server = Server::start();
    let vault = vault(&server);
    server.fail("DELETE", [Fault::Refuse(500, "", ""), Fault::Refuse(404, "", "")]);
    vault.credentials("e.com").delete().await.unwrap();
    assert_eq!(server.count("DELETE /vaults/v-1/credentials?url=e.com"), 2);
    assert_eq!(vault.credentials("e.com").delete().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn vaults_are_listed_with_every_filter() {
    let server = Server::start();
    let page = json!({
        "items": [{"vault_id": "v-1", "name": "a", "created_at": "2025-01-02T03:04:05Z"}],
        "page": 1, "page_size": 1, "has_next": false, "has_previous": false,
    });
    say(&server, "GET /vaults?", &page);
    let list = server.notte().vaults().list().only_active(false).only_current_token(true).include_system(false);
    let vaults: Vec<_> = list.page_size(1).items().try_collect().await.unwrap();
    assert_eq!(vaults[0].vault_id, "v-1");
    let line = server.last("GET /vaults?").line;
    for part in ["only_active=false", "only_current_token=true", "include_system=false", "page_size=1", "page=1"] {
        assert!(line.contains(part), "{line}");
    }
}
