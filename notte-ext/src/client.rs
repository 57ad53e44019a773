//! `Notte`: the handle that everything starts from.

use std::{
    borrow::Borrow,
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use notte_api::{Client, Operation, ResponseValue, reqwest::Method, types::HealthResponse, wire::Secret};

use crate::{
    Agents, Builder, Call, Error, Functions, ManagedAuth, OnAttempt, Options, Personas, Profiles, Request, Result,
    ScrapeHtml, ScrapeUrl, Search, Secrets, SessionBuilder, Sessions, Shutdown, Usage, Vaults,
    agents::Sockets,
    call::{Caller, Policy},
    cleanup::Cleanup,
    keys::Keys,
    retry::Budget,
};

/// A client of Notte. Cheap to clone; all clones share connections, the retry budget, and the clean-up of sessions.
///
/// Dropping the last clone waits until sessions that were let go of are stopped, for
/// [a few seconds at most](Builder::drop_wait): a process that ends takes the clean-up with it. [`Notte::shutdown`] waits
/// without blocking, and reports.
#[doc(alias = "NotteClient")]
#[derive(Clone)]
pub struct Notte(Arc<Inner>);

/// What is of one handle: whom its calls are made for, and how.
#[derive(Clone)]
struct Inner {
    api: Client,
    policy: Policy,
    keys: Option<Arc<Keys>>,
    shared: Arc<Shared>,
}

/// What all handles of a client share.
pub(crate) struct Shared {
    pub(crate) budget: Arc<Budget>,
    pub(crate) hook: Option<Arc<dyn OnAttempt>>,
    pub(crate) cleanup: Cleanup,
    pub(crate) sockets: Sockets,
}

impl Notte {
    /// A client set up by `NOTTE_API_KEY` and, if it is set, `NOTTE_API_URL`.
    ///
    /// # Errors
    /// There is no key, or one of the two cannot be used.
    pub fn from_env() -> Result<Self> {
        Self::builder().env().build()
    }

    /// A client of the Notte cloud.
    ///
    /// # Errors
    /// The key is empty or cannot be sent in a header.
    pub fn new(api_key: impl Into<notte_api::wire::Secret<String>>) -> Result<Self> {
        Self::builder().api_key(api_key).build()
    }

    /// Sets up a client.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Returns a handle whose calls have these options. It is cheap, and shares everything else with this one:
    /// connections, the retry budget, the clean-up of sessions.
    #[must_use]
    pub fn with_options(&self, options: Options) -> Self {
        Self(Arc::new(Inner { policy: options.applied_to(&self.0.policy), ..(*self.0).clone() }))
    }

    /// Returns a handle that uses another API key, as a service does that acts for many tenants. It is cheap, and shares
    /// everything else with this one: connections, the retry budget, the clean-up of sessions. A session is stopped
    /// with the key that started it.
    ///
    /// # Errors
    /// The key is empty or is not a valid header value.
    pub fn with_key(&self, api_key: impl Into<Secret<String>>) -> Result<Self> {
        let api = self.0.api.with_key(api_key).map_err(Error::config)?;
        Ok(Self(Arc::new(Inner { api, keys: None, ..(*self.0).clone() })))
    }

    /// Returns a handle whose API key comes from `provider`, as [`Builder::key_provider`] does.
    #[must_use]
    pub fn with_key_provider<F, A, K, E>(&self, provider: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<K, E>> + Send + 'static,
        K: Into<Secret<String>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let keys = Some(Arc::new(Keys::new(provider)));
        Self(Arc::new(Inner { api: self.0.api.without_key(), keys, ..(*self.0).clone() }))
    }

    /// Sets up a session: `.await` starts it and gives a guard, [`scope`](SessionBuilder::scope) starts it, runs
    /// something in it, and stops it.
    pub fn session(&self) -> SessionBuilder {
        SessionBuilder::new(self.clone())
    }

    /// The sessions that exist: lists, handles on running ones, sweeps.
    pub fn sessions(&self) -> Sessions {
        Sessions::new(self.clone())
    }

    /// Browser profiles: state, such as cookies, that outlives a session.
    pub fn profiles(&self) -> Profiles {
        Profiles::new(self.clone())
    }

    /// Vaults: logins and payment cards that are filled in on pages.
    pub fn vaults(&self) -> Vaults {
        Vaults::new(self.clone())
    }

    /// Personas: identities with a mailbox, a phone number, a vault.
    pub fn personas(&self) -> Personas {
        Personas::new(self.clone())
    }

    /// Functions: Python programs that run on the service.
    pub fn functions(&self) -> Functions {
        Functions::new(self.clone())
    }

    /// Values that the service keeps, such as the variables of functions.
    pub fn secrets(&self) -> Secrets {
        Secrets::new(self.clone())
    }

    /// What was used, and what it cost.
    pub fn usage(&self) -> Usage {
        Usage::new(self.clone())
    }

    /// Logins to sites that the service keeps alive for sessions.
    pub fn managed_auth(&self) -> ManagedAuth {
        ManagedAuth::new(self.clone())
    }

    /// Reads the page at an address, in one call.
    pub fn scrape(&self, url: impl Into<String>) -> ScrapeUrl {
        ScrapeUrl::new(self.clone(), url.into())
    }

    /// Takes data out of the HTML of a page, which came from this address: links in it are relative to it.
    pub fn scrape_from_html(&self, url: impl Into<String>, html: impl Into<String>) -> ScrapeHtml {
        ScrapeHtml::new(self.clone(), url.into(), html.into())
    }

    /// Searches the web.
    pub fn search(&self, query: impl Into<String>) -> Search {
        Search::new(self.clone(), query.into())
    }

    /// The agents that exist: lists, and handles on them. [`SessionHandle::agent`](crate::SessionHandle::agent) starts new ones.
    pub fn agents(&self) -> Agents {
        Agents::new(self.clone())
    }

    /// The generated client, with every operation of the API. What it sends itself has no retries; give its requests to
    /// [`call`](Self::call) instead.
    pub fn api(&self) -> &Client {
        &self.0.api
    }

    /// Makes a call of any generated operation, with retries, a deadline and this crate's error.
    ///
    /// ```no_run
    /// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
    /// let status = notte.call(notte.api().session_status().session_id("s-1")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn call<'a, O>(&'a self, operation: O) -> Call<'a, O> {
        Call::new(self, operation)
    }

    /// Requests any path of the API, also one that this version has no operation for: `.await` returns the JSON of the
    /// response. The request has the retries, the deadline and the error of every other call.
    ///
    /// ```no_run
    /// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
    /// use notte_ext::notte_api::reqwest::Method;
    ///
    /// let sessions = notte.request(Method::GET, "/sessions").query("page_size", "10").await?;
    /// println!("{}", sessions["items"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: impl Borrow<Method>, path: impl AsRef<str>) -> Request<'_> {
        Request::new(self, method.borrow(), path.as_ref())
    }

    /// As [`call`](Self::call), with the status and headers beside the value.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// # Cancel safety
    /// Dropping the future closes the connection. The service may have done what it was asked to.
    pub async fn call_raw<'a, O: Operation + 'a>(&'a self, operation: O) -> Result<ResponseValue<O::Output>> {
        self.call(operation).raw().await
    }

    /// Whether the service is up. It needs no key.
    ///
    /// # Errors
    /// The service is down or cannot be reached.
    pub async fn health(&self) -> Result<HealthResponse> {
        self.call(self.api().health_check()).await
    }

    /// Whether the service takes work. It needs no key.
    ///
    /// # Errors
    /// The service is not ready or cannot be reached.
    pub async fn ready(&self) -> Result<HealthResponse> {
        self.call(self.api().ready_check()).await
    }

    /// How many sessions of this client have not been seen to end.
    pub fn live_sessions(&self) -> usize {
        self.cleanup().live()
    }

    /// How many retries are left in the budget of this client; it refills with time.
    pub fn retries_left(&self) -> u32 {
        self.0.shared.budget.left(Instant::now())
    }

    /// Waits until every session that was let go of is stopped, for `timeout` at most. Sessions that are still held live
    /// on, and the client can still be used.
    ///
    /// # Cancel safety
    /// Dropping the future only stops waiting.
    pub async fn shutdown(&self, timeout: Duration) -> Shutdown {
        self.cleanup().shutdown(timeout).await
    }

    pub(crate) fn assemble(api: Client, policy: Policy, keys: Option<Keys>, shared: Shared) -> Self {
        Self(Arc::new(Inner { api, policy, keys: keys.map(Arc::new), shared: Arc::new(shared) }))
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// What the calls of this client are made with.
    pub(crate) fn caller(&self) -> Caller {
        let Inner { api, policy, keys, shared } = &*self.0;
        Caller {
            client: api.clone(),
            budget: Arc::clone(&shared.budget),
            policy: policy.clone(),
            keys: keys.clone(),
            hook: shared.hook.clone(),
        }
    }

    /// The same for what ends something: it draws on a budget of its own, which other calls cannot empty.
    pub(crate) fn closing_caller(&self) -> Caller {
        Caller { budget: self.cleanup().budget(), ..self.caller() }
    }

    pub(crate) fn cleanup(&self) -> &Cleanup {
        &self.0.shared.cleanup
    }

    pub(crate) fn sockets(&self) -> &Sockets {
        &self.0.shared.sockets
    }
}

impl fmt::Debug for Notte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notte")
            .field("base_url", &self.api().base_url())
            .field("live_sessions", &self.live_sessions())
            .finish_non_exhaustive()
    }
}

const _: () = {
    const fn travels<T: Send + Sync + Clone + 'static>() {}
    travels::<Notte>();
};
