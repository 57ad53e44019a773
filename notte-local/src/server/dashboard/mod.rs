//! The dashboard: one page that shows what the server does, for the person who started it.
//!
//! A one-time link lets a browser in: the page's address never has the key, nor anything else that opens something twice.

mod journal;
mod mask;

use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::routes::Coverage::Faithful;
use super::routes::Routes;
use crate::app::Shared;
use crate::input::Query;
use crate::secret;

pub(crate) use journal::Journal;
pub(super) use journal::record;

const PAGE: &str = include_str!("page.html");

/// Links that were made and not opened yet.
const LINKS: usize = 10;

/// Browsers that are let in at once.
const BROWSERS: usize = 20;

/// Who may look.
#[derive(Default)]
pub(crate) struct Doors {
    links: Mutex<Vec<String>>,
    cookies: Mutex<Vec<String>>,
}

fn push(list: &Mutex<Vec<String>>, most: usize) -> String {
    let made = secret::random();
    let mut list = list.lock().unwrap_or_else(PoisonError::into_inner);
    if list.len() >= most {
        list.remove(0);
    }
    list.push(made.clone());
    made
}

fn place(list: &[String], given: &str) -> Option<usize> {
    list.iter().position(|known| secret::same(known, given))
}

impl Doors {
    /// What a link opens the dashboard with, once.
    pub(crate) fn link(&self) -> String {
        push(&self.links, LINKS)
    }

    /// The cookie for the browser that opened a link.
    fn enter(&self, link: &str) -> Option<String> {
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let place = place(&links, link)?;
        links.remove(place);
        drop(links);
        Some(push(&self.cookies, BROWSERS))
    }

    /// Whether a request has the cookie of a browser that was let in.
    pub(super) fn admit(&self, headers: &HeaderMap, port: &str) -> bool {
        let name = cookie_name(port);
        let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut given = sent.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        given.any(|(key, value)| key == name && place(&cookies, value).is_some())
    }
}

/// Browsers send the cookies of one port to all, so each server has a name of its own.
fn cookie_name(port: &str) -> String {
    format!("notte-local-{port}")
}

/// The port of a server's address.
pub(super) fn port(origin: &str) -> &str {
    origin.rsplit(':').next().unwrap_or_default()
}

#[derive(Deserialize)]
struct Opening {
    link: Option<String>,
}

const NOT_IN: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>notte-local</title><style>:root{color-scheme:light dark}\
    body{font:16px system-ui;max-width:40em;margin:15vh auto;padding:0 1em}</style><h1>notte-local</h1><p>The dashboard opens with \
    the one-time link that <code>notte-local</code> prints when it starts. Each link works once: <code>POST /local/dashboard</code> \
    with the API key makes another one.</p></html>";

async fn page(State(app): State<Shared>, Query(asked): Query<Opening>, headers: HeaderMap) -> Response {
    let port = port(app.origin());
    if let Some(cookie) = asked.link.and_then(|link| app.doors.enter(&link)) {
        let name = cookie_name(port);
        let cookie = format!("{name}={cookie}; Path=/; HttpOnly; SameSite=Strict");
        let safe = [(header::SET_COOKIE, cookie), (header::REFERRER_POLICY, "no-referrer".to_owned())];
        return (safe, Redirect::to("/")).into_response();
    }
    let is_in = app.doors.admit(&headers, port);
    let mut response = match is_in {
        true => Html(PAGE).into_response(),
        false => (StatusCode::UNAUTHORIZED, Html(NOT_IN)).into_response(),
    };
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy()) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// What the page may do: run its own script, and speak with this server.
fn policy() -> String {
    let script =
        PAGE.split_once("<script>").and_then(|(_, rest)| rest.split_once("</script>")).map(|(script, _)| script);
    let hash = STANDARD.encode(Sha256::digest(script.unwrap_or_default()));
    format!(
        "default-src 'none'; script-src 'sha256-{hash}'; style-src 'unsafe-inline'; connect-src 'self'; img-src blob: data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

/// A new one-time link.
async fn link(State(app): State<Shared>) -> Json<Value> {
    Json(json!({ "url": app.dashboard_link() }))
}

/// Everything that changes, in one answer that is small enough to be asked for every second.
async fn overview(State(app): State<Shared>) -> Json<Value> {
    let sessions: Vec<Value> =
        app.sessions.all().iter().take(100).map(|session| session.overview(app.origin())).collect();
    let agents: Vec<Value> = app.agents.summaries().into_iter().take(100).collect();
    Json(json!({
        "url": app.origin(),
        "version": env!("CARGO_PKG_VERSION"),
        "sessions": sessions,
        "agents": agents,
        "faults": app.faults.ordered(),
        "requests": app.journal.entries(),
    }))
}

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("", &Method::GET, "/", Faithful, page)
        .open()
        .on("", &Method::POST, "/local/dashboard", Faithful, link)
        .on("", &Method::GET, "/local/overview", Faithful, overview)
}
