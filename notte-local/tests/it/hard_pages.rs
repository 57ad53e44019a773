//! Pages that fight back, over the real browser: the right answer each time, and the session usable after.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Api, Session, Site};

/// Sends one command to the tab of the session with the DevTools protocol, as another tool does, and leaves.
async fn over_cdp(session: &Session<'_>, method: &str) {
    let debug = session.api.get(&session.path("/debug")).await;
    let url = debug["tabs"][0]["ws_url"].as_str().expect("an address");
    let (mut socket, _) = tokio_tungstenite::connect_async(url).await.expect("the socket opens");
    socket.send(Message::text(json!({"id": 1, "method": method}).to_string())).await.expect("it is sent");
    // An answer, an event of the end, or the end.
    let _ = socket.next().await;
}

/// Does it until it comes to what is expected: what another tool did shows a moment later.
async fn until<F: Future<Output = Value>>(what: &str, expected: impl Fn(&Value) -> bool, ask: impl Fn() -> F) {
    let mut last = Value::Null;
    for _ in 0..200 {
        last = ask().await;
        if expected(&last) {
            return;
        }
    }
    panic!("{what}: {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn dialogs_while_loading_leaving_and_in_a_loop_are_answered_and_told() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    let told = async |action: Value| session.does(action).await["message"].as_str().unwrap().to_owned();
    let loaded = told(json!({"type": "goto", "url": site.at("/dialogs")})).await;
    assert!(loaded.contains("alert: welcome") && loaded.contains("prompt: name?"), "{loaded}");
    assert_eq!(session.js("document.title").await, "answer null");
    session.does(json!({"type": "click", "selector": "text=Click"})).await;
    let storm = told(json!({"type": "click", "selector": "#storm"})).await;
    assert!(storm.contains("alert: storm 4") && storm.ends_with("and 45 more"), "{storm}");
    assert_eq!(session.js("document.title").await, "after the storm");
    let left = told(json!({"type": "goto", "url": site.at("/list")})).await;
    assert!(left.contains("beforeunload"), "{left}");
    assert_eq!(session.js("document.title").await, "List");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_never_ends_is_ended() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/hung")).await;
    let hung = session.fails(json!({"type": "click", "selector": "button"}), "Timeout").await;
    assert!(hung["message"].as_str().unwrap().contains("after the click"), "{hung}");
    assert_eq!(session.observe().await["metadata"]["title"], "Hung");
    session.goto(&site.at("/list")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hangs_while_it_loads_can_be_left() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.does(json!({"type": "goto", "url": site.at("/hung?now"), "wait_until": "commit"})).await;
    session.fails(json!({"type": "click", "selector": "button", "timeout": 100}), "Timeout").await;
    session.goto(&site.at("/list")).await;
    assert_eq!(session.js("document.title").await, "List");
    let other = api.session().await;
    other.does(json!({"type": "goto", "url": site.at("/hung?now"), "wait_until": "commit"})).await;
    other.does(json!({"type": "close_tab"})).await;
    assert_eq!(other.observe().await["metadata"]["url"], "about:blank");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tab_that_closes_itself_leaves_the_one_that_opened_it() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/opener")).await;
    session.does(json!({"type": "goto_new_tab", "url": site.at("/list")})).await;
    for close in [
        json!({"type": "click", "selector": "button"}),
        json!({"type": "fill", "selector": "input", "value": "x", "press_enter": true}),
    ] {
        session.does(json!({"type": "switch_tab", "tab_index": 0})).await;
        session.does(json!({"type": "click", "selector": "button"})).await;
        assert_eq!(session.js("document.title").await, "Closing");
        session.does(close).await;
        assert_eq!(session.js("document.title").await, "Opener");
    }
    assert_eq!(session.observe().await["metadata"]["tabs"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_tab_closed_from_outside_is_followed_by_a_new_one() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    over_cdp(&session, "Page.close").await;
    let seen = || async { session.act(json!({"type": "evaluate_js", "code": "location.href"})).await };
    until("no new tab", |seen| seen["data"]["markdown"] == "about:blank", seen).await;
    session.goto(&site.at("/list")).await;
    assert_eq!(session.observe().await["metadata"]["tabs"].as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renderer_that_crashes_is_said_until_another_page_is_opened() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    session.goto(&site.at("/opener")).await;
    over_cdp(&session, "Page.crash").await;
    let seen = || async { session.act(json!({"type": "click", "selector": "#nothing", "timeout": 50})).await };
    until("no crash", |seen| seen["exception_detail"]["error_type"] == "PageCrashed", seen).await;
    let (status, observed) = api.send("POST", &session.path("/page/observe"), Some(json!({}))).await;
    assert!(status == 400 && observed["detail"] == "the page crashed", "{status} {observed}");
    session.does(json!({"type": "reload"})).await;
    assert_eq!(session.js("document.title").await, "Opener");
    session.fails(json!({"type": "goto", "url": "chrome://crash"}), "PageCrashed").await;
    session.goto(&site.at("/list")).await;
    assert_eq!(session.observe().await["metadata"]["title"], "List");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_goes_on_while_the_page_draws_itself_anew_or_goes_elsewhere() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/restless?go")).await;
    session.does(json!({"type": "click", "selector": "text=Home", "timeout": 10000})).await;
    assert_eq!(session.js("document.title").await, "Form", "the link was on the page that came meanwhile");

    session.goto(&site.at("/restless#soon")).await;
    session.does(json!({"type": "click", "selector": "#go:has-text(\"New\")"})).await;
    assert_eq!(session.js("document.title").await, "new one");

    session.goto(&site.at("/restless")).await;
    assert_eq!(session.observe().await["space"]["interaction_actions"][0]["text_label"], "Old");
    session.js("dispatchEvent(new Event('redraw'))").await;
    session.does(json!({"type": "click", "id": "B1"})).await;
    assert_eq!(session.js("document.title").await, "new one", "found again where it was");
    session.fails(json!({"type": "click", "selector": "text=Outside", "timeout": 200}), "ElementHidden").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_waits_for_the_page_that_it_leads_to_and_for_none_where_none_comes() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/opener")).await;
    session.does(json!({"type": "click", "selector": "text=Nothing"})).await;
    assert_eq!(session.js("document.title").await, "Opener");
    session.does(json!({"type": "click", "selector": "text=Slow"})).await;
    assert_eq!(session.js("document.title").await, "Slow");
}
