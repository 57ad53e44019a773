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
use crate::page::{Action, Scrape, scrape, to_markdown};
use crate::sessions::profile::visit;
use crate::sessions::{End, Start};

async fn health() -> Json<Value> {
    Json(json!({ "status": "healthy", "version": env!("CARGO_PKG_VERSION"), "description": "notte-local" }))
}

/// As health, and what browsers there are where they come from elsewhere.
async fn ready(State(app): State<Shared>) -> Answer {
    let browsers = app.sessions.readiness().await?;
    let Json(mut answer) = health().await;
    if !browsers.is_null() {
        answer["browsers"] = browsers;
    }
    Ok(Json(answer))
}

async fn scrape_page(State(app): State<Shared>, Body(mut asked): Body<Map<String, Value>>) -> Answer {
    if !asked.contains_key("url") {
        return Err(Refusal::unfit(&["body".into(), "url".into()], "Field required", "missing"));
    }
    let mut sent = Map::from_iter([("type".to_owned(), "goto".into())]);
    sent.extend(asked.remove_entry("url"));
    let action = Action::read(&sent)?;
    if let Some(url) = sent.get("url").and_then(Value::as_str) {
        app.sessions.check(url).await.map_err(|reason| Refusal::invalid(&["body", "url"], reason))?;
    }
    let wanted = Scrape::take(&mut asked)?;
    // All other fields say how to start the session.
    let start: Start = part(&["body"], Value::Object(asked))?;
    if wanted.is_structured() {
        model(&app)?;
    }
    let run = tokio::spawn(async move {
        let session = app.sessions.start(start).await?;
        let page = match session.execute(&action, &sent).await {
            Ok(answer) if answer["success"] == true => read(&app, &session, &wanted).await,
            Ok(answer) => Err(Refusal::not_here(answer["message"].as_str().unwrap_or_default())),
            Err(refusal) => Err(refusal),
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
    address: String,
}

async fn scrape_html(State(app): State<Shared>, Body(mut asked): Body<Map<String, Value>>) -> Answer {
    let wanted = Scrape::take(&mut asked)?;
    let frames: Option<Vec<Frame>> = part(&["body", "frames"], asked.remove("frames").unwrap_or_default())?;
    if let Some(other) = asked.keys().next() {
        return Err(Refusal::extra(&["body", other]));
    }
    let llm = model(&app)?;
    let frames = frames.unwrap_or_default();
    let texts = if wanted.selector.is_some() || wanted.only_main_content == Some(true) {
        let (app, wanted) = (app.clone(), wanted.clone());
        let run = tokio::spawn(async move { read_in_browser(&app, frames, &wanted).await });
        run.await.map_err(|error| Refusal::broken(error.to_string()))??
    } else {
        let mut texts = Vec::new();
        for frame in frames {
            texts.push(to_markdown(frame.html, &wanted).await?);
        }
        texts
    };
    Ok(Json(llm.extract_with_schema(&texts.join("\n\n"), &wanted).await))
}

/// Reads HTML as the pages that it makes, without scripts and without a network.
async fn read_in_browser(app: &Shared, frames: Vec<Frame>, wanted: &Scrape) -> Result<Vec<String>, Refusal> {
    let session = app.sessions.start(Start::default()).await?;
    let read = async {
        let tab = session.browser.open_blank_tab().await?.tab;
        tab.call("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await?;
        let mut texts = Vec::new();
        for frame in frames {
            // Links are relative to the address.
            if frame.address.starts_with("http") {
                visit(&tab, &frame.address).await?;
            }
            tab.call("Page.setDocumentContent", json!({ "frameId": tab.target, "html": frame.html })).await?;
            texts.push(scrape(&session.browser, wanted).await?);
        }
        Ok(texts)
    };
    let texts = read.await;
    session.end(End::Manual).await;
    texts
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

pub(super) fn routes(routes: Routes) -> Routes {
    let start_note = "as `session_start` and `page_scrape`";
    routes
        .on("health_check", &Method::GET, "/health", Faithful, health)
        .open()
        .on("ready_check", &Method::GET, "/ready", Faithful, ready)
        .open()
        .on("scrape_webpage", &Method::POST, "/scrape", Partial(start_note), scrape_page)
        .on("scrape_from_html", &Method::POST, "/scrape_from_html", Partial(NEEDS_MODEL), scrape_html)
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
