//! Usage: a log of calls, and a count of sessions for each month. Nothing costs anything.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Areas, Page, Paging};
use crate::clock;
use crate::error::{Answer, Refusal};
use crate::input::Query;
use crate::server::Coverage::{Faithful, Partial};
use crate::server::Routes;
use crate::store::{Db, Kept, StoreError};

/// How many calls the log keeps.
const KEPT: u32 = 10_000;

/// How a month is written.
const PERIOD: &str = "%B %Y";

pub(super) fn routes(routes: Routes) -> Routes {
    routes.on("get_usage", &Method::GET, "/usage", Partial("nothing costs anything"), usage).on(
        "get_usage_logs",
        &Method::GET,
        "/usage/logs",
        Faithful,
        logs,
    )
}

/// One call, kept under its endpoint.
#[derive(Debug, Serialize, Deserialize)]
struct Call {
    created_at: String,
    duration_ms: u64,
    endpoint: String,
}

impl Kept for Call {
    const KIND: &'static str = "call";
}

/// What was started in a month.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Month {
    sessions: u64,
}

impl Kept for Month {
    const KIND: &'static str = "month";
}

/// A layer over all routes: keeps each call that has a name, once it is answered.
pub(crate) async fn log(State(areas): State<Areas>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let endpoint = path.and_then(|path| name(request.method().as_str(), &path));
    let begun = Instant::now();
    let response = next.run(request).await;
    if let Some(endpoint) = endpoint {
        let (taken, worked) = (begun.elapsed(), response.status().is_success());
        if let Err(error) = areas.store.run(move |db| keep(db, endpoint, taken, worked)).await {
            tracing::warn!(%error, "a call is missing in the usage log");
        }
    }
    response
}

fn keep(db: &Db<'_>, endpoint: &str, taken: Duration, worked: bool) -> Result<(), StoreError> {
    let duration_ms = u64::try_from(taken.as_millis()).unwrap_or(u64::MAX);
    let call = Call { created_at: clock::now(), duration_ms, endpoint: endpoint.to_owned() };
    db.put(endpoint, &uuid::Uuid::new_v4().to_string(), &call)?;
    db.trim::<Call>(KEPT)?;
    if endpoint == "sessions.start" && worked {
        let period = this_month();
        let mut month = db.get::<Month>("", &period)?.unwrap_or_default();
        month.sessions += 1;
        db.put("", &period, &month)?;
    }
    Ok(())
}

fn this_month() -> String {
    Timestamp::now().to_zoned(TimeZone::UTC).strftime(PERIOD).to_string()
}

#[derive(Deserialize)]
struct Of {
    #[serde(default)]
    period: Option<String>,
}

async fn usage(State(areas): State<Areas>, Query(of): Query<Of>) -> Answer {
    let wrong = || {
        Refusal::unfit(&["query".into(), "period".into()], "Input should be a month such as May 2025", "value_error")
    };
    let period = match of.period {
        Some(text) => {
            Date::strptime("%d %B %Y", format!("1 {}", text.trim())).map_err(|_| wrong())?.strftime(PERIOD).to_string()
        }
        None => this_month(),
    };
    let key = period.clone();
    let month = areas.store.run(move |db| Ok::<_, Refusal>(db.get::<Month>("", &key)?.unwrap_or_default())).await?;
    Ok(Json(json!({
        "plan_type": "local",
        "period": period,
        "session_count": month.sessions,
        "function_count": 0,
        "browser_usage_cost": 0.0,
        "proxy_usage_cost": 0.0,
        "llm_usage_cost": 0.0,
        "function_usage_cost": 0.0,
        "total_cost": 0.0,
        "subscription_limit_amount": 0.0,
        "topup_limit_amount": 0.0,
        "subscription_balance_amount": 0.0,
        "topup_balance_amount": 0.0,
        "balance_amount": 0.0,
        "is_usage_limit_exceeded": false,
    })))
}

#[derive(Deserialize)]
struct Filter {
    #[serde(default)]
    endpoint: Option<String>,
}

async fn logs(
    State(areas): State<Areas>,
    Query(paging): Query<Paging>,
    Query(filter): Query<Filter>,
) -> Answer<Json<Page<Call>>> {
    let paging = paging.check()?;
    let read = move |db: &Db<'_>| Ok::<_, Refusal>(paging.read(db, filter.endpoint.as_deref())?);
    Ok(Json(areas.store.run(read).await?))
}

/// The name that the log has for a route, whatever the parameters of its path are called.
fn name(method: &str, path: &str) -> Option<&'static str> {
    let shape = path.trim_end_matches('/').split('/').map(|part| if part.starts_with('{') { "*" } else { part });
    let shape: Vec<&str> = shape.collect();
    NAMES.iter().find(|(of, known, _)| *of == method && known.split('/').eq(shape.iter().copied())).map(|row| row.2)
}

const NAMES: &[(&str, &str, &str)] = &[
    ("POST", "/sessions/start", "sessions.start"),
    ("DELETE", "/sessions/*/stop", "sessions.stop"),
    ("GET", "/sessions/*", "sessions.status"),
    ("GET", "/sessions", "sessions.list"),
    ("POST", "/sessions/*/cookies", "sessions.cookies.set"),
    ("GET", "/sessions/*/cookies", "sessions.cookies.get"),
    ("GET", "/sessions/*/replay", "sessions.replay"),
    ("GET", "/sessions/*/offset", "sessions.offset"),
    ("GET", "/sessions/*/debug", "sessions.debug.info"),
    ("GET", "/sessions/*/debug/tab", "sessions.debug.info.tab"),
    ("GET", "/sessions/*/network/logs", "sessions.network.logs"),
    ("GET", "/sessions/*/workflow/code", "sessions.script"),
    ("POST", "/sessions/*/page/observe", "page.observe"),
    ("POST", "/sessions/*/page/execute", "page.execute"),
    ("POST", "/sessions/*/page/scrape", "page.scrape"),
    ("POST", "/agents/start", "agents.start"),
    ("DELETE", "/agents/*/stop", "agents.stop"),
    ("GET", "/agents/*", "agents.status"),
    ("GET", "/agents", "agents.list"),
    ("GET", "/agents/*/workflow/code", "agents.script"),
    ("POST", "/profiles/create", "profiles.create"),
    ("GET", "/profiles/*", "profiles.get"),
    ("GET", "/profiles", "profiles.list"),
    ("DELETE", "/profiles/*", "profiles.delete"),
    ("POST", "/vaults/create", "vaults.create"),
    ("GET", "/vaults", "vaults.list"),
    ("PATCH", "/vaults/*", "vaults.update"),
    ("DELETE", "/vaults/*", "vaults.delete"),
    ("POST", "/vaults/*/credentials", "vaults.credentials.add"),
    ("GET", "/vaults/*/credentials", "vaults.credentials.get"),
    ("DELETE", "/vaults/*/credentials", "vaults.credentials.delete"),
    ("GET", "/vaults/*", "vaults.credentials.list"),
    ("POST", "/vaults/*/card", "vaults.credit_card.set"),
    ("GET", "/vaults/*/card", "vaults.credit_card.get"),
    ("DELETE", "/vaults/*/card", "vaults.credit_card.delete"),
    ("POST", "/personas/create", "personas.create"),
    ("GET", "/personas", "personas.list"),
    ("GET", "/personas/*", "personas.get"),
    ("DELETE", "/personas/*", "personas.delete"),
    ("GET", "/personas/*/emails", "personas.emails"),
    ("GET", "/personas/*/sms", "personas.sms"),
    ("POST", "/scrape", "scrape"),
    ("POST", "/scrape_from_html", "scrape_from_html"),
    ("GET", "/usage", "usage"),
    ("POST", "/functions", "workflows.upload"),
    ("GET", "/functions/*", "workflows.download"),
    ("GET", "/functions", "workflows.list"),
    ("DELETE", "/functions/*", "workflows.delete"),
    ("POST", "/functions/*", "workflows.update"),
    ("POST", "/functions/*/fork", "workflows.fork"),
    ("POST", "/functions/*/schedule", "workflows.schedule.create"),
    ("DELETE", "/functions/*/schedule", "workflows.schedule.delete"),
    ("GET", "/functions/*/runs", "workflows.runs.list"),
];

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_route_has_its_name_whatever_its_parameters_are_called() {
        assert_eq!(name("GET", "/sessions/{id}/offset"), Some("sessions.offset"));
        assert_eq!(name("GET", "/vaults/{vault_id}/"), Some("vaults.credentials.list"));
        assert_eq!(name("GET", "/functions/health"), None);
        assert_eq!(name("PUT", "/vaults"), None);
    }
}
