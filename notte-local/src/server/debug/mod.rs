//! Debugging a session: addresses of its WebSockets, the DevTools protocol for other tools, the live picture.

mod allow;
mod relay;

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::Method;
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};

use self::relay::relay;
use super::routes::Coverage::Faithful;
use super::routes::Routes;
use crate::app::Shared;
use crate::clock;
use crate::engine::LARGEST;
use crate::error::{Answer, Refusal};
use crate::input::{Query, number_if_any};
use crate::page::Failure;
use crate::sessions::Session;

/// Pictures of the live view.
const EVERY: Duration = Duration::from_millis(500);

async fn tab(app: &Shared, session: &Session, place: usize, tab: &crate::engine::Tab) -> Value {
    let (title, url) = tab.info().await;
    let page = session.socket(app.origin(), &format!("page/{}", tab.target));
    json!({ "metadata": { "tab_id": place, "title": title, "url": url }, "debug_url": session.viewer(app.origin()), "ws_url": page })
}

async fn info(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    let session = app.sessions.live(&id)?;
    let tabs = session.browser.tabs();
    let described = join_all(tabs.iter().enumerate().map(|(place, one)| tab(&app, &session, place, one))).await;
    Ok(Json(json!({
        "debug_url": session.viewer(app.origin()),
        "ws": {
            "cdp": session.socket(app.origin(), "cdp"),
            "recording": session.socket(app.origin(), "recording"),
            "logs": session.socket(app.origin(), "logs"),
        },
        "tabs": described,
    })))
}

#[derive(Deserialize)]
struct Place {
    #[serde(default, deserialize_with = "number_if_any")]
    tab_idx: Option<usize>,
}

async fn tab_info(State(app): State<Shared>, Path(id): Path<String>, Query(asked): Query<Place>) -> Answer {
    let session = app.sessions.live(&id)?;
    let tabs = session.browser.tabs();
    let current = session.browser.current().await.map(|tab| tab.target.clone()).unwrap_or_default();
    let front = tabs.iter().position(|tab| tab.target == current).unwrap_or_default();
    let place = asked.tab_idx.unwrap_or(front);
    let one = tabs.get(place).ok_or_else(|| Refusal::not_found("Tab"))?;
    Ok(Json(tab(&app, &session, place, one).await))
}

/// What lets in who has no key.
#[derive(Deserialize)]
pub(super) struct Key {
    #[serde(default)]
    pub(super) token: String,
}

fn allowed(app: &Shared, id: &str, key: &Key) -> Answer<Arc<Session>> {
    app.by_token(id, &key.token)?;
    app.sessions.live(id)
}

async fn cdp(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(key): Query<Key>,
    upgrade: WebSocketUpgrade,
) -> Answer<impl IntoResponse> {
    let session = allowed(&app, &id, &key)?;
    invited(upgrade, session, None).await
}

async fn page(
    State(app): State<Shared>,
    Path((id, target)): Path<(String, String)>,
    Query(key): Query<Key>,
    upgrade: WebSocketUpgrade,
) -> Answer<impl IntoResponse> {
    let session = allowed(&app, &id, &key)?;
    if !session.browser.tabs().iter().any(|tab| tab.target == target) {
        return Err(Refusal::not_found("Tab"));
    }
    invited(upgrade, session, Some(&target)).await
}

async fn invited(upgrade: WebSocketUpgrade, session: Arc<Session>, target: Option<&str>) -> Answer<Response> {
    let guest = session.browser.invite(target).await.map_err(Failure::from)?;
    let upgrade = upgrade.max_message_size(LARGEST).max_frame_size(LARGEST);
    Ok(upgrade.on_upgrade(move |socket| relay(socket, session, guest)))
}

async fn recording(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(key): Query<Key>,
    upgrade: WebSocketUpgrade,
) -> Answer<impl IntoResponse> {
    let session = allowed(&app, &id, &key)?;
    Ok(upgrade.on_upgrade(move |socket| show(socket, session)))
}

/// Sends the live picture whenever it changed, and says so when the session ends.
async fn show(socket: WebSocket, session: Arc<Session>) {
    let (mut sink, mut source) = socket.split();
    let pictures = async {
        let mut last = String::new();
        loop {
            let picture = match session.browser.current().await {
                Ok(tab) => tab.picture("jpeg", 60).await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if picture != last && !picture.is_empty() {
                let bytes = STANDARD.decode(&picture).unwrap_or_default();
                if sink.send(Message::binary(bytes)).await.is_err() {
                    return;
                }
                last = picture;
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    let gone = async { while let Some(Ok(_)) = source.next().await {} };
    let over = tokio::select! {
        () = pictures => false,
        () = gone => false,
        () = session.ended() => true,
    };
    if over {
        let _ = sink.send(event("error", &"the session is closed".into())).await;
    }
}

/// What the recording and the log say in words.
fn event(kind: &str, data: &Value) -> Message {
    Message::text(json!({ "type": kind, "data": data, "timestamp": clock::now() }).to_string())
}

async fn logs(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(key): Query<Key>,
    upgrade: WebSocketUpgrade,
) -> Answer<impl IntoResponse> {
    let session = allowed(&app, &id, &key)?;
    Ok(upgrade.on_upgrade(move |socket| tell(socket, session)))
}

/// Sends the steps of the session, from the first one on, and says so when the session ends.
async fn tell(mut socket: WebSocket, session: Arc<Session>) {
    let mut growth = session.growth();
    let mut told = 0;
    loop {
        growth.mark_unchanged();
        // Asked first: no step comes after the end.
        let over = !session.is_active();
        for step in session.steps().into_iter().skip(told) {
            told += 1;
            if socket.send(event(step["type"].as_str().unwrap_or_default(), &step["value"])).await.is_err() {
                return;
            }
        }
        if over {
            let _ = socket.send(event("error", &"the session is closed".into())).await;
            return;
        }
        tokio::select! {
            _ = growth.changed() => {}
            () = session.ended() => {}
            heard = socket.recv() => if !matches!(heard, Some(Ok(_))) { return },
        }
    }
}

async fn viewer(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(key): Query<Key>,
) -> Answer<Html<&'static str>> {
    allowed(&app, &id, &key)?;
    Ok(Html(include_str!("../viewer.html")))
}

pub(super) fn routes(routes: Routes) -> Routes {
    let get = &Method::GET;
    routes
        .on("session_debug_info", get, "/sessions/{session_id}/debug", Faithful, info)
        .on("session_debug_tab_info", get, "/sessions/{session_id}/debug/tab", Faithful, tab_info)
        .on("", get, "/sessions/{session_id}/debug/cdp", Faithful, cdp)
        .open()
        .on("", get, "/sessions/{session_id}/debug/page/{target}", Faithful, page)
        .open()
        .on("", get, "/sessions/{session_id}/debug/recording", Faithful, recording)
        .open()
        .on("", get, "/sessions/{session_id}/debug/logs", Faithful, logs)
        .open()
        .on("", get, "/sessions/{session_id}/viewer", Faithful, viewer)
        .open()
}
