//! `FunctionRunBuilder`: a run of a function that is not started yet.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use notte_api::{
    types::{FunctionRunResult, FunctionRunStatus, FunctionRuntime},
    wire::Open,
};
use serde::Serialize;
use tokio::time::Instant;

use super::{Function, RunEvent, RunEvents, events::text, variables::Variables};
use crate::{Error, ErrorKind, Result, RunId, call::within};

pub(super) const OPERATION: &str = "function_run_start_created";
/// As long as the official clients wait.
const DEADLINE: Duration = Duration::from_secs(300);
const GRACE: Duration = Duration::from_secs(5);

type OnLog<'a> = Box<dyn FnMut(&str) + Send + 'a>;

/// A run of a function that is not started yet: `.await` runs it and waits for the result, [`events`](Self::events) gives
/// what it says on the way.
///
/// Starting takes two requests: one that gives the run an id, and one that starts it. Dropping the future does not stop
/// a run that was started, nor does the [deadline](Self::deadline): [`FunctionRun::stop`](super::FunctionRun::stop) does, and
/// [`run_id`](Self::run_id) makes its id known before.
#[must_use = "a run is started by `.await` or `.events()`"]
pub struct FunctionRunBuilder<'a> {
    function: &'a Function,
    id: Option<RunId>,
    variables: Variables,
    runtime: Option<Open<FunctionRuntime>>,
    stream: bool,
    deadline: Duration,
    allow_failure: bool,
    on_log: Option<OnLog<'a>>,
}

impl<'a> FunctionRunBuilder<'a> {
    pub(super) fn new(function: &'a Function) -> Self {
        Self {
            function,
            id: None,
            variables: Variables::default(),
            runtime: None,
            stream: true,
            deadline: DEADLINE,
            allow_failure: false,
            on_log: None,
        }
    }

    /// Starts a run that [`Function::create_run`] made, in place of a new one.
    pub fn run_id(mut self, id: impl Into<RunId>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// A variable of the run.
    pub fn variable(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.variables.add(name, value);
        self
    }

    /// The variables of the run: the fields of a struct, the entries of a map.
    pub fn variables(mut self, variables: impl Serialize) -> Self {
        self.variables.add_all(variables);
        self
    }

    /// Where to run it, in place of the function's default.
    pub fn runtime(mut self, runtime: impl Into<Open<FunctionRuntime>>) -> Self {
        self.runtime = Some(runtime.into());
        self
    }

    /// Whether the run tells its log while it runs, which it does by default, and not only the result at its end.
    pub fn stream(mut self, stream: bool) -> Self {
        self.stream = stream;
        self
    }

    /// How long the run may take in all; by default 300 s. One that takes longer goes on.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Whether a run that failed is a result too, in place of an error.
    pub fn allow_failure(mut self, allow: bool) -> Self {
        self.allow_failure = allow;
        self
    }

    /// Gets each line of the log as it comes, while `.await` waits for the result.
    pub fn on_log(mut self, log: impl FnMut(&str) + Send + 'a) -> Self {
        self.on_log = Some(Box::new(log));
        self
    }

    /// Starts it, and gives what it says: lines of its log, and at last the result.
    ///
    /// # Errors
    /// See [`ErrorKind`]. Where [`may_have_been_sent`](Error::may_have_been_sent) says so, it may run.
    pub async fn events(self) -> Result<RunEvents> {
        let Function { notte, id: function, .. } = self.function;
        let end = Instant::now().checked_add(self.deadline);
        let variables = self.variables.into_map().map_err(|why| Error::invalid(why).in_operation(OPERATION))?;
        let run = match self.id {
            Some(id) => self.function.attach_run(id),
            None => self.function.create_run(false).await?,
        };
        let request = notte.api().function_run_start_created().function_id(function).run_id(&run.id);
        let request = request.body_map(|body| {
            let body = body.workflow_id(function).workflow_run_id(&*run.id).variables(variables).stream(self.stream);
            body.runtime(self.runtime)
        });
        // A function may be silent for as long as it runs. Our own end comes first: it can name the run.
        let longest = self.deadline.saturating_add(GRACE);
        let call = notte.call(request).timeout(longest).deadline(longest);
        let Some(answer) = within(end, call.raw()).await else { return Err(late(&run.id)) };
        Ok(RunEvents::new(run, answer?, end))
    }

    async fn run(mut self) -> Result<FunctionRunResult> {
        let (allow_failure, mut on_log) = (self.allow_failure, self.on_log.take());
        let mut events = self.events().await?;
        while let Some(event) = events.next().await {
            match event? {
                RunEvent::Log(line) => {
                    if let Some(log) = &mut on_log {
                        log(&line);
                    }
                }
                RunEvent::Result(result) if result.status == FunctionRunStatus::Failed && !allow_failure => {
                    let said = result.result.as_ref().map(text).unwrap_or_default();
                    let said = format!("run {} failed: {said}", events.run().id());
                    let said = said.trim_end_matches(": ");
                    return Err(Error::said(OPERATION, events.head(), Some(said), said));
                }
                RunEvent::Result(result) => return Ok(*result),
                _ => {}
            }
        }
        Err(Error::new(ErrorKind::Decode, "the run ended without a result").in_operation(OPERATION).and_acted())
    }
}

pub(super) fn late(run: &RunId) -> Error {
    let why = format!("run {run} has not ended in time; it goes on");
    Error::new(ErrorKind::Deadline, why).in_operation(OPERATION).and_acted()
}

impl<'a> IntoFuture for FunctionRunBuilder<'a> {
    type Output = Result<FunctionRunResult>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<FunctionRunResult>> + Send + 'a>>;

    /// Runs it. A run that failed is an error of kind [`Execution`](ErrorKind::Execution) that says what it said.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for FunctionRunBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionRunBuilder")
            .field("function", &self.function.id)
            .field("run", &self.id)
            .finish_non_exhaustive()
    }
}
