//! Personas: made-up people with a mailbox, and a vault when asked for.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::inbox::Received;
use super::vaults::done;
use super::{Areas, Email, Page, Paging, Sms, Vault, identity, refused};
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::input::{Body, Query};
use crate::server::Coverage::{Faithful, Partial};
use crate::server::Routes;
use crate::store::{Db, Kept, StoreError};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("list_personas", &Method::GET, "/personas", Faithful, list)
        .on(
            "persona_create",
            &Method::POST,
            "/personas/create",
            Partial("no phone number; mail to the address arrives by `POST /local/personas/{persona_id}/emails` only"),
            create,
        )
        .on("persona_get", &Method::GET, "/personas/{persona_id}", Faithful, show)
        .on("persona_update", &Method::PATCH, "/personas/{persona_id}", Faithful, update)
        .on("persona_delete", &Method::DELETE, "/personas/{persona_id}", Faithful, delete)
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Persona {
    pub(crate) persona_id: String,
    status: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) email: String,
    internal_email: String,
    pub(crate) vault_id: Option<String>,
    phone_number: Option<String>,
    email_provider: String,
    name: Option<String>,
    created_at: String,
}

impl Kept for Persona {
    const KIND: &'static str = "persona";
}

impl Persona {
    /// Somebody new, kept.
    pub(crate) fn make(db: &Db<'_>, name: Option<String>, with_vault: bool) -> Result<Self, StoreError> {
        let identity = identity::new();
        let vault = match with_vault {
            true => Some(Vault::make(db, format!("{} {}", identity.first_name, identity.last_name), true)?),
            false => None,
        };
        let persona = Self {
            persona_id: uuid::Uuid::new_v4().to_string(),
            status: "active".into(),
            internal_email: identity.email.clone(),
            email: identity.email,
            first_name: identity.first_name.into(),
            last_name: identity.last_name.into(),
            vault_id: vault.map(|vault| vault.vault_id),
            phone_number: None,
            email_provider: "notte".into(),
            name,
            created_at: clock::now(),
        };
        db.put("", &persona.persona_id, &persona)?;
        Ok(persona)
    }

    /// The persona of an id, or the answer that there is none.
    pub(crate) fn find(db: &Db<'_>, id: &str) -> Result<Self, Refusal> {
        db.get("", id)?.ok_or_else(|| Refusal::not_found(&format!("persona {id}")))
    }

    /// The persona that a vault belonged to has none any more.
    pub(super) fn forget_vault(db: &Db<'_>, vault: &str) -> Result<(), StoreError> {
        for persona in db.list::<Self>("")?.into_iter().filter(|persona| persona.vault_id.as_deref() == Some(vault)) {
            db.put("", &persona.persona_id.clone(), &Self { vault_id: None, ..persona })?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    #[serde(default)]
    create_vault: bool,
    #[serde(default)]
    create_phone_number: bool,
    #[serde(default)]
    email_provider: Provider,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Provider {
    #[default]
    Notte,
    Agentmail,
    Resend,
}

#[derive(Deserialize)]
struct Update {
    name: String,
}

async fn create(State(areas): State<Areas>, Body(asked): Body<Create>) -> Answer<Json<Persona>> {
    if asked.create_phone_number {
        return Err(Refusal::not_here(refused::PHONE));
    }
    if asked.email_provider != Provider::Notte {
        tracing::warn!("the inbox of a persona is here, whichever e-mail provider is asked for");
    }
    let make = move |db: &Db<'_>| Persona::make(db, asked.name, asked.create_vault).map_err(Refusal::from);
    Ok(Json(areas.store.run(make).await?))
}

async fn list(State(areas): State<Areas>, Query(paging): Query<Paging>) -> Answer<Json<Page<Persona>>> {
    let paging = paging.check()?;
    Ok(Json(areas.store.run(move |db| paging.read(db, None).map_err(Refusal::from)).await?))
}

async fn show(State(areas): State<Areas>, Path(id): Path<String>) -> Answer<Json<Persona>> {
    Ok(Json(areas.store.run(move |db| Persona::find(db, &id)).await?))
}

async fn update(
    State(areas): State<Areas>,
    Path(id): Path<String>,
    Body(asked): Body<Update>,
) -> Answer<Json<Persona>> {
    let rename = move |db: &Db<'_>| {
        let persona = Persona { name: Some(asked.name), ..Persona::find(db, &id)? };
        db.put("", &id, &persona)?;
        Ok::<_, Refusal>(persona)
    };
    Ok(Json(areas.store.run(rename).await?))
}

async fn delete(State(areas): State<Areas>, Path(id): Path<String>) -> Answer<Json<Value>> {
    let remove = move |db: &Db<'_>| {
        if let Some(vault) = Persona::find(db, &id)?.vault_id {
            Vault::remove(db, &vault)?;
        }
        db.remove::<Persona>("", &id)?;
        db.remove_all::<Received<Email>>(&id)?;
        db.remove_all::<Received<Sms>>(&id)?;
        Ok::<_, Refusal>(())
    };
    areas.store.run(remove).await?;
    Ok(done("the persona is deleted"))
}
