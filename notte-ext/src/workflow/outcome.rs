//! What became of a run of a workflow.

use super::Workflow;

/// How the element of a step was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepOutcome {
    /// As it was recorded first, or the step has no element.
    AsRecorded,
    /// By another of its selectors: the one at this place, counted from 0.
    Alternative(usize),
    /// By its label, in an observation of the page.
    ByLabel,
    /// By an agent, which did the step.
    Healed,
}

/// A workflow that ran to its end.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[must_use = "a run may have had to repair the workflow"]
pub struct WorkflowOutcome {
    /// How each step was done.
    pub steps: Vec<StepOutcome>,
    /// The workflow with what was repaired, for review, if anything was. Nothing is rewritten by itself.
    pub repaired: Option<Workflow>,
}
