//! `SessionBuilder`: what a session is to be like.

use std::{
    collections::BTreeMap,
    fmt,
    future::{Future, IntoFuture},
    mem,
    pin::Pin,
    time::Duration,
};

use notte_api::{
    types::{self, AspectRatio, BrowserType, ProxySettings, SessionProfile, SessionStartRequest, builder},
    wire::{Open, Secret},
};
use serde_json::{Map, Value};

use super::{Proxies, Session, check};
use crate::{
    Error, Notte, ProfileId, Result, VaultId,
    call::{Caller, Policy},
};

/// Sets up a session. `.await` starts it; [`scope`](Self::scope) starts it, runs something in it, and stops it.
///
/// Only what is set is sent: the service's defaults stay the service's. Known limits are checked before anything is
/// sent; [`unchecked`](Self::unchecked) leaves that to the service.
///
/// ```no_run
/// # use std::time::Duration;
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// let session = notte.session().viewport(1280, 720).idle_timeout(Duration::from_secs(120)).await?;
/// session.stop().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a session is started by `.await` or `.scope(…)`"]
pub struct SessionBuilder {
    pub(super) notte: Notte,
    request: builder::SessionStartRequest,
    headers: BTreeMap<String, Secret<String>>,
    proxies: Vec<types::Proxy>,
    profile: Option<ProfileId>,
    persist_profile: Option<bool>,
    waits_for_auth: bool,
    captcha_timeout: Option<Duration>,
    extra: Map<String, Value>,
    wrong: Option<String>,
    unchecked: bool,
    policy: Policy,
}

impl SessionBuilder {
    pub(crate) fn new(notte: Notte) -> Self {
        let policy = notte.policy().clone();
        Self {
            notte,
            request: builder::SessionStartRequest::default(),
            headers: BTreeMap::new(),
            proxies: Vec::new(),
            profile: None,
            persist_profile: None,
            waits_for_auth: false,
            captcha_timeout: None,
            extra: Map::new(),
            wrong: None,
            unchecked: false,
            policy,
        }
    }

    /// Which browser to start.
    pub fn browser(mut self, browser: impl Into<Open<BrowserType>>) -> Self {
        self.request = self.request.browser_type(Into::<Open<BrowserType>>::into(browser));
        self
    }

    /// Size of the page area in pixels.
    pub fn viewport(mut self, width: u32, height: u32) -> Self {
        self.request = self.request.viewport_width(width);
        self.request = self.request.viewport_height(height);
        self
    }

    /// Shape of the page area, in place of its size.
    pub fn aspect_ratio(mut self, ratio: impl Into<Open<AspectRatio>>) -> Self {
        self.request = self.request.aspect_ratio(Into::<Open<AspectRatio>>::into(ratio));
        self
    }

    /// After how long without an operation the session is closed. The service counts in minutes: this is rounded up.
    /// It is what a session costs at most whose process was killed.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        let minutes = self.minutes("idle_timeout", timeout);
        self.request = self.request.idle_timeout_minutes(minutes);
        self
    }

    /// After how long the session is closed, used or not. The service counts in minutes: this is rounded up.
    pub fn max_duration(mut self, duration: Duration) -> Self {
        let minutes = self.minutes("max_duration", duration);
        self.request = self.request.max_duration_minutes(minutes);
        self
    }

    /// Sets through which proxies the browser connects: `true` for the service's own, `false` for none, the two letters
    /// of a country, one proxy, or a list of them.
    ///
    /// ```no_run
    /// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
    /// use notte_ext::{NotteProxy, TailnetProxy};
    ///
    /// let in_france = notte.session().proxies("fr").await?;
    /// let at_home = notte.session().proxies(TailnetProxy::new("client-id", "secret").exit_node("nas")).await?;
    /// let either = notte.session().proxies([NotteProxy::country("fr"), NotteProxy::country("pt")]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn proxies(mut self, proxies: impl Into<Proxies>) -> Self {
        self.request = self.request.proxies(ProxySettings::from(proxies.into()));
        self
    }

    /// A proxy to connect through, beside those named before.
    pub fn proxy(mut self, proxy: impl Into<types::Proxy>) -> Self {
        self.proxies.push(proxy.into());
        self
    }

    /// Whether the service tries to solve captchas by itself.
    pub fn solve_captchas(mut self, solve: bool) -> Self {
        self.request = self.request.solve_captchas(solve);
        self
    }

    /// Whether advertisements are blocked.
    pub fn block_ads(mut self, block: bool) -> Self {
        self.request = self.request.block_ads(block);
        self
    }

    /// Whether the browser hides more of what shows that it is automated.
    pub fn advanced_stealth(mut self, stealth: bool) -> Self {
        self.request = self.request.advanced_stealth(stealth);
        self
    }

    /// User agent that the browser shows.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.request = self.request.user_agent(Into::<String>::into(user_agent));
        self
    }

    /// A header that the browser adds to every request it makes.
    pub fn extra_http_header(mut self, name: impl Into<String>, value: impl Into<Secret<String>>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Command line arguments for the browser, in place of the service's own.
    pub fn chrome_args<S: Into<String>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.request = self.request.chrome_args(args.into_iter().map(Into::into).collect::<Vec<String>>());
        self
    }

    /// DevTools address of a browser that runs elsewhere, to be used in place of a new one.
    pub fn cdp_url(mut self, url: impl Into<Secret<String>>) -> Self {
        self.request = self.request.cdp_url(Into::<Secret<String>>::into(url));
        self
    }

    /// Sets the browser profile whose saved state the session starts with.
    pub fn profile(mut self, id: impl Into<ProfileId>) -> Self {
        self.profile = Some(id.into());
        self
    }

    /// Sets whether the session saves its state into the [profile](Self::profile) when it stops.
    pub fn persist_profile(mut self, persist: bool) -> Self {
        self.persist_profile = Some(persist);
        self
    }

    /// Sets the vault whose credentials may be filled in on pages.
    pub fn vault(mut self, id: impl Into<VaultId>) -> Self {
        self.request = self.request.vault_id(String::from(id.into()));
        self
    }

    /// Managed auth connections to log in with before the session is handed over.
    pub fn auth_ids<S: Into<String>>(mut self, ids: impl IntoIterator<Item = S>) -> Self {
        self.request = self.request.auth_ids(ids.into_iter().map(Into::into).collect::<Vec<String>>());
        self
    }

    /// How many more times a failed login of [`auth_ids`](Self::auth_ids) is tried.
    pub fn auth_retry(mut self, times: u32) -> Self {
        self.request = self.request.auth_retry(times);
        self
    }

    /// Whether the session counts as ready only after the logins of [`auth_ids`](Self::auth_ids) are done. Where the
    /// service does not wait for them itself, the start [does](crate::SessionHandle::wait_for_auth); if they fail, so does the start, and
    /// the session is stopped.
    pub fn wait_for_authentication(mut self, wait: bool) -> Self {
        self.waits_for_auth = wait;
        self.request = self.request.wait_for_authentication(wait);
        self
    }

    /// Whether the browser identifies itself to sites as a bot (Web Bot Auth).
    pub fn web_bot_auth(mut self, identify: bool) -> Self {
        self.request = self.request.web_bot_auth(identify);
        self
    }

    /// Meant for sessions in which a person shows the steps; the service does not document what it changes.
    pub fn demonstrate(mut self, demonstrate: bool) -> Self {
        self.request = self.request.demonstrate(demonstrate);
        self
    }

    /// Whether the browser runs without a window. Retired: newer servers refuse a request that has it.
    pub fn headless(mut self, headless: bool) -> Self {
        #[allow(deprecated, reason = "older servers know it")]
        {
            self.request = self.request.headless(headless);
        }
        self
    }

    /// Whether files can be exchanged with the session. Retired: newer servers always can, and refuse a request that
    /// has it.
    pub fn use_file_storage(mut self, storage: bool) -> Self {
        #[allow(deprecated, reason = "older servers know it")]
        {
            self.request = self.request.use_file_storage(storage);
        }
        self
    }

    /// Sets what is drawn on screenshots. Going away.
    pub fn screenshot_type(mut self, kind: ScreenshotType) -> Self {
        #[allow(deprecated, reason = "servers still accept it")]
        {
            self.request = self.request.screenshot_type(kind.as_str());
        }
        self
    }

    /// Changes the start request itself, for a field that has no method here.
    ///
    /// ```no_run
    /// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
    /// let session = notte.session().request(|request| request.viewport_width(1280)).await?;
    /// # session.stop().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(
        mut self,
        change: impl FnOnce(builder::SessionStartRequest) -> builder::SessionStartRequest,
    ) -> Self {
        self.request = change(self.request);
        self
    }

    /// An option of the start request that this version has no name for.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }

    /// Sets how long the start may take in all, in place of the client's own deadline. One attempt may take that long too.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.policy.deadline = deadline;
        self.policy.timeout = self.policy.timeout.max(deadline);
        self
    }

    /// How long the service may take to solve a captcha that is in the way of an action; three minutes if this is not set.
    pub fn captcha_timeout(mut self, timeout: Duration) -> Self {
        self.captcha_timeout = Some(timeout);
        self
    }

    /// Leaves limits to the service to check.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    fn minutes(&mut self, option: &str, duration: Duration) -> Option<i64> {
        let minutes = check::whole_minutes(duration);
        if minutes.is_none() {
            self.wrong = Some(format!("{option} must be longer than nothing"));
        }
        minutes
    }

    /// What is sent, checked unless told otherwise.
    pub(crate) fn take_request(&mut self) -> Result<SessionStartRequest> {
        let refuse = |why: String| Error::invalid(why).in_operation("session_start");
        if let Some(why) = self.wrong.take() {
            return Err(refuse(why));
        }
        let mut request = mem::take(&mut self.request);
        match (self.profile.take(), self.persist_profile.take()) {
            (Some(id), persist) => {
                request = request.profile(SessionProfile::builder().id(String::from(id)).persist(persist));
            }
            (None, Some(_)) => return Err(refuse("persist_profile needs a profile".into())),
            (None, None) => {}
        }
        if !self.headers.is_empty() {
            request = request.extra_http_headers(mem::take(&mut self.headers));
        }
        if !self.proxies.is_empty() {
            request = request.proxies(ProxySettings::from(mem::take(&mut self.proxies)));
        }
        let request = SessionStartRequest::try_from(request.extra(mem::take(&mut self.extra))).map_err(refuse)?;
        if !self.unchecked {
            check::check(&request).map_err(refuse)?;
        }
        Ok(request)
    }

    pub(super) async fn start(mut self) -> Result<Session> {
        let request = self.take_request()?;
        let Self { notte, policy, waits_for_auth, captcha_timeout, .. } = self;
        let caller = Caller { policy, ..notte.caller() };
        let (lease, started) = notte.cleanup().start_session(request, caller).await?;
        let session = Session::new(notte.clone(), lease, Some(started)).with_captcha_timeout(captcha_timeout);
        if waits_for_auth
            && session.is_authenticating()
            && let Err(error) = session.wait_for_auth().await
        {
            session.failed();
            return Err(error);
        }
        Ok(session)
    }
}

impl IntoFuture for SessionBuilder {
    type Output = Result<Session>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Session>> + Send>>;

    /// Starts the session.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.start())
    }
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder").field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// What is drawn on screenshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScreenshotType {
    /// The page alone.
    Raw,
    /// The page with all its elements marked.
    Full,
    /// The page with the element of the last action marked.
    LastAction,
}

impl ScreenshotType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Full => "full",
            Self::LastAction => "last_action",
        }
    }
}
