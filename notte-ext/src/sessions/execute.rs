//! Actions: what a session does on its page, each sent once.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use notte_api::{
    ResponseValue,
    types::{self, ExecutionResult, FileExecutionRequest},
};
use tokio::time::Instant;

use super::{
    SessionHandle,
    captcha::{self, Captcha, Next, Target},
};
use crate::{
    Action, Error, ErrorKind, Result,
    call::{Caller, run},
};

const OPERATION: &str = "page_execute";
/// An action gets so much longer than what it asks for itself.
const GRACE: Duration = Duration::from_secs(30);

impl SessionHandle {
    /// Opens an address in the tab in front.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub async fn goto(&self, url: impl Into<String>) -> Result<ExecutionResult> {
        self.execute(Action::goto(url)).await
    }

    /// Runs JavaScript in the page, and gives its result as text: an object as JSON, nothing as `null`.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`ErrorKind::Execution`] if there is no result.
    pub async fn evaluate_js(&self, code: impl Into<String>) -> Result<String> {
        self.evaluate_js_for(code, Duration::ZERO).await
    }

    /// Runs JavaScript that may take so long.
    pub(super) async fn evaluate_js_for(&self, code: impl Into<String>, time: Duration) -> Result<String> {
        let (result, response) = self.perform(Action::evaluate_js(code).into(), time).await?;
        let result = self.succeeded(OPERATION, result, &response)?;
        let nothing = || Error::execution(OPERATION, "the script gave no result").of_session(self.id());
        result.data.map(|data| data.markdown).ok_or_else(nothing)
    }

    /// Does something on the page. Where a captcha is in the way that the service solves, this waits until it has, for
    /// [as long as it may take](crate::SessionBuilder::captcha_timeout).
    ///
    /// # Errors
    /// [`ErrorKind::Execution`] if it did not work. An action is never sent twice, unless the service says that it was not
    /// executed: [`may_have_been_sent`](Error::may_have_been_sent) says whether it may have been done when there is no
    /// answer.
    ///
    /// # Cancel safety
    /// The action may have been done when the future is dropped.
    pub async fn execute(&self, action: impl Into<Action>) -> Result<ExecutionResult> {
        let (result, response) = self.perform(action.into(), Duration::ZERO).await?;
        self.succeeded(OPERATION, result, &response)
    }

    /// As [`execute`](Self::execute), and an action that did not work is a result too.
    ///
    /// # Errors
    /// The service refuses the action, or there is no answer.
    ///
    /// # Cancel safety
    /// The action may have been done when the future is dropped.
    pub async fn try_execute(&self, action: impl Into<Action>) -> Result<ExecutionResult> {
        self.perform(action.into(), Duration::ZERO).await.map(|(result, _)| result)
    }

    /// Executes an action that may take `time`, or longer if it says so itself. The response is that to the action
    /// itself, not to questions about a captcha.
    async fn perform(&self, action: Action, time: Duration) -> Result<(ExecutionResult, ResponseValue<()>)> {
        let mut captcha =
            Captcha::new(self.captcha_timeout().unwrap_or(captcha::BUDGET), action.kind() == Some("wait"));
        let first = self.send(&action, Query { budget: self.captcha_timeout(), time, ..Query::default() }).await?;
        let (start, response) = (Instant::now(), first.head());
        let mut next = captcha.executed(first.into_inner(), Duration::ZERO);
        loop {
            next = match next {
                Next::Return(result) => return Ok((*result, response)),
                Next::Resend { target } => {
                    let query = Query { budget: self.captcha_timeout(), target, time, ..Query::default() };
                    captcha.executed(self.send(&action, query).await?.into_inner(), start.elapsed())
                }
                Next::Poll { captcha_id, after, left } => {
                    tokio::time::sleep(after).await;
                    let query = Query { captcha_id: Some(captcha_id.clone()), budget: Some(left), ..Query::default() };
                    let answer = match self.send(&Action::captcha_solve().into(), query).await {
                        Ok(answer) => Some(answer.into_inner()),
                        Err(error) if is_passing(&error) => None,
                        Err(error) => return Err(error),
                    };
                    captcha.polled(&captcha_id, answer, start.elapsed())
                }
            }
        }
    }

    /// Moves a file between a page and the files of the session: an `upload_file` or `download_file` action on the target
    /// (the tab) of this id in the DevTools Protocol. Servers of version 1.4.40 do not know it.
    pub fn execute_file(&self, action: impl Into<Action>, target_id: impl Into<String>) -> ExecuteFile<'_> {
        ExecuteFile { session: self, action: action.into(), target_id: target_id.into(), record: None }
    }

    async fn send(&self, action: &Action, query: Query) -> Result<ResponseValue<ExecutionResult>> {
        let Query { captcha_id, budget, target, time } = query;
        let (page_id, generation) = target.map(|it| (it.page_id, it.generation)).unzip();
        let request = self.notte().api().page_execute().session_id(self.id()).body(types::Action::from(action));
        let request = request.captcha_id(captcha_id).captcha_timeout_seconds(budget.map(|budget| budget.as_secs_f64()));
        self.run(request.target_page_id(page_id).target_generation(generation), time_for(action, time)).await
    }

    /// Makes a call that may take so long at least.
    async fn run<O: notte_api::Operation>(&self, request: O, time: Duration) -> Result<ResponseValue<O::Output>> {
        let policy = self.notte().policy().clone().at_least(time);
        let caller = Caller { policy, ..self.notte().caller() };
        // Actions are large, and callers nest: unboxed, a debug build fills a third of its stack with one.
        Box::pin(run(caller, request)).await.map_err(|error| error.of_session(self.id()))
    }

    fn succeeded<T>(
        &self,
        operation: &'static str,
        result: ExecutionResult,
        response: &ResponseValue<T>,
    ) -> Result<ExecutionResult> {
        if result.success {
            return Ok(result);
        }
        let exception = result.exception.as_deref().filter(|said| !result.message.contains(said));
        let said = [result.code.as_deref(), Some(result.message.as_str()), exception];
        let said = said.into_iter().flatten().filter(|said| !said.is_empty()).collect::<Vec<_>>().join(": ");
        let error = Error::said(operation, response, Some(&said), "the action did not work");
        Err(error.of_session(self.id()).of_execution(result))
    }
}

/// What goes with an action.
#[derive(Default)]
struct Query {
    captcha_id: Option<String>,
    budget: Option<Duration>,
    target: Option<Target>,
    /// How long it may take.
    time: Duration,
}

/// Whether the next poll may fare better.
fn is_passing(error: &Error) -> bool {
    match error.status() {
        Some(status) => matches!(status, 408 | 429 | 502 | 503 | 504),
        None => {
            matches!(error.kind(), ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport | ErrorKind::Deadline)
        }
    }
}

/// How long an attempt at an action may take at least: what it waits for itself, and some more.
fn time_for(action: &Action, time: Duration) -> Duration {
    let json = serde_json::to_value(action.as_wire()).unwrap_or_default();
    let millis = ["timeout", "time_ms"].iter().filter_map(|field| json.get(field)?.as_u64()).max();
    let asked = millis.map_or(time, |millis| time.max(Duration::from_millis(millis)));
    if asked.is_zero() { asked } else { asked.saturating_add(GRACE) }
}

/// A file to move on the page: `.await` does it.
#[must_use = "an action is done by `.await`"]
#[derive(Debug)]
pub struct ExecuteFile<'a> {
    session: &'a SessionHandle,
    action: Action,
    target_id: String,
    record: Option<bool>,
}

impl ExecuteFile<'_> {
    /// Whether it goes into the record of the session. It does unless told otherwise.
    pub fn record(mut self, record: bool) -> Self {
        self.record = Some(record);
        self
    }

    async fn run(self) -> Result<ExecutionResult> {
        const OPERATION: &str = "execute_session_file";
        let Self { session, action, target_id, record } = self;
        if !matches!(action.kind(), Some("upload_file" | "download_file")) {
            return Err(Error::invalid("only upload_file and download_file move a file").in_operation(OPERATION));
        }
        let time = time_for(&action, Duration::ZERO);
        let body = FileExecutionRequest::builder().action(types::Action::from(action)).target_id(target_id);
        let request = session.notte().api().execute_session_file().session_id(session.id());
        let response = session.run(request.body(body.record(record)), time).await?;
        let head = response.head();
        session.succeeded(OPERATION, response.into_inner(), &head)
    }
}

impl<'a> IntoFuture for ExecuteFile<'a> {
    type Output = Result<ExecutionResult>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Does it, as [`SessionHandle::execute`] does an action.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
