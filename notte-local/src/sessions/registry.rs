//! All sessions of the server: starting them within the cap, watching their timers, finding them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};

use super::{End, Files, Session, Start, profile};
use crate::areas::Areas;
use crate::config::{Config, Quota, Source};
use crate::engine::{Browser, Folder, Home, Host, Keeper, Setup, Wire, find, launch, remote};
use crate::error::Refusal;
use crate::net;

/// Ended sessions that are still answered for.
const KEPT: usize = 500;

/// The sessions, and what starts them.
pub(crate) struct Registry {
    sessions: Mutex<Vec<Arc<Session>>>,
    /// The server has ended; what is still starting must not live.
    ended: AtomicBool,
    starting: AtomicUsize,
    keeper: Keeper,
    home: Home,
    areas: Areas,
    browser: Option<PathBuf>,
    source: Source,
    /// Sessions of the Grid that a killed server left.
    orphans: Vec<String>,
    instance: Option<String>,
    allow_link_local: bool,
    quota: Quota,
    cap: usize,
    minute: Duration,
}

/// A place under the cap, held while a session starts.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Registry {
    pub(crate) fn new(areas: Areas, config: &Config, home: Home, orphans: Vec<String>) -> std::io::Result<Self> {
        let keeper = Keeper::start()?;
        Ok(Self {
            sessions: Mutex::default(),
            ended: AtomicBool::new(false),
            starting: AtomicUsize::new(0),
            keeper,
            home,
            areas,
            browser: config.browser.clone(),
            source: config.source.clone(),
            orphans,
            instance: config.instance.clone(),
            allow_link_local: config.allow_link_local,
            quota: config.quota,
            cap: config.max_sessions,
            minute: config.minute,
        })
    }

    fn sessions(&self) -> MutexGuard<'_, Vec<Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(&self) -> Result<Place<'_>, Refusal> {
        let sessions = self.sessions();
        let active = sessions.iter().filter(|session| session.is_active()).count();
        if active + self.starting.load(Ordering::SeqCst) >= self.cap {
            let detail =
                format!("{} sessions are active, and no more may be: stop one, or raise --max-sessions", self.cap);
            return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, detail));
        }
        self.starting.fetch_add(1, Ordering::SeqCst);
        Ok(Place(&self.starting))
    }

    /// Refuses an address that neither browsers nor the server may connect to.
    pub(crate) async fn check(&self, address: &str) -> Result<(), String> {
        if self.allow_link_local { Ok(()) } else { net::check(address).await }
    }

    /// Where files lie that are on their way in.
    pub(crate) fn incoming(&self) -> &Path {
        self.home.path()
    }

    /// Makes room for a file: those of the sessions that ended first go.
    pub(crate) async fn make_room(&self, size: u64) -> Result<(), Refusal> {
        let (sessions, quota) = (self.sessions().clone(), self.quota.server);
        let make = move || {
            let mut total = size + sessions.iter().map(|session| session.size()).sum::<u64>();
            for session in sessions.iter().filter(|session| !session.is_active()) {
                if total <= quota {
                    break;
                }
                total -= session.size();
                session.clear();
            }
            if total <= quota { Ok(()) } else { Err(Refusal::too_large(quota)) }
        };
        tokio::task::spawn_blocking(make).await.map_err(|error| Refusal::broken(error.to_string()))?
    }

    /// Starts a session.
    pub(crate) async fn start(&self, start: Start) -> Result<Arc<Session>, Refusal> {
        start.check()?;
        for (field, address) in start.addresses() {
            self.check(address).await.map_err(|reason| Refusal::invalid(&["body", field], reason))?;
        }
        let state = profile::of(&self.areas, &start).await?;
        // Downloads come when they come: a session starts where there is room for them, as far as ended ones leave it.
        let _ = self.make_room(self.quota.session).await;
        let _place = self.place()?;
        let unmet = start.unmet();
        if !unmet.is_empty() {
            tracing::warn!("not done here: {}", unmet.join("; "));
        }
        let id = uuid::Uuid::new_v4();
        let id = self.instance.as_ref().map_or_else(|| id.to_string(), |instance| format!("{instance}-{id}"));
        let folder = self.home.session(&id)?;
        let files = Files::new(&id, &folder, self.quota.session)?;
        let through = start.through()?;
        let (width, height) = start.viewport();
        let setup = Setup {
            width,
            height,
            user_agent: start.user_agent.clone(),
            headers: start.extra_http_headers.clone().unwrap_or_default(),
            proxy_login: through.login,
            downloads: files.downloads_folder(),
            quota: self.quota.session,
        };
        let browser = self.open(&start, &folder, through.flags, setup).await?;
        profile::restore(&browser, &state).await?;
        let session = Arc::new(Session::new(id, start, browser, files, folder, self.areas.clone(), self.minute));
        let mut sessions = self.sessions();
        if self.ended.load(Ordering::SeqCst) {
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the server has ended"));
        }
        tokio::spawn(watch_timers(session.clone()));
        sessions.push(session.clone());
        let ended = sessions.iter().filter(|session| !session.is_active()).count();
        if ended > KEPT
            && let Some(oldest) = sessions.iter().position(|session| !session.is_active())
        {
            sessions.remove(oldest);
        }
        Ok(session)
    }

    /// The browser of a session, from where it is to come.
    async fn open(&self, start: &Start, folder: &Folder, more: Vec<String>, setup: Setup) -> Result<Browser, Refusal> {
        if let Some(url) = &start.cdp_url {
            let wire = Wire::open(url).await;
            let connected = async { Browser::over(wire?, Host::Guest, setup).await };
            return connected.await.map_err(|error| {
                // The address may carry a key, so it is not repeated.
                Refusal::not_here(format!("the browser at cdp_url cannot be used: {error}"))
            });
        }
        let mut flags = start.chrome_args.clone().unwrap_or_default();
        flags.extend(more);
        if !self.allow_link_local {
            flags.push(format!("--host-resolver-rules={}", net::RULES));
        }
        match &self.source {
            Source::Here => {
                let program = find(self.browser.as_deref()).map_err(Refusal::not_here)?;
                let launched = launch(&self.keeper, &program, folder, &flags).await.map_err(Refusal::broken)?;
                let started = Browser::over(launched.wire, Host::Process(launched.process), setup).await;
                started.map_err(|error| {
                    let said = format!("{} did not start ({error}): run it by hand to see why", program.display());
                    match start.chrome_args {
                        Some(_) => Refusal::invalid(&["body", "chrome_args"], format!("with these switches {said}")),
                        None => Refusal::broken(said),
                    }
                })
            }
            Source::Grid(grid) => {
                let slot = grid.start(&remote(&flags), folder).await.map_err(Refusal::from)?;
                let connected = async { Browser::over(slot.open().await?, Host::Slot(slot), setup).await };
                connected.await.map_err(|error| {
                    Refusal::unavailable(format!("the Grid's browser cannot be driven through se:cdp: {error}"))
                })
            }
            Source::Pool(pool) => {
                let busy = "every browser of the list is taken or cannot be reached: stop a session, or wait";
                let (place, wire) = pool.take().await.ok_or_else(|| Refusal::overloaded(busy))?;
                let connected = Browser::over(wire, Host::Place(place), setup).await;
                connected
                    .map_err(|error| Refusal::unavailable(format!("a browser of the list cannot be driven: {error}")))
            }
        }
    }

    /// Ends what a killed server left in the Grid.
    pub(crate) async fn end_orphans(&self) {
        let Source::Grid(grid) = &self.source else { return };
        join_all(self.orphans.iter().map(async |id| match grid.stop(id).await {
            Ok(()) => tracing::info!("a session of the Grid was ended that a killed server left"),
            Err(reason) => tracing::warn!(reason, "a session that a killed server left in the Grid was not ended"),
        }))
        .await;
    }

    /// Whether sessions can start, and on what.
    pub(crate) async fn readiness(&self) -> Result<Value, Refusal> {
        match &self.source {
            Source::Here => Ok(Value::Null),
            Source::Pool(pool) => Ok(pool.status()),
            Source::Grid(grid) => {
                let status = grid.status().await;
                status.map_err(|reason| Refusal::unavailable(format!("the Grid cannot be reached: {reason}")))
            }
        }
    }

    /// A session, alive or ended.
    pub(crate) fn find(&self, id: &str) -> Result<Arc<Session>, Refusal> {
        let found = self.sessions().iter().find(|session| session.id == id).cloned();
        found.ok_or_else(|| Refusal::not_found("Session"))
    }

    /// A session that can be worked with.
    pub(crate) fn live(&self, id: &str) -> Result<Arc<Session>, Refusal> {
        let session = self.find(id)?;
        session.open()?;
        Ok(session)
    }

    /// All sessions, newest first.
    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        self.sessions().iter().rev().cloned().collect()
    }

    /// Ends the sessions that keep their profile, so that nothing of it is lost; none starts any more.
    pub(crate) async fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        let persist = |session: &&Arc<Session>| session.start.persists().is_some();
        let kept: Vec<_> = self.sessions().iter().filter(persist).cloned().collect();
        join_all(kept.iter().map(|session| session.end(End::Manual))).await;
    }

    /// Kills every browser, from code that cannot wait.
    pub(crate) fn kill(&self) {
        self.ended.store(true, Ordering::SeqCst);
        for session in self.sessions().drain(..) {
            session.kill();
        }
        self.home.remove();
    }
}

/// Ends the session when its time is over or its browser is gone.
async fn watch_timers(session: Arc<Session>) {
    loop {
        let (due, why) = session.due();
        if due <= Instant::now() {
            tracing::info!(session = %session.id, ?why, "a session ended by itself");
            return session.end(why).await;
        }
        tokio::select! {
            () = sleep_until(due) => {}
            () = session.record() => {}
            () = session.browser.gone() => return session.end(End::BrowserLost).await,
            () = session.ended() => return,
        }
    }
}
