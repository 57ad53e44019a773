//! What to do when a captcha stands in the way of an action: a decision over values, without clock or I/O.

use std::time::Duration;

use notte_api::types::{CaptchaCancelReason, CaptchaState, CaptchaStatus, ExecutionResult};

/// The service solves captchas for so long, if it is not told otherwise.
pub(super) const BUDGET: Duration = Duration::from_secs(180);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What to do next.
#[derive(Debug, PartialEq)]
pub(super) enum Next {
    /// It is over.
    Return(Box<ExecutionResult>),
    /// Ask how far it is, after a pause.
    Poll { captcha_id: String, after: Duration, left: Duration },
    /// Send the action again: it was not executed.
    Resend { target: Option<Target> },
}

/// The page that an action was meant for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Target {
    pub(super) page_id: String,
    pub(super) generation: i64,
}

/// An action in whose way there may be a captcha.
pub(super) struct Captcha {
    budget: Duration,
    is_wait: bool,
    was_resent: bool,
    /// What the action itself was answered.
    original: Option<Box<ExecutionResult>>,
}

impl Captcha {
    /// `is_wait`: the action only waits, and can be sent again whatever happened.
    pub(super) fn new(budget: Duration, is_wait: bool) -> Self {
        Self { budget, is_wait, was_resent: false, original: None }
    }

    /// The action was answered this.
    pub(super) fn executed(&mut self, result: ExecutionResult, waited: Duration) -> Next {
        let status = result.captcha.clone();
        let executed = result.action_executed;
        self.original = Some(Box::new(result));
        match status {
            Some(status) if status.state.known() == Some(CaptchaState::Solving) => self.pause(&status, waited),
            // Solved on the way, or not to be solved: the answer says what became of the action.
            Some(status) if executed == Some(false) => self.over(&status),
            _ => self.give(),
        }
    }

    /// A question how far it is was answered this; none if there was no answer.
    pub(super) fn polled(&mut self, asked: &str, answer: Option<ExecutionResult>, waited: Duration) -> Next {
        let Some(answer) = answer else { return self.pause_by(asked, LONGEST_PAUSE, waited) };
        match answer.captcha {
            Some(status) if status.captcha_id == asked => match status.state.known() {
                Some(CaptchaState::Solving) => self.pause(&status, waited),
                Some(_) => self.over(&status),
                None => self.fail("captcha_protocol_error", "the captcha is in a state that is not known"),
            },
            _ => self.fail("captcha_protocol_error", "the service said nothing about the captcha it was asked about"),
        }
    }

    fn pause(&mut self, status: &CaptchaStatus, waited: Duration) -> Next {
        let millis = status.retry_after_ms.and_then(|millis| millis.try_into().ok()).unwrap_or(1000);
        self.pause_by(&status.captcha_id, Duration::from_millis(millis).clamp(SHORTEST_PAUSE, LONGEST_PAUSE), waited)
    }

    fn pause_by(&mut self, captcha_id: &str, after: Duration, waited: Duration) -> Next {
        match self.budget.checked_sub(waited + after) {
            Some(left) if !left.is_zero() => Next::Poll { captcha_id: captcha_id.to_owned(), after, left },
            _ => self.fail("captcha_timeout", "the captcha was not solved in time"),
        }
    }

    /// The captcha is solved, or will not be.
    fn over(&mut self, status: &CaptchaStatus) -> Next {
        let executed = self.original.as_ref().and_then(|original| original.action_executed);
        let said = status.message.as_deref();
        let navigated = status.cancel_reason.as_ref().and_then(notte_api::wire::Open::known)
            == Some(CaptchaCancelReason::Navigation);
        match (status.state.known(), executed) {
            (Some(CaptchaState::Solved), Some(true)) => self.give(),
            (Some(CaptchaState::Solved), Some(false)) => {
                let (page_id, generation) = (status.page_id.clone(), status.generation);
                self.resend(Some(Target { page_id, generation }))
            }
            (Some(CaptchaState::Solved), None) => self
                .fail("captcha_execution_unknown", "the captcha is solved; whether the action was done is not known"),
            (Some(CaptchaState::Cancelled), Some(true)) if navigated => {
                if let Some(original) = &mut self.original {
                    original.success = true;
                }
                self.give()
            }
            (Some(CaptchaState::Cancelled), _) if navigated && self.is_wait => self.resend(None),
            (Some(CaptchaState::Cancelled), _) => {
                self.fail("captcha_cancelled", said.unwrap_or("the captcha was given up"))
            }
            _ => self.fail("captcha_failed", said.unwrap_or("the captcha was not solved")),
        }
    }

    /// Once is enough: an action that is not executed on a solved page will not be.
    fn resend(&mut self, target: Option<Target>) -> Next {
        if std::mem::replace(&mut self.was_resent, true) {
            return self.fail("captcha_protocol_error", "the captcha came back again");
        }
        Next::Resend { target }
    }

    fn fail(&mut self, code: &str, message: &str) -> Next {
        if let Some(original) = &mut self.original {
            original.success = false;
            original.code = Some(code.to_owned());
            original.message = message.to_owned();
        }
        self.give()
    }

    fn give(&mut self) -> Next {
        // There is one: nothing is polled for an action that was not answered.
        self.original.take().map_or(Next::Resend { target: None }, Next::Return)
    }
}

#[cfg(test)]
mod tests;
