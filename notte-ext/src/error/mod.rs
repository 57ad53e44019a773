//! The one error of this crate, and the one place where the generated client's error becomes it.

mod kind;

use std::{fmt, time::Duration};

use notte_api::{Effect, ResponseValue, types::ExecutionResult, wire::OddItem};

use crate::{
    AgentStatus, Waited,
    retry::{Outcome, Stop},
};

pub use kind::ErrorKind;

/// What this crate's functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed.
///
/// `Display` is one line, such as `session_start failed: 529 cluster overloaded (3 attempts, request id r-1)`. Neither
/// it nor `Debug` holds a key, a header, a URL, or a value from a body. When the deadline of a call ends it,
/// [`source`](std::error::Error::source) is what the last attempt before that failed with.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<&'static str>,
    message: String,
    attempts: u32,
    retry_after: Option<Duration>,
    acted: bool,
    retryable: bool,
    budget_empty: bool,
    already_done: bool,
    session: Option<String>,
    agent: Option<AgentStatus>,
    waited: Option<Waited>,
    item: Option<OddItem>,
    executed: Option<ExecutionResult>,
    api: Option<notte_api::Error>,
    source: Option<Error>,
    foreign: Option<Box<dyn std::error::Error + Send + Sync>>,
    failed_stop: Option<Error>,
}

impl Error {
    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The id of the operation, such as `session_start`; none where no request was made.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The status of the last answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.api()?.status().map(|status| status.as_u16())
    }

    /// What the service says about it: one line, with the path of each field it names.
    pub fn detail(&self) -> Option<&str> {
        self.api()?.detail()
    }

    /// The service's id of the request, if it sent one.
    pub fn request_id(&self) -> Option<&str> {
        self.api()?.request_id()
    }

    /// Where in the answer decoding stopped, such as `items[2].status`; for an [item](Self::item) of a list, inside that
    /// item.
    pub fn json_path(&self) -> Option<&str> {
        self.item().map_or_else(|| self.api()?.json_path(), OddItem::path)
    }

    /// Returns the item of a list that could not be decoded, as the service sent it.
    pub fn item(&self) -> Option<&OddItem> {
        self.0.item.as_ref()
    }

    /// Returns the result of the action that failed, with the service's exception and its details.
    pub fn execution_result(&self) -> Option<&ExecutionResult> {
        self.0.executed.as_ref()
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the service asks to wait, if it does; also where that was too long for this call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the service may have done what it was asked to. Then a session may exist that costs money:
    /// [`started_since`](crate::Sessions::started_since) lists candidates.
    ///
    /// A refusal was not acted upon. A call that was never sent was not either.
    pub fn may_have_been_sent(&self) -> bool {
        self.0.acted
    }

    /// Whether the same call may succeed later, and making it again does nothing twice.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether it was not tried again because the client has made too many retries of late.
    pub fn is_retry_budget_empty(&self) -> bool {
        self.0.budget_empty
    }

    /// Whether the service says that there were too many requests, or are too many sessions.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// Whether time ran out: that of an attempt, or that of the whole call.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout | ErrorKind::Deadline)
            || self.api().is_some_and(notte_api::Error::is_timeout)
    }

    /// Whether there is nothing of that id.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether a deletion that was sent again found nothing left to delete (404, 409, 410): an earlier attempt did it, or
    /// somebody else. [`Call::done`](crate::Call::done) takes it for the success that it is.
    pub fn is_already_done(&self) -> bool {
        self.0.already_done
    }

    /// Why the session could not be stopped after the work in its [`scope`](crate::SessionBuilder::scope) failed with
    /// this error. The stop is tried again in the background.
    pub fn failed_stop(&self) -> Option<&Error> {
        self.0.failed_stop.as_ref()
    }

    /// The session that this is about, where the error knows it.
    pub fn session_id(&self) -> Option<&str> {
        self.0.session.as_deref()
    }

    /// What was last known of the agent that this is about, where the error knows it: the answer of one that failed is
    /// the reason it gives.
    pub fn agent(&self) -> Option<&AgentStatus> {
        self.0.agent.as_ref()
    }

    /// How far a wait came that ended with this error: by a timeout, or by a poll that failed for good.
    pub fn waited(&self) -> Option<Waited> {
        self.0.waited
    }

    /// The last failed request, with its headers and the beginning of its body, if one failed.
    pub fn api(&self) -> Option<&notte_api::Error> {
        self.0.api.as_ref().or_else(|| self.0.source.as_ref()?.api())
    }

    /// Wraps an error of the caller's own, such as a check that failed in a [`scope`](crate::SessionBuilder::scope). Its
    /// text is that of `source`, which is also its [`source`](std::error::Error::source).
    pub fn other(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let source = source.into();
        Self::new(ErrorKind::Other, source.to_string()).caused_by(source)
    }

    pub(crate) fn caused_by(mut self, source: Box<dyn std::error::Error + Send + Sync>) -> Self {
        self.0.foreign = Some(source);
        self
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            message: message.into(),
            attempts: 0,
            retry_after: None,
            acted: false,
            retryable: false,
            budget_empty: false,
            already_done: false,
            session: None,
            agent: None,
            waited: None,
            item: None,
            executed: None,
            api: None,
            source: None,
            foreign: None,
            failed_stop: None,
        }))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    /// It was done, and did not work.
    pub(crate) fn execution(operation: &'static str, message: impl Into<String>) -> Self {
        let mut this = Self::new(ErrorKind::Execution, message).in_operation(operation);
        this.0.acted = true;
        this
    }

    /// The service reports a failure in a successful response. Its text is printed only through
    /// [`ResponseValue::printable`].
    pub(crate) fn said<T>(
        operation: &'static str,
        response: &ResponseValue<T>,
        text: Option<&str>,
        otherwise: &str,
    ) -> Self {
        let text = text.map(|text| response.printable(text)).filter(|text| !text.is_empty());
        Self::execution(operation, text.unwrap_or_else(|| otherwise.to_owned()))
    }

    /// An item of a list cannot be decoded.
    pub(crate) fn odd(operation: &'static str, item: OddItem) -> Self {
        let place = item.path().map(|path| format!(" at {path}")).unwrap_or_default();
        let message = format!("item {} of the list does not decode{place}: {}", item.index(), item.reason());
        let mut this = Self::new(ErrorKind::Decode, message).in_operation(operation);
        this.0.item = Some(item);
        this
    }

    pub(crate) fn of_execution(mut self, result: ExecutionResult) -> Self {
        self.0.executed = Some(result);
        self
    }

    /// The client could not be built.
    pub(crate) fn config(error: notte_api::Error) -> Self {
        Self::failed(error, Effect::Read, &Outcome::Undecodable, 0, None)
    }

    /// A request failed for good.
    pub(crate) fn failed(
        error: notte_api::Error,
        effect: Effect,
        outcome: &Outcome,
        attempts: u32,
        stop: Option<Stop>,
    ) -> Self {
        let sent = error.may_have_been_sent();
        let acted = sent && !is_refusal(outcome);
        let repeatable = matches!(effect, Effect::Read | Effect::Idempotent) || !acted;
        let mut this = Self::new(ErrorKind::of(&error), error.message());
        this.0.operation = error.operation();
        this.0.attempts = attempts;
        this.0.acted = acted;
        this.0.retryable = repeatable && outcome.is_transient();
        this.0.retry_after = if let Outcome::Status { hint, .. } = outcome { *hint } else { None };
        this.0.budget_empty = stop == Some(Stop::Budget);
        this.0.already_done = stop == Some(Stop::AlreadyDone);
        this.0.api = Some(error);
        this
    }

    /// The deadline ended a call, in the middle of attempt `attempts` if `under_way`.
    pub(crate) fn deadline(
        operation: &'static str,
        effect: Effect,
        attempts: u32,
        under_way: bool,
        last: Option<Error>,
    ) -> Self {
        let mut this = Self::new(ErrorKind::Deadline, "the deadline ran out").in_operation(operation);
        this.0.attempts = attempts;
        this.0.acted = under_way || last.as_ref().is_some_and(Self::may_have_been_sent);
        this.0.retryable = matches!(effect, Effect::Read | Effect::Idempotent) || !this.0.acted;
        this.0.retry_after = last.as_ref().and_then(Self::retry_after);
        this.0.source = last;
        this
    }

    pub(crate) fn in_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Says what this was a part of.
    pub(crate) fn while_doing(mut self, what: &str) -> Self {
        self.0.message = format!("{what}: {}", self.0.message);
        self
    }

    pub(crate) fn of_session(mut self, id: &str) -> Self {
        self.0.session = Some(id.to_owned());
        self
    }

    pub(crate) fn and_failed_stop(&mut self, stop: Error) {
        self.0.failed_stop = Some(stop);
    }

    pub(crate) fn of_agent(mut self, agent: impl Into<Option<AgentStatus>>) -> Self {
        self.0.agent = agent.into();
        self
    }

    pub(crate) fn after(mut self, waited: Waited) -> Self {
        self.0.waited = Some(waited);
        self
    }

    pub(crate) fn because_of(mut self, cause: Option<Error>) -> Self {
        self.0.source = cause;
        self
    }

    pub(crate) fn and_acted(mut self) -> Self {
        self.0.acted = true;
        self
    }
}

/// What an attempt ended in, for the policy.
pub(crate) fn outcome(error: &notte_api::Error, hint: impl FnOnce(u16) -> Option<Duration>) -> Outcome {
    use notte_api::ErrorKind as Api;

    match (error.kind(), error.status()) {
        (Api::Status, Some(status)) => Outcome::Status { status: status.as_u16(), hint: hint(status.as_u16()) },
        (Api::Connect, _) => Outcome::ConnectFailed,
        (Api::Timeout, _) => Outcome::Timeout,
        (Api::Decode, _) => Outcome::Undecodable,
        (Api::Config | Api::InvalidRequest, _) => Outcome::NotSent,
        _ => Outcome::Transport,
    }
}

/// Whether the service says that it did not do it.
fn is_refusal(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Status { status: 503, hint } => hint.is_some(),
        Outcome::Status { status: 408, .. } => false,
        Outcome::Status { status, .. } => *status == 529 || (400..500).contains(status),
        _ => false,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation} failed: ")?;
        }
        f.write_str(&self.0.message)?;
        let mut notes = Vec::new();
        if self.0.attempts > 1 {
            notes.push(format!("{} attempts", self.0.attempts));
        }
        if self.0.budget_empty {
            notes.push("no retries left in the budget".to_owned());
        }
        if self.0.already_done {
            notes.push("an earlier attempt may have done it".to_owned());
        }
        if self.0.acted && matches!(self.0.operation, Some("session_start" | "agent_start")) {
            notes.push("it may have been started all the same".to_owned());
        }
        if let Some(id) = self.0.api.as_ref().and_then(notte_api::Error::request_id) {
            notes.push(format!("request id {id}"));
        }
        if let Some(stop) = &self.0.failed_stop {
            notes.push(format!("and its session is not stopped yet: {stop}"));
        }
        if notes.is_empty() { Ok(()) } else { write!(f, " ({})", notes.join(", ")) }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("message", &self.to_string())
            .field("status", &self.status())
            .field("attempts", &self.0.attempts)
            .field("may_have_been_sent", &self.0.acted)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.foreign {
            Some(foreign) => Some(&**foreign),
            None => self.0.source.as_ref().map(|error| error as _),
        }
    }
}

const _: () = {
    const fn is_one_pointer_and_travels<T: Send + Sync + 'static>() {
        assert!(size_of::<T>() == size_of::<usize>());
    }
    is_one_pointer_and_travels::<Error>();
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_keeps_what_the_last_attempt_failed_with() {
        let mut last = Error::new(ErrorKind::Overloaded, "529 busy").in_operation("session_start");
        last.0.retry_after = Some(Duration::from_secs(7));
        let error = Error::deadline("session_start", Effect::Costly, 2, false, Some(last));
        assert_eq!(error.to_string(), "session_start failed: the deadline ran out (2 attempts)");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "session_start failed: 529 busy");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        assert!(error.is_timeout() && error.is_retryable() && !error.may_have_been_sent());
    }

    #[test]
    fn a_costly_call_that_was_under_way_is_not_safe_to_repeat() {
        for (effect, retryable) in [(Effect::Costly, false), (Effect::Page, false), (Effect::Read, true)] {
            let error = Error::deadline("x", effect, 1, true, None);
            assert!(error.may_have_been_sent());
            assert_eq!(error.is_retryable(), retryable);
        }
    }

    #[test]
    fn a_refusal_was_not_acted_upon() {
        let hint = Some(Duration::ZERO);
        for (status, hint, refusal) in [
            (401, None, true),
            (408, None, false),
            (429, None, true),
            (500, None, false),
            (503, None, false),
            (503, hint, true),
            (529, None, true),
            (200, None, false),
        ] {
            assert_eq!(is_refusal(&Outcome::Status { status, hint }), refusal, "{status}");
        }
        assert!(
            !is_refusal(&Outcome::Timeout) && !is_refusal(&Outcome::Transport) && !is_refusal(&Outcome::Undecodable)
        );
    }
}
