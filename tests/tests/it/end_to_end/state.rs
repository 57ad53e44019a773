//! What is kept beyond a session: cookies, profiles, secrets.

use notte_ext::notte_api::types::{Cookie, SecretNamespace};
use serde_json::json;

use crate::end_to_end::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_brings_cookies_and_storage_into_the_next_session() {
    let stage = Stage::set().await;
    let page = stage.site.url();
    let profile = stage.notte.profiles().create().name("shop").await.unwrap();
    let login: Cookie = serde_json::from_value(
        json!({"name": "login", "value": "ada", "domain": "127.0.0.1", "path": "/", "httpOnly": false, "expires": 4e9}),
    )
    .unwrap();
    let kept = stage.notte.session().profile(profile.id()).persist_profile(true).scope(async |session| {
        session.set_cookies([login]).await?;
        session.goto(page).await?;
        session.evaluate_js("localStorage.setItem('cart', 'tea')").await?;
        session.cookies().await
    });
    let kept = kept.await.unwrap();
    assert_eq!((kept.len(), kept[0].value.expose().as_str()), (1, "ada"));
    let look = "document.cookie + ' ' + localStorage.getItem('cart')";
    for (profile, expected) in [(Some(profile.id()), "login=ada tea"), (None, " null")] {
        let builder = stage.notte.session();
        let builder = profile.into_iter().fold(builder, |builder, id| builder.profile(id).persist_profile(false));
        let seen = builder.scope(async |session| {
            session.goto(page).await?;
            session.evaluate_js(look).await
        });
        assert_eq!(seen.await.unwrap(), expected);
    }
    profile.delete().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_kept_read_and_deleted() {
    let stage = Stage::set().await;
    let secrets = stage.notte.secrets();
    let stored = secrets.store(SecretNamespace::FunctionEnv, "TOKEN", "hush").await.unwrap();
    assert_eq!(secrets.value(SecretNamespace::FunctionEnv, "TOKEN").await.unwrap().expose(), "hush");
    let listed = secrets.list().await.unwrap();
    assert!(listed.len() == 1 && !format!("{listed:?}").contains("hush"));
    secrets.delete(&stored.id).await.unwrap();
    assert!(secrets.value(SecretNamespace::FunctionEnv, "TOKEN").await.unwrap_err().is_not_found());
}
