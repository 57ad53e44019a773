//! Sessions: start, status, list, stop, offset, workflow code, network logs.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::debug::Key;
use super::files::{attachment, hundred, stream};
use super::routes::Coverage::{Faithful, Partial};
use super::routes::Routes;
use crate::app::Shared;
use crate::areas::{Page, Paging};
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::export::{self, Form};
use crate::input::{Body, Look, Query, flag, number, within, yes};
use crate::sessions::{End, Replay, Start};

async fn start(State(app): State<Shared>, Body(start): Body<Start>) -> Answer {
    // A caller who hangs up meanwhile must not leave half a browser: the start goes on by itself.
    let starting = app.clone();
    let session = tokio::spawn(async move { starting.sessions.start(start).await });
    let session = session.await.map_err(|error| Refusal::broken(error.to_string()))??;
    Ok(Json(session.describe(app.origin())))
}

async fn status(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    Ok(Json(app.sessions.find(&id)?.describe(app.origin())))
}

async fn list(State(app): State<Shared>, Query(paging): Query<Paging>) -> Answer<Json<Page<Value>>> {
    let paging = paging.check()?;
    let sessions = app.sessions.all().into_iter().filter(|session| !paging.only_active || session.is_active());
    Ok(Json(paging.of(sessions.map(|session| session.describe(app.origin())))))
}

#[derive(Deserialize)]
struct Stop {
    #[serde(default)]
    close_reason: Reason,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Reason {
    #[default]
    Manual,
    Error,
}

async fn stop(State(app): State<Shared>, Path(id): Path<String>, Query(asked): Query<Stop>) -> Answer {
    let end = match asked.close_reason {
        Reason::Manual => End::Manual,
        Reason::Error => End::Error,
    };
    let session = app.sessions.find(&id)?;
    let stopping = session.clone();
    let stopped = tokio::spawn(async move { stopping.end(end).await });
    stopped.await.map_err(|error| Refusal::broken(error.to_string()))?;
    Ok(Json(session.describe(app.origin())))
}

async fn offset(State(app): State<Shared>, Path(id): Path<String>, Query(asked): Query<Look>) -> Answer {
    let session = app.sessions.live(&id)?;
    session.used(asked.update_metadata);
    Ok(Json(json!({ "offset": session.offset() })))
}

async fn workflow_code(State(app): State<Shared>, Path(id): Path<String>, Query(form): Query<Form>) -> Answer {
    Ok(Json(export::code(&app.sessions.find(&id)?.actions(), &form)))
}

/// The name of the one batch of network logs.
const BATCH: &str = "network-0.jsonl";

#[derive(Deserialize)]
struct Batches {
    #[serde(default = "hundred", deserialize_with = "number")]
    limit: u32,
    #[serde(default = "yes", deserialize_with = "flag")]
    download: bool,
}

async fn network_logs(State(app): State<Shared>, Path(id): Path<String>, Query(asked): Query<Batches>) -> Answer {
    let session = app.sessions.find(&id)?;
    within(["query", "limit"], asked.limit, 1..=1000)?;
    let size = session.browser.with_traffic(|traffic| traffic.lines().len());
    let link = asked.download.then(|| session.link(app.origin(), BATCH));
    let batch = json!({ "key": BATCH, "size": size, "download_url": link, "download_url_expires_in_seconds": 3600 });
    let batches = if size > 0 { vec![batch] } else { Vec::new() };
    Ok(Json(
        json!({ "session_id": id, "format": "batched_v1", "batches": batches, "total_batch_count": batches.len() }),
    ))
}

const REPLAY_NOTE: &str =
    "a WebM of one picture an action, also under `mp4_url`; `Accept: application/octet-stream` gives it directly";

const REPLAY: &str = "replay.webm";

/// How long links are promised to work.
const LINKS_WORK: SignedDuration = SignedDuration::from_hours(1);

async fn replay(State(app): State<Shared>, Path(id): Path<String>, headers: HeaderMap) -> Answer<Response> {
    let session = app.sessions.find(&id)?;
    let missing = |state: &str, message: &str, retryable: bool| {
        Err(Refusal::with_body(
            StatusCode::NOT_FOUND,
            json!({
                "detail": message, "message": message, "session_id": id, "status": 404, "error": "replay_missing",
                "replay_status": state, "retryable": retryable,
            }),
        ))
    };
    if session.is_active() {
        return missing("waiting_for_session", "the session is still active: stop it first", true);
    }
    let length = match session.replay() {
        Replay::Made(length) => length,
        Replay::Pending => return missing("processing", "the video is being made", true),
        Replay::None => return missing("unavailable", "nothing of this session was recorded", false),
    };
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    if accepted.contains("application/octet-stream") {
        return Ok(([(header::CONTENT_TYPE, "video/webm")], stream(&session.replay_path()).await?).into_response());
    }
    let answer = json!({
        "mp4_url": session.link(app.origin(), REPLAY),
        "playlist_content": null,
        "expires_at": clock::written(Timestamp::now() + LINKS_WORK),
        "mouse_manifest_url": null, "mouse_chunk_urls": [], "mouse_next_offset": null,
        "video_start_ms": 0, "video_duration_ms": length,
    });
    Ok(Json(answer).into_response())
}

/// What links lead to: they carry the session's token in place of a key.
async fn linked(
    State(app): State<Shared>,
    Path((id, name)): Path<(String, String)>,
    Query(key): Query<Key>,
) -> Answer<Response> {
    let session = app.by_token(&id, &key.token)?;
    match name.as_str() {
        BATCH => Ok((attachment(BATCH), session.browser.with_traffic(crate::engine::Traffic::lines)).into_response()),
        REPLAY if matches!(session.replay(), Replay::Made(_)) => {
            Ok(([(header::CONTENT_TYPE, "video/webm")], stream(&session.replay_path()).await?).into_response())
        }
        file => {
            let (name, path) = session.files.find(&session.browser, file).ok_or_else(|| Refusal::not_found("File"))?;
            Ok((attachment(&name), stream(&path).await?).into_response())
        }
    }
}

#[derive(Deserialize)]
struct From {
    #[serde(rename = "offset", default, deserialize_with = "number")]
    _offset: u32,
}

/// Nobody moves a mouse here, so there is no record of one.
async fn mouse_replay(State(app): State<Shared>, Path(id): Path<String>, Query(_): Query<From>) -> Answer {
    app.sessions.find(&id)?;
    Ok(Json(json!({ "mouse_manifest_url": null, "mouse_chunk_urls": [], "mouse_next_offset": null })))
}

async fn readiness(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    let session = app.sessions.find(&id)?;
    let status = if session.is_active() { "active" } else { "closed" };
    Ok(Json(json!({ "session_id": id, "status": status, "operations": [], "error": null })))
}

pub(super) fn routes(routes: Routes) -> Routes {
    let start_note = "a direct connection unless a proxy of type `external` is given; no captcha solver, no ad blocking, no stealth, \
                      no `web_bot_auth`: asked for, they are accepted with a warning in the server's log";
    routes
        .on("session_start", &Method::POST, "/sessions/start", Partial(start_note), start)
        .on("list_sessions", &Method::GET, "/sessions", Faithful, list)
        .on("session_status", &Method::GET, "/sessions/{session_id}", Faithful, status)
        .on("session_stop", &Method::DELETE, "/sessions/{session_id}/stop", Faithful, stop)
        .on("get_session_script", &Method::GET, "/sessions/{session_id}/workflow/code", Faithful, workflow_code)
        .on(
            "session_network_logs",
            &Method::GET,
            "/sessions/{session_id}/network/logs",
            Partial("one batch, a JSON object a line"),
            network_logs,
        )
        .on("", &Method::GET, "/sessions/{session_id}/links/{name}", Faithful, linked)
        .open()
        .on("session_replay", &Method::GET, "/sessions/{session_id}/replay", Partial(REPLAY_NOTE), replay)
        .on(
            "session_mouse_replay",
            &Method::GET,
            "/sessions/{session_id}/replay/mouse",
            Partial("always empty: no mouse is recorded"),
            mouse_replay,
        )
        .on("session_auth_readiness", &Method::GET, "/sessions/{session_id}/auth", Faithful, readiness)
        .on("session_offset", &Method::GET, "/sessions/{session_id}/offset", Faithful, offset)
}
