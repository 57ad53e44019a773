//! Agents over the real browser: what a script does on a page, what its log says, and what nobody gets to see.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use notte_local::{Builder, Local};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Api, Model, Session, Site};

#[tokio::test(flavor = "multi_thread")]
async fn a_scripted_agent_signs_in_and_nobody_sees_the_password() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    let login = json!({"email": "ada@corp.test", "password": "hunter2hunter2"});
    let vault = vault(&api, &site.at("/"), login).await;
    let script = json!([
        {"type": "fill", "selector": "[name=email]", "value": "{{vault.email}}"},
        {"type": "fill", "selector": "[name=password]", "value": "{{vault.password}}"},
        {"type": "click", "selector": "button:has-text(\"Send\")"},
        {"type": "evaluate_js", "code": "document.title"},
    ]);
    let start = json!({"session_id": session.id, "task": script.to_string(), "url": site.at("/"), "vault_id": vault,
                       "reasoning_model": "local/script"});
    let agent = api.post("/agents/start", start).await["agent_id"].as_str().unwrap().to_owned();

    let debug = api.get(&session.path("/debug")).await;
    let token = debug["ws"]["logs"].as_str().unwrap().split_once("token=").unwrap().1.to_owned();
    let host = api.local.url().replace("http", "ws");
    let address = format!("{host}/agents/{agent}/debug/logs?token={token}&session_id={}", session.id);
    let (mut socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
    let mut heard = Vec::new();
    while let Some(Ok(Message::Text(text))) = socket.next().await {
        heard.push(serde_json::from_str::<Value>(&text).unwrap());
    }
    let end = heard.pop().unwrap();
    assert_eq!((&end["status"], &end["agent"]["success"]), (&json!("agent_stop"), &json!(true)), "{end}");
    assert_eq!(heard.len(), 5, "four actions and the completion that was left out");

    let title = session.js("document.title").await;
    assert!(title.contains("email=ada%40corp.test&password=hunter2hunter2"), "it was really typed: {title}");
    let answer = end["agent"]["answer"].as_str().unwrap();
    assert!(answer.contains("email={{vault.email}}&password={{vault.password}}"), "{answer}");
    let code = api.get(&format!("/agents/{agent}/workflow/code?as_workflow=true")).await;
    let status = api.get(&format!("/agents/{agent}")).await;
    for said in [json!(heard), end, code, status] {
        let said = said.to_string();
        assert!(!said.contains("hunter2") && !said.contains("ada@corp.test"), "{said}");
    }
}

/// A vault with a login for a site.
async fn vault(api: &Api, url: &str, login: Value) -> Value {
    let vault = api.post("/vaults/create", json!({})).await["vault_id"].clone();
    let credentials = format!("/vaults/{}/credentials", vault.as_str().expect("an id"));
    api.post(&credentials, json!({"url": url, "credentials": login})).await;
    vault
}

async fn start(api: &Api, mut agent: Value, session: &Session<'_>) -> String {
    agent["session_id"] = session.id.clone().into();
    api.post("/agents/start", agent).await["agent_id"].as_str().expect("an id").to_owned()
}

/// The agent at its end.
async fn end(api: &Api, agent: &str) -> Value {
    let begun = Instant::now();
    loop {
        let status = api.get(&format!("/agents/{agent}")).await;
        if status["status"] == "closed" {
            return status;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "it does not end: {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Runs a script to its end.
async fn run(api: &Api, session: &Session<'_>, script: Value, mut more: Value) -> Value {
    more["task"] = script.to_string().into();
    more["reasoning_model"] = "local/script".into();
    end(api, &start(api, more, session).await).await
}

fn with(model: &Model) -> Builder {
    Local::builder().llm(&model.url, "small", Some("hush-model".to_owned())).expect("an address")
}

/// What the form of the page holds.
async fn form(session: &Session<'_>) -> String {
    session.js("String(new URLSearchParams(new FormData(document.forms[0])))").await
}

const EMPTY: &str = "email=&password=&born=&size=s&note=";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_one_site_is_typed_on_no_other_that_comes_meanwhile() {
    let (model, site) = (Model::start().await, Site::start().await);
    let api = Api::with(with(&model)).await;
    let session = api.session().await;
    let other = site.url.replace("127.0.0.1", "localhost");
    let login = json!({"email": "1999-12-31", "username": "l", "password": "hush-password",
                       "mfa_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"});
    let vault = vault(&api, &site.url, login).await;
    for (requests, action) in [
        json!({"type": "fill", "selector": "[name=password]", "value": "{{vault.password}}", "press_enter": true}),
        json!({"type": "fill", "selector": "[name=born]", "value": "{{vault.email}}"}),
        json!({"type": "fill", "selector": "textarea", "value": "{{vault.username}}", "clear_before_fill": false}),
        json!({"type": "fallback_fill", "selector": "[name=email]", "value": "{{vault.username}}"}),
        json!({"type": "multi_factor_fill", "selector": "[name=password]", "value": "{{vault.mfa_code}}"}),
        json!({"type": "form_fill", "value": {"email": "a@b.test", "password": "{{vault.password}}"}}),
        json!({"type": "select_dropdown_option", "selector": "select", "value": "{{vault.username}}"}),
    ]
    .into_iter()
    .enumerate()
    {
        for moves in [false, true] {
            session.goto(&site.at("/")).await;
            let thinking = model.think().await;
            model.say(&json!({"action": action}));
            model.say(&json!({"action": {"type": "completion", "success": true, "answer": "done"}}));
            let agent = start(&api, json!({"task": "sign in", "vault_id": vault}), &session).await;
            model.hears(4 * requests + 2 * usize::from(moves) + 1).await;
            if moves {
                session.goto(&other).await;
            }
            drop(thinking);
            let agent = end(&api, &agent).await;
            let heard = model.heard().pop().unwrap();
            assert!(!agent.to_string().contains("hush") && !heard.contains("hush"), "{agent}");
            assert_eq!(form(&session).await == EMPTY, moves, "{action}");
            assert_eq!(heard.contains("for another site"), moves, "{action} {heard}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_waits_for_a_field_waits_for_one_of_its_site() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    let other = site.url.replace("127.0.0.1", "localhost");
    let vault = vault(&api, &site.url, json!({"password": "hush-password"})).await;
    let fill = json!({"type": "fill", "selector": "[name=password]", "value": "{{vault.password}}"});
    for (leads, success) in [(&site.url, true), (&other, false)] {
        let leave = json!({"type": "evaluate_js", "code": format!("setTimeout(() => location = '{leads}', 300)")});
        let more = json!({"url": site.at("/list"), "vault_id": vault});
        let agent = run(&api, &session, json!([leave, fill]), more).await;
        assert_eq!(agent["success"], success, "{agent}");
        assert_eq!(form(&session).await.contains("hush-password"), success);
        assert!(!agent.to_string().contains("hush"), "{agent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_of_another_site_is_another_site() {
    let (api, site) = (Api::start().await, Site::start().await);
    // Otherwise the browser itself keeps such frames apart.
    let open = json!({"chrome_args": ["--disable-web-security", "--disable-site-isolation-trials"]});
    let session = api.session_with(open).await;
    let vault = vault(&api, &site.url, json!({"password": "hush-password"})).await;
    let selector = json!({"css_selector": "[name=password]", "iframe_parent_css_selectors": ["iframe"]});
    let fill = json!({"type": "fill", "selector": selector, "value": "{{vault.password}}"});
    let other = site.url.replace("127.0.0.1", "localhost");
    let inner = "document.querySelector('iframe').contentDocument.querySelector('[name=password]').value";
    for (frame, success) in [
        (format!("src='{}'", site.url), true),
        ("srcdoc='<input name=password>'".to_owned(), true),
        (format!("src='{other}'"), false),
        ("srcdoc='<input name=password>' sandbox".to_owned(), false),
    ] {
        let code = format!("document.body.innerHTML = \"<iframe height=500 {frame}></iframe>\"");
        let script = json!([{"type": "evaluate_js", "code": code}, fill]);
        let agent = run(&api, &session, script, json!({"url": site.at("/list"), "vault_id": vault})).await;
        assert_eq!(agent["success"], success, "{frame}: {agent}");
        assert!(success || agent["answer"].as_str().unwrap().contains("for another site"), "{frame}: {agent}");
        assert_eq!(session.js(inner).await, if success { "hush-password" } else { "" }, "{frame}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_stays_hidden_from_later_agents_and_in_the_steps() {
    let (model, site) = (Model::start().await, Site::start().await);
    let api = Api::with(with(&model)).await;
    let session = api.session().await;
    let vault = vault(&api, &site.url, json!({"username": "USERSECRET77", "password": "hush-password"})).await;
    let card = json!({"card_holder_name": "A B", "card_number": "4111222233334444", "card_cvv": "123",
                      "card_full_expiration": "12/28"});
    api.post(&format!("/vaults/{}/card", vault.as_str().unwrap()), json!({"credit_card": card})).await;
    let group = "document.querySelector('textarea').oninput = ({target}) => {\
                 target.value = target.value.replace(/(\\d{4})(?=\\d)/g, '$1 ')}; 0";
    let state =
        json!({"type": "evaluate_js", "code": "[...document.querySelectorAll('input, textarea')].map(e => e.value)"});
    let script = json!([
        {"type": "evaluate_js", "code": group},
        {"type": "fill", "selector": "[name=email]", "value": "{{vault.username}}"},
        {"type": "fill", "selector": "[name=password]", "value": "{{vault.password}}"},
        {"type": "fill", "selector": "textarea", "value": "{{vault.card_number}}"},
        state,
    ]);
    let first = run(&api, &session, script, json!({"url": site.at("/"), "vault_id": vault})).await;
    let answer = first["answer"].as_str().unwrap();
    assert!(answer.contains("{{vault.username}}") && answer.contains("{{vault.card_number}}"), "{first}");

    let own = session.does(state.clone()).await;
    assert!(own["data"]["markdown"].as_str().unwrap().contains("4111 2222 3333 4444"), "a client sees its page: {own}");

    model.say(&json!({"action": state}));
    model.say(&json!({"action": {"type": "completion", "success": true, "answer": "done"}}));
    let second = start(&api, json!({"task": "look", "session_offset": 0}), &session).await;
    let second = end(&api, &second).await;
    assert_eq!(second["answer"], "done", "{second}");
    let heard = model.heard().concat();
    assert!(heard.contains("{{vault.username}}") && heard.contains("{{vault.card_number}}"), "{heard}");
    assert!(!heard.contains("image_url"), "a picture would show it");

    let code = api.get(&session.path("/workflow/code?as_workflow=true")).await;
    let status = api.get(&session.path("")).await;
    session.stop().await;
    for said in [json!(heard), first, second, code, status, api.get(&session.path("")).await] {
        let said = said.to_string();
        for secret in ["USERSECRET77", "hush-password", "4111 2222", "4111222233334444"] {
            assert!(!said.contains(secret), "{secret} {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_looks_like_an_address_or_a_selector_spoils_neither() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    let url = site.url.replace("127.0.0.1", "localhost");
    let vault = vault(&api, &url, json!({"email": "a", "username": "local", "password": "name"})).await;
    let script = json!([
        {"type": "fill", "selector": "[name=email]", "value": "{{vault.username}}"},
        {"type": "fill", "selector": "[name=password]", "value": "{{vault.password}}"},
        {"type": "fill", "selector": "textarea", "value": "{{vault.email}}"},
        {"type": "goto", "url": format!("{url}/?local=name")},
    ]);
    let agent = run(&api, &session, script.clone(), json!({"url": url, "vault_id": vault})).await;
    assert_eq!(agent["success"], true, "{agent}");
    let code =
        api.get(&format!("/agents/{}/workflow/code?as_workflow=true", agent["agent_id"].as_str().unwrap())).await;
    let actions = code["json_actions"].as_array().unwrap();
    assert_eq!(actions[0], json!({"type": "goto", "url": url}));
    assert_eq!(actions[4], script[3]);
    for (place, action) in actions[1..4].iter().enumerate() {
        assert_eq!(action["selector"]["playwright_selector"], script[place]["selector"], "{code}");
        assert_eq!((&action["type"], &action["value"]), (&script[place]["type"], &script[place]["value"]), "{code}");
    }
    let steps = agent["steps"].as_array().unwrap().iter();
    let seen: Vec<_> = steps.filter(|step| step["type"] == "observation").collect();
    assert_eq!(seen[3]["value"]["metadata"]["url"], format!("{url}/"));
    assert!(!agent.to_string().contains("{{vault.{{"), "{agent}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_not_idle_while_an_agent_thinks_and_its_end_ends_the_agent() {
    let model = Model::start().await;
    let api = Api::with(with(&model).minute(Duration::from_millis(400))).await;
    let idle = json!({"idle_timeout_minutes": 1});
    let session = api.session_with(idle.clone()).await;
    let thinking = model.think().await;
    let agent = start(&api, json!({"task": "think"}), &session).await;
    model.hears(1).await;
    let left = api.session_with(idle).await;
    let begun = Instant::now();
    while api.get(&left.path("")).await["status"] == "active" {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is never idle");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(api.get(&session.path("")).await["status"], "active");
    assert_eq!(api.get(&format!("/agents/{agent}")).await["status"], "active");

    session.stop().await;
    let agent = end(&api, &agent).await;
    assert_eq!(agent["success"], false);
    assert!(agent["answer"].as_str().unwrap().contains("closed"), "{agent}");
    drop(thinking);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_asked_about_the_page_later_sees_nothing_of_it() {
    let (model, site) = (Model::start().await, Site::start().await);
    let api = Api::with(with(&model)).await;
    let session = api.session().await;
    let vault = vault(&api, &site.url, json!({"email": "ada@hush.test", "password": "hush-password"})).await;
    session.goto(&site.at("/")).await;
    let script = json!([{"type": "fill", "selector": "[name=email]", "value": "{{vault.email}}"}]);
    let done = run(&api, &session, script, json!({"vault_id": vault})).await;
    assert_eq!(done["success"], true, "{done}");
    session.js("document.querySelector('h1').textContent = 'Hello ' + document.forms[0].email.value").await;

    model.say(&json!(["I1"]));
    api.post(&session.path("/page/observe"), json!({"instructions": "sign up"})).await;
    for _ in 0..2 {
        model.say(&json!("ada"));
    }
    let read = json!({"response_format": {"type": "string"}});
    let page = api.post(&session.path("/page/scrape"), read.clone()).await;
    assert!(page["markdown"].as_str().unwrap().contains("Hello ada@hush.test"), "the caller reads the page as it is");
    session.does(json!({"type": "scrape", "response_format": {"type": "string"}})).await;
    let heard = model.heard().concat();
    assert!(heard.contains("Hello {{vault.email}}") && !heard.contains("ada@hush"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_runs_no_script_and_types_a_password_into_password_fields_only() {
    let (model, site) = (Model::start().await, Site::start().await);
    let api = Api::with(with(&model)).await;
    let session = api.session().await;
    session.goto(&site.at("/")).await;
    let vault = vault(&api, &site.url, json!({"password": "hush-password"})).await;
    let shows = "document.title = btoa(document.querySelector('[name=password]').value)";
    for decided in [
        json!({"type": "fill", "selector": "[name=password]", "value": "{{vault.password}}"}),
        json!({"type": "evaluate_js", "code": shows}),
        json!({"type": "goto", "url": "file:///etc/passwd"}),
        json!({"type": "fill", "selector": "textarea", "value": "{{vault.password}}"}),
        json!({"type": "form_fill", "value": {"email": "{{vault.password}}"}}),
        json!({"type": "completion", "success": true, "answer": "done"}),
    ] {
        model.say(&json!({"action": decided}));
    }
    let agent = end(&api, &start(&api, json!({"task": "sign in", "vault_id": vault}), &session).await).await;
    assert_eq!(agent["answer"], "done", "{agent}");
    assert_eq!(form(&session).await, "email=&password=hush-password&born=&size=s&note=");
    assert_eq!(session.js("document.title").await, "Form");
    let heard = model.heard().concat();
    for told in [
        "`evaluate_js` is no action of yours",
        "http and https only",
        "into password fields only",
        "as a password only",
    ] {
        assert!(heard.contains(told), "{told}: {heard}");
    }
    // base64 of the password.
    assert!(!heard.contains("hush-password") && !heard.contains("aHVzaC1wYXNzd29yZA"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_types_a_card_on_the_site_where_it_began_only() {
    let (model, site) = (Model::start().await, Site::start().await);
    let api = Api::with(with(&model)).await;
    let card = json!({"card_holder_name": "A B", "card_number": "4111222233334444", "card_cvv": "123",
                      "card_full_expiration": "12/28"});
    let other = site.url.replace("127.0.0.1", "localhost");
    for (known, leaves, typed) in [(None, false, true), (None, true, false), (Some(&other), true, true)] {
        let session = api.session().await;
        let vault = vault(&api, known.unwrap_or(&"https://shop.example".to_owned()), json!({"password": "hush"})).await;
        api.post(&format!("/vaults/{}/card", vault.as_str().unwrap()), json!({"credit_card": card})).await;
        let leave = json!({"type": "goto", "url": other});
        let pay = json!({"type": "fill", "selector": "textarea", "value": "{{vault.card_number}}"});
        let done = json!({"type": "completion", "success": true, "answer": "done"});
        for decided in [leave].into_iter().filter(|_| leaves).chain([pay, done]) {
            model.say(&json!({"action": decided}));
        }
        let begin = json!({"task": "pay", "vault_id": vault, "url": site.at("/")});
        let agent = end(&api, &start(&api, begin, &session).await).await;
        assert_eq!(agent["answer"], "done", "{agent}");
        assert_eq!(form(&session).await.contains("4111222233334444"), typed, "{known:?} {leaves}");
        assert_eq!(model.heard().pop().unwrap().contains("where the agent began"), !typed);
    }
}
