//! `session.workflow_code()`: what was done in a session, as code and as actions.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::types::{self, ExecutionResult, ScriptResponse};
use serde_json::Value;

use super::SessionHandle;
use crate::{Action, Error, ErrorKind, Result};

/// A question for the code of a session: `.await` asks.
#[must_use = "it is asked by `.await`"]
#[derive(Debug)]
pub struct WorkflowCode<'a> {
    session: &'a SessionHandle,
    as_workflow: bool,
    infer_response_format: Option<bool>,
}

impl<'a> WorkflowCode<'a> {
    pub(super) fn new(session: &'a SessionHandle) -> Self {
        Self { session, as_workflow: true, infer_response_format: None }
    }

    /// Only the instructions that matter, in place of a script that stands alone.
    pub fn instructions_only(mut self) -> Self {
        self.as_workflow = false;
        self
    }

    /// Whether scrapes that have instructions and no schema get a schema, guessed from what they found.
    pub fn infer_response_format(mut self, infer: bool) -> Self {
        self.infer_response_format = Some(infer);
        self
    }
}

impl<'a> IntoFuture for WorkflowCode<'a> {
    type Output = Result<Script>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Script>> + Send + 'a>>;

    /// Asks for the code.
    fn into_future(self) -> Self::IntoFuture {
        let Self { session, as_workflow, infer_response_format } = self;
        Box::pin(async move {
            let request = session.notte().api().get_session_script().session_id(session.id());
            let request = request.as_workflow(as_workflow).infer_response_format(infer_response_format);
            session.call(request).await.map(Script)
        })
    }
}

/// What was done in a session or by an agent. `Debug` shows nothing of it: values that were typed are in it.
#[derive(Clone, PartialEq)]
pub struct Script(pub(crate) ScriptResponse);

impl Script {
    /// The Python code, if the service wrote any.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref().or(self.0.python_script.as_deref())
    }

    /// The actions, in order: [`run_actions`](super::SessionHandle::run_actions) repeats them, [`export`](crate::export) makes a
    /// program of them.
    ///
    /// # Errors
    /// There are none, or one of them cannot be read.
    pub fn actions(&self) -> Result<Vec<Action>> {
        let unreadable = |message: String| Error::new(ErrorKind::Decode, message).in_operation("get_session_script");
        let actions = self.0.json_actions.as_ref().ok_or_else(|| unreadable("the script has no actions".into()))?;
        if let Some(odd) = actions.odd().first() {
            return Err(unreadable(format!("action {} cannot be read", odd.index() + 1)));
        }
        let read = |(index, action): (usize, &serde_json::Map<String, Value>)| {
            let action = serde_json::from_value::<types::Action>(Value::Object(action.clone()));
            action.map(Action::from).map_err(|_| unreadable(format!("action {} cannot be read", index + 1)))
        };
        actions.iter().enumerate().map(read).collect()
    }

    /// The whole answer.
    pub fn into_inner(self) -> ScriptResponse {
        self.0
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}

impl From<ScriptResponse> for Script {
    fn from(script: ScriptResponse) -> Self {
        Self(script)
    }
}

impl SessionHandle {
    /// Asks for what was done in the session so far: Python code, and the actions.
    pub fn workflow_code(&self) -> WorkflowCode<'_> {
        WorkflowCode::new(self)
    }

    /// Does what was recorded, one action after another, and gives their results. It stops at the first that fails.
    ///
    /// Ids of elements hold for the page as it was: actions that were recorded with a selector are the ones to repeat.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); the message says which action it was, as `action 2 of 5 (click)`.
    ///
    /// # Cancel safety
    /// An action may have been done when the future is dropped; those after it were not.
    pub async fn run_actions<A: Into<Action>>(
        &self,
        actions: impl IntoIterator<Item = A>,
    ) -> Result<Vec<ExecutionResult>> {
        let actions: Vec<Action> = actions.into_iter().map(Into::into).collect();
        let mut results = Vec::with_capacity(actions.len());
        for (index, action) in actions.iter().enumerate() {
            let result = self.execute(action).await.map_err(|error| {
                let kind = action.kind().unwrap_or("unknown");
                error.while_doing(&format!("action {} of {} ({kind})", index + 1, actions.len()))
            });
            results.push(result?);
        }
        Ok(results)
    }
}
