//! What needs no session: health, scraping one page, better prompts.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::page::{model, read};
use super::routes::Coverage::{Faithful, Partial};
use super::routes::Routes;
use crate::app::Shared;
use crate::error::{Answer, Refusal};
use crate::input::{Body, read as part};
use crate::page::{Action, Scrape, to_markdown};
use crate::sessions::{End, Start};

async fn health() -> Json<Value> {
    Json(json!({ "status": "healthy", "version": env!("CARGO_PKG_VERSION"), "description": "notte-local" }))
}

async fn scrape_page(State(app): State<Shared>, Body(mut asked): Body<Map<String, Value>>) -> Answer {
    if !asked.contains_key("url") {
        return Err(Refusal::unfit(&["body".into(), "url".into()], "Field required", "missing"));
    }
    let mut sent = Map::from_iter([("type".to_owned(), "goto".into())]);
    sent.extend(asked.remove_entry("url"));
    let action = Action::read(&sent)?;
    let wanted = Scrape::take(&mut asked)?;
    // All other fields say how to start the session.
    let start: Start = part(&["body"], Value::Object(asked))?;
    if wanted.is_structured() {
        model(&app)?;
    }
    let run = tokio::spawn(async move {
        let session = app.sessions.start(start).await?;
        let answer = session.execute(&action, &sent).await;
        let page = if answer["success"] == true {
            read(&app, &session, &wanted).await
        } else {
            Err(Refusal::not_here(answer["message"].as_str().unwrap_or_default()))
        };
        session.end(End::Manual).await;
        page
    });
    run.await.map_err(|error| Refusal::broken(error.to_string()))?
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    #[serde(rename = "frameData")]
    html: String,
    #[serde(rename = "frameUrl")]
    _address: String,
}

async fn scrape_html(State(app): State<Shared>, Body(mut asked): Body<Map<String, Value>>) -> Answer {
    let wanted = Scrape::take(&mut asked)?;
    let frames: Option<Vec<Frame>> = part(&["body", "frames"], asked.remove("frames").unwrap_or_default())?;
    if let Some(other) = asked.keys().next() {
        return Err(Refusal::extra(&["body", other]));
    }
    if wanted.selector.is_some() || wanted.only_main_content == Some(true) {
        return Err(Refusal::not_here(NEEDS_PAGE));
    }
    let llm = model(&app)?;
    let mut texts = Vec::new();
    for frame in frames.into_iter().flatten() {
        texts.push(to_markdown(frame.html, &wanted).await?);
    }
    Ok(Json(llm.extract_with_schema(&texts.join("\n\n"), &wanted).await))
}

#[derive(Deserialize)]
struct Improve {
    prompt: String,
}

async fn improve(State(app): State<Shared>, Body(asked): Body<Improve>) -> Answer {
    advice(&model(&app)?.improve(&asked.prompt).await)
}

#[derive(Deserialize)]
struct Nudge {
    task: String,
    agent_messages: Vec<Map<String, Value>>,
}

async fn nudge(State(app): State<Shared>, Body(asked): Body<Nudge>) -> Answer {
    advice(&model(&app)?.nudge(&asked.task, &asked.agent_messages).await)
}

/// What a model said, or why it said nothing of use.
fn advice(said: &Value) -> Answer {
    match &said["data"] {
        Value::Null => Err(Refusal::not_here(said["error"].as_str().unwrap_or_default())),
        data => Ok(Json(data.clone())),
    }
}

const NEEDS_MODEL: &str = "needs --llm-url";

const NEEDS_PAGE: &str = "`selector` and `only_main_content` need a page: open the HTML in a session and scrape that";

pub(super) fn routes(routes: Routes) -> Routes {
    let start_note = "as `session_start` and `page_scrape`";
    routes
        .on("health_check", &Method::GET, "/health", Faithful, health)
        .on("ready_check", &Method::GET, "/ready", Faithful, health)
        .on("scrape_webpage", &Method::POST, "/scrape", Partial(start_note), scrape_page)
        .on(
            "scrape_from_html",
            &Method::POST,
            "/scrape_from_html",
            Partial("needs --llm-url; `selector` and `only_main_content` are refused"),
            scrape_html,
        )
        .on("improve_prompt", &Method::POST, "/prompts/improve", Partial(NEEDS_MODEL), improve)
        .on("nudge_prompt", &Method::POST, "/prompts/nudge", Partial(NEEDS_MODEL), nudge)
        .refuse(
            "search_web",
            &Method::POST,
            "/search",
            "web search works on Notte's cloud only: open a search engine in a session",
        )
        .refuse("anything_start", &Method::POST, "/anything/start", "this works on Notte's cloud only: start an agent")
}
