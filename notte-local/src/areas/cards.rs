//! The credit card of a vault.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::vaults::done;
use super::{Areas, Vault};
use crate::error::{Answer, Refusal};
use crate::input::Body;
use crate::server::Coverage::Faithful;
use crate::server::Routes;
use crate::store::{Db, Kept};

/// A vault has one card; this is its id.
pub(crate) const ONLY: &str = "card";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("vault_credit_card_set", &Method::POST, "/vaults/{vault_id}/card", Faithful, set)
        .on("vault_credit_card_get", &Method::GET, "/vaults/{vault_id}/card", Faithful, show)
        .on("vault_credit_card_delete", &Method::DELETE, "/vaults/{vault_id}/card", Faithful, delete)
}

/// A card. It has no `Debug`, so that nobody prints it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Card {
    pub(crate) card_holder_name: String,
    pub(crate) card_number: String,
    pub(crate) card_cvv: String,
    pub(crate) card_full_expiration: String,
}

impl Kept for Card {
    const KIND: &'static str = "card";
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    credit_card: Card,
}

async fn set(State(areas): State<Areas>, Path(vault): Path<String>, Body(asked): Body<Set>) -> Answer {
    let keep = move |db: &Db<'_>| {
        Vault::find(db, &vault)?;
        Ok::<_, Refusal>(db.put(&vault, ONLY, &asked.credit_card)?)
    };
    areas.store.run(keep).await?;
    Ok(Json(json!({ "status": "success" })))
}

async fn show(State(areas): State<Areas>, Path(vault): Path<String>) -> Answer {
    let find = move |db: &Db<'_>| {
        Vault::find(db, &vault)?;
        db.get::<Card>(&vault, ONLY)?.ok_or_else(|| Refusal::not_found("credit card"))
    };
    let card = areas.store.run(find).await?;
    Ok(Json(json!({ "credit_card": card })))
}

async fn delete(State(areas): State<Areas>, Path(vault): Path<String>) -> Answer {
    let remove = move |db: &Db<'_>| {
        Vault::find(db, &vault)?;
        if db.remove::<Card>(&vault, ONLY)? { Ok(()) } else { Err(Refusal::not_found("credit card")) }
    };
    areas.store.run(remove).await?;
    Ok(done("the credit card is deleted"))
}
