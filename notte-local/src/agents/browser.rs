//! What agents need of sessions.

use serde_json::Value;

use super::Typed;
use crate::error::Refusal;
use crate::site::Only;

/// An action with what its placeholders stand for.
pub(crate) struct Filled {
    pub(crate) action: Value,
    /// Where it may be typed; anywhere without placeholders.
    pub(crate) only: Option<Only>,
}

/// The pages of sessions. An ended or unknown session is a refusal of every method.
pub(crate) trait Browser: Clone + Send + Sync + 'static {
    /// What was done in the session so far: the results of its actions, oldest first.
    fn history(&self, session: &str) -> Result<Vec<Value>, Refusal>;

    /// What was typed in the session without being shown.
    fn typed(&self, session: &str) -> Result<Typed, Refusal>;

    /// Whether a token opens the sockets of a session.
    fn opens(&self, session: &str, token: &str) -> bool;

    /// Works as long as the session lives, which is not idle meanwhile.
    fn while_alive<T: Send>(
        &self,
        session: &str,
        work: impl Future<Output = T> + Send,
    ) -> impl Future<Output = Result<T, Refusal>> + Send;

    /// The page, as an answer to `page/observe`.
    fn observe(&self, session: &str) -> impl Future<Output = Result<Value, Refusal>> + Send;

    /// Executes `real` and remembers it as `shown`, which has placeholders where the other has secrets. Gives the
    /// answer to `page/execute`.
    fn execute(
        &self,
        session: &str,
        shown: &Value,
        real: Filled,
    ) -> impl Future<Output = Result<Value, Refusal>> + Send;
}
