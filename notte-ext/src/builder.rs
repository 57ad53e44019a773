//! Sets up a client: key, address, policy, clean-up.

use std::{fmt, future::Future, path::PathBuf, sync::Arc, time::Duration};

use notte_api::{Client, ClientBuilder, reqwest, wire::Secret};

use crate::{
    Error, ErrorKind, Notte, OnAttempt, Result, Retry,
    agents::Sockets,
    call::Policy,
    cleanup::{Cleanup, Setup},
    client::Shared,
    keys::Keys,
    retry::Budget,
};

const DROP_WAIT: Duration = Duration::from_secs(5);

/// Sets up a [`Notte`]. `Debug` does not show the key.
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    client: ClientBuilder,
    policy: Policy,
    ledger: Option<PathBuf>,
    max_live_sessions: Option<usize>,
    queue_timeout: Option<Duration>,
    stop_on_signals: bool,
    drop_wait: Duration,
    keys: Option<Keys>,
    hook: Option<Arc<dyn OnAttempt>>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            client: Client::builder(),
            policy: Policy::standard(),
            ledger: None,
            max_live_sessions: None,
            queue_timeout: None,
            stop_on_signals: false,
            drop_wait: DROP_WAIT,
            keys: None,
            hook: None,
        }
    }

    /// The API key. Keys come from <https://console.notte.cc>.
    pub fn api_key(mut self, key: impl Into<Secret<String>>) -> Self {
        self.client = self.client.api_key(key);
        self
    }

    /// Does without a key. Such a client can only ask whether the service is up.
    pub fn without_key(mut self) -> Self {
        self.client = self.client.without_key();
        self
    }

    /// Where requests go; by default `https://api.notte.cc`. Plain http is for loopback hosts only.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.client = self.client.base_url(url);
        self
    }

    /// Lets the key be sent in clear text, to a base URL of plain http on any host.
    pub fn allow_insecure_http(mut self) -> Self {
        self.client = self.client.allow_insecure_http();
        self
    }

    /// What the service is told about where requests come from; by default `sdk-rust`.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.client = self.client.origin(origin);
        self
    }

    /// The `User-Agent`; by default `notte-rust/` and the version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.client = self.client.user_agent(user_agent);
        self
    }

    /// Takes what is not set yet from `NOTTE_API_KEY` and `NOTTE_API_URL`.
    pub fn env(mut self) -> Self {
        self.client = self.client.env();
        self
    }

    /// A header for every request, in place of one of that name. It is not sent on to another origin.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.client = self.client.header(name, value);
        self
    }

    /// Takes API keys from `provider`, an asynchronous function: the first one, unless [`api_key`](Self::api_key) sets
    /// it, and another one when the service refuses a key (401). The refused call is retried once with it. Calls that
    /// need a key at the same time share one request to the provider.
    pub fn key_provider<F, A, K, E>(mut self, provider: F) -> Self
    where
        F: Fn() -> A + Send + Sync + 'static,
        A: Future<Output = Result<K, E>> + Send + 'static,
        K: Into<Secret<String>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.keys = Some(Keys::new(provider));
        self
    }

    /// Has `hook` called before and after every attempt of every call, for metrics and traces. It may add headers, such
    /// as a trace context; a closure is enough for that:
    ///
    /// ```
    /// # let inject_trace_context = |_: &mut notte_ext::notte_api::reqwest::header::HeaderMap| {};
    /// use notte_ext::notte_api::reqwest::header::HeaderMap;
    ///
    /// let notte = notte_ext::Notte::builder()
    ///     .api_key("key")
    ///     .on_attempt(move |headers: &mut HeaderMap| inject_trace_context(headers));
    /// ```
    ///
    /// It is called in the span of the attempt, which is below the span of the call. Stops in the background run on the
    /// client's own thread.
    pub fn on_attempt(mut self, hook: impl OnAttempt + 'static) -> Self {
        self.hook = Some(Arc::new(hook));
        self
    }

    /// Sends everything through a proxy: `http://user:password@host:port`. Without one, the environment decides
    /// (`HTTPS_PROXY`, `NO_PROXY` and their like). Which proxy a browser uses is the session's to say.
    pub fn proxy(mut self, url: impl Into<Secret<String>>) -> Self {
        self.client = self.client.proxy(url);
        self
    }

    /// How connections are made: certificates, pools, special proxies. It is asked more than once, since clean-up has
    /// connections of its own, which outlive every runtime of the caller. That, and the rules for redirects, which keep the key at
    /// home, are why a finished `reqwest::Client` is not taken.
    ///
    /// Set a connect timeout there, or a host that does not answer counts as a request that may have been sent.
    pub fn http(mut self, http: impl Fn() -> reqwest::ClientBuilder + Send + Sync + 'static) -> Self {
        self.client = self.client.http(http);
        self
    }

    /// When calls are sent again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.policy.retry = retry;
        self
    }

    /// How long a call may take in all, attempts and waits together; by default 120 s.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.policy.deadline = deadline;
        self
    }

    /// How long one attempt may take; by default 60 s. For a stream, it is how long one read may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.policy.timeout = timeout;
        self
    }

    /// Limits how many sessions of this client may live at once. Starting one more waits for one to end, for
    /// [`queue_timeout`](Self::queue_timeout) at most.
    pub fn max_live_sessions(mut self, most: usize) -> Self {
        self.max_live_sessions = Some(most);
        self
    }

    /// Sets how long a start waits for a session to end when [`max_live_sessions`](Self::max_live_sessions) live; by
    /// default, up to the deadline of the start. It then fails with
    /// [`ErrorKind::SessionLimit`]. The wait is not part of the deadline if this is set.
    pub fn queue_timeout(mut self, timeout: Duration) -> Self {
        self.queue_timeout = Some(timeout);
        self
    }

    /// Keeps a ledger of live sessions in this folder, so that [`Sessions::sweep`](crate::Sessions::sweep) can stop
    /// what a process leaves behind that was killed. Several processes can share the folder.
    pub fn ledger(mut self, folder: impl Into<PathBuf>) -> Self {
        self.ledger = Some(folder.into());
        self
    }

    /// Stops the sessions of every client of the process when it is asked to end by SIGINT (Ctrl-C) or SIGTERM, also
    /// those whose start is under way, within ten seconds. Then the process ends with the exit code that a shell expects
    /// (130, 143). On Windows, only Ctrl-C is handled.
    ///
    /// This takes these signals over from the rest of the program: a service that has its own way to end calls
    /// [`Notte::shutdown`] there instead.
    pub fn stop_on_signals(mut self) -> Self {
        self.stop_on_signals = true;
        self
    }

    /// How long dropping the last handle of the client may wait for sessions that are being stopped; by default 5 s.
    /// [`Duration::ZERO`] never waits.
    pub fn drop_wait(mut self, wait: Duration) -> Self {
        self.drop_wait = wait;
        self
    }

    /// The client. It starts a thread for clean-up, which ends with the client.
    ///
    /// # Errors
    /// There is no key; the key, the base URL, the origin, the user agent, a header or the proxy cannot be used; the
    /// ledger's folder cannot be made; or there is no thread to be had. No error repeats a key.
    pub fn build(self) -> Result<Notte> {
        let builder = self.client.timeout(self.policy.timeout);
        let builder = if self.keys.is_some() { builder.key_is_optional() } else { builder };
        let api = builder.clone().build().map_err(Error::config)?;
        let setup = Setup {
            connections: builder.clone(),
            ledger: self.ledger,
            max_live_sessions: self.max_live_sessions,
            queue_timeout: self.queue_timeout,
            stop_on_signals: self.stop_on_signals,
            drop_wait: self.drop_wait,
        };
        let cleanup = Cleanup::start(setup).map_err(|error| {
            Error::new(ErrorKind::Config, format!("the clean-up of sessions cannot start: {error}"))
        })?;
        let sockets = Sockets::new(builder);
        let budget = Arc::new(Budget::standard());
        let shared = Shared { budget, hook: self.hook, cleanup, sockets };
        Ok(Notte::assemble(api, self.policy, self.keys, shared))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("client", &self.client)
            .field("policy", &self.policy)
            .field("ledger", &self.ledger)
            .field("max_live_sessions", &self.max_live_sessions)
            .field("stop_on_signals", &self.stop_on_signals)
            .finish_non_exhaustive()
    }
}
