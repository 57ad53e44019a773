//! Sets up a client: key, address, policy, clean-up.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use notte_api::{Client, reqwest, wire::Secret};

use crate::{
    Error, ErrorKind, Notte, Result, Retry,
    call::Policy,
    cleanup::{Cleanup, Setup},
    client::Inner,
    retry::Budget,
};

const DROP_WAIT: Duration = Duration::from_secs(5);

type Http = Box<dyn Fn() -> reqwest::ClientBuilder + Send + Sync>;

/// Sets up a [`Notte`]. `Debug` does not show the key.
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    api_key: Option<Secret<String>>,
    without_key: bool,
    base_url: Option<String>,
    allow_insecure_http: bool,
    origin: Option<String>,
    user_agent: Option<String>,
    env: bool,
    http: Option<Http>,
    policy: Policy,
    ledger: Option<PathBuf>,
    max_live_sessions: Option<usize>,
    stop_on_signals: bool,
    drop_wait: Duration,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            api_key: None,
            without_key: false,
            base_url: None,
            allow_insecure_http: false,
            origin: None,
            user_agent: None,
            env: false,
            http: None,
            policy: Policy::standard(),
            ledger: None,
            max_live_sessions: None,
            stop_on_signals: false,
            drop_wait: DROP_WAIT,
        }
    }

    /// The API key. Keys come from <https://console.notte.cc>.
    pub fn api_key(mut self, key: impl Into<Secret<String>>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Does without a key. Such a client can only ask whether the service is up.
    pub fn without_key(mut self) -> Self {
        self.without_key = true;
        self
    }

    /// Where requests go; by default `https://api.notte.cc`. Plain http is for loopback hosts only.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Lets the key be sent in clear text, to a base URL of plain http on any host.
    pub fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// What the service is told about where requests come from; by default `sdk-rust`.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// The `User-Agent`.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Takes what is not set from `NOTTE_API_KEY` and `NOTTE_API_URL`.
    pub fn env(mut self) -> Self {
        self.env = true;
        self
    }

    /// How connections are made: proxies, certificates, pools. It is asked twice, since clean-up has connections of its
    /// own.
    ///
    /// Set a connect timeout there, or a host that does not answer counts as a request that may have been sent.
    pub fn http(mut self, http: impl Fn() -> reqwest::ClientBuilder + Send + Sync + 'static) -> Self {
        self.http = Some(Box::new(http));
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
    /// There is no key; the key, the base URL, the origin or the user agent cannot be used; the ledger's folder cannot
    /// be made; or there is no thread to be had. No error repeats a key.
    pub fn build(self) -> Result<Notte> {
        let api = self.client().map_err(Error::config)?;
        let setup = Setup {
            client: self.client().map_err(Error::config)?,
            policy: self.policy.clone(),
            ledger: self.ledger,
            max_live_sessions: self.max_live_sessions,
            stop_on_signals: self.stop_on_signals,
            drop_wait: self.drop_wait,
        };
        let cleanup = Cleanup::start(setup).map_err(|error| {
            Error::new(ErrorKind::Config, format!("the clean-up of sessions cannot start: {error}"))
        })?;
        Ok(Notte::with(Inner { api, policy: self.policy, budget: Arc::new(Budget::standard()), cleanup }))
    }

    fn client(&self) -> Result<Client, notte_api::Error> {
        let mut builder = Client::builder().timeout(self.policy.timeout);
        if let Some(key) = &self.api_key {
            builder = builder.api_key(key.clone());
        } else if self.without_key {
            builder = builder.without_key();
        }
        if let Some(url) = &self.base_url {
            builder = builder.base_url(url);
        }
        if self.allow_insecure_http {
            builder = builder.allow_insecure_http();
        }
        if let Some(origin) = &self.origin {
            builder = builder.origin(origin);
        }
        if let Some(user_agent) = &self.user_agent {
            builder = builder.user_agent(user_agent);
        }
        if let Some(http) = &self.http {
            builder = builder.http(http());
        }
        if self.env { builder.env().build() } else { builder.build() }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("policy", &self.policy)
            .field("ledger", &self.ledger)
            .field("max_live_sessions", &self.max_live_sessions)
            .field("stop_on_signals", &self.stop_on_signals)
            .finish_non_exhaustive()
    }
}
