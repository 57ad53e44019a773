//! What needs no session: health, and scraping one page.

use axum::Json;
use axum::extract::State;
use axum::http::Method;
use serde_json::{Map, Value, json};

use super::input::Body;
use super::page::{model, read};
use super::routes::Coverage::{Faithful, Partial};
use super::routes::Routes;
use crate::app::Shared;
use crate::error::{Answer, Refusal};
use crate::page::{Action, Scrape};
use crate::sessions::{End, Start};

async fn health() -> Json<Value> {
    Json(json!({ "status": "healthy", "version": env!("CARGO_PKG_VERSION"), "description": "notte-local" }))
}

async fn scrape_page(State(app): State<Shared>, Body(mut asked): Body<Map<String, Value>>) -> Answer {
    let url = asked.remove("url").and_then(|url| url.as_str().map(str::to_owned));
    let url = url.ok_or_else(|| Refusal::invalid(&["body", "url"], "missing field `url`"))?;
    let wanted = Scrape::take(&mut asked).map_err(|message| Refusal::invalid(&["body"], message))?;
    // All other fields say how to start the session.
    let start: Start =
        serde_json::from_value(Value::Object(asked)).map_err(|error| Refusal::invalid(&["body"], error.to_string()))?;
    if wanted.is_structured() {
        model(&app)?;
    }
    let run = tokio::spawn(async move {
        let session = app.sessions.start(start).await?;
        let sent = Map::from_iter([("type".to_owned(), "goto".into()), ("url".to_owned(), url.into())]);
        let answer = match Action::read(&sent) {
            Ok(action) => session.execute(&action, &sent).await,
            Err(message) => return Err(Refusal::invalid(&["body", "url"], message)),
        };
        let page = if answer["success"] == true {
            read(&app, &session, &wanted).await
        } else {
            Err(Refusal::not_here(answer["message"].as_str().unwrap_or_default()))
        };
        session.end(End::Manual).await;
        page
    });
    run.await.map_err(|error| Refusal::broken(error.to_string()))?
}

pub(super) fn routes(routes: Routes) -> Routes {
    let start_note = "as `session_start` and `page_scrape`";
    routes
        .on("health_check", &Method::GET, "/health", Faithful, health)
        .on("ready_check", &Method::GET, "/ready", Faithful, health)
        .on("scrape_webpage", &Method::POST, "/scrape", Partial(start_note), scrape_page)
        .refuse(
            "search_web",
            &Method::POST,
            "/search",
            "web search works on Notte's cloud only: open a search engine in a session",
        )
        .refuse("anything_start", &Method::POST, "/anything/start", "this works on Notte's cloud only: start an agent")
}
