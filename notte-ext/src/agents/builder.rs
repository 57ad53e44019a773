//! `AgentBuilder`: what agents are to be like. One can start many.

use std::fmt;

use notte_api::{
    types::{AgentStartRequest, LlmModel, builder},
    wire::Open,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Agent, AgentFallback, AgentRun, handle::Remote, status::DEFAULT_MAX_STEPS};
use crate::{Error, PersonaId, Result, SessionHandle, VaultId, cleanup::AgentLease};

const OPERATION: &str = "agent_start";
const MOST_STEPS: u32 = 150;

/// What an agent is to be like, apart from its task.
#[derive(Clone)]
pub(super) struct Settings {
    request: builder::AgentStartRequest,
    max_steps: Option<u32>,
    extra: Map<String, Value>,
    wrong: Option<String>,
    unchecked: bool,
}

impl Settings {
    fn set(&mut self, change: impl FnOnce(builder::AgentStartRequest) -> builder::AgentStartRequest) {
        self.request = change(std::mem::take(&mut self.request));
    }
}

/// Options that an agent and a fallback to one have in common.
macro_rules! agent_options {
    ($($type:ident),+) => {$(
        impl $type<'_> {
            /// The language model that decides: one of [`LlmModel`], or the name of a newer one. The service chooses if this
            /// is not set.
            pub fn model(mut self, model: impl Into<Open<LlmModel>>) -> Self {
                let model: Open<LlmModel> = model.into();
                self.settings().set(|request| request.reasoning_model(model));
                self
            }

            /// How many steps the agent may take: 1 to 150. The service gives it 20 if this is not set.
            pub fn max_steps(mut self, most: u32) -> Self {
                self.settings().max_steps = Some(most);
                self.settings().set(|request| request.max_steps(most));
                self
            }

            /// Whether the model is shown screenshots. Not every model can see.
            pub fn use_vision(mut self, vision: bool) -> Self {
                self.settings().set(|request| request.use_vision(vision));
                self
            }

            /// Vault whose credentials the agent may fill in.
            pub fn vault(mut self, vault: impl Into<VaultId>) -> Self {
                let vault: VaultId = vault.into();
                self.settings().set(|request| request.vault_id(String::from(vault)));
                self
            }

            /// Persona whose mail, phone number and vault the agent may use.
            pub fn persona(mut self, persona: impl Into<PersonaId>) -> Self {
                let persona: PersonaId = persona.into();
                self.settings().set(|request| request.persona_id(String::from(persona)));
                self
            }

            /// How the agent tells about its end: an object in the form of the official notifiers.
            pub fn notifier_config(mut self, config: impl Into<Value>) -> Self {
                match config.into() {
                    Value::Object(config) => self.settings().set(|request| request.notifier_config(config)),
                    _ => self.settings().wrong = Some("notifier_config must be a JSON object".into()),
                }
                self
            }

            /// JSON Schema of the answer, which then is JSON text. It is not promised to match.
            pub fn response_format(mut self, schema: impl Into<Value>) -> Self {
                let schema: Value = schema.into();
                self.settings().set(|request| request.response_format(schema));
                self
            }

            /// As [`response_format`](Self::response_format), with the schema of a type.
            pub fn response_type<T: JsonSchema>(self) -> Self {
                self.response_format(schemars::schema_for!(T).to_value())
            }

            /// An option of the start request that this version has no name for.
            pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
                self.settings().extra.insert(name.into(), value.into());
                self
            }

            /// Leaves limits to the service to check.
            pub fn unchecked(mut self) -> Self {
                self.settings().unchecked = true;
                self
            }
        }
    )+};
}

agent_options!(AgentBuilder, AgentFallback);

/// Sets up agents in a session. [`start`](Self::start) starts one, [`run`](Self::run) starts one and waits for its end;
/// both as often as you like.
///
/// Only what is set is sent: the service's defaults stay the service's. Known limits are checked before anything is
/// sent; [`unchecked`](Self::unchecked) leaves that to the service.
///
/// There is nothing to wait for before an agent was started:
///
/// ```compile_fail,E0599
/// # async fn example(session: notte_ext::Session) {
/// let agent = session.agent().max_steps(10);
/// agent.wait().await;
/// # }
/// ```
#[derive(Clone)]
#[must_use = "an agent is started by `.start(task)` or `.run(task)`"]
pub struct AgentBuilder<'s> {
    session: &'s SessionHandle,
    settings: Settings,
}

impl SessionHandle {
    /// Sets up an agent that uses the browser of this session.
    pub fn agent(&self) -> AgentBuilder<'_> {
        let request = AgentStartRequest::builder().session_id(String::from(self.id()));
        let settings = Settings { request, max_steps: None, extra: Map::new(), wrong: None, unchecked: false };
        AgentBuilder { session: self, settings }
    }
}

impl<'s> AgentBuilder<'s> {
    pub(super) fn settings(&mut self) -> &mut Settings {
        &mut self.settings
    }

    pub(super) fn session(&self) -> &'s SessionHandle {
        self.session
    }

    /// Address to open first. Without it the agent starts on the page that the browser shows.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        let url: String = url.into();
        self.settings.set(|request| request.url(url));
        self
    }

    /// Step of the session from which on the agent knows what was done before it; without it, it knows nothing of the
    /// session's past. [`SessionHandle::offset`] tells the current one. Experimental.
    pub fn session_offset(mut self, offset: i64) -> Self {
        self.settings.set(|request| request.session_offset(offset));
        self
    }

    /// Starts an agent, and returns while it works. It works on when the handle is dropped, unless
    /// [`stop_on_drop`](Agent::stop_on_drop) says otherwise.
    ///
    /// # Errors
    /// A limit is not kept, or the service does not start it. A start is never repeated where that could start two.
    ///
    /// # Cancel safety
    /// When the future is dropped, an agent that was started all the same is stopped in the background.
    pub async fn start(&self, task: impl Into<String>) -> Result<Agent> {
        let (mut lease, remote) = self.launch(task.into()).await?;
        lease.release();
        Ok(Agent::new(remote, Some(lease)))
    }

    /// Runs an agent to its end. It is stopped in the background if nobody waits for that: when the future is dropped
    /// (a timeout, a `select!`, an abort), or fails.
    pub fn run(&self, task: impl Into<String>) -> AgentRun<'s> {
        AgentRun::new(self.clone(), task.into(), Ok)
    }

    /// As [`run`](Self::run), with an answer of type `T`: the agent is told the schema of `T`, and its answer is read.
    /// That fails with an error of kind [`Agent`](crate::ErrorKind::Agent) if the agent did not do its task, of kind
    /// [`Decode`](crate::ErrorKind::Decode) if the answer is no `T`. [`Error::agent`] keeps the answer as it is.
    pub fn run_as<T: JsonSchema + DeserializeOwned>(&self, task: impl Into<String>) -> AgentRun<'s, T> {
        AgentRun::new(self.clone().response_type::<T>(), task.into(), |status| status.parse::<T>())
    }

    /// An agent that is stopped when its lease is dropped.
    pub(super) async fn launch(&self, task: String) -> Result<(AgentLease, Remote)> {
        let Settings { request, max_steps, extra, wrong, unchecked } = self.settings.clone();
        let refuse = |why: String| Error::invalid(why).in_operation(OPERATION);
        if let Some(why) = wrong {
            return Err(refuse(why));
        }
        if let Some(most) = max_steps.filter(|most| !unchecked && !(1..=MOST_STEPS).contains(most)) {
            return Err(refuse(format!("max_steps must be between 1 and {MOST_STEPS}, not {most}")));
        }
        let request = AgentStartRequest::try_from(request.task(task).extra(extra)).map_err(refuse)?;
        let notte = self.session.notte();
        let started = notte.cleanup().start_agent(request, notte.caller());
        let (lease, started) = started.await.map_err(|error| error.of_session(self.session.id()))?;
        let max_steps = max_steps.unwrap_or(DEFAULT_MAX_STEPS);
        Ok((lease, Remote::started(notte.clone(), started, max_steps, self.session.started())))
    }
}

impl fmt::Debug for AgentBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentBuilder")
            .field("session", self.session.id())
            .field("max_steps", &self.settings.max_steps)
            .finish_non_exhaustive()
    }
}
