//! Scopes: a session that lives exactly as long as what is done in it.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, resume_unwind},
};

use futures_util::FutureExt as _;

use super::{Session, SessionBuilder};
use crate::{Error, Result, cleanup::CloseReason};

impl SessionBuilder {
    /// Starts the session, runs `body` in it, and stops it, whatever became of `body`: a value, an error, a panic. When
    /// the future is dropped, the session is stopped in the background.
    ///
    /// # Errors
    /// The error of `body`, or the reason why the session could not be started. A stop that fails is logged and retried
    /// in the background; it costs no value. Beside an error of `body` it is also that error's
    /// [`failed_stop`](Error::failed_stop), if that is this crate's [`Error`].
    ///
    /// # Cancel safety
    /// Cancel safe: the session is stopped in the background.
    ///
    /// ```no_run
    /// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
    /// let title = notte
    ///     .session()
    ///     .scope(async |session| {
    ///         session.goto("https://example.com").await?;
    ///         session.evaluate_js("document.title").await
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn scope<T, F>(self, body: F) -> Result<T>
    where
        F: AsyncFnOnce(&Session) -> Result<T>,
    {
        self.try_scope(body).await
    }

    /// As [`scope`](Self::scope), for a `body` with an error type of its own. For a single failed check,
    /// [`Error::other`] is shorter.
    ///
    /// # Errors
    /// As [`scope`](Self::scope).
    ///
    /// # Cancel safety
    /// Cancel safe: the session is stopped in the background.
    pub async fn try_scope<T, E, F>(self, body: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&Session) -> Result<T, E>,
        E: From<Error> + 'static,
    {
        let session = self.start().await?;
        let ended = AssertUnwindSafe(body(&session)).catch_unwind().await;
        finish(session, ended).await
    }
}

async fn finish<T, E: From<Error> + 'static>(
    session: Session,
    ended: Result<Result<T, E>, Box<dyn Any + Send>>,
) -> Result<T, E> {
    let id = session.id().clone();
    let reason = if matches!(ended, Ok(Ok(_))) { CloseReason::Manual } else { CloseReason::Error };
    let failed_stop = session.stop_because(reason).await.err();
    if let Some(error) = &failed_stop {
        tracing::warn!(session = id.as_str(), %error, "not stopped yet; the stop is retried in the background");
    }
    match (ended, failed_stop) {
        (Ok(Err(failed)), Some(error)) => Err(with_failed_stop(failed, error)),
        (Ok(result), _) => result,
        (Err(panic), _) => resume_unwind(panic),
    }
}

/// The caller's error may be of any type; ours has a place for what happened beside it.
fn with_failed_stop<E: 'static>(mut failed: E, stop: Error) -> E {
    if let Some(error) = (&mut failed as &mut dyn Any).downcast_mut::<Error>() {
        error.and_failed_stop(stop);
    }
    failed
}
