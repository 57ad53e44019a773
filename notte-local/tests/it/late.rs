//! Pages that change by themselves, over the real browser: what comes a moment later is there, and a page that comes meanwhile
//! is no failure.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Api, Site};

const LEAVING: &str = r#"<!doctype html><title>Sign in</title><form action="/in"><input name=user value=ann><button id=send>Sign in</button></form>
<button id=later onclick="setTimeout(()=>location.href='/in?later',40)">Sign in later</button>
<button id=twice onclick="setTimeout(()=>location.href='/hop',20)">Sign in twice</button>"#;
const HOP: &str = "<!doctype html><title>Hop</title><script>setTimeout(()=>location.replace('/in?twice'),100)</script>";
const IN: &str = "<!doctype html><title>In</title><h1>Welcome</h1><button>Sign out</button>";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_being_left_is_waited_for_by_all_that_looks_at_it() {
    let pages = [("/", LEAVING.to_owned()), ("/hop", HOP.to_owned()), ("/in", IN.to_owned())];
    let (api, site) = (Api::start().await, Site::of(&pages).await);
    let session = api.session().await;
    for how in ["#send", "#later", "#twice"] {
        for look in ["observe", "screenshot", "scrape", "execute"] {
            session.goto(&site.at("/")).await;
            session.does(json!({"type": "click", "selector": how})).await;
            let begun = Instant::now();
            let body =
                if look == "execute" { json!({"type": "click", "selector": "text=Sign out"}) } else { json!({}) };
            let (status, seen) = api.send("POST", &session.path(&format!("/page/{look}")), Some(body)).await;
            assert_eq!(status, 200, "{how} {look}: {seen}");
            assert!(begun.elapsed() < Duration::from_secs(8), "{how} {look}: {:?}", begun.elapsed());
            match look {
                "observe" => assert_eq!(seen["metadata"]["title"], "In", "{how}"),
                "scrape" => assert!(seen["markdown"].as_str().unwrap().contains("Welcome"), "{how}: {seen}"),
                "execute" => assert_eq!(seen["success"], true, "{how}: {seen}"),
                _ => {}
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_while_another_client_navigates_never_fails() {
    let pages = [("/", LEAVING.to_owned()), ("/in", IN.to_owned())];
    let (api, site) = (Api::start().await, Site::of(&pages).await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    // It goes to and fro by itself all the while, and to another site each time.
    let there = site.elsewhere("/in");
    session.js(&format!("void setInterval(() => location.href = '{there}', 50)")).await;
    for round in 0..8 {
        for look in ["observe", "screenshot"] {
            let (status, seen) = api.send("POST", &session.path(&format!("/page/{look}")), Some(json!({}))).await;
            assert_eq!(status, 200, "{round} {look}: {seen}");
        }
        let go = json!({"type": "evaluate_js", "code": format!("void setTimeout(() => location.href = '{}', {})", if round % 2 == 0 { site.at("/") } else { there.clone() }, round * 7)});
        session.does(go).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_sends_a_form_sees_the_page_that_it_leads_to() {
    let pages = [("/", LEAVING.to_owned()), ("/in", IN.to_owned())];
    let (api, site) = (Api::start().await, Site::of(&pages).await);
    let session = api.session().await;
    for round in 0..6 {
        let task = json!([
            {"type": "goto", "url": site.at("/")},
            {"type": "fill", "selector": "[name=user]", "value": "ann"},
            {"type": "click", "selector": if round % 2 == 0 { "#send" } else { "#later" }},
            {"type": "scrape"},
        ]);
        let start = json!({"session_id": session.id, "task": task.to_string(), "reasoning_model": "local/script"});
        let agent = api.post("/agents/start", start).await["agent_id"].as_str().expect("an id").to_owned();
        let deadline = Instant::now() + Duration::from_secs(60);
        let status = loop {
            let status = api.get(&format!("/agents/{agent}")).await;
            if status["status"] == "closed" {
                break status;
            }
            assert!(Instant::now() < deadline, "{status}");
        };
        assert_eq!(status["success"], true, "{round}: {status}");
        assert!(status["answer"].as_str().unwrap().contains("Welcome"), "{round}: {status}");
    }
}

const LATE: &str = r#"<!doctype html><title>Late</title><style>#menu{opacity:0;visibility:hidden;transition:all .3s}#menu.open{opacity:1;visibility:visible}</style>
<main></main><script>const main=document.querySelector('main'),show=(text)=>main.innerHTML='<button>'+text+'</button>',how=location.search.slice(1);
const ways={timer(){setTimeout(()=>show('Ready'),400)},chain(){let n=0;const f=()=>++n<6?setTimeout(f,60):show('Ready');f()},
frames(){let n=0;const f=()=>++n<20?requestAnimationFrame(f):show('Ready');f()},fetch(){fetch('/data').then(r=>r.text()).then(t=>setTimeout(()=>show(t),50))},
click(){show('More');main.firstChild.onclick=()=>{main.innerHTML='Loading';setTimeout(()=>show('Ready'),400)}},
ask(){show('More');main.firstChild.onclick=()=>{main.innerHTML='Loading';fetch('/data').then(r=>r.text()).then(show)}},
hydrate(){show('More');setTimeout(()=>main.firstChild.onclick=()=>show('Ready'),300)},
menu(){main.innerHTML='<button>More</button><div id=menu><button>Ready</button></div>';main.firstChild.onclick=()=>menu.classList.add('open')},
key(){main.innerHTML='<input aria-label=Search><p></p>';main.firstChild.oninput=()=>setTimeout(()=>main.lastChild.innerHTML='<button>Ready</button>',300)}};
ways[how]()</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_draws_a_moment_later_is_seen() {
    let pages = [("/", LATE.to_owned()), ("/data", "Ready".to_owned())];
    let (api, site) = (Api::start().await, Site::of(&pages).await);
    let session = api.session().await;
    for how in ["timer", "chain", "frames", "fetch", "click", "ask", "hydrate", "menu", "key"] {
        session.goto(&site.at(&format!("/?{how}"))).await;
        if ["click", "ask", "hydrate", "menu"].contains(&how) {
            session.does(json!({"type": "click", "selector": "text=More"})).await;
        }
        if how == "key" {
            session.does(json!({"type": "fill", "selector": "input", "value": "tea"})).await;
        }
        let seen = session.elements().await;
        assert!(seen.iter().any(|element| element.ends_with("Ready")), "{how}: {seen:?}");
    }
}

const RESTLESS: &str = r#"<!doctype html><title>Restless</title><button>Go</button><script>
const draw=()=>requestAnimationFrame(draw);draw();const look=()=>setTimeout(look,40);look();fetch('/hang')</script>"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_never_rests_is_taken_as_it_is() {
    let hang = axum::routing::get(async || std::future::pending::<&str>().await);
    let page = axum::routing::get(async || axum::response::Html(RESTLESS));
    let site = Site::serve(axum::Router::new().route("/", page).route("/hang", hang)).await;
    let api = Api::start().await;
    let session = api.session().await;
    let begun = Instant::now();
    session.goto(&site.at("/")).await;
    for _ in 0..5 {
        session.does(json!({"type": "click", "selector": "button"})).await;
        assert_eq!(session.elements().await, ["B1 Go"]);
    }
    assert!(begun.elapsed() < Duration::from_secs(25), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_watches_a_page_changes_nothing_for_it() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows("<!doctype html><title>W</title>").await;
    for (code, value) in [
        ("setTimeout.name + setTimeout.length + String(setTimeout).includes('native code')", "setTimeout1true"),
        ("typeof setTimeout(() => {}, 10)", "number"),
        ("new Promise(done => setTimeout((a, b) => done(a + b), 5, 'x', 'y'))", "xy"),
        (
            "new Promise(done => { const id = setTimeout(done, 1, 'fired'); clearTimeout(id); setTimeout(done, 20, 'cleared') })",
            "cleared",
        ),
        ("new Promise(done => requestAnimationFrame(time => done(typeof time)))", "number"),
        ("Object.keys(window).filter(key => key.includes('notte')).length", "0"),
    ] {
        assert_eq!(session.js(code).await, value, "{code}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_comes_late_is_scraped_and_one_that_never_comes_is_said() {
    let page = "<!doctype html><title>Part</title><p>Other</p><script>setTimeout(()=>document.body.insertAdjacentHTML('beforeend','<p id=part>Part</p>'),1500)</script>";
    let (api, site) = (Api::start().await, Site::of(&[("/", page.to_owned())]).await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    assert_eq!(session.scrape(json!({"selector": "#part"})).await, "Part");
    let none = api.send("POST", &session.path("/page/scrape"), Some(json!({"selector": "#none"}))).await;
    assert!(none.0 == 400 && none.1["detail"].as_str().unwrap().contains("#none"), "{none:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_breaks_off_is_an_error_at_once() {
    let broken = async || {
        let headers = [("content-type", "text/html"), ("content-encoding", "gzip")];
        (headers, [&b"\x1f\x8b\x08\x00\0\0\0\0\0\x03"[..], &[0xff; 60]].concat())
    };
    let good = axum::routing::get(async || axum::response::Html("<p>Good"));
    let site = Site::serve(axum::Router::new().route("/", axum::routing::get(broken)).route("/good", good)).await;
    let api = Api::start().await;
    let session = api.session().await;
    let begun = Instant::now();
    let answer = session.fails(json!({"type": "goto", "url": site.at("/")}), "PageUnreachable").await;
    assert!(answer["message"].as_str().unwrap().contains("ERR_CONTENT_DECODING_FAILED"), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(session.scrape(json!({})).await, "", "an empty page, and no error about a selector that nobody gave");
    session.goto(&site.at("/good")).await;
    assert_eq!(session.scrape(json!({})).await, "Good");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_grows_at_its_edge_is_scrolled_on_and_one_that_does_not_ends() {
    let feed = r#"<!doctype html><title>Feed</title><style>html,body{height:100%;margin:0}#feed{height:100vh;overflow:auto}p{height:200px;margin:0}</style>
        <div id=feed></div><script>let n=0;const add=()=>{for(let i=0;i<5&&n<40;i++){const p=document.createElement('p');p.textContent='Item '+ ++n;feed.append(p)}};
        add();feed.onscroll=()=>{if(feed.scrollTop+feed.clientHeight>feed.scrollHeight-50)setTimeout(add,200)}</script>"#;
    let (api, site) = (Api::start().await, Site::of(&[("/", feed.to_owned())]).await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    let mut scrolls = 0;
    let last = loop {
        let answer = session.act(json!({"type": "scroll_down"})).await;
        if answer["success"] != true || scrolls > 60 {
            break answer;
        }
        scrolls += 1;
    };
    assert_eq!(last["exception_detail"]["error_type"], "EdgeReached", "{last}");
    assert!(session.scrape(json!({})).await.contains("Item 40"), "{scrolls} scrolls");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_closes_itself_leaves_the_page_that_opened_it() {
    let opener = r#"<!doctype html><title>Opener</title><button onclick="window.open('/popup')">Open</button>"#;
    let popup = "<!doctype html><title>Popup</title><script>setTimeout(close,60)</script>";
    let pages = [("/", opener.to_owned()), ("/popup", popup.to_owned())];
    let (api, site) = (Api::start().await, Site::of(&pages).await);
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    for _ in 0..4 {
        session.does(json!({"type": "click", "selector": "button"})).await;
        let seen = session.observe().await;
        assert_eq!(seen["metadata"]["title"], "Opener", "{}", seen["metadata"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_text_is_answered_whole_and_kept_short() {
    let api = Api::start().await;
    let session = api.session().await;
    session.shows("<!doctype html><title>Long</title>").await;
    assert_eq!(session.js("'x'.repeat(3000000)").await.len(), 3_000_000);
    let steps = api.get(&session.path("")).await["steps"].clone();
    let kept = steps.as_array().and_then(|steps| steps.last()).map(|step| step["value"]["data"]["markdown"].clone());
    let kept = kept.as_ref().and_then(Value::as_str).expect("a text");
    assert!(kept.len() < 300_000 && kept.contains("3000000 bytes"), "{}", kept.len());
}
