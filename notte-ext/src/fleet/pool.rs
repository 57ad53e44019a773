//! The sessions of a fleet: how many there may be, and which are ready.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::Instant};

use super::options::{FleetState, Options};
use crate::{Error, ErrorKind, Notte, Result, Session, SessionHandle};

/// After how much of its idle timeout a ready session is replaced.
const REFRESH: f64 = 0.75;
/// The idle timeout of a session that does not say its own.
const IDLE_TIMEOUT: Duration = Duration::from_secs(180);
/// How long a refused start waits when the service does not say.
const CROWDED: Duration = Duration::from_secs(2);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

pub(super) struct Pool {
    notte: Notte,
    options: Arc<Options>,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    /// Sessions that live or are being started.
    used: usize,
    limit: usize,
    /// Starts in a row that were not refused, since the limit was changed.
    accepted: usize,
    ready: VecDeque<Ready>,
    started: u64,
    done: u64,
    failed: u64,
    /// When running jobs are given up; none while the fleet takes new ones.
    drained_at: Option<Instant>,
}

struct Ready {
    session: Session,
    stale_at: Instant,
}

/// Room for one session. Dropping it makes the room free again.
struct Slot<'p>(&'p Pool);

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.used -= 1);
    }
}

/// A session that a job works in, with its room.
pub(super) struct Berth<'p> {
    session: Session,
    _slot: Slot<'p>,
}

impl Berth<'_> {
    pub(super) fn session(&self) -> &SessionHandle {
        &self.session
    }

    /// Stops the session. What cannot be stopped now is stopped in the background.
    pub(super) async fn leave(self) {
        if let Err(error) = self.session.stop().await {
            let session = self.session.id().as_str();
            tracing::warn!(session, %error, "the session is stopped in the background");
        }
    }
}

impl Pool {
    pub(super) fn new(notte: Notte, options: Arc<Options>) -> Self {
        let state = State {
            used: 0,
            limit: options.concurrency,
            accepted: 0,
            ready: VecDeque::new(),
            started: 0,
            done: 0,
            failed: 0,
            drained_at: None,
        };
        Self { notte, options, state: Mutex::new(state), changed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and lets everybody who waits look at it.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let value = change(&mut self.state());
        self.changed.notify_waiters();
        if let Some(progress) = &self.options.progress {
            progress(self.report());
        }
        value
    }

    pub(super) fn report(&self) -> FleetState {
        let state = self.state();
        FleetState {
            sessions: state.used,
            ready: state.ready.len(),
            limit: state.limit,
            started: state.started,
            done: state.done,
            failed: state.failed,
            draining: state.drained_at.is_some(),
        }
    }

    pub(super) fn finished(&self, succeeded: bool) {
        self.change(|state| if succeeded { state.done += 1 } else { state.failed += 1 });
    }

    /// Lets no new job begin; running ones have so long to finish.
    pub(super) fn drain(&self, grace: Duration) {
        self.change(|state| {
            let end = Instant::now() + grace;
            state.drained_at = Some(state.drained_at.map_or(end, |before| before.min(end)));
        });
    }

    pub(super) fn is_draining(&self) -> bool {
        self.state().drained_at.is_some()
    }

    /// Waits until the fleet drains.
    pub(super) async fn draining(&self) {
        self.until(|state| state.drained_at.map(drop)).await;
    }

    /// Waits until running jobs are given up.
    pub(super) async fn given_up(&self) {
        tokio::time::sleep_until(self.until(|state| state.drained_at).await).await;
    }

    async fn until<T>(&self, mut found: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // What changes from here on is not missed.
            changed.as_mut().enable();
            if let Some(value) = found(&mut self.state()) {
                return value;
            }
            changed.await;
        }
    }

    /// Gives a session to a job: a ready one, or a new one as soon as there is room.
    pub(super) async fn berth(&self) -> Result<Berth<'_>> {
        loop {
            let taken =
                self.until(take).await.ok_or_else(|| cancelled("the fleet was drained before the job was begun"))?;
            let slot = Slot(self);
            match taken {
                Taken::Ready(Ready { session, stale_at }) if Instant::now() < stale_at => {
                    self.changed.notify_waiters();
                    return Ok(Berth { session, _slot: slot });
                }
                Taken::Ready(Ready { session, .. }) => drop(session),
                Taken::Room => return Ok(Berth { session: self.start().await?, _slot: slot }),
            }
        }
    }

    /// Starts a session, again for as long as the service is full.
    async fn start(&self) -> Result<Session> {
        loop {
            if self.options.max_sessions.is_some_and(|most| self.state().started >= most) {
                self.drain(self.options.grace);
                return Err(cancelled("the fleet has started all the sessions it may"));
            }
            self.state().started += 1;
            let error = match (self.options.setup)(self.notte.session()).await {
                Ok(session) => {
                    self.change(|state| state.was_accepted(self.options.concurrency));
                    return Ok(session);
                }
                Err(error) => error,
            };
            self.state().started -= u64::from(!error.may_have_been_sent());
            if !is_crowded(&error) {
                return Err(error);
            }
            self.change(State::was_refused);
            let wait = error.retry_after().unwrap_or(CROWDED).min(LONGEST_WAIT);
            tokio::select! {
                biased;
                () = self.draining() => return Err(error),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Keeps sessions ready, until the fleet drains. It never returns before.
    pub(super) async fn keep_ready(&self) {
        if self.options.warm == 0 {
            return self.draining().await;
        }
        let draining = self.draining();
        tokio::pin!(draining);
        loop {
            let slot = tokio::select! {
                biased;
                () = &mut draining => break,
                () = self.has_stale() => { self.replace_stale().await; continue }
                slot = self.room_ahead() => slot,
            };
            let started = tokio::select! {
                biased;
                () = &mut draining => break,
                started = self.start() => started,
            };
            match started {
                Ok(session) => {
                    let stale_at = Instant::now() + lifetime(&session);
                    // The room stays taken, by the session that is ready now.
                    std::mem::forget(slot);
                    self.change(|state| state.ready.push_back(Ready { session, stale_at }));
                }
                Err(error) => {
                    tracing::warn!(%error, "no session could be made ready");
                    drop(slot);
                    tokio::time::sleep(CROWDED).await;
                }
            }
        }
        self.release_ready().await;
    }

    /// Stops the ready sessions, which nobody will take any more.
    pub(super) async fn release_ready(&self) {
        loop {
            let Some(ready) = self.state().ready.pop_front() else { break };
            Berth { session: ready.session, _slot: Slot(self) }.leave().await;
        }
    }

    async fn room_ahead(&self) -> Slot<'_> {
        let most = self.options.warm;
        self.until(|state| {
            let room = state.ready.len() < most && state.used < state.limit && state.drained_at.is_none();
            room.then(|| state.used += 1)
        })
        .await;
        Slot(self)
    }

    async fn has_stale(&self) {
        let first = self.until(|state| state.ready.front().map(|ready| ready.stale_at)).await;
        tokio::time::sleep_until(first).await;
    }

    async fn replace_stale(&self) {
        let now = Instant::now();
        let stale = {
            let mut state = self.state();
            let is_stale = state.ready.front().is_some_and(|ready| ready.stale_at <= now);
            is_stale.then(|| state.ready.pop_front()).flatten()
        };
        if let Some(ready) = stale {
            Berth { session: ready.session, _slot: Slot(self) }.leave().await;
        }
    }
}

enum Taken {
    Ready(Ready),
    Room,
}

/// A session or room for one, as soon as there is either; nothing once the fleet drains.
fn take(state: &mut State) -> Option<Option<Taken>> {
    if state.drained_at.is_some() {
        return Some(None);
    }
    if let Some(ready) = state.ready.pop_front() {
        return Some(Some(Taken::Ready(ready)));
    }
    (state.used < state.limit).then(|| {
        state.used += 1;
        Some(Taken::Room)
    })
}

pub(super) fn cancelled(why: &str) -> Error {
    Error::new(ErrorKind::Cancelled, why)
}

impl State {
    /// Too many for the service: half as many, but one.
    fn was_refused(&mut self) {
        (self.limit, self.accepted) = ((self.limit.min(self.used) / 2).max(1), 0);
    }

    /// One more than before, once as many starts went well as there may be sessions.
    fn was_accepted(&mut self, most: usize) {
        self.accepted += 1;
        if self.limit < most && self.accepted >= self.limit {
            (self.limit, self.accepted) = (self.limit + 1, 0);
        }
    }
}

/// Whether a start was refused because there are too many sessions.
fn is_crowded(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::RateLimited | ErrorKind::Overloaded) && !error.may_have_been_sent()
}

fn lifetime(session: &Session) -> Duration {
    let minutes = session.started().and_then(|started| u64::try_from(started.idle_timeout_minutes?).ok());
    let timeout =
        minutes.filter(|minutes| *minutes > 0).map_or(IDLE_TIMEOUT, |minutes| Duration::from_secs(minutes * 60));
    timeout.mul_f64(REFRESH)
}
