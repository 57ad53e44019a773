//! Keeping a session alive while nothing is done in it.

use std::{future::Future, pin::pin, time::Duration};

use super::SessionHandle;

/// Shorter than the shortest idle timeout, which is a minute.
const INTERVAL: Duration = Duration::from_secs(25);

impl SessionHandle {
    /// Runs `work`, and asks after the session beside it now and then, so that it is not closed for being idle. Its
    /// [maximum duration](crate::SessionBuilder::max_duration) ends it all the same.
    ///
    /// For work elsewhere that takes longer than the idle timeout. That asking counts as use is what the service says, and
    /// not proven for every version of it.
    ///
    /// # Cancel safety
    /// As safe as `work`.
    ///
    /// ```no_run
    /// # async fn ask_a_person() -> String { String::new() }
    /// # async fn example(session: notte_ext::Session) -> notte_ext::Result<()> {
    /// let code = session.keep_alive_while(ask_a_person()).await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn keep_alive_while<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        let mut beat = pin!(self.beat());
        tokio::select! {
            done = &mut work => done,
            never = &mut beat => match never {},
        }
    }

    async fn beat(&self) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(INTERVAL).await;
            let request = self.notte().api().session_offset().session_id(self.id()).update_metadata(true);
            if let Err(error) = self.call(request).await {
                tracing::debug!(session = self.id().as_str(), %error, "not kept alive this time");
            }
        }
    }
}
