//! Agents: they look at a session's page, decide on an action, and carry it out, until their task is done.

mod advice;
mod answer;
mod api;
mod browser;
mod chat;
mod extract;
mod json;
mod keyring;
mod llm;
mod local;
mod logs;
mod mind;
mod prompt;
mod record;
mod run;
mod script;
mod typed;

use std::sync::Arc;

use axum::http::Method;

use crate::app::Shared;
use crate::areas::Areas;
use crate::server::Coverage::{Faithful, Partial};
use crate::server::Routes;

pub(crate) use browser::Browser;
pub(crate) use llm::Llm;
pub(crate) use record::Records;
pub(crate) use typed::Typed;

/// What agents work with.
#[derive(Clone)]
pub(crate) struct Agents<B> {
    pub(crate) browser: B,
    pub(crate) areas: Areas,
    pub(crate) llm: Option<Llm>,
    pub(crate) records: Arc<Records>,
}

/// The operations of agents, on the sessions of this server.
pub(crate) fn routes(routes: Routes) -> Routes {
    let model = "`notifier_config` does nothing; without --llm-url only the model local/script works";
    let steps = "observations come without elements and screenshot";
    routes
        .on("agent_start", &Method::POST, "/agents/start", Partial(model), api::start::<Shared>)
        .on("list_agents", &Method::GET, "/agents", Faithful, api::list::<Shared>)
        .on("agent_status", &Method::GET, "/agents/{agent_id}", Partial(steps), api::status::<Shared>)
        .on("agent_stop", &Method::DELETE, "/agents/{agent_id}/stop", Faithful, api::stop::<Shared>)
        .on("get_script", &Method::GET, "/agents/{agent_id}/workflow/code", Faithful, api::code::<Shared>)
        .on("", &Method::GET, "/agents/{agent_id}/debug/logs", Faithful, logs::logs::<Shared>)
        .open()
}

#[cfg(test)]
mod tests;
