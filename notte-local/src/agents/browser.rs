//! What agents need of sessions.

use serde_json::Value;

use crate::error::Refusal;

/// The pages of sessions. An ended or unknown session is a refusal of every method.
pub(crate) trait Browser: Clone + Send + Sync + 'static {
    /// What was done in the session so far: the results of its actions, oldest first.
    fn history(&self, session: &str) -> Result<Vec<Value>, Refusal>;

    /// Whether a token opens the sockets of a session.
    fn opens(&self, session: &str, token: &str) -> bool;

    /// The page, as an answer to `page/observe`.
    fn observe(&self, session: &str) -> impl Future<Output = Result<Value, Refusal>> + Send;

    /// Executes `real` and remembers it as `shown`, which has placeholders where the other has secrets. Gives the
    /// answer to `page/execute`.
    fn execute(&self, session: &str, shown: &Value, real: Value)
    -> impl Future<Output = Result<Value, Refusal>> + Send;
}
