//! What a profile holds of a browser: its cookies, and the local storage of the sites that were visited.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::StatusCode;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use super::{Start, get_cookies, set_cookies};
use crate::areas::{Areas, BrowserState, Profile, Vault};
use crate::engine::{Browser, CdpError, Loaded, Tab};
use crate::error::Refusal;
use crate::store::Db;

/// How long a site may take: nothing is asked of the network.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a browser may take to give its state when its session ends.
const LAST_WORDS: Duration = Duration::from_secs(15);

type Storage = BTreeMap<String, BTreeMap<String, String>>;

impl From<CdpError> for Refusal {
    fn from(error: CdpError) -> Self {
        Self::new(StatusCode::CONFLICT, error.to_string())
    }
}

/// What a session starts with; refuses a profile or a vault that there is none of.
pub(super) async fn of(areas: &Areas, start: &Start) -> Result<BrowserState, Refusal> {
    let (profile, vault) = (start.profile.clone(), start.vault_id.clone());
    let read = move |db: &Db<'_>| {
        if let Some(vault) = vault {
            Vault::find(db, &vault)?;
        }
        match profile {
            Some(profile) => Ok::<_, Refusal>(Profile::find(db, &profile.id)?.state(db)?),
            None => Ok(BrowserState::default()),
        }
    };
    areas.store.run(read).await
}

/// Puts a state into a browser that has just started.
pub(super) async fn restore(browser: &Browser, state: &BrowserState) -> Result<(), Refusal> {
    let cookies: Vec<_> = state.cookies.iter().filter_map(|cookie| cookie.as_object().cloned()).collect();
    // One that the browser refuses keeps all others out, so that they come one by one then.
    if !cookies.is_empty() && set_cookies(browser, &cookies).await.is_err() {
        for cookie in &cookies {
            if let Err(refusal) = set_cookies(browser, std::slice::from_ref(cookie)).await {
                tracing::warn!(domain = ?cookie["domain"], "a cookie of the profile is left out: {}", refusal.reason());
            }
        }
    }
    if state.local_storage.is_empty() {
        return Ok(());
    }
    let blank = browser.open_blank_tab().await?;
    for (origin, held) in &state.local_storage {
        visit(&blank.tab, &format!("{origin}/")).await?;
        blank.tab.evaluate(&format!("Object.assign(localStorage, {})", json!(held))).await?;
    }
    Ok(browser.close_blank_tab(&blank).await?)
}

/// Keeps the state of a browser that is about to end, if it answers in time.
pub(super) async fn persist(browser: &Browser, areas: &Areas, id: &str) {
    let reason = match timeout(LAST_WORDS, keep(browser, areas, Some(id.to_owned()), None)).await {
        Ok(Ok(_)) => return,
        Ok(Err(refusal)) => refusal.reason(),
        Err(_) => "the browser does not answer".to_owned(),
    };
    tracing::warn!(profile = %id, "the profile was not kept: {reason}");
}

/// Keeps the state of a browser: in the profile of this id, or in a new one of this name.
pub(crate) async fn keep(
    browser: &Browser,
    areas: &Areas,
    id: Option<String>,
    name: Option<String>,
) -> Result<Profile, Refusal> {
    let cookies = get_cookies(browser).await?;
    let local_storage = storage(browser).await?;
    let write = move |db: &Db<'_>| {
        let mut profile = match id {
            Some(id) => Profile::find(db, &id)?,
            None => Profile::make(db, name)?,
        };
        let mut state = profile.state(db)?;
        state.cookies = cookies;
        // What was there of sites that this browser did not visit stays.
        state.local_storage.extend(local_storage);
        state.local_storage.retain(|_, held| !held.is_empty());
        profile.keep_state(db, &state)?;
        Ok::<_, Refusal>(profile)
    };
    areas.store.run(write).await
}

/// The local storage of every site that the browser visited, be it empty.
async fn storage(browser: &Browser) -> Result<Storage, CdpError> {
    let mut storage = Storage::new();
    let origins = browser.origins();
    if origins.is_empty() {
        return Ok(storage);
    }
    let blank = browser.open_blank_tab().await?;
    for origin in origins {
        visit(&blank.tab, &format!("{origin}/")).await?;
        let held = blank.tab.evaluate("({...localStorage})").await?["result"]["value"].take();
        storage.insert(origin, serde_json::from_value(held).unwrap_or_default());
    }
    browser.close_blank_tab(&blank).await?;
    Ok(storage)
}

/// Goes to an address in a tab whose requests are all answered with an empty page.
pub(crate) async fn visit(tab: &Tab, url: &str) -> Result<(), CdpError> {
    let answer = tab.call("Page.navigate", json!({ "url": url })).await?;
    let Value::String(loader) = &answer["loaderId"] else {
        return Err(CdpError::Refused(format!("{url} cannot be opened")));
    };
    if tab.loaded_as(loader, Loaded::Load, Instant::now() + PATIENCE).await { Ok(()) } else { Err(CdpError::Silent) }
}
