//! The logins of a vault, one a site.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::vaults::done;
use super::{Areas, Vault};
use crate::error::{Answer, Refusal};
use crate::input::{Body, Query};
use crate::server::Coverage::Faithful;
use crate::server::Routes;
use crate::site::{bare_host, is_plain, login_site, site};
use crate::store::{Db, Kept, StoreError};

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("vault_credentials_list", &Method::GET, "/vaults/{vault_id}", Faithful, list)
        .on("vault_credentials_add", &Method::POST, "/vaults/{vault_id}/credentials", Faithful, add)
        .on("vault_credentials_get", &Method::GET, "/vaults/{vault_id}/credentials", Faithful, show)
        .on("vault_credentials_delete", &Method::DELETE, "/vaults/{vault_id}/credentials", Faithful, delete)
}

/// What signs in to a site. It has no `Debug`, so that nobody prints it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<String>,
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub(crate) username: Option<String>,
    pub(crate) password: String,
    /// The seed of the one-time codes, in Base32.
    #[serde(default, deserialize_with = "text", skip_serializing_if = "Option::is_none")]
    pub(crate) mfa_secret: Option<String>,
}

/// Text that may be left out, but not null.
fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// A login with its site, as it is kept.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    site: String,
    login: Login,
    /// It is typed on https pages only.
    #[serde(default)]
    secure: bool,
}

impl Kept for Entry {
    const KIND: &'static str = "login";
}

/// The login of a vault for the page at an address.
pub(crate) fn login_for(db: &Db<'_>, vault: &str, address: &str) -> Result<Option<Login>, Refusal> {
    let Some(site) = site(address) else { return Ok(None) };
    match entry_for(db, vault, address)? {
        Some(entry) if entry.secure && is_plain(address) => {
            Err(Refusal::not_here(format!("the login for {site} was kept for https, and this page came over http")))
        }
        entry => Ok(entry.map(|entry| entry.login)),
    }
}

/// Whether a vault has a login for the site of a page.
pub(crate) fn has_login(db: &Db<'_>, vault: &str, address: &str) -> Result<bool, StoreError> {
    Ok(entry_for(db, vault, address)?.is_some())
}

fn entry_for(db: &Db<'_>, vault: &str, address: &str) -> Result<Option<Entry>, StoreError> {
    for site in site(address).into_iter().chain(bare_host(address)) {
        if let Some(entry) = db.get(vault, &site)? {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Keeps a login for the site of an address, in the place of the one before.
pub(crate) fn keep_login(db: &Db<'_>, vault: &str, address: &str, login: Login) -> Result<(), StoreError> {
    let site = login_site(address).unwrap_or_default();
    db.put(vault, &site, &Entry { site: site.clone(), login, secure: !is_plain(address) })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    url: String,
    credentials: Login,
}

#[derive(Deserialize)]
struct At {
    url: String,
}

impl At {
    fn site(&self) -> Result<String, Refusal> {
        site_of("query", &self.url)
    }
}

fn site_of(place: &str, url: &str) -> Result<String, Refusal> {
    let wrong =
        || Refusal::unfit(&[place.into(), "url".into()], "Input should be the address of a site", "url_parsing");
    login_site(url).ok_or_else(wrong)
}

fn none_for(site: &str) -> Refusal {
    Refusal::not_found(&format!("credentials for {site}"))
}

async fn add(State(areas): State<Areas>, Path(vault): Path<String>, Body(asked): Body<Add>) -> Answer {
    site_of("body", &asked.url)?;
    let keep = move |db: &Db<'_>| {
        Vault::find(db, &vault)?;
        Ok::<_, Refusal>(keep_login(db, &vault, &asked.url, asked.credentials)?)
    };
    areas.store.run(keep).await?;
    Ok(Json(json!({ "status": "success" })))
}

async fn show(State(areas): State<Areas>, Path(vault): Path<String>, Query(at): Query<At>) -> Answer {
    let site = at.site()?;
    let find = move |db: &Db<'_>| {
        Vault::find(db, &vault)?;
        db.get::<Entry>(&vault, &site)?.ok_or_else(|| none_for(&site))
    };
    let entry = areas.store.run(find).await?;
    Ok(Json(json!({ "credentials": entry.login })))
}

/// Names only: passwords are given one by one.
async fn list(State(areas): State<Areas>, Path(vault): Path<String>) -> Answer {
    let read = move |db: &Db<'_>| {
        Vault::find(db, &vault)?;
        Ok::<_, Refusal>(db.list::<Entry>(&vault)?)
    };
    let entries = areas.store.run(read).await?;
    let shown = entries
        .into_iter()
        .map(|Entry { site, login, .. }| json!({ "url": site, "email": login.email, "username": login.username }));
    Ok(Json(json!({ "credentials": shown.collect::<Vec<Value>>() })))
}

async fn delete(State(areas): State<Areas>, Path(vault): Path<String>, Query(at): Query<At>) -> Answer {
    let site = at.site()?;
    let remove = move |db: &Db<'_>| {
        Vault::find(db, &vault)?;
        if db.remove::<Entry>(&vault, &site)? { Ok(()) } else { Err(none_for(&site)) }
    };
    areas.store.run(remove).await?;
    Ok(done("the credentials are deleted"))
}
