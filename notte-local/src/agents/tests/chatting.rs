//! Agents that ask a language model: an endpoint that says what the test wrote down.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Llm, Server, serve, steps};
use crate::areas::Persona;

#[derive(Clone, Default)]
struct Model {
    /// Contents of messages; null is being busy.
    says: Arc<Mutex<VecDeque<Value>>>,
    heard: Arc<Mutex<Vec<Value>>>,
}

impl Model {
    async fn new(says: &[Value]) -> (Self, Llm) {
        let model = Self::default();
        model.says.lock().unwrap().extend(says.iter().map(|said| match said {
            Value::Object(_) => said.to_string().into(),
            other => other.clone(),
        }));
        let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(model.clone());
        let url = format!("{}/v1/", serve(router).await);
        (model, Llm::new(&url, "small", Some("model-key".into())).unwrap())
    }

    fn heard(&self) -> Vec<Value> {
        self.heard.lock().unwrap().clone()
    }
}

async fn answer(State(model): State<Model>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    assert_eq!(headers["authorization"], "Bearer model-key");
    assert_eq!(body["model"], "small");
    assert!(body.get("temperature").is_none(), "not every model takes one");
    model.heard.lock().unwrap().push(body);
    match model.says.lock().unwrap().pop_front().unwrap_or_default() {
        Value::Null => {
            let message = Json(json!({"error": {"message": "model-key is out of credit"}}));
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")], message).into_response()
        }
        said => Json(json!({"choices": [{"message": {"role": "assistant", "content": said}}]})).into_response(),
    }
}

fn decide(goal: &str, action: &Value) -> Value {
    json!({"state": {"previous_goal_status": "success", "next_goal": goal, "memory": "m"}, "action": action})
}

#[tokio::test]
async fn a_model_sees_the_page_and_what_came_of_its_actions() {
    let (model, llm) = Model::new(&[
        decide("click", &json!({"type": "click", "selector": "#missing"})),
        json!("I think I should click. {oops"),
        decide("click again", &json!({"type": "click", "selector": "#a"})),
        decide("finish", &json!({"type": "completion", "success": true, "answer": {"n": 1}})),
    ])
    .await;
    let server = Server::with(Some(llm)).await;
    let more = json!({"url": "http://x.test", "session_offset": 1, "response_format": {"type": "object"}, "reasoning_model": "gemini/any"});
    let id = server.begin("count", more).await;
    let agent = server.end(&id).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(true), &json!("{\"n\":1}")));
    let decided = steps(&agent, "agent_completion");
    assert_eq!(decided.len(), 3, "what could not be read is no step");
    assert_eq!(
        (&decided[1]["state"]["next_goal"], &decided[1]["state"]["memory"]),
        (&json!("click again"), &json!("m"))
    );

    let heard = model.heard();
    let said = |request: usize| heard[request]["messages"].to_string();
    assert!(said(0).contains("Task: count") && said(0).contains("a form") && said(0).contains("JSON Schema"));
    assert!(
        said(0).contains("opened the second page") && !said(0).contains("opened the first page"),
        "from the offset on"
    );
    assert!(said(0).contains("data:image/jpeg;base64,cGljdHVyZQ=="));
    assert!(said(1).contains("click failed: no such element"), "a model hears of failures");
    assert!(said(2).contains("That was no decision"));
    assert!(said(3).contains("click worked"));
}

#[tokio::test]
async fn a_model_without_eyes_gets_no_picture_and_no_secret() {
    let (model, llm) = Model::new(&[
        decide("type", &json!({"type": "fill", "id": "I1", "value": "{{persona.email}}"})),
        decide("finish", &json!({"type": "completion", "success": false, "answer": "no"})),
    ])
    .await;
    let server = Server::with(Some(llm)).await;
    let persona =
        server.areas.store.run(|db| Persona::make(db, None, false).map_err(crate::error::Refusal::from)).await.unwrap();
    let id = server.begin("sign up", json!({"use_vision": false, "persona_id": persona.persona_id})).await;
    let agent = server.end(&id).await;
    assert_eq!((&agent["success"], &agent["answer"]), (&json!(false), &json!("no")));
    assert_eq!(server.browser.done()[0].1["value"], json!(persona.email));
    let heard = json!(model.heard()).to_string();
    assert!(heard.contains("{{persona.email}}") && !heard.contains(&persona.email), "{heard}");
    assert!(!heard.contains("image_url"));
}

#[tokio::test]
async fn a_model_that_fails_ends_the_agent_without_its_key() {
    let (model, llm) = Model::new(&[]).await;
    let server = Server::with(Some(llm)).await;
    let id = server.begin("x", json!({})).await;
    let agent = server.end(&id).await;
    assert_eq!(model.heard().len(), 3, "it is asked again while it is busy");
    let answer = agent["answer"].as_str().unwrap();
    assert_eq!(agent["success"], json!(false));
    assert!(answer.contains("429") && answer.contains("out of credit") && !answer.contains("model-key"), "{answer}");
}

#[tokio::test]
async fn a_model_may_be_busy_think_aloud_and_answer_in_parts() {
    let done = json!({"action": {"type": "completion", "success": true, "answer": "done"}});
    let (model, llm) = Model::new(&[
        Value::Null,
        Value::Null,
        format!("<think>Maybe {{\"action\"}}?</think>{}\n{done}", decide("a", &json!({"type": "reload"}))).into(),
        Value::Null,
        json!([{"type": "text", "text": "So: "}, {"type": "text", "text": done.to_string()}]),
    ])
    .await;
    let server = Server::with(Some(llm)).await;
    let id = server.begin("x", json!({})).await;
    let agent = server.end(&id).await;
    assert_eq!((&agent["answer"], model.heard().len()), (&json!("done"), 5), "{agent}");
    let did: Vec<_> = server.browser.done().iter().map(|(shown, _)| shown["type"].clone()).collect();
    assert_eq!(did, ["reload"]);
}

#[tokio::test]
async fn a_model_that_never_decides_is_given_up_on() {
    let (model, llm) = Model::new(&["a".into(), "b".into(), "c".into(), "d".into()]).await;
    let server = Server::with(Some(llm)).await;
    let id = server.begin("x", json!({})).await;
    let agent = server.end(&id).await;
    assert_eq!((agent["success"].clone(), model.heard().len()), (json!(false), 3));
}

#[tokio::test]
async fn data_that_does_not_fit_is_asked_for_again() {
    let (model, llm) = Model::new(&["no".into(), "```json\n{\"price\": 3}\n```".into(), "1".into(), "2".into()]).await;
    let format = json!({"type": "object", "required": ["price"]});
    let found = llm.extract("# Tea\n3 coins", Some("the price"), Some(&format)).await;
    assert_eq!(found, json!({"success": true, "error": null, "data": {"price": 3}}));
    let heard = json!(model.heard()).to_string();
    assert!(heard.contains("the price") && heard.contains("3 coins") && heard.contains("JSON Schema"), "{heard}");
    let found = llm.extract("x", None, Some(&format)).await;
    assert_eq!((&found["success"], &found["data"]), (&json!(false), &Value::Null), "{found}");
    let found = llm.extract("x", None, None).await;
    assert!(found["error"].as_str().unwrap().contains("429"), "{found}");
}
