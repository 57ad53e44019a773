//! `ByteStream`: an answer that is bytes, read as they come.

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

/// An answer that is bytes: a download, an image, a stream of events.
///
/// As a whole it may take as long as it takes; each read ends with the timeout of the call. It is over after its
/// first error. `Debug` shows nothing of it.
pub struct ByteStream {
    operation: &'static str,
    chunks: Option<Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send + Sync>>>,
    timer: Option<Timer>,
}

struct Timer {
    idle: Duration,
    sleep: Pin<Box<Sleep>>,
    /// The time one read has runs only while somebody waits for it.
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

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// The connection failed, or nothing came within the timeout of the call.
    ///
    /// # Cancel safety
    /// No bytes are lost when the future is dropped.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await.transpose()
    }

    /// Reads all of it into memory.
    ///
    /// # Errors
    /// The connection failed, or nothing came within the timeout of the call.
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
                Some(Err(Error::timeout(self.operation)))
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
