//! Runs of functions: there are none, since nothing here runs Python.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde_json::{Value, json};

use super::functions::Function;
use super::{Areas, Page, Paging};
use crate::error::{Answer, Refusal};
use crate::input::Query;
use crate::server::Coverage::Partial;
use crate::server::Routes;

const RUN: &str = "notte-local runs no Python: run the function's file yourself, with NOTTE_API_URL set to this server";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on("function_runtime_health", &Method::GET, "/functions/health", Partial("always `unreachable`"), health)
        .on(
            "list_function_runs_by_function_id",
            &Method::GET,
            "/functions/{function_id}/runs",
            Partial("always empty: functions do not run here"),
            list,
        )
        .on(
            "function_run_get_metadata",
            &Method::GET,
            "/functions/{function_id}/runs/{run_id}",
            Partial("there is no run to find"),
            none,
        )
        .on(
            "function_run_update_metadata",
            &Method::PATCH,
            "/functions/{function_id}/runs/{run_id}",
            Partial("there is no run to find"),
            none,
        )
        .on(
            "function_run_stop",
            &Method::DELETE,
            "/functions/{function_id}/runs/{run_id}",
            Partial("there is no run to find"),
            none,
        )
        .on(
            "download_run_payload",
            &Method::GET,
            "/functions/{function_id}/runs/{run_id}/payloads/{field}",
            Partial("there is no run to find"),
            none,
        )
        .refuse("function_run_create", &Method::POST, "/functions/{function_id}/runs/create", RUN)
        .refuse("function_run_start", &Method::POST, "/functions/{function_id}/runs/start", RUN)
        .refuse("function_run_start_created", &Method::POST, "/functions/{function_id}/runs/{run_id}", RUN)
        .refuse(
            "prepare_run_payload_upload",
            &Method::POST,
            "/functions/{function_id}/runs/{run_id}/payloads/{field}/upload",
            RUN,
        )
}

async fn list(
    State(areas): State<Areas>,
    Path(id): Path<String>,
    Query(paging): Query<Paging>,
) -> Answer<Json<Page<Value>>> {
    let paging = paging.check()?;
    areas.store.run(move |db| Function::find(db, &id)).await?;
    Ok(Json(paging.of([])))
}

async fn none() -> Refusal {
    Refusal::not_found("run of the function")
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "unreachable", "reachable": false, "error": RUN }))
}
