//! `session.replay()`: the video of what happened in a session.

use std::{
    fmt,
    future::{Future, IntoFuture},
    path::Path,
    pin::Pin,
    time::Duration,
};

use notte_api::{
    ByteStream, Client, OperationMeta, ResponseValue, SendOnce, builder,
    types::{ReplayResponse, SessionStatus},
};
use serde::Deserialize;

use super::SessionHandle;
use crate::{
    Error, ErrorKind, Notte, Result, Save, SessionId,
    save::Download,
    wait::{Polled, Schedule, poll},
};

const OPERATION: &str = "session_replay";
/// A replay is not expected to take longer to be made.
const DEADLINE: Duration = Duration::from_secs(240);
const INTERVAL: Duration = Duration::from_secs(5);
/// An answer that describes a replay is not larger.
const LARGEST: usize = 16 * 1024 * 1024;

/// A question for a replay: `.await` asks once, [`wait`](Self::wait) asks until there is one.
///
/// A replay is made after the session has stopped: ask a handle from [`Sessions::attach`](crate::Sessions::attach) for it.
#[must_use = "a replay is asked for by `.await` or `.wait()`"]
#[derive(Debug)]
pub struct ReplayRequest<'a> {
    session: &'a SessionHandle,
}

impl<'a> ReplayRequest<'a> {
    pub(super) fn new(session: &'a SessionHandle) -> Self {
        Self { session }
    }

    /// Asks again and again, for four minutes unless told otherwise, until the replay is made.
    pub fn wait(self) -> ReplayWait<'a> {
        ReplayWait { session: self.session, deadline: DEADLINE }
    }
}

impl<'a> IntoFuture for ReplayRequest<'a> {
    type Output = Result<Replay>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Replay>> + Send + 'a>>;

    /// Asks for the replay. One that is not made yet is an error of kind [`ErrorKind::NotFound`].
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            match ask(self.session).await? {
                Asked::Made(replay) => Ok(*replay),
                Asked::NotYet(error) => Err(error),
            }
        })
    }
}

/// A wait for a replay: `.await` waits.
#[must_use = "it is waited by `.await`"]
#[derive(Debug)]
pub struct ReplayWait<'a> {
    session: &'a SessionHandle,
    deadline: Duration,
}

impl ReplayWait<'_> {
    /// How long to wait.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}

impl<'a> IntoFuture for ReplayWait<'a> {
    type Output = Result<Replay>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Replay>> + Send + 'a>>;

    /// Waits for the replay. A session that still runs has none, which is an error at once.
    fn into_future(self) -> Self::IntoFuture {
        let Self { session, deadline } = self;
        Box::pin(async move {
            let schedule = Schedule { deadline: Some(deadline), max_polls: None, interval: Some(INTERVAL) };
            let made = poll(OPERATION, schedule, async || {
                Ok(match ask(session).await? {
                    Asked::Made(replay) => Polled::Ready(replay),
                    Asked::NotYet(_) => Polled::NotYet(None),
                })
            });
            made.await.map(|replay| *replay).map_err(|error| error.into_parts().0.of_session(session.id()))
        })
    }
}

enum Asked {
    Made(Box<Replay>),
    NotYet(Error),
}

/// Asks once. What can never come is an error.
async fn ask(session: &SessionHandle) -> Result<Asked> {
    let notte = session.notte();
    let answer = notte.call(AsBytes(session.id().clone())).raw().await;
    match answer.map_err(|error| error.of_session(session.id())) {
        Ok(answer) => Replay::read(notte.clone(), session.id(), answer).await.map(|it| Asked::Made(Box::new(it))),
        Err(error) if error.is_not_found() => match Missing::in_answer(&error) {
            Some(Missing { replay_status, .. }) if replay_status == "waiting_for_session" => Err(still_runs(session)),
            Some(Missing { retryable: Some(false), .. }) => Err(error),
            Some(_) => Ok(Asked::NotYet(error)),
            // Servers that do not say why are asked about the session.
            None => match session.status().await?.status.known() {
                Some(SessionStatus::Active | SessionStatus::Authenticating) => Err(still_runs(session)),
                _ => Ok(Asked::NotYet(error)),
            },
        },
        Err(error) => Err(error),
    }
}

fn still_runs(session: &SessionHandle) -> Error {
    let message = "the session still runs; its replay is made after it has stopped";
    Error::new(ErrorKind::Conflict, message).in_operation(OPERATION).of_session(session.id())
}

/// Why there is no replay, as newer servers say it.
#[derive(Deserialize)]
struct Missing {
    replay_status: String,
    retryable: Option<bool>,
}

impl Missing {
    fn in_answer(error: &Error) -> Option<Self> {
        serde_json::from_slice(error.api()?.body()?).ok()
    }
}

/// The operation, its answer not decoded: older servers answer the video itself.
#[derive(Clone)]
struct AsBytes(SessionId);

impl SendOnce for AsBytes {
    const META: &'static OperationMeta = <builder::SessionReplay<'static> as SendOnce>::META;

    type Output = ByteStream;

    async fn send_on(self, client: &Client) -> Result<ResponseValue<ByteStream>, notte_api::Error> {
        client.session_replay().session_id(&self.0).send_bytes().await
    }
}

/// The replay of a session. `Debug` shows no address.
pub struct Replay {
    notte: Notte,
    session: SessionId,
    video: Video,
}

enum Video {
    /// Where the video is.
    Linked(Box<ReplayResponse>),
    /// The video itself.
    Here(Download),
}

impl Replay {
    async fn read(notte: Notte, session: &SessionId, answer: ResponseValue<ByteStream>) -> Result<Self> {
        let mut download = Download::new(OPERATION, answer)?;
        let mut text = Vec::new();
        while let Some(chunk) = download.chunk().await? {
            text.extend_from_slice(&chunk);
            // No video begins like an object.
            let begin = text.trim_ascii_start();
            if (!begin.is_empty() && !begin.starts_with(b"{")) || text.len() > LARGEST {
                download.put_back(text);
                return Ok(Self { notte, session: session.clone(), video: Video::Here(download) });
            }
        }
        let linked: ReplayResponse = serde_json::from_slice(&text).map_err(|_| {
            let message = "the answer is neither a video nor says where one is";
            Error::new(ErrorKind::Decode, message).in_operation(OPERATION).of_session(session)
        })?;
        Ok(Self { notte, session: session.clone(), video: Video::Linked(Box::new(linked)) })
    }

    /// What the service says about the replay; none if it answered the video itself.
    pub fn response(&self) -> Option<&ReplayResponse> {
        match &self.video {
            Video::Linked(linked) => Some(linked),
            Video::Here(_) => None,
        }
    }

    /// How long the video is, if the service says so.
    pub fn duration(&self) -> Option<Duration> {
        self.response()?.video_duration_ms.and_then(|millis| millis.try_into().ok()).map(Duration::from_millis)
    }

    /// Writes the video to `path`. The address of the video needs no key, and gets none.
    ///
    /// ```no_run
    /// # async fn example(session: notte_ext::Session) -> notte_ext::Result<()> {
    /// let replay = session.replay().wait().await?;
    /// let saved = replay.save("session.mp4").progress(|now| eprintln!("{} of {:?}", now.bytes, now.total)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn save(self, path: impl AsRef<Path>) -> Save<'static> {
        Save::at(path, self.open())
    }

    /// The bytes of the video, as they come.
    ///
    /// # Errors
    /// There is no video, or its address is no longer good: ask for the replay again.
    pub async fn stream(self) -> Result<Download> {
        self.open().await
    }

    async fn open(self) -> Result<Download> {
        let Self { notte, session, video } = self;
        match video {
            Video::Here(download) => Ok(download),
            Video::Linked(linked) => match &linked.mp4_url {
                Some(url) => Download::fetch(&notte, url).await.map_err(|error| error.of_session(&session)),
                None => {
                    let message = "the replay has no video file; its playlist may be in the response";
                    Err(Error::new(ErrorKind::NotFound, message).in_operation(OPERATION).of_session(&session))
                }
            },
        }
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let linked = matches!(self.video, Video::Linked(_));
        f.debug_struct("Replay").field("session", &self.session).field("linked", &linked).finish_non_exhaustive()
    }
}
