//! Agents that follow a script.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use super::{Server, steps};
use crate::areas::{Email, Login, keep_login, receive};
use crate::areas::{Persona, Vault};

#[tokio::test]
async fn a_script_runs_to_its_completion() {
    let server = Server::new().await;
    let script = json!([
        {"type": "click", "selector": "#a"},
        {"type": "completion", "success": true, "answer": "done"},
        {"type": "click", "selector": "#never"},
    ]);
    let agent = server.run(script, json!({"url": "http://x.test/start"})).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(true), &json!("done")));
    assert_eq!(
        (&agent["status"], &agent["session_id"], &agent["url"]),
        (&json!("closed"), &json!("s"), &json!("http://x.test/start"))
    );
    assert!(agent["closed_at"].is_string());
    let did: Vec<_> = server.browser.done().iter().map(|(shown, _)| shown["type"].clone()).collect();
    assert_eq!(json!(did), json!(["goto", "click"]));
    let decided = steps(&agent, "agent_completion");
    assert_eq!(decided.len(), 2);
    assert_eq!(decided[0]["action"], json!({"type": "click", "selector": "#a"}));
    assert_eq!(decided[1]["state"]["next_goal"], "action 2 of 3: completion");
    assert_eq!(steps(&agent, "observation")[0]["metadata"]["url"], "http://x.test/start");
    assert_eq!(steps(&agent, "execution_result").len(), 3);
}

#[tokio::test]
async fn a_script_without_a_completion_answers_with_its_last_text() {
    let server = Server::new().await;
    let agent = server.run(json!([{"type": "click"}, {"type": "scrape"}]), json!({})).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(true), &json!("# Text")));
    let agent = server.run(json!([]), json!({})).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(true), &json!("")));
}

#[tokio::test]
async fn an_action_that_fails_ends_a_script_with_its_message() {
    let server = Server::new().await;
    let script = json!([{"type": "click", "selector": "#missing"}, {"type": "click"}]);
    let agent = server.run(script, json!({})).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(false), &json!("no such element")));
    let agent = server.run(json!([{"type": "dance"}]), json!({})).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(false), &json!("type: unknown action `dance`")));
    assert_eq!(server.browser.done().len(), 1);
}

#[tokio::test]
async fn an_agent_ends_when_its_steps_are_used_up() {
    let server = Server::new().await;
    let agent =
        server.run(json!([{"type": "click"}, {"type": "click"}, {"type": "click"}]), json!({"max_steps": 2})).await;
    assert_eq!((&agent["success"], steps(&agent, "agent_completion").len()), (&json!(false), 2));
    assert!(agent["answer"].as_str().unwrap().contains("2 steps"));
}

#[tokio::test]
async fn an_answer_has_to_fit_its_format() {
    let server = Server::new().await;
    let format = json!({"response_format": {"type": "object", "required": ["price"]}});
    let complete = |answer: &str| json!([{"type": "completion", "success": true, "answer": answer}]);
    let agent = server.run(complete("{\"price\": 3}"), format.clone()).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(true), &json!("{\"price\": 3}")));
    let agent = server.run(complete("{}"), format).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(false), &json!("the answer lacks `price`")));
}

#[tokio::test]
async fn a_stop_lets_the_running_action_finish() {
    let server = Server::new().await;
    let gate = server.browser.gate();
    let script = json!([{"type": "wait", "time_ms": 1}, {"type": "click"}]).to_string();
    let id = server.begin(&script, json!({"reasoning_model": "local/script"})).await;
    assert_eq!(server.delete(&format!("/agents/{id}/stop?session_id=other")).await.0, 404);
    assert_eq!(server.delete(&format!("/agents/{id}/stop")).await.0, 422);
    let (status, agent) = server.delete(&format!("/agents/{id}/stop?session_id=s")).await;
    assert_eq!((status, &agent["agent_id"]), (200, &json!(id)));
    gate.add_permits(1);
    let agent = server.end(&id).await;
    assert_eq!(agent["success"], Value::Null);
    let did: Vec<_> = server.browser.done().iter().map(|(shown, _)| shown["type"].clone()).collect();
    assert!(did.is_empty() || did == ["wait"], "{did:?}");
    assert_eq!(server.delete(&format!("/agents/{id}/stop?session_id=s")).await.1["status"], "closed");
}

#[tokio::test]
async fn an_agent_ends_with_its_session() {
    let server = Server::new().await;
    let gate = server.browser.gate();
    let script = json!([{"type": "wait", "time_ms": 1}, {"type": "click"}]).to_string();
    let id = server.begin(&script, json!({"reasoning_model": "local/script"})).await;
    server.browser.end();
    gate.add_permits(1);
    let agent = server.end(&id).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(false), &json!("the session is closed")));
    let (status, _) = server.start(json!({"session_id": "s", "task": "[]", "reasoning_model": "local/script"})).await;
    assert_eq!(status, 409);
}

#[tokio::test]
async fn the_log_has_every_step_and_then_the_end() {
    let server = Server::new().await;
    let gate = server.browser.gate();
    let script = json!([{"type": "click"}, {"type": "wait", "time_ms": 1}, {"type": "scrape"}]).to_string();
    let id = server.begin(&script, json!({"reasoning_model": "local/script"})).await;
    let address = format!("{}/agents/{id}/debug/logs", server.url.replace("http", "ws"));
    for wrong in ["token=key&session_id=s", "token=tok&session_id=other", "token=tok"] {
        assert!(tokio_tungstenite::connect_async(format!("{address}?{wrong}")).await.is_err(), "{wrong}");
    }
    let (mut socket, _) = tokio_tungstenite::connect_async(format!("{address}?token=tok&session_id=s")).await.unwrap();
    gate.add_permits(1);
    let mut heard = Vec::new();
    while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_secs(20), socket.next()).await {
        match message {
            Message::Text(text) => heard.push(serde_json::from_str::<Value>(&text).unwrap()),
            Message::Close(_) => break,
            _ => {}
        }
    }
    let end = heard.pop().unwrap();
    assert_eq!((&end["status"], &end["agent"]["answer"]), (&json!("agent_stop"), &json!("# Text")));
    assert_eq!(end["agent"], server.get(&format!("/agents/{id}")).await.1);
    let did: Vec<_> = heard.iter().map(|step| step["action"]["type"].clone()).collect();
    assert_eq!(json!(did), json!(["click", "wait", "scrape", "completion"]));
    for step in &heard {
        assert!(step["started_at"].is_string() && step["state"]["next_goal"].is_string(), "{step}");
    }
}

#[tokio::test]
async fn what_was_done_is_a_program() {
    let server = Server::new().await;
    let script =
        json!([{"type": "click", "selector": "#a"}, {"type": "fill", "selector": "#b", "value": "{{persona.email}}"}]);
    let id = text(&server.run(script, json!({})).await, "agent_id");
    let (status, code) = server.get(&format!("/agents/{id}/workflow/code?as_workflow=true")).await;
    assert_eq!(
        (status, &code["json_actions"]),
        (200, &json!([{"type": "click", "selector": "#a"}])),
        "only what worked"
    );
    assert!(text(&code, "python_script").contains("type=\"click\""), "{code}");
    assert_eq!(server.get(&format!("/agents/{id}/workflow/code")).await.0, 422);
}

#[tokio::test]
async fn lists_hide_what_has_ended() {
    let server = Server::new().await;
    let id = text(&server.run(json!([]), json!({})).await, "agent_id");
    assert_eq!(server.get("/agents").await.1["items"], json!([]));
    let (_, list) = server.get("/agents?only_active=false").await;
    assert_eq!((&list["items"][0]["agent_id"], &list["has_next"]), (&json!(id), &json!(false)));
    assert!(list["items"][0].get("steps").is_none());
    assert_eq!(server.get("/agents?only_active=false&only_saved=true").await.1["items"], json!([]));
}

#[tokio::test]
async fn secrets_are_typed_but_never_shown() {
    let server = Server::new().await;
    let login =
        Login { email: Some("ada@corp.test".into()), username: None, password: "hunter2".into(), mfa_secret: None };
    let ids = server.areas.store.run(move |db| {
        let vault = Vault::make(db, "v".into(), false)?;
        keep_login(db, &vault.vault_id, "shop.example", login)?;
        Ok::<_, crate::error::Refusal>(vault.vault_id)
    });
    let vault = ids.await.unwrap();
    let script = json!([
        {"type": "fill", "selector": "#e", "value": "{{vault.email}}"},
        {"type": "form_fill", "value": {"password": "{{ vault.password }}", "city": "Bern"}},
        {"type": "evaluate_js", "code": "{{vault.password}}", "value": "{{vault.password}}"},
    ]);
    let agent = server.run(script.clone(), json!({"vault_id": vault, "url": "https://www.shop.example/in"})).await;
    assert_eq!(agent["success"], json!(true), "{agent}");
    let done = server.browser.done();
    assert_eq!((&done[1].1["value"], &done[1].0["value"]), (&json!("ada@corp.test"), &json!("{{vault.email}}")));
    assert_eq!(done[2].1["value"], json!({"password": "hunter2", "city": "Bern"}));
    assert_eq!(done[3].1["value"], "{{vault.password}}", "only what types is filled in");
    let said = agent.to_string();
    assert!(!said.contains("hunter2") && !said.contains("ada@corp.test"), "{said}");

    let agent = server.run(script, json!({"vault_id": vault, "url": "https://shop.example.evil.test"})).await;
    assert_eq!((&agent["success"], server.browser.done().len()), (&json!(false), 5), "nothing for another site");
}

#[tokio::test]
async fn a_login_for_https_is_typed_on_no_page_that_came_over_http() {
    let server = Server::new().await;
    for (kept, page, typed) in [
        ("shop.example", "https://shop.example", true),
        ("shop.example", "http://shop.example", false),
        ("https://shop.example", "http://www.shop.example", false),
        ("http://shop.example", "http://shop.example", true),
        ("http://shop.example", "https://shop.example", true),
        ("localhost:3000", "http://localhost:3000/in", true),
        ("http://localhost:3000", "http://localhost:3001", false),
        ("https://localhost:3000", "http://localhost:3000", false),
        ("127.0.0.1", "http://127.0.0.1:3000", true),
        ("127.0.0.1", "http://localhost:3000", false),
    ] {
        let login = Login { email: None, username: None, password: "hunter2".into(), mfa_secret: None };
        let ids = server.areas.store.run(move |db| {
            let vault = Vault::make(db, "v".into(), false)?;
            keep_login(db, &vault.vault_id, kept, login)?;
            Ok::<_, crate::error::Refusal>(vault.vault_id)
        });
        let script = json!([{"type": "fill", "selector": "#p", "value": "{{vault.password}}"}]);
        let agent = server.run(script, json!({"vault_id": ids.await.unwrap(), "url": page})).await;
        assert_eq!(agent["success"], typed, "{kept} on {page}: {agent}");
    }
}

#[tokio::test]
async fn the_inbox_is_read_as_an_action() {
    let server = Server::new().await;
    let persona = server.areas.store.run(|db| {
        let persona = Persona::make(db, None, false)?;
        let email = Email {
            email_id: "1".into(),
            subject: "Your code".into(),
            created_at: crate::clock::now(),
            sender_email: None,
            sender_name: None,
            text_content: Some("it is 4711".into()),
            html_content: None,
        };
        receive(db, &persona.persona_id, email)?;
        Ok::<_, crate::error::Refusal>(persona.persona_id)
    });
    let persona = persona.await.unwrap();
    let agent = server.run(json!([{"type": "email_read"}]), json!({"persona_id": persona})).await;
    assert!(text(&agent, "answer").contains("it is 4711"), "{agent}");
    let agent = server.run(json!([{"type": "email_read"}]), json!({"persona_id": persona})).await;
    assert_eq!(agent["answer"], "[]", "it is read now");
    let agent = server.run(json!([{"type": "sms_read"}]), json!({})).await;
    assert_eq!(agent["success"], json!(false));
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let server = Server::new().await;
    let start = |more: Value| {
        let mut body = json!({"session_id": "s", "task": "[]", "reasoning_model": "local/script"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.start(body)
    };
    for (more, status, part) in [
        (json!({"task": "buy milk"}), 422, "JSON array of actions"),
        (json!({"task": "[{\"kind\": \"click\"}]"}), 422, "JSON array of actions"),
        (json!({"max_steps": 151}), 422, "150"),
        (json!({"reasoning_model": "openai/gpt-4o"}), 400, "--llm-url"),
        (json!({"session_id": "none"}), 404, "Session"),
        (json!({"vault_id": "none"}), 404, "vault none"),
        (json!({"persona_id": "none"}), 404, "persona none"),
        (json!({"headless": true}), 422, "not permitted"),
    ] {
        let (answered, body) = start(more.clone()).await;
        assert_eq!(answered, status, "{more}: {body}");
        assert!(body["detail"].to_string().contains(part), "{body}");
    }
    assert_eq!(server.get("/agents/none").await.0, 404);
    assert_eq!(server.get("/agents?only_active=false").await.1["items"], json!([]));
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}
