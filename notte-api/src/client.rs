//! Builds a client: API key, base URL, origin, timeout, connections.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::header::{HeaderMap, HeaderValue};

use crate::{
    CallOptions, Client, Error, base_url,
    runtime::{Key, Runtime, Shared, Stamp},
    wire::Secret,
};

const DEFAULT_URL: &str = "https://api.notte.cc";
const DEFAULT_ORIGIN: &str = "sdk-rust";
const DEFAULT_AGENT: &str = concat!("notte-rust/", env!("CARGO_PKG_VERSION"));
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// After this time the connection counts as failed, so that a call that was certainly not sent can be retried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl Client {
    /// Creates a client of the Notte cloud.
    ///
    /// # Errors
    /// The key is empty or is not a valid header value.
    pub fn new(api_key: impl Into<Secret<String>>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// Creates a client from the environment variables `NOTTE_API_KEY` and, if it is set, `NOTTE_API_URL`.
    ///
    /// # Errors
    /// `NOTTE_API_KEY` is not set, or one of the two values is invalid.
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().env().build()
    }

    /// Returns a builder for a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Returns a clone of this client with other options. The clone is cheap and shares the connections.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self { inner: Runtime { call: options, ..self.inner.clone() }, ..self.clone() }
    }

    /// Returns a clone of this client that uses other connections, such as those of [`ClientBuilder::connect`].
    #[must_use]
    pub fn over(&self, connections: reqwest::Client) -> Self {
        Self { client: connections, ..self.clone() }
    }

    /// Returns a clone of this client that uses another API key, and shares the connections.
    ///
    /// # Errors
    /// The key is empty or is not a valid header value.
    pub fn with_key(&self, api_key: impl Into<Secret<String>>) -> Result<Self, Error> {
        Ok(self.keyed(key(&Credential::Key(api_key.into()))?))
    }

    /// Returns a clone of this client without an API key, which shares the connections.
    #[must_use]
    pub fn without_key(&self) -> Self {
        self.keyed(None)
    }

    fn keyed(&self, key: Option<Key>) -> Self {
        let shared = Arc::new(Shared { key, ..(*self.inner.shared).clone() });
        Self { inner: Runtime { shared, ..self.inner.clone() }, ..self.clone() }
    }

    /// Returns the API key; `None` for a client without one.
    pub fn api_key(&self) -> Option<Secret<String>> {
        self.inner.shared.key.as_ref().and_then(|key| key.plain.to_str().ok()).map(Secret::from)
    }

    /// Returns whether a text is the API key of this client, which must not be part of any URL.
    pub fn is_key(&self, text: &str) -> bool {
        self.inner.shared.key.as_ref().is_some_and(|key| key.plain.as_bytes() == text.as_bytes())
    }

    /// Returns the base URL of all requests, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.baseurl
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.baseurl)
            .field("origin", &self.inner.shared.origin)
            .finish_non_exhaustive()
    }
}

/// Builder of a [`Client`]. `Debug` does not print the key.
#[derive(Clone, Default)]
#[must_use]
pub struct ClientBuilder {
    key: Credential,
    base_url: Option<String>,
    allow_insecure_http: bool,
    origin: Option<String>,
    user_agent: Option<String>,
    timeout: Option<Duration>,
    headers: CallOptions,
    stamp: Option<Stamp>,
    proxy: Option<Secret<String>>,
    http: Option<Http>,
}

type Http = Arc<dyn Fn() -> reqwest::ClientBuilder + Send + Sync>;

#[derive(Clone, Default)]
enum Credential {
    #[default]
    Unset,
    Keyless,
    Key(Secret<String>),
}

impl ClientBuilder {
    /// Sets the API key. Keys are created at <https://console.notte.cc>.
    pub fn api_key(mut self, key: impl Into<Secret<String>>) -> Self {
        self.key = Credential::Key(key.into());
        self
    }

    /// Uses no API key. Such a client can call only the operations that need none, such as the health check.
    pub fn without_key(mut self) -> Self {
        self.key = Credential::Keyless;
        self
    }

    /// Uses no API key if none is set, in place of an error.
    pub fn key_is_optional(mut self) -> Self {
        if matches!(self.key, Credential::Unset) {
            self.key = Credential::Keyless;
        }
        self
    }

    /// Sets the base URL. The default is `https://api.notte.cc`. Plain http is accepted for loopback hosts only.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Accepts a base URL of plain http on any host, so that the key is sent in clear text.
    pub fn allow_insecure_http(mut self) -> Self {
        self.allow_insecure_http = true;
        self
    }

    /// Sets the origin that is reported to the service with each request. The default is `sdk-rust`.
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Sets the `User-Agent` header. The default is `notte-rust/` followed by the version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Sets the timeout of one attempt. The default is 60 s. [`CallOptions::timeout`] documents what it covers.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds a header to every request, replacing any header of that name. It is not sent to another origin after a
    /// redirect.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers = self.headers.header(name, value);
        self
    }

    /// Sets a function that returns additional headers for each request, such as a trace context. They are not sent to
    /// another origin after a redirect. The function is called in the span of the attempt and must not block.
    pub fn headers_with(mut self, stamp: impl Fn(&mut HeaderMap) + Send + Sync + 'static) -> Self {
        self.stamp = Some(Arc::new(stamp));
        self
    }

    /// Sends all requests through a proxy, given as `http://user:password@host:port`. The default is taken from the
    /// environment (`HTTPS_PROXY`, `NO_PROXY` and similar variables), except for a base URL that is plain http or names a
    /// loopback host: no proxy of the environment gets to see its key.
    pub fn proxy(mut self, url: impl Into<Secret<String>>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Sets a function that configures connections: certificates, pools, special proxies. It is called for each set of
    /// connections. It does not accept a finished `reqwest::Client`, because the client itself must control redirects
    /// and verbose logging.
    ///
    /// Set a connect timeout in it; otherwise a request to a host that does not respond counts as possibly sent. A
    /// timeout set in it also applies to whole streams. Default headers set in it are sent to any origin; use
    /// [`header`](Self::header) for headers that must not leave the base URL's origin.
    pub fn http(mut self, http: impl Fn() -> reqwest::ClientBuilder + Send + Sync + 'static) -> Self {
        self.http = Some(Arc::new(http));
        self
    }

    /// Reads `NOTTE_API_KEY` and `NOTTE_API_URL` for settings that are not set yet.
    pub fn env(self) -> Self {
        self.lookup(|name| std::env::var(name).ok())
    }

    fn lookup(mut self, variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name| variable(name).filter(|value| !value.trim().is_empty());
        if matches!(self.key, Credential::Unset) {
            self.key = set("NOTTE_API_KEY").map_or(Credential::Unset, |key| Credential::Key(key.into()));
        }
        self.base_url = self.base_url.or_else(|| set("NOTTE_API_URL"));
        self
    }

    /// Creates the client.
    ///
    /// # Errors
    /// The key is missing, or the key, the base URL, the origin, the user agent, a header or the proxy is invalid. The
    /// error does not repeat the value.
    pub fn build(self) -> Result<Client, Error> {
        let connections = self.connections()?;
        let baseurl = base_url::check(self.base_url.as_deref().unwrap_or(DEFAULT_URL), self.allow_insecure_http)
            .map_err(Error::config)?;
        let shared = Shared {
            key: key(&self.key)?,
            origin: header(self.origin.as_deref().unwrap_or(DEFAULT_ORIGIN), "origin")?,
            user_agent: header(self.user_agent.as_deref().unwrap_or(DEFAULT_AGENT), "user agent")?,
            timeout: self.timeout.unwrap_or(DEFAULT_TIMEOUT),
            headers: self.headers.checked().map_err(Error::config)?,
            stamp: self.stamp,
        };
        let client = built(connections)?;
        let inner = Runtime { shared: Arc::new(shared), call: CallOptions::default() };
        Ok(Client { baseurl, client, inner })
    }

    /// Returns new connections with these settings, which [`Client::over`] accepts.
    ///
    /// # Errors
    /// The settings of the connections or of the proxy are invalid.
    pub fn connect(&self) -> Result<reqwest::Client, Error> {
        built(self.connections()?)
    }

    /// Returns HTTP/1.1 connections with these settings for requests that are not operations, such as WebSocket
    /// upgrades. They add neither the key nor any header, and follow no redirects.
    ///
    /// # Errors
    /// The settings of the connections or of the proxy are invalid.
    pub fn upgradable(&self) -> Result<reqwest::Client, Error> {
        built(self.connections()?.http1_only())
    }

    fn connections(&self) -> Result<reqwest::ClientBuilder, Error> {
        let mut http = match &self.http {
            Some(connections) => connections(),
            None => reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT),
        };
        if let Some(url) = &self.proxy {
            let proxy = reqwest::Proxy::all(url.expose().as_str());
            http = http.proxy(proxy.map_err(|_| Error::config("the URL of the proxy cannot be used"))?);
        }
        let base_url = self.base_url.as_deref().unwrap_or(DEFAULT_URL);
        if self.proxy.is_none() && !base_url::may_pass_a_proxy(base_url) {
            // A proxy that matches nothing keeps those of the environment away, and leaves those of `http` in force.
            http = http.proxy(reqwest::Proxy::custom(|_| None::<reqwest::Url>));
        }
        // Redirects follow our own rules, which never send the key to another origin. Verbose connections would log
        // whole requests.
        Ok(http.redirect(reqwest::redirect::Policy::none()).connection_verbose(false))
    }
}

fn built(connections: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    connections
        .build()
        .map_err(|_| Error::config("the HTTP client cannot be built: its TLS or proxy settings do not work here"))
}

fn key(credential: &Credential) -> Result<Option<Key>, Error> {
    let key = match credential {
        Credential::Keyless => return Ok(None),
        Credential::Key(key) => key.expose().as_str(),
        Credential::Unset => "",
    };
    if key.is_empty() {
        return Err(Error::config(
            "no API key: set NOTTE_API_KEY or give one to the builder; keys come from https://console.notte.cc",
        ));
    }
    match Key::new(key) {
        Some(sendable) if key.bytes().all(|b| b.is_ascii_graphic()) => Ok(Some(sendable)),
        _ => Err(Error::config("the API key holds a space, a line end or another character that no key has")),
    }
}

fn header(text: &str, what: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|_| Error::config(format!("the {what} cannot be sent in a header")))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("origin", &self.origin)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn from(variables: &[(&str, &str)]) -> ClientBuilder {
        Client::builder()
            .lookup(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn a_missing_key_names_the_variable_and_where_keys_come_from() {
        for builder in [Client::builder(), Client::builder().api_key(""), from(&[("NOTTE_API_KEY", " ")])] {
            let error = builder.build().unwrap_err();
            assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Config, false));
            assert!(
                error.to_string().contains("NOTTE_API_KEY") && error.to_string().contains("https://console.notte.cc")
            );
        }
        assert!(Client::builder().without_key().build().is_ok());
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_refused_without_repeating_it() {
        for key in ["hunter2\n", " hunter2", "hunter2é", "hunter2\0"] {
            let error = Client::new(key).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn the_builder_beats_the_environment() {
        let variables = [("NOTTE_API_KEY", "from-env"), ("NOTTE_API_URL", "http://localhost:1/")];
        let client = from(&variables).build().unwrap();
        assert_eq!(client.base_url(), "http://localhost:1");
        let plain = |client: &Client| client.inner.shared.key.as_ref().unwrap().plain.clone();
        assert_eq!(plain(&client), "from-env");

        let builder = Client::builder().api_key("mine").base_url("http://localhost:2");
        let client = builder.lookup(|_| Some("http://localhost:3".into())).build().unwrap();
        assert_eq!((plain(&client), client.base_url()), ("mine".parse().unwrap(), "http://localhost:2"));
    }

    #[test]
    fn debug_shows_the_base_url_and_the_origin_only() {
        let builder = Client::builder().api_key("hunter2").origin("cli");
        assert!(!format!("{builder:?}").contains("hunter2"));
        let client = builder.build().unwrap().with_options(CallOptions::new().header("x", "hunter2"));
        assert_eq!(format!("{client:?}"), r#"Client { base_url: "https://api.notte.cc", origin: "cli", .. }"#);
    }

    #[test]
    fn a_header_or_a_proxy_that_cannot_be_used_is_refused_without_repeating_it() {
        let builder = || Client::builder().api_key("k");
        for builder in [builder().header("x-a", "hunter2\n"), builder().proxy("hunter2 : no URL")] {
            assert!(!format!("{builder:?}").contains("hunter2"));
            let error = builder.build().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        assert!(builder().header("x-a", "b").proxy("http://u:p@localhost:1").build().is_ok());
    }

    #[test]
    fn an_origin_that_cannot_be_sent_is_refused() {
        assert_eq!(Client::builder().api_key("k").origin("a\n").build().unwrap_err().kind(), ErrorKind::Config);
        assert_eq!(Client::builder().api_key("k").user_agent("\0").build().unwrap_err().kind(), ErrorKind::Config);
    }
}
