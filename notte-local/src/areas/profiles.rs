//! Profiles: what browsers of later sessions start with, by name.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Areas, BrowserState, Page, Paging};
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::input::{Body, Query};
use crate::server::Coverage::Faithful;
use crate::server::Routes;
use crate::store::{Db, Kept, StoreError};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("profile_list", &Method::GET, "/profiles", Faithful, list)
        .on("profile_create", &Method::POST, "/profiles/create", Faithful, create)
        .on("profile_get", &Method::GET, "/profiles/{profile_id}", Faithful, show)
        .on("profile_delete", &Method::DELETE, "/profiles/{profile_id}", Faithful, delete)
        .on("profile_duplicate", &Method::POST, "/profiles/{profile_id}/duplicate", Faithful, duplicate)
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Profile {
    profile_id: String,
    name: Option<String>,
    created_at: String,
    updated_at: String,
    persisted_domains: Vec<String>,
}

impl Kept for Profile {
    const KIND: &'static str = "profile";
}

/// A profile has one state; this is its id.
const ONLY: &str = "state";

impl Profile {
    /// A new profile, kept.
    pub(crate) fn make(db: &Db<'_>, name: Option<String>) -> Result<Self, StoreError> {
        let (id, now) = (uuid::Uuid::new_v4().simple().to_string(), clock::now());
        let profile_id = format!("notte-profile-{}", &id[..16]);
        let profile =
            Self { profile_id, name, created_at: now.clone(), updated_at: now, persisted_domains: Vec::new() };
        db.put("", &profile.profile_id, &profile)?;
        Ok(profile)
    }

    /// The profile of an id, or the answer that there is none.
    pub(crate) fn find(db: &Db<'_>, id: &str) -> Result<Self, Refusal> {
        db.get("", id)?.ok_or_else(|| Refusal::not_found(&format!("profile {id}")))
    }

    /// What a browser that uses the profile starts with.
    pub(crate) fn state(&self, db: &Db<'_>) -> Result<BrowserState, StoreError> {
        Ok(db.get(&self.profile_id, ONLY)?.unwrap_or_default())
    }

    /// Keeps a state in the place of the one before.
    pub(crate) fn keep_state(&mut self, db: &Db<'_>, state: &BrowserState) -> Result<(), StoreError> {
        self.persisted_domains = state.domains();
        self.updated_at = clock::now();
        db.put(&self.profile_id, ONLY, state)?;
        db.put("", &self.profile_id, self)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    #[serde(default)]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    name: Option<String>,
}

async fn create(State(areas): State<Areas>, Body(asked): Body<Create>) -> Answer<Json<Profile>> {
    Ok(Json(areas.store.run(|db| Profile::make(db, asked.name).map_err(Refusal::from)).await?))
}

async fn list(
    State(areas): State<Areas>,
    Query(paging): Query<Paging>,
    Query(filter): Query<Filter>,
) -> Answer<Json<Page<Profile>>> {
    let paging = paging.check()?;
    let read = move |db: &Db<'_>| {
        let all = db.list::<Profile>("")?;
        Ok::<_, Refusal>(paging.of(all.into_iter().filter(|known| filter.name.is_none() || known.name == filter.name)))
    };
    Ok(Json(areas.store.run(read).await?))
}

async fn show(State(areas): State<Areas>, Path(id): Path<String>) -> Answer<Json<Profile>> {
    Ok(Json(areas.store.run(move |db| Profile::find(db, &id)).await?))
}

async fn delete(State(areas): State<Areas>, Path(id): Path<String>) -> Answer<Json<Value>> {
    let remove = move |db: &Db<'_>| {
        Profile::find(db, &id)?;
        db.remove::<Profile>("", &id)?;
        Ok::<_, Refusal>(db.remove_all::<BrowserState>(&id)?)
    };
    areas.store.run(remove).await?;
    Ok(Json(json!({ "success": true, "message": "the profile is deleted" })))
}

async fn duplicate(
    State(areas): State<Areas>,
    Path(id): Path<String>,
    Body(asked): Body<Create>,
) -> Answer<Json<Profile>> {
    let copy = move |db: &Db<'_>| {
        let original = Profile::find(db, &id)?;
        let state = original.state(db)?;
        let mut profile = Profile::make(db, asked.name.or(original.name))?;
        profile.keep_state(db, &state)?;
        Ok::<_, Refusal>(profile)
    };
    Ok(Json(areas.store.run(copy).await?))
}
