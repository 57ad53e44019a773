//! The page of a session: observe, execute, scrape, screenshot.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{Method, header};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::routes::Coverage::{Faithful, Partial};
use super::routes::Routes;
use crate::agents::Llm;
use crate::app::Shared;
use crate::error::{Answer, Refusal};
use crate::input::{Body, Look, Query, yes};
use crate::page::{Action, Failure, Scrape, images, scrape};
use crate::sessions::Session;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Observe {
    #[allow(dead_code, reason = "read, so that it is accepted: every element is always given")]
    min_nb_actions: Option<usize>,
    max_nb_actions: Option<usize>,
    instructions: Option<String>,
    perception_type: Option<Perception>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Perception {
    Fast,
    Deep,
}

async fn observe(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(look): Query<Look>,
    Body(asked): Body<Observe>,
) -> Answer {
    let session = app.sessions.live(&id)?;
    let _used = session.used(look.update_metadata);
    let wish = asked.instructions.filter(|text| !text.is_empty());
    let llm = wish.as_ref().map(|_| model(&app)).transpose()?;
    if let Some(Perception::Deep) = asked.perception_type {
        tracing::debug!("perception is always fast here");
    }
    let mut answer = session.observe(asked.max_nb_actions.unwrap_or(100)).await?;
    if let (Some(llm), Some(wish), Some(space)) = (llm, wish, answer.get_mut("space")) {
        let elements = session.typed.hidden(space["markdown"].as_str().unwrap_or_default());
        pick(&llm, &wish, &elements, space).await?;
    }
    Ok(Json(Value::Object(answer)))
}

/// Leaves the elements that serve a wish.
async fn pick(llm: &Llm, wish: &str, elements: &str, space: &mut Value) -> Result<(), Refusal> {
    let wish = format!("The ids of the elements, such as B1, that serve this wish: {wish}");
    let picked = llm.extract(elements, Some(&wish), Some(&json!({ "type": "array" }))).await;
    let Some(ids) = picked["data"].as_array() else {
        return Err(Refusal::not_here(picked["error"].as_str().unwrap_or_default()));
    };
    for list in ["interaction_actions", "actions"] {
        if let Some(actions) = space[list].as_array_mut() {
            actions.retain(|action| action["id"].is_null() || ids.contains(&action["id"]));
        }
    }
    Ok(())
}

/// Why something that needs a language model is refused.
const NO_MODEL: &str = "this needs a language model: start notte-local with --llm-url and --llm-model";

/// Actions that only the cloud can do.
fn refused(action: &Action) -> Option<&'static str> {
    match action {
        Action::CaptchaSolve {} => {
            Some("there is no captcha solver here: use a test key of the captcha's vendor, or Notte's cloud")
        }
        Action::EmailVerificationRead {} => {
            Some("connected mailboxes work on Notte's cloud only: read a persona's inbox with email_read")
        }
        _ => None,
    }
}

async fn execute(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(look): Query<Look>,
    Body(sent): Body<Map<String, Value>>,
) -> Answer {
    let session = app.sessions.live(&id)?;
    let action = Action::read(&sent)?;
    if let Some(reason) = refused(&action) {
        return Err(Refusal::not_here(reason));
    }
    let data = match &action {
        Action::Scrape(wanted) if wanted.is_structured() => Some((model(&app)?, wanted.clone())),
        _ => None,
    };
    let acting = session.clone();
    // An action that has begun is carried out and kept as a step, even if the caller hangs up.
    let run = tokio::spawn(async move {
        let _used = acting.used(look.update_metadata);
        acting.execute(&action, &sent).await
    });
    let mut answer = run.await.map_err(|error| Refusal::broken(error.to_string()))??;
    if let (Some((llm, wanted)), Some(text)) = (data, answer["data"]["markdown"].as_str()) {
        let format = wanted.response_format.as_ref();
        let text = session.typed.hidden(text);
        answer["data"]["structured"] = llm.extract(&text, wanted.instructions.as_deref(), format).await;
    }
    Ok(Json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveFile {
    action: Map<String, Value>,
    target_id: String,
    #[serde(default = "yes")]
    record: bool,
}

async fn move_file(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(look): Query<Look>,
    Body(asked): Body<MoveFile>,
) -> Answer {
    let session = app.sessions.live(&id)?;
    let action = Action::read(&asked.action)?;
    if !matches!(action, Action::UploadFile { .. } | Action::DownloadFile { .. }) {
        return Err(Refusal::invalid(&["body", "action", "type"], "Input should be upload_file or download_file"));
    }
    if !session.browser.tabs().iter().any(|tab| tab.target == asked.target_id) {
        return Err(Refusal::not_found("Target"));
    }
    let acting = session.clone();
    let run = tokio::spawn(async move {
        let _used = acting.used(look.update_metadata);
        acting.execute_on(&asked.target_id, &action, &asked.action, asked.record).await
    });
    let answer = run.await.map_err(|error| Refusal::broken(error.to_string()))??;
    Ok(Json(answer))
}

/// The language model of the server.
pub(super) fn model(app: &Shared) -> Result<Llm, Refusal> {
    app.config.llm.clone().ok_or_else(|| Refusal::not_here(NO_MODEL))
}

/// Reads the page, and takes data out of it where that is asked for.
pub(super) async fn read(app: &Shared, session: &Session, wanted: &Scrape) -> Answer {
    let llm = if wanted.is_structured() { Some(model(app)?) } else { None };
    let markdown = session.with_page(scrape(&session.browser, wanted)).await??;
    let structured = match llm {
        Some(llm) => {
            let text = session.typed.hidden(&markdown);
            llm.extract(&text, wanted.instructions.as_deref(), wanted.response_format.as_ref()).await
        }
        None => Value::Null,
    };
    let mut answer = json!({ "markdown": markdown, "structured": structured });
    if wanted.is_of_images() {
        answer["images"] = session.with_page(images(&session.browser)).await??;
    }
    Ok(Json(answer))
}

async fn page_scrape(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(look): Query<Look>,
    Body(mut asked): Body<Map<String, Value>>,
) -> Answer {
    let session = app.sessions.live(&id)?;
    let _used = session.used(look.update_metadata);
    let wanted = Scrape::take(&mut asked)?;
    if let Some(other) = asked.keys().next() {
        return Err(Refusal::extra(&["body", other]));
    }
    read(&app, &session, &wanted).await
}

async fn screenshot(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(look): Query<Look>,
) -> Answer<impl IntoResponse> {
    let session = app.sessions.live(&id)?;
    let _used = session.used(look.update_metadata);
    let picture = session.with_page(async { session.browser.current().await?.picture("jpeg", 85).await });
    let picture = picture.await?.map_err(Failure::from)?;
    let bytes = STANDARD.decode(picture).map_err(|error| Refusal::broken(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], bytes))
}

pub(super) fn routes(routes: Routes) -> Routes {
    let observe_note = "`space.category` is never given; `instructions` need --llm-url";
    let execute_note = "`captcha_solve` and `email_verification_read` are refused";
    routes
        .on("page_observe", &Method::POST, "/sessions/{session_id}/page/observe", Partial(observe_note), observe)
        .on("page_execute", &Method::POST, "/sessions/{session_id}/page/execute", Partial(execute_note), execute)
        .on("execute_session_file", &Method::POST, "/sessions/{session_id}/page/execute/file", Faithful, move_file)
        .on("page_scrape", &Method::POST, "/sessions/{session_id}/page/scrape", Faithful, page_scrape)
        .on("page_screenshot", &Method::POST, "/sessions/{session_id}/page/screenshot", Faithful, screenshot)
}
