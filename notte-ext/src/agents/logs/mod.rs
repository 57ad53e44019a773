//! `Logs`: the steps of an agent as it takes them, live where that works and by polling where it does not.

mod feed;
mod merge;
mod message;
mod socket;

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::{Stream, StreamExt, stream};

use super::{AgentStatus, Step, handle::Remote};
use crate::Result;

pub(super) use feed::{Event, Feed};
pub(crate) use socket::Sockets;

/// The steps of an agent, from its first on, each once and in order, until it has ended. Only its own steps are given:
/// [`Step::is_agent_step`].
///
/// They come over a WebSocket as the agent takes them. When that breaks off, the service is polled once and the WebSocket
/// opened again; when it cannot be had, the service is polled to the end. The stream is over after its first error.
///
/// A stream has no deadline of its own: it ends when the agent does.
#[must_use = "a stream does nothing until it is polled"]
pub struct Logs {
    remote: Arc<Remote>,
    events: Pin<Box<dyn Stream<Item = Result<Event>> + Send>>,
    ended: Option<AgentStatus>,
}

impl Logs {
    pub(super) fn new(remote: Arc<Remote>) -> Self {
        let feed = Feed::new(Arc::clone(&remote));
        Self::over(remote, feed)
    }

    fn over(remote: Arc<Remote>, feed: Feed) -> Self {
        let events = stream::unfold(Some(feed), |feed| async {
            let mut feed = feed?;
            let event = feed.next().await;
            let more = matches!(event, Ok(Event::Step(_)));
            Some((event, more.then_some(feed)))
        });
        Self { remote, events: Box::pin(events), ended: None }
    }

    /// Sets for how long the service may send nothing before the stream is opened anew; by default 5 minutes. Call it
    /// before the first step is read: the stream begins again.
    pub fn silence_limit(self, limit: Duration) -> Self {
        let feed = Feed::new(Arc::clone(&self.remote)).quiet(limit);
        Self::over(self.remote, feed)
    }

    /// Returns the next step, or `None` at the end.
    ///
    /// # Errors
    /// The service does not report how the agent is.
    pub async fn next(&mut self) -> Option<Result<Step>> {
        StreamExt::next(self).await
    }

    /// How the agent ended, once the stream has.
    pub fn ended(&self) -> Option<&AgentStatus> {
        self.ended.as_ref()
    }
}

impl Stream for Logs {
    type Item = Result<Step>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Step>>> {
        Poll::Ready(match ready!(self.events.as_mut().poll_next(cx)) {
            Some(Ok(Event::Step(step))) => Some(Ok(step)),
            Some(Ok(Event::Ended(status))) => {
                self.ended = Some(*status);
                None
            }
            Some(Err(error)) => Some(Err(error)),
            None => None,
        })
    }
}

impl fmt::Debug for Logs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logs").field("ended", &self.ended).finish_non_exhaustive()
    }
}
