//! Records a workflow: executes actions, and keeps what repeats them.

use std::{collections::BTreeMap, fmt};

use notte_api::types::{self, ExecutionResult};
use serde_json::Value;

use super::{PageCheck, Workflow, WorkflowStep};
use crate::{Action, Result, SessionHandle};

/// Kinds whose text is typed, with the member that holds it.
const TYPED: &[(&str, &str)] = &[("fill", "value"), ("fallback_fill", "value"), ("multi_factor_fill", "value")];
/// What stands for a value of a vault. The service puts the value in.
const PLACEHOLDERS: &[&str] = &["user@example.org", "cooljohnny1567", "mycoolpassword", "999779"];
/// Kinds that are about the run, not about the page.
const PASSING: &[&str] = &["completion", "help", "captcha_solve"];

/// Executes actions in a session and records them.
#[derive(Clone)]
pub struct Recorder<'s> {
    session: &'s SessionHandle,
    recording: Recording,
}

impl<'s> Recorder<'s> {
    pub(super) fn new(session: &'s SessionHandle) -> Self {
        Self { session, recording: Recording::default() }
    }

    /// Executes an action and records it, with the page that it led to. An action that failed is not recorded.
    ///
    /// # Errors
    /// As [`SessionHandle::execute`]; the service did not say where the element is.
    pub async fn execute(&mut self, action: impl Into<Action>) -> Result<ExecutionResult> {
        let asked: types::Action = action.into().into();
        let result = self.session.execute(asked.clone()).await?;
        let mut step = WorkflowStep::of(&result.action).or_else(|_| WorkflowStep::of(&asked))?;
        let page = self.session.observe().await?;
        step.then = Some(PageCheck::of(page.url(), page.title()));
        self.recording.add(step);
        Ok(result)
    }

    /// The workflow of what was executed.
    pub fn finish(self, name: impl Into<String>) -> Workflow {
        self.recording.finish(name.into())
    }
}

impl fmt::Debug for Recorder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("steps", &self.recording.steps.len()).finish_non_exhaustive()
    }
}

impl Workflow {
    /// The workflow of actions that were recorded elsewhere, such as those of
    /// [`workflow_code`](SessionHandle::workflow_code) or the steps of an agent.
    ///
    /// # Errors
    /// An action names its element by an id only.
    pub fn from_actions<A: Into<Action>>(
        name: impl Into<String>,
        actions: impl IntoIterator<Item = A>,
    ) -> Result<Self> {
        let mut recording = Recording::default();
        for action in actions {
            let action = types::Action::from(action.into());
            if !action.tag().is_some_and(|kind| PASSING.contains(&kind)) {
                recording.add(WorkflowStep::of(&action)?);
            }
        }
        Ok(recording.finish(name.into()))
    }
}

#[derive(Clone, Default)]
struct Recording {
    steps: Vec<WorkflowStep>,
    parameters: BTreeMap<String, String>,
}

impl Recording {
    fn add(&mut self, mut step: WorkflowStep) {
        let member = TYPED.iter().find(|(kind, _)| *kind == step.kind()).map(|(_, member)| *member);
        if let Some(member) = member {
            let is_placeholder =
                step.action.get(member).and_then(Value::as_str).is_some_and(|text| PLACEHOLDERS.contains(&text));
            if !is_placeholder {
                let name = self.name(&step);
                step.parametrise(member, &name);
                self.parameters.insert(name, format!("what to type: {step}"));
            }
        }
        self.steps.push(step);
    }

    /// A name for the text of a step that no other has: after the label of its element.
    fn name(&self, step: &WorkflowStep) -> String {
        let label = step.target.as_ref().and_then(|target| target.label.as_deref()).unwrap_or_default();
        let words: Vec<String> = label
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let name = match words.join("_") {
            name if name.is_empty() || name.starts_with(|c: char| c.is_numeric()) => {
                format!("value_{}", self.steps.len() + 1)
            }
            name => name,
        };
        let free = |name: &String| !self.parameters.contains_key(name);
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        std::iter::once(name.clone()).chain(numbered).find(free).unwrap_or(name)
    }

    fn finish(self, name: String) -> Workflow {
        Workflow::new(name, self.parameters, self.steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_texts_become_parameters_and_no_text_is_kept() {
        let actions: Vec<Action> = [
            r##"{"type":"goto","url":"https://e.com/"}"##,
            r##"{"type":"fill","selector":"#a","text_label":"Your name","value":"hunter2"}"##,
            r##"{"type":"fill","selector":"#b","text_label":"Your name","value":"hunter3"}"##,
            r##"{"type":"fill","selector":"#c","value":"hunter4"}"##,
            r##"{"type":"fill","selector":"#d","text_label":"Password","value":"mycoolpassword"}"##,
            r##"{"type":"completion","success":true,"answer":"done"}"##,
        ]
        .iter()
        .map(|json| serde_json::from_str::<types::Action>(json).unwrap().into())
        .collect();
        let workflow = Workflow::from_actions("w", actions).unwrap();
        let names: Vec<&String> = workflow.parameters.keys().collect();
        assert_eq!(names, ["value_4", "your_name", "your_name_2"]);
        let json = workflow.to_json();
        assert!(!json.contains("hunter") && json.contains("mycoolpassword"), "{json}");
        assert_eq!(json.parse::<Workflow>().unwrap(), workflow);
        assert_eq!(workflow.steps.len(), 5);
    }

    #[test]
    fn a_workflow_that_cannot_be_run_is_refused_when_it_is_read() {
        for (json, says) in [
            (r#"{"version":2,"steps":[]}"#, "format version 2"),
            (r#"{"version":0,"steps":[]}"#, "format version 0"),
            (r#"{"steps":[]}"#, "missing field `version`"),
            (r#"{"version":1,"steps":[{"action":{"type":"fill","value":{"$parameter":"x"}}}]}"#, r#"parameter "x""#),
            (r#"{"version":1,"steps":[],"step":1}"#, "unknown field `step`"),
            ("[", "cannot be read"),
        ] {
            let error = json.parse::<Workflow>().unwrap_err();
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
