//! The operations on agents.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::browser::Browser;
use super::chat::Chat;
use super::keyring::{Keyring, Trust};
use super::mind::Mind;
use super::record::Record;
use super::run::{Work, run};
use super::script::{self, Script};
use super::{Agents, prompt};
use crate::areas::{Page, Paging, Persona, Vault};
use crate::error::{Answer, Refusal};
use crate::export::{self, Form};
use crate::input::{Body, Query, flag, sized, within, yes};
use crate::store::Db;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    task: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    response_format: Option<Value>,
    /// Number of the first step of the session that the agent is told about.
    #[serde(default)]
    session_offset: Option<usize>,
    #[serde(default)]
    reasoning_model: Option<String>,
    #[serde(default = "yes")]
    use_vision: bool,
    #[serde(default = "twenty")]
    max_steps: u32,
    #[serde(default)]
    vault_id: Option<String>,
    #[serde(default)]
    persona_id: Option<String>,
    #[serde(default)]
    notifier_config: Option<Map<String, Value>>,
    session_id: String,
}

fn twenty() -> u32 {
    20
}

const NO_MODEL: &str = "notte-local has no language model: start it with --llm-url URL and --llm-model NAME (any \
                        endpoint that speaks OpenAI's chat completions), or ask for the reasoning_model local/script, \
                        whose task is a JSON array of actions";

pub(super) async fn start<B: Browser>(State(agents): State<Agents<B>>, Body(asked): Body<Start>) -> Answer {
    within(["body", "max_steps"], asked.max_steps, 1..=150)?;
    let history = agents.browser.history(&asked.session_id)?;
    let typed = agents.browser.typed(&asked.session_id)?;
    let (vault, persona) = (asked.vault_id, asked.persona_id.clone());
    let check = move |db: &Db<'_>| {
        let persona = persona.map(|id| Persona::find(db, &id)).transpose()?;
        // A persona brings its own vault.
        let vault = vault.or_else(|| persona.and_then(|persona| persona.vault_id));
        vault.map(|id| Vault::find(db, &id)).transpose()
    };
    let vault = agents.areas.store.run(check).await?.map(|vault| vault.vault_id);
    if asked.notifier_config.is_some() {
        tracing::warn!("notte-local notifies nobody: notifier_config does nothing");
    }
    let response_format = asked.response_format.filter(|format| !format.is_null());
    let is_script = asked.reasoning_model.as_deref() == Some(script::MODEL);
    let trust = if is_script { Trust::Script } else { Trust::Model { home: None } };
    let keyring = Keyring::new(agents.areas.store.clone(), vault, asked.persona_id, typed, trust);
    let mind = if is_script {
        let wrong = |message| Refusal::unfit(&["body".into(), "task".into()], message, "value_error");
        Mind::Script(Script::parse(&asked.task).map_err(wrong)?)
    } else {
        let llm = agents.llm.clone().ok_or_else(|| Refusal::not_here(NO_MODEL))?;
        let before = asked.session_offset.map_or(&[][..], |from| history.get(from..).unwrap_or_default());
        let (placeholders, inbox) = (keyring.placeholders(), keyring.persona.is_some());
        let opening = prompt::opening(&asked.task, &placeholders, inbox, response_format.as_ref(), before);
        Mind::Chat(Box::new(Chat::new(llm, opening, asked.use_vision)))
    };
    let record = Arc::new(Record::new(asked.session_id, asked.task, asked.url.clone()));
    agents.records.add(record.clone());
    tokio::spawn(run(Work {
        browser: agents.browser,
        store: agents.areas.store,
        record: record.clone(),
        mind,
        keyring,
        url: asked.url,
        max_steps: asked.max_steps,
        response_format,
    }));
    Ok(Json(record.summary()))
}

pub(super) async fn status<B: Browser>(State(agents): State<Agents<B>>, Path(id): Path<String>) -> Answer {
    Ok(Json(agents.records.find(&id)?.status()))
}

#[derive(Deserialize)]
pub(super) struct Saved {
    #[serde(default, deserialize_with = "flag")]
    only_saved: bool,
}

/// Nothing is ever saved here.
pub(super) async fn list<B: Browser>(
    State(agents): State<Agents<B>>,
    Query(paging): Query<Paging>,
    Query(saved): Query<Saved>,
) -> Answer<Json<Page<Value>>> {
    let paging = paging.check()?;
    let all = agents.records.newest_first().into_iter();
    let wanted = all.filter(|record| !saved.only_saved && (!paging.only_active || record.is_active()));
    Ok(Json(paging.of(wanted.map(|record| record.summary()))))
}

#[derive(Deserialize)]
pub(super) struct Of {
    session_id: String,
}

/// The running action finishes first, so the answer may still say `active`.
pub(super) async fn stop<B: Browser>(
    State(agents): State<Agents<B>>,
    Path(id): Path<String>,
    Query(of): Query<Of>,
) -> Answer {
    sized(["query", "session_id"], &of.session_id, 1..=usize::MAX)?;
    let record = agents.records.find(&id)?;
    if record.session != of.session_id {
        return Err(Refusal::not_found(&format!("agent {id} in session {}", of.session_id)));
    }
    record.stop();
    Ok(Json(record.status()))
}

/// The actions that worked, as a program.
pub(super) async fn code<B: Browser>(
    State(agents): State<Agents<B>>,
    Path(id): Path<String>,
    Query(form): Query<Form>,
) -> Answer {
    let steps = agents.records.find(&id)?.steps(0);
    let results = steps.iter().filter(|step| step["type"] == "execution_result").map(|step| &step["value"]);
    let worked = results.filter(|result| result["success"] == true && result["action"]["type"] != "completion");
    let actions: Vec<Value> = worked.map(|result| result["action"].clone()).collect();
    Ok(Json(export::code(&actions, &form)))
}
