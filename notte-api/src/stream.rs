//! `ByteStream`: a response body that is read as a stream of bytes.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use reqwest::Response;
use tokio::time::{Instant, Sleep};

use crate::Error;

/// A response body as a stream of bytes: a download, an image, or a stream of events.
///
/// The timeout of the call applies to each read, not to the whole stream. The stream ends after its first error.
/// `Debug` prints none of its content.
pub struct ByteStream {
    operation: &'static str,
    chunks: Option<Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>>,
    timer: Option<Timer>,
}

struct Timer {
    idle: Duration,
    sleep: Pin<Box<Sleep>>,
    /// The timeout of a read is counted only while the caller awaits it.
    running: bool,
}

impl ByteStream {
    pub(crate) fn new(operation: &'static str, response: Response, idle: Option<Duration>) -> Self {
        let timer = idle.filter(|idle| Instant::now().checked_add(*idle).is_some());
        Self {
            operation,
            chunks: Some(Box::pin(response.bytes_stream())),
            timer: timer.map(|idle| Timer { idle, sleep: Box::pin(tokio::time::sleep(idle)), running: false }),
        }
    }

    /// Returns the next bytes, or `None` at the end.
    ///
    /// # Errors
    /// The connection failed, or no bytes arrived within the timeout of the call.
    ///
    /// # Cancel safety
    /// No bytes are lost when the future is dropped.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await.transpose()
    }

    /// Reads the whole stream into memory.
    ///
    /// # Errors
    /// The connection failed, or no bytes arrived within the timeout of the call.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut all = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(timer) = &mut self.timer else {
            return Poll::Pending;
        };
        if !timer.running {
            timer.running = true;
            timer.sleep.as_mut().reset(Instant::now() + timer.idle);
        }
        timer.sleep.as_mut().poll(cx)
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(chunks) = &mut self.chunks else {
            return Poll::Ready(None);
        };
        let next = match chunks.as_mut().poll_next(cx) {
            Poll::Ready(Some(Ok(chunk))) => {
                if let Some(timer) = &mut self.timer {
                    timer.running = false;
                }
                return Poll::Ready(Some(Ok(chunk)));
            }
            Poll::Ready(Some(Err(error))) => Some(Err(Error::transport(self.operation, &error))),
            Poll::Ready(None) => None,
            Poll::Pending => {
                ready!(self.poll_idle(cx));
                Some(Err(Error::timed_out(self.operation)))
            }
        };
        self.chunks = None;
        Poll::Ready(next)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").field("operation", &self.operation).finish_non_exhaustive()
    }
}
