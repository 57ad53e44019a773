//! Agents on a script: with a vault, a live log, and an end in the middle.

use notte_ext::{AgentState, Step};
use serde_json::json;

use crate::end_to_end::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_with_a_vault_while_its_log_is_followed() {
    let stage = Stage::set().await;
    let vault = stage.notte.vaults().create("test").await.unwrap();
    vault.credentials(stage.site.url()).username("ada").password("hunter2hunter2").add().await.unwrap();
    let session = stage.notte.session().await.unwrap();
    let script = json!([
        { "type": "fill", "selector": "[name=name]", "value": "{{vault.password}}" },
        { "type": "click", "selector": "button" },
        { "type": "evaluate_js", "code": "document.querySelector('#greeting').textContent" },
    ]);
    let agent = session.agent().model("local/script").vault(vault.id()).url(stage.site.url());
    let agent = agent.start(script.to_string()).await.unwrap();
    let mut logs = agent.logs();
    let mut steps = Vec::new();
    while let Some(step) = logs.next().await {
        steps.push(step.unwrap());
    }
    let kinds: Vec<_> = steps.iter().filter_map(|step| step.action_kind()).collect();
    assert_eq!(kinds, ["fill", "click", "evaluate_js", "completion"]);
    let status = agent.wait().await.unwrap();
    assert_eq!(status.state(), AgentState::Completed);
    assert_eq!(status.answer(), Some("Welcome, {{vault.password}}!"));
    let told = format!("{:?} {:?}", status.steps(), steps.iter().map(Step::raw).collect::<Vec<_>>());
    assert!(!told.contains("hunter2"), "{told}");
    let seen = session.evaluate_js("document.querySelector('#greeting').textContent").await.unwrap();
    assert_eq!(seen, "Welcome, hunter2hunter2!", "it was really typed");
    session.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_stopped_in_the_middle_and_its_session_lives() {
    let stage = Stage::set().await;
    let session = stage.notte.session().await.unwrap();
    let wait = json!({ "type": "wait", "time_ms": 50 });
    let agent = session.agent().model("local/script").max_steps(150);
    let agent = agent.start(json!(vec![wait; 140]).to_string()).await.unwrap();
    let mut logs = agent.logs();
    assert_eq!(logs.next().await.unwrap().unwrap().action_kind(), Some("wait"));
    let status = agent.stop().wait().await.unwrap();
    assert_eq!(status.state(), AgentState::Stopped);
    assert!((1..140).contains(&status.steps_completed()), "{}", status.steps_completed());
    while let Some(step) = logs.next().await {
        step.unwrap();
    }
    session.goto(stage.site.url()).await.unwrap();
    let failed = session.agent().model("local/script").run(json!([{ "type": "click", "id": "B9" }]).to_string());
    let failed = failed.await.unwrap();
    assert_eq!((failed.state(), failed.success()), (AgentState::Failed, Some(false)));
    session.stop().await.unwrap();
}
