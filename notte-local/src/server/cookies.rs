//! Cookies of a session: set and get.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::routes::Coverage::Faithful;
use super::routes::Routes;
use crate::app::Shared;
use crate::error::Answer;
use crate::input::{Body, Look, Query};
use crate::sessions::{get_cookies, set_cookies};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cookies {
    cookies: Vec<Map<String, Value>>,
}

async fn set(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(look): Query<Look>,
    Body(asked): Body<Cookies>,
) -> Answer {
    let session = app.sessions.live(&id)?;
    let _used = session.used(look.update_metadata);
    set_cookies(&session.browser, &asked.cookies).await?;
    Ok(Json(json!({ "success": true, "message": format!("{} cookies set", asked.cookies.len()) })))
}

async fn get(State(app): State<Shared>, Path(id): Path<String>, Query(look): Query<Look>) -> Answer {
    let session = app.sessions.live(&id)?;
    let _used = session.used(look.update_metadata);
    Ok(Json(json!({ "cookies": get_cookies(&session.browser).await? })))
}

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on("session_cookies_set", &Method::POST, "/sessions/{session_id}/cookies", Faithful, set).on(
        "session_cookies_get",
        &Method::GET,
        "/sessions/{session_id}/cookies",
        Faithful,
        get,
    )
}
