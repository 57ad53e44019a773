//! One session: what it is, what was done in it, and how it ends.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::recording::Recording;
use super::{Files, Start, profile, safe_name};
use crate::agents::Typed;
use crate::areas::{Areas, stored};
use crate::clock;
use crate::engine::{Browser, Folder};
use crate::error::Refusal;
use crate::page::{Action, Driver, Failure, Known, complete, execute, named, observe};
use crate::site::Only;

/// Bytes of a text that a step keeps.
const STEP_TEXT: usize = 256 << 10;

/// The result of an action as a step keeps it.
fn shortened(answer: &Value) -> Value {
    let Some(text) = answer["data"]["markdown"].as_str().filter(|text| text.len() > STEP_TEXT) else {
        return answer.clone();
    };
    let end = (0..=STEP_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    let short = &text[..end];
    let short = format!("{short}\n(cut: {} bytes in all)", text.len());
    let fields = answer.as_object().into_iter().flatten().filter(|(name, _)| *name != "data");
    let mut kept: Map<String, Value> = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
    kept.insert("data".into(), json!({ "markdown": short, "structured": null }));
    Value::Object(kept)
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Manual,
    Error,
    Idle,
    Maximum,
    BrowserLost,
}

impl End {
    /// The answer to what comes too late.
    fn refusal(self) -> Refusal {
        Refusal::new(StatusCode::CONFLICT, format!("Session is already closed (status: {})", self.status()))
    }

    fn status(self) -> &'static str {
        match self {
            Self::Manual | Self::Error => "closed",
            Self::Idle | Self::Maximum => "timed_out",
            Self::BrowserLost => "error",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Idle => "idle_timeout",
            Self::Maximum => "max_duration",
            Self::Error | Self::BrowserLost => "error",
        }
    }
}

/// The video of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replay {
    /// It is made when the session ends.
    Pending,
    /// Nothing was recorded.
    None,
    /// Its length in milliseconds.
    Made(u64),
}

struct State {
    end: Option<(End, Timestamp)>,
    accessed: Timestamp,
    used: Instant,
    /// How many operations go on.
    busy: usize,
    steps: Vec<Value>,
    replay: Replay,
}

/// An operation that counts as use of its session.
pub(crate) struct Used<'a>(&'a Session);

impl Drop for Used<'_> {
    fn drop(&mut self) {
        self.0.state().busy -= 1;
        self.0.touch();
    }
}

/// A session, alive or ended.
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) start: Start,
    pub(crate) browser: Browser,
    pub(crate) files: Files,
    /// Opens the session's WebSockets, viewer and links; it is in their addresses in place of the key.
    pub(crate) token: String,
    created: Timestamp,
    born: Instant,
    minute: Duration,
    folder: Folder,
    areas: Areas,
    /// What was typed without being shown: no step is kept with it.
    pub(crate) typed: Typed,
    state: Mutex<State>,
    ended: watch::Sender<bool>,
    grown: watch::Sender<()>,
    recording: Recording,
    /// The elements of the last observation. Who holds it has the page to himself.
    known: tokio::sync::Mutex<HashMap<String, Known>>,
}

impl Session {
    pub(super) fn new(
        id: String,
        start: Start,
        browser: Browser,
        files: Files,
        folder: Folder,
        areas: Areas,
        minute: Duration,
    ) -> Self {
        let (created, born) = (Timestamp::now(), Instant::now());
        let state =
            State { end: None, accessed: created, used: born, busy: 0, steps: Vec::new(), replay: Replay::Pending };
        Self {
            id,
            start,
            browser,
            files,
            token: uuid::Uuid::new_v4().simple().to_string(),
            created,
            born,
            minute,
            folder,
            areas,
            typed: Typed::default(),
            state: Mutex::new(state),
            ended: watch::Sender::new(false),
            grown: watch::Sender::default(),
            recording: Recording::new(),
            known: tokio::sync::Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state().end.is_none()
    }

    /// Refuses what needs a session that goes on.
    pub(super) fn open(&self) -> Result<(), Refusal> {
        self.state().end.map_or(Ok(()), |(end, _)| Err(end.refusal()))
    }

    /// Counts an operation: the idle timer begins anew.
    pub(crate) fn touch(&self) {
        let mut state = self.state();
        if state.end.is_none() {
            (state.accessed, state.used) = (Timestamp::now(), Instant::now());
        }
    }

    /// Counts an operation from its beginning to its end, unless the caller asked for the opposite.
    pub(crate) fn used(&self, counts: bool) -> Option<Used<'_>> {
        counts.then(|| {
            self.state().busy += 1;
            self.touch();
            Used(self)
        })
    }

    /// When it is to be ended, and why, unless it is used before.
    pub(super) fn due(&self) -> (Instant, End) {
        let state = self.state();
        let used = if state.busy > 0 { Instant::now() } else { state.used };
        let idle = used + self.minute * self.start.idle();
        let maximum = self.born + self.minute * self.start.maximum();
        if idle < maximum { (idle, End::Idle) } else { (maximum, End::Maximum) }
    }

    /// Returns when the session has ended.
    pub(crate) async fn ended(&self) {
        let mut ended = self.ended.subscribe();
        drop(ended.wait_for(|ended| *ended).await);
    }

    /// Works until it has ended: nothing comes after its end.
    pub(crate) async fn while_alive<T>(&self, work: impl Future<Output = T>) -> Result<T, Refusal> {
        tokio::select! {
            biased;
            () = self.ended() => Err(self.state().end.map_or(End::Manual, |(end, _)| end).refusal()),
            done = work => Ok(done),
        }
    }

    /// Ends it; the first reason counts.
    pub(crate) async fn end(&self, end: End) {
        {
            let mut state = self.state();
            if state.end.is_some() {
                return;
            }
            state.end = Some((end, Timestamp::now()));
        }
        self.ended.send_replace(true);
        if end != End::BrowserLost {
            let last = self.recording.take(&self.browser);
            drop(timeout(Duration::from_millis(500), last).await);
            if let Some(profile) = self.start.persists() {
                profile::persist(&self.browser, &self.areas, profile).await;
            }
        }
        self.browser.end().await;
        let replay = self.recording.finish(&self.replay_path());
        self.state().replay = replay.map_or(Replay::None, Replay::Made);
        for left in [self.folder.join("profile"), self.folder.scratch.clone()] {
            let _ = tokio::fs::remove_dir_all(left).await;
        }
    }

    /// Takes pictures for the replay; never returns.
    pub(super) async fn record(&self) {
        self.recording.want();
        self.recording.run(&self.browser, || self.known.try_lock().is_err()).await;
    }

    /// Where its files lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the replay lies once it is made.
    pub(crate) fn replay_path(&self) -> PathBuf {
        self.folder.join("replay.webm")
    }

    pub(crate) fn replay(&self) -> Replay {
        self.state().replay
    }

    /// Bytes of its files and its replay.
    pub(super) fn size(&self) -> u64 {
        self.files.size(&self.browser) + std::fs::metadata(self.replay_path()).map_or(0, |replay| replay.len())
    }

    /// Deletes its files and its replay.
    pub(super) fn clear(&self) {
        self.files.clear(&self.browser);
        let _ = std::fs::remove_file(self.replay_path());
        self.state().replay = Replay::None;
    }

    /// Ends it at once, from code that cannot wait.
    pub(crate) fn kill(&self) {
        self.state().end.get_or_insert_with(|| (End::Manual, Timestamp::now()));
        self.ended.send_replace(true);
        self.browser.kill();
    }

    /// The actions so far with their results, as answers give them.
    pub(crate) fn steps(&self) -> Vec<Value> {
        self.state().steps.clone()
    }

    /// The actions that worked so far, as they were answered.
    pub(crate) fn actions(&self) -> Vec<Value> {
        let state = self.state();
        let results = state.steps.iter().map(|step| &step["value"]).filter(|result| result["success"] == true);
        results.map(|result| result["action"].clone()).collect()
    }

    /// How many steps there are.
    pub(crate) fn offset(&self) -> usize {
        self.state().steps.len()
    }

    /// The page as it is.
    pub(crate) async fn observe(&self, limit: usize) -> Result<Map<String, Value>, Refusal> {
        self.while_alive(self.look(limit)).await?.map_err(Refusal::from)
    }

    async fn look(&self, limit: usize) -> Result<Map<String, Value>, Failure> {
        let mut known = self.known.lock().await;
        let begun = clock::now();
        let observed = observe(&self.browser, limit).await?;
        *known = observed.known;
        let mut answer = observed.answer;
        answer.insert("started_at".into(), begun.into());
        answer.insert("ended_at".into(), clock::now().into());
        Ok(answer)
    }

    /// Executes an action and keeps it as a step. `sent` is the action as the caller wrote it, and as it is answered.
    pub(crate) async fn execute(&self, action: &Action, sent: &Map<String, Value>) -> Result<Value, Refusal> {
        self.execute_only(action, sent, None).await
    }

    /// Executes an action where it may be only, if that is given, and keeps it as a step.
    pub(crate) async fn execute_only(
        &self,
        action: &Action,
        sent: &Map<String, Value>,
        only: Option<&Only>,
    ) -> Result<Value, Refusal> {
        let work = async {
            let known = self.known.lock().await;
            self.carry_out(&known, action, sent, only).await
        };
        let answer = self.while_alive(work).await?;
        self.keep(&answer);
        Ok(answer)
    }

    /// Executes an action on a tab, which comes to the front. It is kept as a step if that is wanted.
    pub(crate) async fn execute_on(
        &self,
        target: &str,
        action: &Action,
        sent: &Map<String, Value>,
        recorded: bool,
    ) -> Result<Value, Refusal> {
        let work = async {
            let known = self.known.lock().await;
            self.browser.switch(target).await.map_err(Failure::from)?;
            Ok::<_, Refusal>(self.carry_out(&known, action, sent, None).await)
        };
        let answer = self.while_alive(work).await??;
        if recorded {
            self.keep(&answer);
        }
        Ok(answer)
    }

    /// Keeps the result of an action as a step. A text that is too long to be read is cut: sessions may live for long.
    fn keep(&self, answer: &Value) {
        let mut answer = shortened(answer);
        self.typed.hide_in_result(&mut answer);
        self.state().steps.push(json!({ "type": "execution_result", "value": answer }));
        self.grown.send_replace(());
    }

    /// Changes with every new step.
    pub(crate) fn growth(&self) -> watch::Receiver<()> {
        self.grown.subscribe()
    }

    /// The files that an action can upload. One of the account becomes one of the session when an action names it.
    async fn uploads(&self, action: &Action) -> HashMap<String, PathBuf> {
        let uploads = self.files.uploads();
        let Action::UploadFile { file_path, .. } = action else { return uploads };
        if uploads.contains_key(file_path) {
            return uploads;
        }
        let name = safe_name(file_path);
        if !uploads.contains_key(&name)
            && let Err(refusal) = self.fetch(name.clone()).await
        {
            tracing::warn!(reason = refusal.reason(), "a file of the account cannot be given to the browser");
        }
        let mut uploads = self.files.uploads();
        if let Some(path) = uploads.get(&name).cloned() {
            uploads.insert(file_path.clone(), path);
        }
        uploads
    }

    /// Makes a file of the account, if there is one of that name, a file of the session.
    async fn fetch(&self, name: String) -> Result<(), Refusal> {
        match stored(&self.areas, name.clone()).await? {
            Some(file) => self.files.keep_copy(&self.browser, &name, &file).map(drop),
            None => Ok(()),
        }
    }

    async fn carry_out(
        &self,
        known: &HashMap<String, Known>,
        action: &Action,
        sent: &Map<String, Value>,
        only: Option<&Only>,
    ) -> Value {
        let begun = clock::now();
        let uploads = self.uploads(action).await;
        let driver = Driver { browser: &self.browser, known, uploads: &uploads, only };
        let outcome = execute(&driver, action).await;
        let seen = action.on().and_then(|on| known.get(on.id()));
        let sent = named(complete(sent), seen);
        let mut answer = json!({ "started_at": begun, "ended_at": clock::now(), "action": sent });
        match outcome {
            Ok(done) => {
                answer["success"] = true.into();
                answer["message"] = done.message.into();
                if let Some(text) = done.text {
                    answer["data"] = json!({ "markdown": text, "structured": null });
                }
            }
            Err(failure) => {
                answer["success"] = false.into();
                answer["message"] = failure.message.clone().into();
                answer["exception"] = format!("{}: {}", failure.kind, failure.message).into();
                answer["exception_detail"] = failure.detail();
            }
        }
        self.recording.want();
        answer
    }

    /// Runs something that needs the page for itself.
    pub(crate) async fn with_page<T>(&self, work: impl Future<Output = T>) -> Result<T, Refusal> {
        let alone = async {
            let _page = self.known.lock().await;
            work.await
        };
        self.while_alive(alone).await
    }

    /// The session as answers give it. `origin` is this server's address.
    pub(crate) fn describe(&self, origin: &str) -> Value {
        let state = self.state();
        let (status, reason) = state.end.map_or(("active", None), |(end, _)| (end.status(), Some(end.reason())));
        let closed = state.end.map(|(_, at)| at);
        let lived: SignedDuration = closed.unwrap_or_else(Timestamp::now).duration_since(self.created);
        let (width, height) = self.start.viewport();
        let (sent, received) = self.browser.with_traffic(|traffic| (traffic.sent, traffic.received));
        let alive = state.end.is_none();
        json!({
            "session_id": self.id,
            "idle_timeout_minutes": self.start.idle(),
            "timeout_minutes": self.start.idle(),
            "max_duration_minutes": self.start.maximum(),
            "created_at": clock::written(self.created),
            "closed_at": closed.map(clock::written),
            "last_accessed_at": clock::written(state.accessed),
            "duration": format!("PT{:.6}S", lived.as_secs_f64()),
            "status": status,
            "close_reason": reason,
            "steps": state.steps,
            "error": (state.end.map(|(end, _)| end) == Some(End::BrowserLost)).then(|| self.browser.loss()),
            "proxies": self.start.is_proxied(),
            "browser_type": "chromium",
            "network_request_bytes": sent,
            "network_response_bytes": received,
            "user_agent": self.start.user_agent,
            "viewport_width": width,
            "viewport_height": height,
            "solve_captchas": false,
            "cdp_url": alive.then(|| self.socket(origin, "cdp")),
            "viewer_url": alive.then(|| self.viewer(origin)),
            "web_bot_auth": false,
            "auth_ids": [],
            "system_hidden": false,
        })
    }

    /// What the dashboard shows of it all the time.
    pub(crate) fn overview(&self, origin: &str) -> Value {
        let (idle, maximum) = self.left();
        let state = self.state();
        let (status, reason) = state.end.map_or(("active", None), |(end, _)| (end.status(), Some(end.reason())));
        let alive = state.end.is_none();
        json!({
            "session_id": self.id,
            "status": status,
            "close_reason": reason,
            "created_at": clock::written(self.created),
            "step_count": state.steps.len(),
            "idle_left_seconds": idle.as_secs(),
            "maximum_left_seconds": maximum.as_secs(),
            "cdp_url": alive.then(|| self.socket(origin, "cdp")),
            "viewer_url": alive.then(|| self.viewer(origin)),
        })
    }

    /// How long it lives yet: unless it is used, and at most.
    fn left(&self) -> (Duration, Duration) {
        let state = self.state();
        let used = if state.busy > 0 { Instant::now() } else { state.used };
        let until = |end: Instant| end.saturating_duration_since(Instant::now());
        let maximum = until(self.born + self.minute * self.start.maximum());
        (until(used + self.minute * self.start.idle()).min(maximum), maximum)
    }

    /// Where it can be looked at without a key.
    pub(crate) fn viewer(&self, origin: &str) -> String {
        format!("{origin}/sessions/{}/viewer?token={}", self.id, self.token)
    }

    /// A link to something of the session, which needs no key.
    pub(crate) fn link(&self, origin: &str, name: &str) -> String {
        format!("{origin}/sessions/{}/links/{name}?token={}", self.id, self.token)
    }

    /// Address of one of its WebSockets.
    pub(crate) fn socket(&self, origin: &str, name: &str) -> String {
        let host = origin.trim_start_matches("http://");
        format!("ws://{host}/sessions/{}/debug/{name}?token={}", self.id, self.token)
    }
}
