//! The dashboard in a real browser: that of another server, as a person's own would be.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Api, Session, Site};

/// Waits until a script of the page says so.
async fn until(session: &Session<'_>, what: &str) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    while session.js(what).await != "true" {
        let shown = session.js("document.body.innerText").await;
        assert!(tokio::time::Instant::now() < deadline, "{what} is not so:\n{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_the_dashboard_once_and_nothing_else_does() {
    let api = Api::start().await;
    let plain = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let get = async |url: String, cookie: &str, site: Option<&str>| {
        let mut request = plain.get(url).header("cookie", cookie);
        if let Some(site) = site {
            request = request.header("sec-fetch-site", site);
        }
        request.send().await.expect("an answer")
    };
    assert_eq!(get(api.url("/"), "", None).await.status(), 401);
    assert_eq!(get(api.url("/?link=wrong"), "", None).await.status(), 401);

    let link = api.local.dashboard_link();
    assert!(!link.contains(api.local.api_key()));
    let opened = get(link.clone(), "", None).await;
    assert_eq!((opened.status().as_u16(), opened.headers()["location"].to_str().unwrap()), (303, "/"));
    let set = opened.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && !set.contains(api.local.api_key()), "{set}");
    let cookie = set.split(';').next().unwrap().to_owned();
    assert_eq!(get(link, "", None).await.status(), 401, "a link works once");

    let page = get(api.url("/"), &cookie, None).await;
    assert_eq!(page.status(), 200);
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'sha256-"), "{policy}");
    assert!(!page.text().await.unwrap().contains("innerHTML"));

    // The cookie works for the page alone, and only from its own origin.
    let sessions = api.url("/sessions");
    assert_eq!(get(sessions.clone(), &cookie, Some("same-origin")).await.status(), 200);
    assert_eq!(get(sessions.clone(), &cookie, Some("same-site")).await.status(), 403);
    assert_eq!(get(sessions.clone(), &cookie, Some("cross-site")).await.status(), 403);
    assert_eq!(get(sessions.clone(), &cookie, None).await.status(), 401);
    assert_eq!(get(sessions, "notte-local-1=x", Some("same-origin")).await.status(), 401);
    let made = api.post("/local/dashboard", json!({})).await;
    assert_eq!(get(made["url"].as_str().unwrap().to_owned(), "", None).await.status(), 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_agents_requests_and_faults_are_shown_and_worked_with() {
    let evil = "<!doctype html><title><img src=x onerror=alert(1)></title><h1><b>Tea</b> &lt;img src=x onerror=document.title=1&gt;</h1><button onclick=\"this.textContent='Bought'\">Buy</button>";
    let (api, person, site) = (Api::start().await, Api::start().await, Site::of(&[("/", evil.to_owned())]).await);
    let screen = person.session_with(json!({"viewport_width": 1400, "viewport_height": 1100})).await;
    screen.goto(&api.local.dashboard_link()).await;
    assert_eq!(screen.js("location.pathname + location.search + document.title").await, "/notte-local");

    screen.does(json!({"type": "click", "selector": "role=button[name=\"Start a session\"]"})).await;
    until(&screen, "!!document.querySelector('#picture').naturalWidth && document.querySelector('#picture-state').textContent === 'Live'").await;
    let id = api.get("/sessions").await["items"][0]["session_id"].as_str().expect("a session").to_owned();
    assert_eq!(screen.js("document.querySelector('#h-session').textContent").await, format!("Session {id}"));

    screen.does(json!({"type": "fill", "selector": "#address", "value": site.at("/"), "press_enter": true})).await;
    until(&screen, "document.querySelector('#said').textContent === 'goto: worked'").await;
    screen.does(json!({"type": "click", "selector": "#observe"})).await;
    until(&screen, "document.querySelector('#elements').textContent.includes('B1 Buy')").await;
    until(&screen, "document.querySelector('#outcome').textContent.includes('<img src=x onerror=document.title=1>')")
        .await;
    screen.does(json!({"type": "click", "selector": "#elements button"})).await;
    until(&screen, "document.querySelector('#elements').textContent.includes('B1 Bought')").await;
    until(&screen, "document.querySelectorAll('#steps > li').length === 2").await;
    assert_eq!(screen.js("document.querySelectorAll('img').length").await, "1", "what pages say is text");

    let fill = json!({"type": "fill", "selector": "#none", "value": "hunter2", "timeout": 1});
    api.post(&format!("/sessions/{id}/page/execute"), fill).await;
    api.post("/local/faults", json!({"operation": "ready_check", "status": 503, "delay_ms": 5})).await;
    let task = json!([{"type": "completion", "success": true, "answer": "It is done"}]).to_string();
    let agent = json!({"session_id": id, "task": task, "reasoning_model": "local/script"});
    api.post("/agents/start", agent).await;
    until(&screen, "document.querySelector('#faults').textContent.includes('ready_check: waits 5 ms, answers 503')")
        .await;
    until(&screen, "!!document.querySelector('#agents button')").await;
    screen.does(json!({"type": "click", "selector": "#agents button"})).await;
    until(&screen, "document.querySelector('#agent-state').textContent === 'Done: It is done'").await;
    until(&screen, "document.querySelectorAll('#log > li').length > 1").await;

    until(&screen, "document.querySelector('#requests').textContent.includes('POST /agents/start')").await;
    let sent = "[...document.querySelectorAll('pre[aria-label=Request]')].some(e => e.textContent.includes('#none') && e.textContent.includes('•••'))";
    until(&screen, sent).await;
    let requests = screen.js("document.querySelector('#requests').textContent").await;
    assert!(
        requests.contains("•••") && !requests.contains("hunter2") && !requests.contains(api.local.api_key()),
        "{requests}"
    );
    assert!(!requests.contains("overview"), "what the page asks by itself is not shown");
    let shot = api_bytes(&person, &screen.path("/page/screenshot")).await;
    assert!(shot.len() > 10_000);
    if let Ok(folder) = std::env::var("NOTTE_LOCAL_SCREENSHOTS") {
        std::fs::write(format!("{folder}/dashboard.jpg"), &shot).expect("a picture");
    }

    screen.does(json!({"type": "click", "selector": "#forget"})).await;
    screen.does(json!({"type": "click", "selector": "#stop"})).await;
    until(&screen, "document.querySelector('#facts').textContent.includes('closed (manual)')").await;
    until(&screen, "document.querySelector('#links').textContent === 'Open the replay'").await;
    assert_eq!(api.get("/sessions").await["items"], json!([]));
    assert_eq!(screen.js("document.querySelector('#faults').textContent").await, "None.");
}

async fn api_bytes(api: &Api, path: &str) -> Vec<u8> {
    let request = api.http.post(api.url(path)).bearer_auth(api.local.api_key()).json(&json!({}));
    request.send().await.expect("an answer").bytes().await.expect("a picture").to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_is_usable_by_keyboard_and_by_those_who_hear_it() {
    let (api, person) = (Api::start().await, Api::start().await);
    let session = api.session().await;
    session.shows("<!doctype html><title>T</title><p>Text").await;
    let screen = person.session().await;
    screen.goto(&api.local.dashboard_link()).await;
    until(&screen, "document.querySelectorAll('#sessions button').length === 1").await;
    // From the top of the page: start, then the session, without a mouse.
    screen.js("void document.activeElement.blur()").await;
    for _ in 0..2 {
        screen.does(json!({"type": "press_key", "key": "Tab"})).await;
    }
    screen.does(json!({"type": "press_key", "key": "Enter"})).await;
    until(&screen, "document.activeElement.id === 'h-session'").await;
    let unnamed = "[...document.querySelectorAll('button,input,textarea,a[href],img,section,nav')].filter(e => e.offsetParent && !(e.textContent.trim() || e.ariaLabel || e.alt || e.labels?.length || e.getAttribute('aria-labelledby'))).map(e => e.outerHTML).join()";
    assert_eq!(screen.js(unnamed).await, "", "everything has a name");
    let heads = "[...document.querySelectorAll('h1,h2,h3')].map(e => e.tagName).join(' ').replace(/H1 (H2 |H3 |H2|H3)+/, 'fine')";
    assert_eq!(screen.js(heads).await, "fine");
    // Dark and light: the text stands out of what is behind it.
    for scheme in ["light", "dark"] {
        let contrast = format!(
            "(() => {{ document.documentElement.style.colorScheme = '{scheme}'; const of = (c) => {{ const [r, g, b] = getComputedStyle(document.body)[c].match(/[\\d.]+/g).map(v => {{ v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 }}); return .2126 * r + .7152 * g + .0722 * b }}; const [a, b] = [of('color'), of('backgroundColor')].sort((x, y) => y - x); return (a + .05) / (b + .05) > 7 }})()"
        );
        assert_eq!(screen.js(&contrast).await, "true", "{scheme}");
    }
    assert_eq!(session.observe().await["space"]["description"].as_str().map(|text| text.contains("Text")), Some(true));
    let _: Value = session.stop().await;
}
