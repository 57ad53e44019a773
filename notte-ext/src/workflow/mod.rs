//! Workflows: what was done once, as a file that can be read, reviewed, and run again without a model.

mod outcome;
mod record;
mod run;
mod step;

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, SessionHandle};

pub use outcome::{StepOutcome, WorkflowOutcome};
pub use record::Recorder;
pub use run::WorkflowRun;
pub use step::{PageCheck, Target, WorkflowStep};

/// The version of the format that this crate writes, and the newest that it reads.
const VERSION: u32 = 1;

/// Actions that were recorded, as a value that can be stored as JSON and run again.
///
/// Each step names its element in several ways, and what the page was like afterwards. Typed text is not stored: it is
/// a named parameter, given at each run; placeholders of a vault are stored as they are.
///
/// ```no_run
/// # async fn example(session: notte_ext::Session) -> notte_ext::Result<()> {
/// use notte_ext::{Action, Workflow};
///
/// let mut recorder = Workflow::record(&session);
/// recorder.execute(Action::goto("https://shop.example.com")).await?;
/// recorder.execute(Action::fill("I1", "tea")).await?;
/// let workflow = recorder.finish("search");
/// std::fs::write("search.json", workflow.to_json()).expect("the folder exists");
///
/// let workflow: Workflow = std::fs::read_to_string("search.json").expect("it was written").parse()?;
/// workflow.run(&session).parameter("search", "coffee").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[non_exhaustive]
pub struct Workflow {
    version: u32,
    /// What it is called.
    pub name: String,
    /// The parameters, each with what it is for.
    pub parameters: BTreeMap<String, String>,
    /// What it does, in order.
    pub steps: Vec<WorkflowStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    #[serde(default)]
    name: String,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    steps: Vec<WorkflowStep>,
}

impl TryFrom<Stored> for Workflow {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        let Stored { version, name, parameters, steps } = stored;
        if version == 0 || version > VERSION {
            return Err(format!("the workflow has format version {version}, and this client reads 1 to {VERSION}"));
        }
        let used = steps.iter().enumerate().flat_map(|(at, step)| step.parameters().map(move |name| (at + 1, name)));
        for (step, parameter) in used {
            if !parameters.contains_key(parameter) {
                return Err(format!("step {step} uses parameter {parameter:?}, which `parameters` does not list"));
            }
        }
        Ok(Self { version: VERSION, name, parameters, steps })
    }
}

impl Workflow {
    fn new(name: String, parameters: BTreeMap<String, String>, steps: Vec<WorkflowStep>) -> Self {
        Self { version: VERSION, name, parameters, steps }
    }

    /// Records what is done in a session.
    pub fn record(session: &SessionHandle) -> Recorder<'_> {
        Recorder::new(session)
    }

    /// The workflow as JSON that people can read and review.
    pub fn to_json(&self) -> String {
        // Maps with text keys and plain values always serialise.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Runs the workflow in a session. `.await` runs it.
    pub fn run<'a>(&'a self, session: &'a SessionHandle) -> WorkflowRun<'a> {
        WorkflowRun::new(self, session)
    }
}

impl FromStr for Workflow {
    type Err = Error;

    /// Reads JSON that [`to_json`](Self::to_json) wrote, or a person.
    fn from_str(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| Error::invalid(format!("the workflow cannot be read: {error}")))
    }
}

impl fmt::Debug for Workflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workflow")
            .field("name", &self.name)
            .field("parameters", &self.parameters.keys())
            .field("steps", &self.steps.len())
            .finish()
    }
}
