//! Documents that are not what they seem, over the real browser: files, late ones, deep ones, broken texts.

use serde_json::json;

use crate::support::{Api, Site};

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_whose_address_is_no_page_is_closed_and_its_file_kept() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/popups")).await;
    for (action, files) in [
        (json!({"type": "download_file", "selector": "#file"}), 1),
        (json!({"type": "click", "selector": "#none"}), 1),
        (json!({"type": "click", "selector": "#file"}), 2),
        (json!({"type": "click", "selector": "button"}), 3),
    ] {
        session.does(action.clone()).await;
        let seen = session.observe().await;
        assert_eq!(seen["metadata"]["title"], "Popups", "{action}");
        assert_eq!(seen["metadata"]["tabs"].as_array().map(Vec::len), Some(1), "{action}");
        let mut total = json!(null);
        for _ in 0..200 {
            total = api.get(&session.path("/files")).await["total"].clone();
            if total == files {
                break;
            }
        }
        assert_eq!(total, files, "{action}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_script_makes_of_an_answer_is_waited_for() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/late")).await;
    assert_eq!(session.scrape(json!({})).await, "Here at last");
    let page = api.post("/scrape", json!({"url": site.at("/late")})).await;
    assert_eq!(page["markdown"], "Here at last");
    let gone = session.goto(&site.at("/nowhere")).await;
    assert!(gone["message"].as_str().unwrap().contains("HTTP 404"), "{gone}");
    let blank = session.goto("about:blank").await;
    assert!(!blank["message"].as_str().unwrap().contains("404"), "{blank}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_documents_and_halves_of_characters_are_read() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/deep")).await;
    assert!(session.scrape(json!({})).await.contains("at the bottom \u{fffd}"));
    let seen = session.observe().await;
    let label = seen["space"]["interaction_actions"][0]["text_label"].as_str().unwrap();
    assert!(label.starts_with("xxx") && label.ends_with('\u{fffd}'), "{label}");
    for (script, value) in [
        (r"'\ud83d'", "\u{fffd}"),
        ("NaN", "NaN"),
        ("10n", "10n"),
        ("JSON.parse('['.repeat(100) + ']'.repeat(100)).length", "1"),
    ] {
        assert_eq!(session.js(script).await, value, "{script}");
    }
    let nested = json!({"type": "evaluate_js", "code": "JSON.parse('['.repeat(200) + ']'.repeat(200))"});
    let unread = session.fails(nested, "ScriptFailed").await;
    assert!(unread["message"].as_str().unwrap().contains("cannot be read"), "{unread}");
    let thrown = session.fails(json!({"type": "evaluate_js", "code": "throw 'no tea'"}), "ScriptFailed").await;
    assert!(thrown["message"].as_str().unwrap().contains("no tea"), "{thrown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_undone_is_done_again() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    session.does(json!({"type": "fill", "selector": "input[name=email]", "value": "tea"})).await;
    let value = "document.querySelector('input[name=email]').value";
    for (key, expected) in [("Control+z", ""), ("Control+Shift+Z", "tea"), ("Control+z", ""), ("Control+y", "tea")] {
        session.does(json!({"type": "press_key", "key": key})).await;
        assert_eq!(session.js(value).await, expected, "{key}");
    }
}
