//! What the DevTools protocol is spoken over: the two pipes of a browser that was started here, or a WebSocket.

use std::io;
use std::process::Child;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use reqwest::Upgraded;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

#[cfg(unix)]
use tokio::net::unix::pipe;

use super::socket::{self, LARGEST};

/// A connection to a browser.
pub(crate) enum Wire {
    Socket(Box<WebSocketStream<Upgraded>>),
    #[cfg(unix)]
    Pipe {
        to: pipe::Sender,
        from: pipe::Receiver,
    },
}

/// The half that takes messages.
pub(super) enum Outgoing {
    Socket(SplitSink<Box<WebSocketStream<Upgraded>>, Message>),
    #[cfg(unix)]
    Pipe(pipe::Sender),
}

/// The half that gives messages.
pub(super) enum Incoming {
    Socket(SplitStream<Box<WebSocketStream<Upgraded>>>),
    #[cfg(unix)]
    Pipe(BufReader<pipe::Receiver>),
}

impl Wire {
    /// Connects to a `ws` or `wss` address.
    pub(crate) async fn open(url: &str) -> Result<Self, String> {
        Ok(Self::Socket(Box::new(socket::open(url).await?)))
    }

    /// The pipes of a browser whose standard input and output were made those of the protocol. Nobody else can get at
    /// them, and the browser ends when they are closed.
    #[cfg(unix)]
    pub(super) fn of(child: &mut Child) -> io::Result<Self> {
        use std::os::fd::OwnedFd;
        let missing = || io::Error::other("the browser was started without pipes");
        let to = OwnedFd::from(child.stdin.take().ok_or_else(missing)?);
        let from = OwnedFd::from(child.stdout.take().ok_or_else(missing)?);
        Ok(Self::Pipe { to: pipe::Sender::from_owned_fd(to)?, from: pipe::Receiver::from_owned_fd(from)? })
    }

    #[cfg(not(unix))]
    pub(super) fn of(_: &mut Child) -> io::Result<Self> {
        Err(io::Error::other("notte-local starts browsers on Unix only: name one that runs with cdp_url"))
    }

    pub(super) fn split(self) -> (Outgoing, Incoming) {
        match self {
            Self::Socket(socket) => {
                let (sink, source) = socket.split();
                (Outgoing::Socket(sink), Incoming::Socket(source))
            }
            #[cfg(unix)]
            Self::Pipe { to, from } => (Outgoing::Pipe(to), Incoming::Pipe(BufReader::with_capacity(1 << 16, from))),
        }
    }
}

impl Outgoing {
    /// Sends a message; false when the connection is gone.
    pub(super) async fn send(&mut self, message: String) -> bool {
        match self {
            Self::Socket(sink) => sink.send(Message::text(message)).await.is_ok(),
            #[cfg(unix)]
            Self::Pipe(pipe) => {
                let mut bytes = message.into_bytes();
                bytes.push(0);
                pipe.write_all(&bytes).await.is_ok()
            }
        }
    }

    pub(super) async fn close(&mut self) {
        if let Self::Socket(sink) = self {
            let _ = sink.close().await;
        }
    }
}

impl Incoming {
    /// The next message; none when the connection is gone.
    pub(super) async fn next(&mut self) -> Option<String> {
        match self {
            Self::Socket(source) => loop {
                if let Message::Text(text) = source.next().await?.ok()? {
                    return Some(text.as_str().to_owned());
                }
            },
            #[cfg(unix)]
            Self::Pipe(pipe) => {
                let mut message = Vec::new();
                pipe.take(LARGEST as u64).read_until(0, &mut message).await.ok()?;
                // One that does not end here is cut off, or too large.
                (message.pop()? == 0).then(|| String::from_utf8_lossy(&message).into_owned())
            }
        }
    }
}
