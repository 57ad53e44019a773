//! What a profile keeps of a browser: its cookies and the local storage of its sites.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Areas, Profile};
use crate::error::{Answer, Refusal};
use crate::input::Body;
use crate::server::Coverage::{Faithful, Partial};
use crate::server::Routes;
use crate::sessions::inward;
use crate::store::{Db, Kept};

pub(super) fn routes(routes: Routes) -> Routes {
    let import = "`session_storage` and `domains` are refused";
    routes
        .on("profile_cookies_get", &Method::GET, "/profiles/{profile_id}/cookies", Faithful, cookies)
        .on("profile_cookies_set", &Method::POST, "/profiles/{profile_id}/cookies", Faithful, set_cookies)
        .on("profile_state_set", &Method::POST, "/profiles/{profile_id}/state", Partial(import), set_state)
}

/// Values by name, for each origin.
type Storage = BTreeMap<String, BTreeMap<String, String>>;

/// No `Debug`: it signs in.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct BrowserState {
    pub(crate) cookies: Vec<Value>,
    pub(crate) local_storage: Storage,
}

impl Kept for BrowserState {
    const KIND: &'static str = "browser_state";
}

impl BrowserState {
    /// The domains that there is something of, each once.
    pub(super) fn domains(&self) -> Vec<String> {
        let cookies = self.cookies.iter().filter_map(|cookie| cookie["domain"].as_str());
        let origins = self.local_storage.keys().filter_map(|origin| origin.split_once("://"));
        let hosts = origins.map(|(_, host)| host.split(':').next().unwrap_or(host));
        let mut domains: Vec<String> =
            cookies.map(|domain| domain.trim_start_matches('.')).chain(hosts).map(str::to_owned).collect();
        domains.sort();
        domains.dedup();
        domains
    }

    fn add(&mut self, cookies: Vec<Value>, storage: Storage) {
        let same = |a: &Value, b: &Value| ["name", "domain", "path"].iter().all(|key| a[key] == b[key]);
        self.cookies.retain(|old| !cookies.iter().any(|new| same(old, new)));
        self.cookies.extend(cookies);
        for (origin, values) in storage {
            self.local_storage.entry(origin).or_default().extend(values);
        }
    }
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Replace,
    Append,
}

/// A cookie in the notation of Playwright or of Chrome's extensions, which differ in the name of one member.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cookie {
    name: String,
    value: String,
    domain: String,
    path: String,
    #[serde(default)]
    http_only: bool,
    #[serde(default)]
    secure: Option<bool>,
    #[serde(default)]
    same_site: Option<String>,
    #[serde(default)]
    expiration_date: Option<f64>,
    #[serde(default)]
    expires: Option<f64>,
    #[serde(default)]
    host_only: Option<bool>,
    #[serde(default)]
    session: Option<bool>,
    #[serde(default)]
    partition_key: Option<String>,
}

/// As cookies are answered, where both names of the end are given. Those that no browser takes are refused.
fn written(cookies: Vec<Cookie>) -> Result<Vec<Value>, Refusal> {
    let one = |(place, cookie): (usize, Cookie)| {
        let ends = cookie.expires.or(cookie.expiration_date);
        let cookie = serde_json::to_value(Cookie { expires: ends, expiration_date: ends, ..cookie });
        let cookie = cookie.map_err(|error| Refusal::broken(error.to_string()))?;
        let taken = cookie.as_object().map(inward).transpose();
        taken.map_err(|message| Refusal::invalid(&["body", "cookies", &place.to_string()], message))?;
        Ok(cookie)
    };
    cookies.into_iter().enumerate().map(one).collect()
}

/// Local storage by origins; a domain alone stands for its https origin.
fn by_origin(storage: Storage) -> Result<Storage, Refusal> {
    let one = |(place, held): (String, _)| {
        let url = if place.contains("://") { place.clone() } else { format!("https://{place}") };
        let url = reqwest::Url::parse(&url).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
        let wrong =
            || Refusal::invalid(&["body", "local_storage", &place], "Input should be an origin of http or https");
        Ok((url.ok_or_else(wrong)?.origin().ascii_serialization(), held))
    };
    storage.into_iter().map(one).collect()
}

async fn cookies(State(areas): State<Areas>, Path(id): Path<String>) -> Answer {
    let read = move |db: &Db<'_>| Ok::<_, Refusal>(Profile::find(db, &id)?.state(db)?.cookies);
    Ok(Json(json!({ "cookies": areas.store.run(read).await? })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetCookies {
    cookies: Vec<Cookie>,
    #[serde(rename = "source_format", default)]
    _source_format: Source,
    #[serde(default)]
    mode: Mode,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    #[default]
    Playwright,
    Chrome,
}

async fn set_cookies(State(areas): State<Areas>, Path(id): Path<String>, Body(asked): Body<SetCookies>) -> Answer {
    if asked.cookies.is_empty() {
        let place = ["body".into(), "cookies".into()];
        return Err(Refusal::unfit(&place, "List should have at least 1 item", "too_short"));
    }
    let (mode, count) = (asked.mode, asked.cookies.len());
    let cookies = written(asked.cookies)?;
    let keep = move |db: &Db<'_>| {
        let mut profile = Profile::find(db, &id)?;
        let mut state = profile.state(db)?;
        if mode == Mode::Replace {
            state.cookies.clear();
        }
        state.add(cookies, Storage::new());
        Ok::<_, Refusal>(profile.keep_state(db, &state)?)
    };
    areas.store.run(keep).await?;
    Ok(Json(json!({ "success": true, "message": "the cookies are kept", "cookies_count": count, "mode": mode })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetState {
    #[serde(default)]
    cookies: Option<Vec<Cookie>>,
    #[serde(default)]
    local_storage: Option<Storage>,
    #[serde(default)]
    session_storage: Option<Storage>,
    #[serde(default)]
    domains: Option<Vec<String>>,
    #[serde(default)]
    mode: Mode,
    #[serde(rename = "storage_scope", default)]
    _storage_scope: Scope,
}

/// Of the domains only, which are refused.
#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Scope {
    #[default]
    Domains,
    Origins,
}

async fn set_state(State(areas): State<Areas>, Path(id): Path<String>, Body(asked): Body<SetState>) -> Answer {
    if asked.session_storage.is_some_and(|storage| !storage.is_empty()) || asked.domains.is_some() {
        return Err(Refusal::not_here(
            "notte-local keeps no session storage, and replaces all of a profile: give cookies and local_storage only",
        ));
    }
    let cookies = written(asked.cookies.unwrap_or_default())?;
    let storage = by_origin(asked.local_storage.unwrap_or_default())?;
    let (cookies_count, origins) = (cookies.len(), storage.len());
    let keep = move |db: &Db<'_>| {
        let mut profile = Profile::find(db, &id)?;
        let mut state = if asked.mode == Mode::Append { profile.state(db)? } else { BrowserState::default() };
        state.add(cookies, storage);
        Ok::<_, Refusal>(profile.keep_state(db, &state)?)
    };
    areas.store.run(keep).await?;
    Ok(Json(json!({
        "success": true,
        "cookies_count": cookies_count,
        "local_storage_origins": origins,
        "session_storage_origins": 0,
    })))
}
