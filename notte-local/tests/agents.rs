//! Agents over the real browser: what a script does on a page, what its log says, and what nobody gets to see.

mod support;

use futures_util::StreamExt;
use serde_json::{Value, json};
use support::{Api, Site};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn a_scripted_agent_signs_in_and_nobody_sees_the_password() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    let vault = api.post("/vaults/create", json!({})).await["vault_id"].clone();
    let login = json!({"email": "ada@corp.test", "password": "hunter2hunter2"});
    let credentials = format!("/vaults/{}/credentials", vault.as_str().unwrap());
    api.post(&credentials, json!({"url": site.at("/"), "credentials": login})).await;
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
