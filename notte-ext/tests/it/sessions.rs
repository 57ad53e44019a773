//! Sessions over a real socket: what they are started with, what is done in them, and how they are listed.

use std::time::{Duration, SystemTime};

use crate::support::{Fault, Server, session};
use futures_util::TryStreamExt as _;
use notte_ext::{
    Error, ErrorKind, ExternalProxy, ImageFormat, NotteProxy,
    notte_api::types::{Action, BrowserType, ClickAction},
};

#[tokio::test]
async fn only_what_is_set_is_sent() {
    let server = Server::start();
    let notte = server.notte();
    notte.session().await.unwrap().stop().await.unwrap();
    assert_eq!(server.last("POST /sessions/start").body, "{}");
    let builder =
        notte.session().browser(BrowserType::Chrome).viewport(1280, 720).idle_timeout(Duration::from_secs(61));
    let builder = builder.extra_http_header("x-a", "b").chrome_args(["--x"]).proxies(true).extra("newer", 1);
    builder.await.unwrap().stop().await.unwrap();
    let body: serde_json::Value = serde_json::from_str(&server.last("POST /sessions/start").body).unwrap();
    let expected = serde_json::json!({
        "browser_type": "chrome", "viewport_width": 1280, "viewport_height": 720, "idle_timeout_minutes": 2,
        "extra_http_headers": {"x-a": "b"}, "chrome_args": ["--x"], "proxies": true, "newer": 1,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_limit_is_checked_before_anything_is_sent_unless_told_otherwise() {
    let server = Server::start();
    let notte = server.notte();
    for builder in
        [notte.session().idle_timeout(Duration::ZERO), notte.session().idle_timeout(Duration::from_secs(3600))]
    {
        let error = builder.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("idle_timeout"), "{error}");
    }
    assert_eq!(server.count("POST"), 0);
    notte.session().idle_timeout(Duration::from_secs(3600)).unchecked().await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn a_page_is_looked_at_and_acted_upon() {
    let server = Server::start();
    let notte = server.notte();
    let done = notte.session().scope(async |session| {
        session.goto("https://e.com").await?;
        let page = session.observe().max_actions(5).await?;
        assert_eq!((page.title(), page.url()), ("Example", "https://e.com/"));
        session.execute(page.action("B3")?).await?;
        let error = page.action("B9").unwrap_err();
        assert!(error.to_string().contains("B9") && error.to_string().contains("B3"), "{error}");
        assert_eq!(session.evaluate_js("6*7").await?, "42");
        assert_eq!(session.offset().await?, 7);
        Ok::<_, Error>(session.id().clone())
    });
    assert_eq!(done.await.unwrap(), "s-1");
    let clicked = server.state().requests.iter().find(|request| request.body.contains("B3")).unwrap().body.clone();
    let clicked: serde_json::Value = serde_json::from_str(&clicked).unwrap();
    let expected = serde_json::json!({"type":"click","id":"B3","selector":"internal:role=button","future":1});
    assert_eq!(clicked, expected, "an action from the page loses nothing");
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn a_page_is_searched_for_what_can_be_done() {
    let server = Server::start();
    let observed = serde_json::json!({
        "metadata": {"title": "t", "url": "u", "tabs": [{"tab_id": 0, "title": "t", "url": "u"}], "viewport": {"scroll_x": 0,
            "scroll_y": 7, "viewport_width": 1, "viewport_height": 1, "total_width": 1, "total_height": 1}},
        "screenshot": {"raw": "/9j/4HBpY3R1cmU="}, "started_at": "2025-01-02", "ended_at": "2025-01-02",
        "space": {"actions": [], "browser_actions": [], "description": "", "markdown": "# Actions", "interaction_actions": [
            {"type": "click", "id": "B1", "text_label": "Buy now"},
            {"type": "fill", "id": "I1", "value": "", "description": "Where to BUY from"},
            {"type": "click", "id": "L1", "accessible_name": "Home"},
        ]},
    });
    server.fail("POST /sessions/s-1/page/observe", [Fault::Say(observed.to_string())]);
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    #[allow(deprecated)]
    let page = session.observe().instructions("buy it").min_actions(1).await.unwrap();
    assert_eq!(server.last("POST").body, r#"{"instructions":"buy it","min_nb_actions":1}"#);
    let id = |action: &Action| serde_json::to_value(action).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(id(&page.first().unwrap()), "B1");
    assert_eq!(page.of_kind("click").map(id).collect::<Vec<_>>(), ["B1", "L1"]);
    assert_eq!(page.matching("buy").map(id).collect::<Vec<_>>(), ["B1", "I1"]);
    assert_eq!(page.with_ids(["L1", "X9", "B1"]).map(id).collect::<Vec<_>>(), ["B1", "L1"]);
    assert_eq!((page.markdown(), page.tabs().len(), page.viewport().scroll_y), ("# Actions", 1, 7));
    assert_eq!(page.screenshot().unwrap().format(), Some(ImageFormat::Jpeg));
    let empty = session.observe().await.unwrap();
    let nothing = empty.with_ids(["B9"]).count();
    assert_eq!((nothing, empty.screenshot().unwrap_err().kind()), (0, ErrorKind::Decode));
}

#[tokio::test]
async fn proxies_are_sent_as_they_were_named() {
    let server = Server::start();
    let notte = server.notte();
    let builder = notte.session().proxy(NotteProxy::country("fr")).proxy(ExternalProxy::new("http://p:1"));
    builder.await.unwrap().stop().await.unwrap();
    let sent: serde_json::Value = serde_json::from_str(&server.last("POST").body).unwrap();
    let expected =
        serde_json::json!([{"type": "notte", "country": "fr"}, {"type": "external", "server": "http://p:1"}]);
    assert_eq!(sent["proxies"], expected);
}

#[tokio::test(start_paused = true)]
async fn a_session_is_kept_alive_only_while_it_is_asked_for() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.sessions().attach("s-1");
    assert_eq!(session.keep_alive_while(async { 7 }).await, 7);
    assert_eq!(server.count("GET /sessions/s-1/offset"), 0);
    let minute = async {
        while server.count("GET /sessions/s-1/offset?update_metadata=true") < 3 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    session.keep_alive_while(minute).await;
}

#[tokio::test]
async fn an_action_that_fails_is_an_error_or_a_result() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    let click = || -> Action { ClickAction::try_from(ClickAction::builder().id("no-such")).unwrap().into() };
    let error = session.execute(click()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Execution);
    assert_eq!(error.to_string(), "page_execute failed: no such element");
    assert!(!session.try_execute(click()).await.unwrap().success);
    session.stop().await.unwrap();
}

#[tokio::test]
async fn a_page_is_scraped_in_every_form() {
    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    struct Contact {
        email: String,
    }

    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    assert_eq!(session.scrape().only_main_content(true).markdown().await.unwrap(), "# Example");
    assert_eq!(server.last("POST /sessions/s-1/page/scrape").body, r#"{"only_main_content":true}"#);
    assert_eq!(session.scrape().images().await.unwrap().len(), 1);
    server.fail("POST /sessions/s-1/page/scrape", [Fault::Say(r#"{"markdown":"[Tea](/tea)"}"#.into())]);
    let links = session.scrape().links().await.unwrap();
    assert_eq!((links[0].text.as_str(), links[0].url.as_str()), ("Tea", "/tea"));
    assert_eq!(server.last("POST").body, r#"{"scrape_links":true}"#);
    let schema = serde_json::json!({"type": "object"});
    assert_eq!(session.scrape().structured::<Contact>().await.unwrap().email, "a@b.c");
    let sent: serde_json::Value = serde_json::from_str(&server.last("POST").body).unwrap();
    assert_eq!(sent["response_format"]["properties"]["email"]["type"], "string");
    let error = session.scrape().schema(schema.clone()).structured::<u8>().await.unwrap_err();
    let sent: serde_json::Value = serde_json::from_str(&server.last("POST").body).unwrap();
    assert_eq!(sent["response_format"], schema);
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(!format!("{error:?}").contains("a@b.c"));
    assert_eq!(session.scrape().json().await.unwrap_err().kind(), ErrorKind::Execution);
    session.stop().await.unwrap();
}

#[tokio::test]
async fn pictures_cookies_and_addresses() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    let picture = session.screenshot().await.unwrap();
    assert_eq!((picture.format(), picture.bytes().len()), (Some(ImageFormat::Jpeg), 11));
    let cookies = session.cookies().await.unwrap();
    session.set_cookies(cookies.clone()).await.unwrap();
    let file = std::env::temp_dir().join(format!("notte-cookies-{}.json", std::process::id()));
    std::fs::write(&file, serde_json::to_string(&cookies).unwrap()).unwrap();
    session.set_cookies_from_file(&file).await.unwrap();
    std::fs::write(&file, r#"[{"value":"hunter2"}]"#).unwrap();
    let error = session.set_cookies_from_file(&file).await.unwrap_err();
    std::fs::remove_file(&file).unwrap();
    let debug = session.debug().await.unwrap();
    assert_eq!(debug.cdp_url().unwrap().expose(), "wss://c?token=hunter2");
    assert_eq!(debug.viewer_url().unwrap().expose(), "https://d?token=hunter2");
    let printed = format!("{cookies:?} {debug:?} {error} {error:?} {picture:?} {session:?}");
    assert!(!printed.contains("hunter2"), "{printed}");
    session.stop().await.unwrap();
}

#[tokio::test]
async fn a_list_turns_its_pages() {
    let server = Server::start();
    server.state().live.extend((1..=5).map(|n| format!("s-{n}")));
    let notte = server.notte();
    let ids: Vec<_> = notte.sessions().list().items().map_ok(|session| session.session_id).try_collect().await.unwrap();
    assert_eq!(ids, ["s-1", "s-2", "s-3", "s-4", "s-5"]);
    let pages: Vec<_> = notte.sessions().list().page_size(2).only_active(false).pages().try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.items.len()).collect::<Vec<_>>(), [2, 2, 1]);
    assert!(server.last("GET /sessions?").line.contains("only_active=false"));
}

#[tokio::test]
async fn a_list_is_over_after_an_error_and_after_a_page_without_items() {
    let server = Server::start();
    let notte = server.notte();
    let endless = r#"{"items":[],"page":1,"page_size":2,"has_next":true,"has_previous":false}"#;
    server.fail("GET /sessions?", [Fault::Say(endless.into()), Fault::Refuse(401, "", "")]);
    let pages: Vec<_> = notte.sessions().list().pages().try_collect().await.unwrap();
    assert_eq!(pages.len(), 1);
    let error = notte.sessions().list().items().try_collect::<Vec<_>>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
}

#[tokio::test]
async fn a_lost_start_is_found_again() {
    let server = Server::start();
    let notte = server.notte();
    let before = SystemTime::now();
    let kept = notte.session().await.unwrap();
    server.fail("POST /sessions/start", [Fault::Cut]);
    assert!(notte.session().await.unwrap_err().may_have_been_sent());
    let found = notte.sessions().started_since(before).await.unwrap();
    assert_eq!(found.iter().map(|session| session.session_id.as_str()).collect::<Vec<_>>(), ["s-2"]);
    assert!(server.last("GET /sessions?").line.contains("only_current_token=true"));
    assert_eq!(server.live(), 2, "nothing was stopped");
    kept.stop().await.unwrap();
}

#[tokio::test]
async fn a_session_that_is_not_active_is_an_error_with_the_reason_and_is_stopped() {
    let server = Server::start();
    server.state().live.insert("s-9".into());
    let broken = session("s-9", "error").replace('}', r#","error":"no browser"}"#);
    server.fail("POST /sessions/start", [Fault::Say(broken)]);
    let notte = server.notte();
    let error = notte.session().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotActive);
    assert!(error.to_string().contains("no browser"), "{error}");
    assert_eq!(error.session_id(), Some("s-9"));
    assert!(notte.shutdown(Duration::from_secs(5)).await.is_clean());
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn a_start_whose_answer_cannot_be_read_is_stopped() {
    let server = Server::start();
    server.state().live.insert("s-9".into());
    server.fail("POST /sessions/start", [Fault::Say(r#"{"session_id":"s-9","status":[]}"#.into())]);
    let notte = server.notte();
    let error = notte.session().await.unwrap_err();
    assert_eq!((error.kind(), error.session_id()), (ErrorKind::Decode, Some("s-9")));
    assert!(notte.shutdown(Duration::from_secs(5)).await.is_clean());
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn a_start_may_take_as_long_as_its_deadline() {
    let server = Server::start();
    let notte = server.builder().timeout(Duration::from_millis(300)).build().unwrap();
    server.fail("POST /sessions/start", [Fault::Slow(Duration::from_secs(1))]);
    notte.session().deadline(Duration::from_secs(10)).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn a_wait_for_what_was_refused_before_it_was_sent_ends_at_once() {
    let server = Server::start();
    let error = server.notte().agents().attach("").wait().await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::InvalidRequest, false));
    assert!(server.state().requests.is_empty());
}

#[tokio::test]
async fn stop_twice_is_success() {
    let server = Server::start();
    let notte = server.notte();
    notte.session().await.unwrap().stop().await.unwrap();
    notte.sessions().attach("s-1").stop().await.unwrap();
    server.fail("DELETE /sessions/s-1", [Fault::Refuse(409, "", ""), Fault::Refuse(400, "", r#"{"detail":"?"}"#)]);
    notte.sessions().attach("s-1").stop().await.unwrap();
    notte.sessions().attach("s-1").stop().await.unwrap();
    assert_eq!(server.count("GET /sessions/s-1"), 2, "the session itself tells what a 404 and a 400 mean");
}

#[tokio::test]
async fn a_detached_session_lives_on_and_an_adopted_one_does_not() {
    let server = Server::start();
    let notte = server.notte();
    let id = notte.session().await.unwrap().detach();
    drop(notte.sessions().attach(&id));
    assert!(notte.shutdown(Duration::from_secs(5)).await.is_clean());
    assert_eq!((server.live(), notte.live_sessions()), (1, 0));
    drop(notte.sessions().adopt(&id));
    assert!(notte.shutdown(Duration::from_secs(5)).await.is_clean());
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn no_more_sessions_live_at_once_than_may() {
    let server = Server::start();
    let notte = server.builder().max_live_sessions(3).build().unwrap();
    let work = (0..12).map(|_| {
        let notte = notte.clone();
        tokio::spawn(async move {
            notte.session().scope(async |session| session.goto("https://e.com").await.map(drop)).await
        })
    });
    for done in futures_util::future::join_all(work).await {
        done.unwrap().unwrap();
    }
    assert_eq!(server.live(), 0);
    {
        let state = server.state();
        assert_eq!(state.started, 12);
        assert!(state.most <= 3, "{}", state.most);
    }

    let held = [notte.session().await.unwrap(), notte.session().await.unwrap(), notte.session().await.unwrap()];
    let error = notte.session().deadline(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::SessionLimit, false));
    drop(held);
    notte.session().await.unwrap().stop().await.unwrap();
}
