//! The server as a value: started, asked for its address, stopped when dropped.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::agents::Llm;
use crate::announce::Announcement;
use crate::app::{App, Shared};
use crate::config::{Config, Quota, Source};
use crate::engine::{Grid, Pool};
use crate::{engine, net, server};

/// Why a server did not start.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "notte-local did not start: {}", self.0)
    }
}

impl std::error::Error for StartError {}

/// A running server. Dropping it ends it, its sessions and their browsers.
pub struct Local {
    app: Shared,
    task: JoinHandle<()>,
    port: u16,
    announcement: Option<Announcement>,
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Local {
    /// Starts a server on a free port of loopback, with the best browser that is installed.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound or the temporary directory not be written. That no browser is installed shows when a
    /// session starts.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// A server with other settings.
    pub fn builder() -> Builder {
        Builder(Config::default())
    }

    /// The address to give to clients, e.g. `http://127.0.0.1:4000`.
    #[must_use]
    pub fn url(&self) -> &str {
        self.app.origin()
    }

    /// The key that clients have to send: the one that was [set](Builder::api_key), else a random one. Who has it can run
    /// programs as the server's user.
    #[must_use]
    pub fn api_key(&self) -> &str {
        &self.app.key
    }

    /// A link that opens the dashboard in a browser, once. It does not have the key.
    #[must_use]
    pub fn dashboard_link(&self) -> String {
        self.app.dashboard_link()
    }

    /// Lets other programs of this user find the server with its key, through [`announced`](crate::announced), until it
    /// is dropped.
    ///
    /// # Errors
    ///
    /// When the user's state directory cannot be written, or another server is announced at the same port.
    pub fn announce(&mut self) -> std::io::Result<()> {
        self.announcement = Some(Announcement::make(self.url(), self.port, self.api_key())?);
        Ok(())
    }

    /// Ends the sessions that persist their profile, each with what its browser holds. Dropping the server would lose
    /// that. No session starts any more.
    pub async fn end(&self) {
        self.app.sessions.end().await;
    }

    /// Runs until the server ends by itself, which it does not do on purpose.
    pub async fn wait(&mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.task.abort();
        self.app.agents.stop();
        self.app.sessions.kill();
    }
}

/// Settings of a server.
#[must_use]
pub struct Builder(Config);

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("port", &self.0.port).finish_non_exhaustive()
    }
}

impl Builder {
    /// The address to bind. Loopback unless set. On another one the key and everything else is sent in clear text: put
    /// something that speaks TLS before it.
    pub fn address(mut self, address: IpAddr) -> Self {
        self.0.address = address;
        self
    }

    /// The port; a free one unless set.
    pub fn port(mut self, port: u16) -> Self {
        self.0.port = port;
        self
    }

    /// The browser to start; the best that is installed unless set.
    pub fn browser(mut self, path: impl Into<PathBuf>) -> Self {
        self.0.browser = Some(path.into());
        self
    }

    /// Takes browsers from the Selenium Grid 4 at this address, which may have user, password and a path, such as
    /// `https://user:password@grid.example/path`.
    ///
    /// # Errors
    ///
    /// When `url` is no address of http or https.
    pub fn grid(mut self, url: &str) -> Result<Self, StartError> {
        self.0.source = Source::Grid(Arc::new(Grid::new(url).map_err(StartError)?));
        Ok(self)
    }

    /// Takes browsers from this list, where they run already: addresses of the DevTools protocol, `ws` or `wss`, or those
    /// of browsers that were started with a debugging port, `http` or `https`. Each has one session at a time.
    ///
    /// # Errors
    ///
    /// When one is no such address.
    pub fn browsers(mut self, urls: &[String]) -> Result<Self, StartError> {
        self.0.source = Source::Pool(Pool::new(urls).map_err(StartError)?);
        Ok(self)
    }

    /// What the ids of sessions and agents begin with, so that a proxy before several servers can tell whose they are.
    ///
    /// # Errors
    ///
    /// When it has other characters than letters and digits.
    pub fn instance(mut self, name: &str) -> Result<Self, StartError> {
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
            return Err(StartError("the name of an instance is of letters and digits".to_owned()));
        }
        self.0.instance = Some(name.to_owned());
        Ok(self)
    }

    /// The key that clients have to send. Unless set it is random: [`Local::api_key`] returns it.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.0.api_key = Some(key.into());
        self
    }

    /// The directory to keep vaults, personas, profiles, secrets, functions and usage in; it is made when it is not
    /// there, and nobody else may enter it. Unless set, they are forgotten when the server ends.
    pub fn data(mut self, directory: impl Into<PathBuf>) -> Self {
        self.0.data = Some(directory.into());
        self
    }

    /// The language model of agents: any endpoint that speaks OpenAI's chat completions, such as
    /// `http://localhost:11434/v1`, the model's name there, and the key if one is needed.
    ///
    /// # Errors
    ///
    /// When `url` is no address.
    pub fn llm(mut self, url: &str, model: &str, key: Option<String>) -> Result<Self, StartError> {
        self.0.llm = Some(Llm::new(url, model, key).map_err(StartError)?);
        Ok(self)
    }

    /// Whether browsers and the server itself may connect to link-local and metadata addresses, such as 169.254.169.254,
    /// which give keys of a cloud machine to whoever asks. Refused unless set.
    pub fn allow_link_local(mut self, allowed: bool) -> Self {
        self.0.allow_link_local = allowed;
        self
    }

    /// How many bytes of files a session may hold, and the server in all: 1 GiB and 8 GiB unless set. What a page downloads
    /// beyond is cancelled, an upload refused; the files of the sessions that ended first make room for new ones.
    pub fn file_quota(mut self, session: u64, server: u64) -> Self {
        self.0.quota = Quota { session, server };
        self
    }

    /// How many sessions may be active at once; one more is answered with 429. 50 unless set.
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.0.max_sessions = sessions;
        self
    }

    /// How long a minute of session timeouts lasts: with less than a real one, tests see sessions time out quickly.
    pub fn minute(mut self, minute: Duration) -> Self {
        self.0.minute = minute;
        self
    }

    /// Starts the server on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// As [`Local::start`], when the key that was set is empty, and when the browser that was set does not exist.
    pub async fn start(self) -> Result<Local, StartError> {
        let config = self.0;
        if config.api_key.as_deref().is_some_and(|key| key.trim().is_empty()) {
            return Err(StartError("the API key is empty: leave it out for a random one".to_owned()));
        }
        if !config.address.is_loopback() {
            tracing::warn!("{} is plain http: put something that speaks TLS before it", config.address);
        }
        if let Some(path) = &config.browser {
            engine::find(Some(path)).map_err(StartError)?;
        }
        if let Some(llm) = config.llm.as_ref().filter(|_| !config.allow_link_local) {
            net::check(llm.url()).await.map_err(|reason| StartError(format!("the language model: {reason}")))?;
        }
        if matches!(config.source, Source::Here) && !engine::is_sandboxed() {
            tracing::warn!(
                "started as root: browsers run without their sandbox, so a page that breaks out of one is root here; \
                 start notte-local as another user"
            );
        }
        let failed = |error: std::io::Error| StartError(error.to_string());
        let listener = TcpListener::bind(SocketAddr::new(config.address, config.port)).await.map_err(failed)?;
        let bound = listener.local_addr().map_err(failed)?;
        let app = Arc::new(App::new(config).map_err(|error| StartError(error.to_string()))?);
        app.bound(format!("http://{bound}"));
        app.sessions.end_orphans().await;
        let service = server::service(app.clone());
        let task = tokio::spawn(server::serve(listener, service));
        Ok(Local { app, task, port: bound.port(), announcement: None })
    }
}
