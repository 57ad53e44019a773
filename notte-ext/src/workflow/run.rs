//! Runs a workflow: each step by the ways that were recorded, then by its label, then, if asked to, by an agent.

use std::{
    collections::BTreeMap,
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use notte_api::{types, wire::Secret};
use serde_json::Value;

use super::{StepOutcome, Target, Workflow, WorkflowOutcome, WorkflowStep};
use crate::{Action, AgentBuilder, Error, Result, SessionHandle};

const OPERATION: &str = "workflow_run";
/// How long the service looks for an element: the page may still be loading, and has been looked at after that.
const FIRST: Duration = Duration::from_secs(5);
const NEXT: Duration = Duration::from_secs(1);

type SetUp = Box<dyn for<'s> Fn(AgentBuilder<'s>) -> AgentBuilder<'s> + Send + Sync>;

/// A run of a workflow. `.await` runs it.
///
/// # Cancel safety
/// When the future is dropped, the steps done so far stay done; an agent that works on one is stopped.
#[must_use = "a workflow is run by `.await`"]
pub struct WorkflowRun<'a> {
    workflow: &'a Workflow,
    session: &'a SessionHandle,
    texts: BTreeMap<String, Secret<String>>,
    agent: Option<SetUp>,
}

impl<'a> WorkflowRun<'a> {
    pub(super) fn new(workflow: &'a Workflow, session: &'a SessionHandle) -> Self {
        Self { workflow, session, texts: BTreeMap::new(), agent: None }
    }

    /// Gives the text of a parameter.
    pub fn parameter(mut self, name: impl Into<String>, text: impl Into<Secret<String>>) -> Self {
        self.texts.insert(name.into(), text.into());
        self
    }

    /// Lets an agent do a step whose element is not found in any other way. The agent is asked for that step alone, and
    /// the page has to come to where it was recorded to come. `set_up` sets options of the agent.
    pub fn heal(
        mut self,
        set_up: impl for<'s> Fn(AgentBuilder<'s>) -> AgentBuilder<'s> + Send + Sync + 'static,
    ) -> Self {
        self.agent = Some(Box::new(set_up));
        self
    }

    async fn run(self) -> Result<WorkflowOutcome> {
        let unknown = self.texts.keys().find(|name| !self.workflow.parameters.contains_key(*name));
        if let Some(name) = unknown {
            return Err(Error::invalid(format!("the workflow has no parameter {name:?}")).in_operation(OPERATION));
        }
        let missing = self.workflow.parameters.keys().find(|name| !self.texts.contains_key(*name));
        if let Some(name) = missing {
            return Err(Error::invalid(format!("the workflow needs parameter {name:?}")).in_operation(OPERATION));
        }
        let (mut steps, mut repaired) = (Vec::new(), None);
        for (at, step) in self.workflow.steps.iter().enumerate() {
            let Done { outcome, target } = self.step(step).await.map_err(|error| self.failed(at, &error))?;
            self.check(step).await.map_err(|error| self.failed(at, &error))?;
            if let Some(target) = target {
                repaired.get_or_insert_with(|| self.workflow.clone()).steps[at].target = Some(target);
            }
            steps.push(outcome);
        }
        Ok(WorkflowOutcome { steps, repaired })
    }

    async fn step(&self, step: &WorkflowStep) -> Result<Done> {
        let Some(target) = &step.target else {
            self.session.execute(step.action(&self.texts, None)?).await?;
            return Ok(Done::as_recorded());
        };
        let mut last = None;
        for (at, selector) in target.selectors.iter().enumerate() {
            let patience = if at == 0 { FIRST } else { NEXT };
            let action = step.action(&self.texts, Some((target.place(selector), patience)))?;
            let result = self.session.try_execute(action).await?;
            if result.success {
                return Ok(Done::by_selector(at, target));
            }
            last = Some(result);
        }
        if let Some(done) = self.by_label(step, target).await? {
            return Ok(done);
        }
        if let Some(done) = self.by_agent(step).await? {
            return Ok(done);
        }
        let why = last.map(|result| result.message).unwrap_or_default();
        Err(Error::execution(OPERATION, format!("its element is not found: {why}")))
    }

    /// Looks for an element of the same name on the page, wherever it is by now.
    async fn by_label(&self, step: &WorkflowStep, target: &Target) -> Result<Option<Done>> {
        let Some(label) = target.label.as_deref() else { return Ok(None) };
        let page = self.session.observe().await?;
        let is_named = |action: &&types::Action| {
            let json = serde_json::to_value(action).unwrap_or_default();
            let named = |member| json.get(member).and_then(Value::as_str).is_some_and(|name| name.trim() == label);
            named("accessible_name") || named("text_label")
        };
        let mut named = page.of_kind(step.kind()).filter(is_named);
        // Of two that are called the same, nobody knows which one was meant.
        let (Some(found), None) = (named.next(), named.next()) else { return Ok(None) };
        let Some(place) =
            serde_json::to_value(found).ok().and_then(|mut json| json.get_mut("selector").map(Value::take))
        else {
            return Ok(None);
        };
        let result = self.session.try_execute(step.action(&self.texts, Some((place, NEXT)))?).await?;
        Ok(result.success.then(|| Done { outcome: StepOutcome::ByLabel, target: target_of(found, target) }))
    }

    async fn by_agent(&self, step: &WorkflowStep) -> Result<Option<Done>> {
        let Some(set_up) = &self.agent else { return Ok(None) };
        let task = format!(
            "Do exactly one thing on the page that is open, and then end: {step}. Do not open another address, and do \
             nothing else."
        );
        let status = set_up(self.session.agent()).run(task).await?;
        if status.success() != Some(true) {
            return Ok(None);
        }
        let did: Option<Action> = status
            .steps()
            .iter()
            .rev()
            .filter_map(crate::Step::action)
            .find(|action| action.kind() == Some(step.kind()));
        let before = step.target.clone().unwrap_or_default();
        let target = did.as_ref().and_then(|action| target_of(action.as_wire(), &before));
        Ok(Some(Done { outcome: StepOutcome::Healed, target }))
    }

    /// Whether the page is where the recording was.
    async fn check(&self, step: &WorkflowStep) -> Result<()> {
        let Some(then) = &step.then else { return Ok(()) };
        let page = self.session.observe().await?;
        if then.is_met(page.url()) {
            return Ok(());
        }
        Err(Error::execution(OPERATION, format!("it led to {:?} in place of {:?}", page.title(), then.url)))
    }

    fn failed(&self, at: usize, error: &Error) -> Error {
        let steps = &self.workflow.steps;
        let acted = error.may_have_been_sent();
        let failed = Error::new(error.kind(), format!("step {} of {}, {}: {error}", at + 1, steps.len(), steps[at]));
        let failed = failed.in_operation(OPERATION).of_session(self.session.id());
        if acted { failed.and_acted() } else { failed }
    }
}

/// How a step was done, and where its element is now, if that is new.
struct Done {
    outcome: StepOutcome,
    target: Option<Target>,
}

impl Done {
    fn as_recorded() -> Self {
        Self { outcome: StepOutcome::AsRecorded, target: None }
    }

    /// A selector that works comes first from now on.
    fn by_selector(at: usize, target: &Target) -> Self {
        if at == 0 {
            return Self::as_recorded();
        }
        let mut target = target.clone();
        target.selectors.rotate_left(at);
        Self { outcome: StepOutcome::Alternative(at), target: Some(target) }
    }
}

/// Where the element of an action is; it keeps the name that it was recorded with, if it has none now.
fn target_of(action: &types::Action, before: &Target) -> Option<Target> {
    let Ok(Value::Object(json)) = serde_json::to_value(action) else { return None };
    let mut target = Target::of(&json)?;
    target.label = target.label.or_else(|| before.label.clone());
    Some(target)
}

impl<'a> IntoFuture for WorkflowRun<'a> {
    type Output = Result<WorkflowOutcome>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<WorkflowOutcome>> + Send + 'a>>;

    /// Runs the workflow.
    ///
    /// # Errors
    /// A parameter is missing, or one is unknown; a step could not be done, or led elsewhere: the error names the step
    /// and the page.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for WorkflowRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowRun")
            .field("workflow", self.workflow)
            .field("session", self.session.id())
            .finish_non_exhaustive()
    }
}
