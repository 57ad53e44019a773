//! Schedules of functions. They are kept as paused: nothing here runs functions.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Areas;
use super::functions::{Function, given};
use crate::error::{Answer, Refusal};
use crate::input::Body;
use crate::server::Coverage::{Faithful, Partial};
use crate::server::Routes;
use crate::store::Db;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .on(
            "function_schedule_set",
            &Method::POST,
            "/functions/{function_id}/schedule",
            Partial("kept as paused: functions do not run here"),
            set,
        )
        .on("function_schedule_delete", &Method::DELETE, "/functions/{function_id}/schedule", Faithful, delete)
}

#[derive(Deserialize)]
struct Set {
    cron: String,
    #[serde(deserialize_with = "given")]
    variables: Option<Map<String, Value>>,
}

async fn set(State(areas): State<Areas>, Path(id): Path<String>, Body(asked): Body<Set>) -> Answer {
    let fields = asked.cron.split_whitespace().count();
    if !(5..=6).contains(&fields) {
        return Err(Refusal::unfit(
            &["body".into(), "cron".into()],
            "Input should be a cron expression of five fields",
            "value_error",
        ));
    }
    let keep = move |db: &Db<'_>| {
        let mut function = Function::find(db, &id)?;
        function.schedule_cron = Some(asked.cron);
        function.schedule_variables = asked.variables;
        function.schedule_state = Some("paused".into());
        Ok::<_, Refusal>(function.save(db)?)
    };
    areas.store.run(keep).await?;
    tracing::warn!("a schedule is kept as paused: notte-local runs no functions");
    Ok(Json(json!({ "status": "paused" })))
}

async fn delete(State(areas): State<Areas>, Path(id): Path<String>) -> Answer {
    let forget = move |db: &Db<'_>| {
        let mut function = Function::find(db, &id)?;
        function.schedule_cron = None;
        function.schedule_variables = None;
        function.schedule_state = None;
        Ok::<_, Refusal>(function.save(db)?)
    };
    areas.store.run(forget).await?;
    Ok(Json(json!({ "status": "deleted" })))
}
