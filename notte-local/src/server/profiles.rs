//! Profiles of a running session: what it started with, and keeping its state.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::Deserialize;
use serde_json::json;

use super::routes::Coverage::Partial;
use super::routes::Routes;
use crate::app::Shared;
use crate::areas::Profile;
use crate::error::{Answer, Refusal};
use crate::input::{Body, Query, flag};
use crate::sessions::{get_cookies, profile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Save {
    profile_id: Option<String>,
    name: Option<String>,
}

async fn save(State(app): State<Shared>, Path(id): Path<String>, Body(asked): Body<Save>) -> Answer<Json<Profile>> {
    let session = app.sessions.live(&id)?;
    if asked.profile_id.is_some() == asked.name.is_some() {
        return Err(Refusal::invalid(&["body"], "either profile_id or name is needed"));
    }
    let _used = session.used(true);
    let kept = session.with_page(profile::keep(&session.browser, &app.areas, asked.profile_id, asked.name));
    kept.await?.map(Json)
}

#[derive(Deserialize)]
struct Preview {
    #[serde(default, deserialize_with = "flag")]
    include_cookies: bool,
}

async fn preview(State(app): State<Shared>, Path(id): Path<String>, Query(asked): Query<Preview>) -> Answer {
    let session = app.sessions.live(&id)?;
    let mut domains: Vec<String> = Vec::new();
    if asked.include_cookies {
        let cookies = get_cookies(&session.browser).await?;
        domains.extend(
            cookies.iter().filter_map(|cookie| Some(cookie["domain"].as_str()?.trim_start_matches('.').to_owned())),
        );
        domains.sort();
        domains.dedup();
    }
    let profile = session.start.profile.as_ref().map(|profile| json!({ "id": profile.id, "persist": profile.persist }));
    Ok(Json(json!({ "profile": profile, "cookie_domains": domains })))
}

pub(super) fn routes(routes: Routes) -> Routes {
    let note = "cookies and the local storage of visited sites; neither IndexedDB nor caches";
    routes.on("session_profile_save", &Method::POST, "/sessions/{session_id}/profile/save", Partial(note), save).on(
        "session_profile_preview",
        &Method::GET,
        "/sessions/{session_id}/profile-preview",
        Partial(note),
        preview,
    )
}
