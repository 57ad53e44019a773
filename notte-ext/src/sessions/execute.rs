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
    Session,
    captcha::{self, Captcha, Next, Target},
};
use crate::{
    Action, Error, ErrorKind, Result,
    call::{Caller, run},
};

const OPERATION: &str = "page_execute";
/// An action gets so much longer than what it asks for itself.
const GRACE: Duration = Duration::from_secs(30);

impl Session {
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
        let result = self.execute(Action::evaluate_js(code)).await?;
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
    pub async fn execute(&self, action: impl Into<types::Action>) -> Result<ExecutionResult> {
        self.succeeded(OPERATION, self.try_execute(action).await?)
    }

    /// As [`execute`](Self::execute), and an action that did not work is a result too.
    ///
    /// # Errors
    /// The service refuses the action, or there is no answer.
    ///
    /// # Cancel safety
    /// The action may have been done when the future is dropped.
    pub async fn try_execute(&self, action: impl Into<types::Action>) -> Result<ExecutionResult> {
        let action = Action::from(action.into());
        let mut captcha =
            Captcha::new(self.captcha_timeout().unwrap_or(captcha::BUDGET), action.kind() == Some("wait"));
        let first = self.send(&action, Query { budget: self.captcha_timeout(), ..Query::default() }).await?;
        let start = Instant::now();
        let mut next = captcha.executed(first, Duration::ZERO);
        loop {
            next = match next {
                Next::Return(result) => return Ok(*result),
                Next::Resend { target } => {
                    let query = Query { budget: self.captcha_timeout(), target, ..Query::default() };
                    captcha.executed(self.send(&action, query).await?, start.elapsed())
                }
                Next::Poll { captcha_id, after, left } => {
                    tokio::time::sleep(after).await;
                    let query = Query { captcha_id: Some(captcha_id.clone()), budget: Some(left), target: None };
                    let answer = match self.send(&Action::captcha_solve().into(), query).await {
                        Ok(answer) => Some(answer),
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
    pub fn execute_file(&self, action: impl Into<types::Action>, target_id: impl Into<String>) -> ExecuteFile<'_> {
        ExecuteFile { session: self, action: Action::from(action.into()), target_id: target_id.into(), record: None }
    }

    async fn send(&self, action: &Action, query: Query) -> Result<ExecutionResult> {
        let Query { captcha_id, budget, target } = query;
        let (page_id, generation) = target.map(|it| (it.page_id, it.generation)).unzip();
        let request = self.notte().api().page_execute().session_id(self.id()).body(types::Action::from(action));
        let request = request.captcha_id(captcha_id).captcha_timeout_seconds(budget.map(|budget| budget.as_secs_f64()));
        self.run(request.target_page_id(page_id).target_generation(generation), time_for(action)).await
    }

    /// Makes a call that may take so long at least.
    async fn run<O: notte_api::Operation>(&self, request: O, time: Duration) -> Result<O::Output> {
        let policy = self.notte().policy().clone().at_least(time);
        let caller = Caller { policy, ..self.notte().caller() };
        run(caller, request).await.map(ResponseValue::into_inner).map_err(|error| error.of_session(self.id()))
    }

    fn succeeded(&self, operation: &'static str, result: ExecutionResult) -> Result<ExecutionResult> {
        if result.success {
            return Ok(result);
        }
        let said = match result.code.as_deref() {
            Some(code) if result.message.is_empty() => code.to_owned(),
            Some(code) => format!("{code}: {}", result.message),
            None if result.message.is_empty() => "the action did not work".to_owned(),
            None => result.message,
        };
        let line: String = said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect();
        Err(Error::execution(operation, line).of_session(self.id()))
    }
}

/// What goes with an action.
#[derive(Default)]
struct Query {
    captcha_id: Option<String>,
    budget: Option<Duration>,
    target: Option<Target>,
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
fn time_for(action: &Action) -> Duration {
    let json = serde_json::to_value(action.as_wire()).unwrap_or_default();
    let millis = ["timeout", "time_ms"].iter().filter_map(|field| json.get(field)?.as_u64()).max();
    millis.map_or(Duration::ZERO, |millis| Duration::from_millis(millis).saturating_add(GRACE))
}

/// A file to move on the page: `.await` does it.
#[must_use = "an action is done by `.await`"]
#[derive(Debug)]
pub struct ExecuteFile<'a> {
    session: &'a Session,
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
        let time = time_for(&action);
        let body = FileExecutionRequest::builder().action(types::Action::from(action)).target_id(target_id);
        let request = session.notte().api().execute_session_file().session_id(session.id());
        let result = session.run(request.body(body.record(record)), time).await?;
        session.succeeded(OPERATION, result)
    }
}

impl<'a> IntoFuture for ExecuteFile<'a> {
    type Output = Result<ExecutionResult>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Does it, as [`Session::execute`] does an action.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
