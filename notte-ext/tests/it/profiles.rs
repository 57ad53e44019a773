//! Profiles over a real socket.

use crate::support::{Fault, Server};
use futures_util::TryStreamExt as _;
use notte_ext::{
    ErrorKind,
    notte_api::types::{Cookie, ProfileImportMode},
};
use serde_json::{Value, json};

fn profile(id: &str) -> Value {
    json!({"profile_id": id, "name": null, "created_at": "2025-01-02", "updated_at": "2025-01-02"})
}

fn cookie() -> Cookie {
    let cookie = json!({"name": "a", "value": "hunter2", "domain": "x", "path": "/", "httpOnly": true,
        "expirationDate": 9.0, "sameSite": "lax"});
    serde_json::from_value(cookie).unwrap()
}

#[tokio::test]
async fn a_profile_is_made_copied_given_to_a_session_and_deleted() {
    let server = Server::start();
    server.fail("POST /profiles/create", [Fault::Say(profile("p-1").to_string())]);
    server.fail("GET /profiles/p-1", [Fault::Say(profile("p-1").to_string())]);
    server.fail("POST /profiles/p-1/duplicate", [Fault::Say(profile("p-2").to_string())]);
    server.fail("DELETE /profiles/p-1", [Fault::Say("{}".into())]);
    server.fail("DELETE /profiles/p-2", [Fault::Say(r#"{"success":false,"message":"in use"}"#.into())]);
    let notte = server.notte();
    let made = notte.profiles().create().name("shop").await.unwrap();
    assert_eq!(server.last("POST /profiles/create").body, r#"{"name":"shop"}"#);
    assert_eq!(made.get().await.unwrap().profile_id, "p-1");
    let session = notte.session().profile(made.id()).persist_profile(true).await.unwrap();
    session.stop().await.unwrap();
    assert_eq!(server.last("POST /sessions/start").body, r#"{"profile":{"id":"p-1","persist":true}}"#);
    let copy = made.duplicate().await.unwrap();
    assert_eq!(server.last("POST /profiles/p-1/duplicate").body, "{}");
    made.delete().await.unwrap();
    let error = copy.delete().await.unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Execution, "profile_delete failed: in use"));
}

#[tokio::test]
async fn profiles_are_listed_by_name() {
    let server = Server::start();
    let page = |id: &str, next: bool| {
        Fault::Say(
            json!({"items": [profile(id)], "page": 1, "page_size": 1, "has_next": next, "has_previous": false})
                .to_string(),
        )
    };
    server.fail("GET /profiles?", [page("p-1", true), page("p-2", false)]);
    let list = server.notte().profiles().list().name("shop").only_active(false).page_size(1);
    let ids: Vec<_> = list.items().map_ok(|profile| profile.profile_id).try_collect().await.unwrap();
    assert_eq!(ids, ["p-1", "p-2"]);
    let line = server.last("GET /profiles?").line;
    assert!(["name=shop", "only_active=false", "page=2"].iter().all(|part| line.contains(part)), "{line}");
}

#[tokio::test]
async fn state_is_put_into_a_profile_and_read_from_it() {
    let server = Server::start();
    let cookies = json!({"cookies": [cookie()]}).to_string();
    server.fail("GET /profiles/p-1/cookies", [Fault::Say(cookies)]);
    let imported = json!({"success": true, "message": "", "cookies_count": 1, "mode": "append"});
    server.fail("POST /profiles/p-1/cookies", [Fault::Say(imported.to_string())]);
    let state = json!({"success": true, "cookies_count": 1, "local_storage_origins": 1, "session_storage_origins": 1});
    server.fail("POST /profiles/p-1/state", [Fault::Say(state.to_string())]);
    let profile = server.notte().profiles().attach("p-1");
    let cookies = profile.cookies().await.unwrap();
    let set = profile.set_cookies(cookies.clone()).source_format("chrome").mode(ProfileImportMode::Append);
    let import = profile.import_state().cookies(cookies).mode(ProfileImportMode::Replace).storage_scope("origins");
    let import = import.local_storage("https://x", "token", "hunter2").session_storage("https://x", "cart", "hunter2");
    let import = import.domains(["x"]);
    let printed = format!("{set:?} {import:?}");
    assert!(!printed.contains("hunter2"), "{printed}");
    assert_eq!(set.await.unwrap().cookies_count, 1);
    import.await.unwrap();
    let cookie = json!({"name": "a", "value": "hunter2", "domain": "x", "path": "/", "httpOnly": true,
        "expirationDate": 9.0, "expires": 9.0, "sameSite": "Lax"});
    let sent = |line: &str| serde_json::from_str::<Value>(&server.last(line).body).unwrap();
    let expected = json!({"cookies": [cookie], "source_format": "chrome", "mode": "append"});
    assert_eq!(sent("POST /profiles/p-1/cookies"), expected);
    let expected = json!({"cookies": [cookie], "local_storage": {"https://x": {"token": "hunter2"}},
        "session_storage": {"https://x": {"cart": "hunter2"}}, "domains": ["x"], "mode": "replace",
        "storage_scope": "origins"});
    assert_eq!(sent("POST /profiles/p-1/state"), expected);
    assert_eq!(profile.set_cookies([]).await.unwrap_err().kind(), ErrorKind::InvalidRequest);
}
