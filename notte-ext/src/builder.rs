//! Sets up a client: key, address, policy, clean-up.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use notte_api::{
    Client, ClientBuilder,
    reqwest::{self, header::HeaderMap},
    wire::Secret,
};

use crate::{
    Error, ErrorKind, Notte, Result, Retry,
    agents::Sockets,
    call::Policy,
    cleanup::{Cleanup, Setup},
    client::Inner,
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
    stop_on_signals: bool,
    drop_wait: Duration,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            client: Client::builder(),
            policy: Policy::standard(),
            ledger: None,
            max_live_sessions: None,
            stop_on_signals: false,
            drop_wait: DROP_WAIT,
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

    /// Asked before every attempt for headers to send with it, such as a trace context:
    ///
    /// ```
    /// # let inject_trace_context = |_: &mut notte_ext::notte_api::reqwest::header::HeaderMap| {};
    /// let notte = notte_ext::Notte::builder().api_key("key").headers_with(move |headers| inject_trace_context(headers));
    /// ```
    ///
    /// It runs in the span of the attempt, below the span that the call was made in, and must not block. A session is
    /// started and stopped in the background on the client's own thread, which has the span but no other state of the
    /// caller's thread. The headers are not sent on to another origin.
    pub fn headers_with(mut self, stamp: impl Fn(&mut HeaderMap) + Send + Sync + 'static) -> Self {
        self.client = self.client.headers_with(stamp);
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

    /// How many sessions of this client may live at once. Starting one more waits for one to end, up to the deadline.
    pub fn max_live_sessions(mut self, most: usize) -> Self {
        self.max_live_sessions = Some(most);
        self
    }

    /// Keeps a ledger of live sessions in this folder, so that [`Sessions::sweep`](crate::Sessions::sweep) can stop
    /// what a process leaves behind that was killed. Several processes can share the folder.
    pub fn ledger(mut self, folder: impl Into<PathBuf>) -> Self {
        self.ledger = Some(folder.into());
        self
    }

    /// Stops the sessions of this client when the process is asked to end by SIGINT (Ctrl-C) or SIGTERM, within ten
    /// seconds, and then ends it with the exit code that a shell expects (130, 143). On Windows, it is Ctrl-C alone.
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
        let api = builder.clone().build().map_err(Error::config)?;
        let setup = Setup {
            connections: builder.clone(),
            ledger: self.ledger,
            max_live_sessions: self.max_live_sessions,
            stop_on_signals: self.stop_on_signals,
            drop_wait: self.drop_wait,
        };
        let cleanup = Cleanup::start(setup).map_err(|error| {
            Error::new(ErrorKind::Config, format!("the clean-up of sessions cannot start: {error}"))
        })?;
        let sockets = Sockets::new(builder);
        let budget = Arc::new(Budget::standard());
        Ok(Notte::with(Inner { api, policy: self.policy, budget, cleanup, sockets }))
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
