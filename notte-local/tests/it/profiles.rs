//! Profiles over the real browser: what one session leaves, the next one finds.

use serde_json::json;

use crate::support::{Api, Site};

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_carries_cookies_and_storage_from_session_to_session() {
    let (api, site) = (Api::start().await, Site::start().await);
    let profile = api.post("/profiles/create", json!({"name": "shop"})).await["profile_id"].clone();
    let first = api.session_with(json!({"profile": {"id": profile, "persist": true}})).await;
    first.goto(&site.at("/list")).await;
    first.js("document.cookie = 'login=ada; max-age=1000'; localStorage.setItem('cart', 'tea')").await;
    first.stop().await;
    let look = "document.cookie + ' ' + localStorage.getItem('cart')";

    let second = api.session_with(json!({"profile": {"id": profile}})).await;
    second.goto(&site.at("/list")).await;
    assert_eq!(second.js(look).await, "login=ada tea");
    assert_eq!(second.observe().await["metadata"]["tabs"].as_array().map(Vec::len), Some(1));
    second.js("localStorage.setItem('cart', 'salt')").await;
    let saved = api.post(&second.path("/profile/save"), json!({"name": "copy"})).await;
    assert_eq!(second.js(look).await, "login=ada salt", "the page stays where it was");
    second.stop().await;

    for (id, expected) in [(&profile, "login=ada tea"), (&saved["profile_id"], "login=ada salt")] {
        let third = api.session_with(json!({"profile": {"id": id}})).await;
        third.goto(&site.at("/list")).await;
        assert_eq!(third.js(look).await, expected, "without `persist` nothing is kept");
    }
    let leaving = api.session_with(json!({"profile": {"id": profile, "persist": true}})).await;
    leaving.goto(&site.at("/list")).await;
    leaving.js("document.cookie = 'login=; max-age=0'; localStorage.clear()").await;
    leaving.stop().await;
    let after = api.session_with(json!({"profile": {"id": profile}})).await;
    after.goto(&site.at("/list")).await;
    assert_eq!(after.js(look).await, " null", "who signed out stays so");
    assert_eq!(saved["persisted_domains"], json!(["127.0.0.1"]));
    assert_eq!(api.send("POST", "/sessions/start", Some(json!({"profile": {"id": "nope"}}))).await.0, 404);
    assert_eq!(api.send("POST", "/sessions/start", Some(json!({"vault_id": "nope"}))).await.0, 404);
}
