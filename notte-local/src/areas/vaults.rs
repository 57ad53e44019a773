//! Vaults: what keeps logins and a card.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::credentials::Entry;
use super::{Areas, Card, Page, Paging, Persona};
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::input::{Body, Query};
use crate::server::Coverage::Faithful;
use crate::server::Routes;
use crate::store::{Db, Kept, StoreError};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("list_vaults", &Method::GET, "/vaults", Faithful, list)
        .on("vault_create", &Method::POST, "/vaults/create", Faithful, create)
        .on("vault_update", &Method::PATCH, "/vaults/{vault_id}", Faithful, update)
        .on("vault_delete", &Method::DELETE, "/vaults/{vault_id}", Faithful, delete)
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Vault {
    pub(crate) vault_id: String,
    name: String,
    created_at: String,
    for_persona: bool,
}

impl Kept for Vault {
    const KIND: &'static str = "vault";
}

impl Vault {
    /// A new vault, kept.
    pub(crate) fn make(db: &Db<'_>, name: String, for_persona: bool) -> Result<Self, StoreError> {
        let vault_id = uuid::Uuid::new_v4().to_string();
        let vault = Self { vault_id, name, created_at: clock::now(), for_persona };
        db.put("", &vault.vault_id, &vault)?;
        Ok(vault)
    }

    /// The vault of an id, or the answer that there is none.
    pub(crate) fn find(db: &Db<'_>, id: &str) -> Result<Self, Refusal> {
        db.get("", id)?.ok_or_else(|| Refusal::not_found(&format!("vault {id}")))
    }

    /// Removes a vault with all that is in it.
    pub(super) fn remove(db: &Db<'_>, id: &str) -> Result<(), StoreError> {
        db.remove::<Self>("", id)?;
        db.remove_all::<Entry>(id)?;
        db.remove_all::<Card>(id)
    }
}

/// The answer to something that is done and has nothing to tell.
pub(super) fn done(message: &str) -> Json<Value> {
    Json(json!({ "status": "success", "message": message }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    #[serde(default = "unnamed")]
    name: String,
}

fn unnamed() -> String {
    "default".to_owned()
}

#[derive(Deserialize)]
struct Update {
    name: String,
}

async fn create(State(areas): State<Areas>, Body(asked): Body<Create>) -> Answer<Json<Vault>> {
    Ok(Json(areas.store.run(|db| Vault::make(db, asked.name, false).map_err(Refusal::from)).await?))
}

async fn list(State(areas): State<Areas>, Query(paging): Query<Paging>) -> Answer<Json<Page<Vault>>> {
    let paging = paging.check()?;
    Ok(Json(areas.store.run(move |db| paging.read(db, None).map_err(Refusal::from)).await?))
}

async fn update(State(areas): State<Areas>, Path(id): Path<String>, Body(asked): Body<Update>) -> Answer<Json<Vault>> {
    let rename = move |db: &Db<'_>| {
        let vault = Vault { name: asked.name, ..Vault::find(db, &id)? };
        db.put("", &id, &vault)?;
        Ok::<_, Refusal>(vault)
    };
    Ok(Json(areas.store.run(rename).await?))
}

async fn delete(State(areas): State<Areas>, Path(id): Path<String>) -> Answer {
    let remove = move |db: &Db<'_>| {
        if Vault::find(db, &id)?.for_persona {
            Persona::forget_vault(db, &id)?;
        }
        Vault::remove(db, &id)?;
        Ok::<_, Refusal>(())
    };
    areas.store.run(remove).await?;
    Ok(done("the vault is deleted"))
}
