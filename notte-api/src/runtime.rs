//! State of a client apart from its connections: the key, the headers of every request, and the options of a call.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use crate::OperationMeta;

pub(crate) const ORIGIN_HEADER: HeaderName = HeaderName::from_static("x-notte-request-origin");
const VERSION_HEADER: HeaderName = HeaderName::from_static("x-notte-sdk-version");
/// Progenitor sends the document's version with every request. The API has no such header.
const PROGENITOR_VERSION_HEADER: HeaderName = HeaderName::from_static("api-version");

/// The inner value of the generated client.
#[derive(Clone)]
pub(crate) struct Runtime {
    pub(crate) shared: Arc<Shared>,
    pub(crate) call: CallOptions,
}

/// State that all clones of a client share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) key: Option<Key>,
    pub(crate) origin: HeaderValue,
    pub(crate) user_agent: HeaderValue,
    pub(crate) timeout: Duration,
    /// Headers that the caller adds to every request.
    pub(crate) headers: HeaderMap,
    pub(crate) stamp: Option<Stamp>,
}

/// Adds headers to a request that is about to be sent.
pub(crate) type Stamp = Arc<dyn Fn(&mut HeaderMap) + Send + Sync>;

/// The key, as the values of the two headers that contain it.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) plain: HeaderValue,
    pub(crate) bearer: HeaderValue,
}

impl Key {
    /// Returns `None` if the text is not a valid header value.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let sensitive = |text: &str| {
            let mut value = HeaderValue::from_str(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        Some(Self { plain: sensitive(text)?, bearer: sensitive(&format!("Bearer {text}"))? })
    }
}

/// Options of one or more calls. Set them with [`Client::with_options`](crate::Client::with_options).
///
/// `Debug` prints the names of the headers, not their values.
#[derive(Clone, Default)]
pub struct CallOptions {
    timeout: Option<Duration>,
    pub(crate) headers: HeaderMap,
    invalid: Option<String>,
}

impl CallOptions {
    /// Creates empty options.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the timeout of one attempt, in place of the client's own. For a JSON response it covers everything up to
    /// the end of the body; for a stream it covers the time to its headers, and then each read.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds a header, replacing any header of that name. It is not sent to another origin after a redirect. An invalid
    /// header makes the call fail before it is sent.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(true);
                self.headers.insert(name, value);
            }
            (Ok(name), Err(_)) => {
                self.invalid = Some(format!("the value of header `{name}` cannot be sent"));
            }
            (Err(_), _) => self.invalid = Some("a header has a name that cannot be sent".into()),
        }
        self
    }

    /// Adds headers, except those that these options set already.
    #[must_use]
    pub fn beneath(mut self, mut headers: HeaderMap) -> Self {
        for value in headers.values_mut() {
            value.set_sensitive(true);
        }
        headers.extend(std::mem::take(&mut self.headers));
        self.headers = headers;
        self
    }

    /// Returns the headers, if all of them are valid.
    pub(crate) fn checked(self) -> Result<HeaderMap, String> {
        self.invalid.map_or(Ok(self.headers), Err)
    }
}

/// Why a request is not sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unsendable {
    Config(String),
    Request(String),
}

impl Runtime {
    pub(crate) fn timeout(&self) -> Duration {
        self.call.timeout.unwrap_or(self.shared.timeout)
    }

    /// Adds the headers to a request of `meta`'s operation.
    pub(crate) fn dress(&self, headers: &mut HeaderMap, meta: &OperationMeta) -> Result<(), Unsendable> {
        if let Some(invalid) = &self.call.invalid {
            return Err(Unsendable::Request(invalid.clone()));
        }
        headers.remove(PROGENITOR_VERSION_HEADER);
        headers.insert(ORIGIN_HEADER, self.shared.origin.clone());
        headers.insert(VERSION_HEADER, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
        headers.insert(USER_AGENT, self.shared.user_agent.clone());
        if meta.auth || meta.key_header.is_some() {
            let Some(key) = &self.shared.key else {
                return Err(Unsendable::Config("it needs an API key, and this client was built without one".into()));
            };
            if meta.auth {
                headers.insert(AUTHORIZATION, key.bearer.clone());
            }
            if let Some(name) = meta.key_header {
                let name = HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| Unsendable::Config("the document's key header is no header name".into()))?;
                headers.insert(name, key.plain.clone());
            }
        }
        let mut callers = self.shared.headers.clone();
        if let Some(stamp) = &self.shared.stamp {
            // A panic of the caller's function must not look like one of the transport.
            std::panic::catch_unwind(AssertUnwindSafe(|| stamp(&mut callers)))
                .map_err(|_| Unsendable::Config("the function given to `headers_with` panicked".into()))?;
        }
        for (name, value) in callers.iter().chain(&self.call.headers) {
            let mut value = value.clone();
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(())
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("origin", &self.shared.origin).field("call", &self.call).finish_non_exhaustive()
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("headers", &self.headers.keys().map(HeaderName::as_str).collect::<Vec<_>>())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::tests::META;

    fn runtime(key: Option<&str>) -> Runtime {
        Runtime {
            shared: Arc::new(Shared {
                key: key.and_then(Key::new),
                origin: HeaderValue::from_static("sdk-rust"),
                user_agent: HeaderValue::from_static("notte-rust/0"),
                timeout: Duration::from_secs(60),
                headers: HeaderMap::new(),
                stamp: None,
            }),
            call: CallOptions::new(),
        }
    }

    #[test]
    fn an_operation_with_auth_gets_the_key_marked_sensitive() {
        let mut headers = HeaderMap::new();
        headers.insert("api-version", HeaderValue::from_static("1"));
        let meta = OperationMeta { key_header: Some("x-notte-api-key"), ..META };
        runtime(Some("hunter2")).dress(&mut headers, &meta).unwrap();
        assert_eq!(headers["authorization"], "Bearer hunter2");
        assert_eq!(headers["x-notte-api-key"], "hunter2");
        assert!(!format!("{headers:?}").contains("hunter2"));
        assert!(!headers.contains_key("api-version"));
    }

    #[test]
    fn an_operation_without_auth_gets_no_key_and_needs_none() {
        let meta = OperationMeta { auth: false, ..META };
        for key in [Some("hunter2"), None] {
            let mut headers = HeaderMap::new();
            runtime(key).dress(&mut headers, &meta).unwrap();
            assert!(!headers.contains_key("authorization"));
            assert_eq!(headers["x-notte-request-origin"], "sdk-rust");
            assert_eq!(headers["x-notte-sdk-version"], env!("CARGO_PKG_VERSION"));
        }
    }

    #[test]
    fn without_a_key_an_operation_with_auth_is_not_sent() {
        let refused = runtime(None).dress(&mut HeaderMap::new(), &META);
        assert!(matches!(refused, Err(Unsendable::Config(_))));
    }

    #[test]
    fn a_header_of_the_call_takes_the_place_of_ours() {
        let mut runtime = runtime(Some("k"));
        runtime.call = CallOptions::new().header("User-Agent", "mine").header("idempotency-key", "1");
        let mut headers = HeaderMap::new();
        runtime.dress(&mut headers, &META).unwrap();
        assert_eq!(
            (&headers["user-agent"], &headers["idempotency-key"]),
            (&"mine".parse().unwrap(), &"1".parse().unwrap())
        );
    }

    #[test]
    fn a_header_of_the_call_beats_one_made_for_the_request_and_that_one_of_the_client() {
        let mut runtime = runtime(Some("k"));
        let shared = Arc::get_mut(&mut runtime.shared).unwrap();
        for name in ["x-a", "x-b", "x-c"] {
            shared.headers.insert(name, HeaderValue::from_static("client"));
        }
        shared.stamp = Some(Arc::new(|headers: &mut HeaderMap| {
            headers.insert("x-b", HeaderValue::from_static("request"));
            headers.insert("x-c", HeaderValue::from_static("request"));
        }));
        runtime.call = CallOptions::new().header("x-c", "call");
        let mut headers = HeaderMap::new();
        runtime.dress(&mut headers, &META).unwrap();
        assert_eq!([&headers["x-a"], &headers["x-b"], &headers["x-c"]], ["client", "request", "call"]);
        assert!(["x-a", "x-b", "x-c"].iter().all(|name| headers[*name].is_sensitive()));
    }

    #[test]
    fn a_header_that_cannot_be_sent_is_refused_without_its_value() {
        for options in [CallOptions::new().header("x-a", "hunter2\n"), CallOptions::new().header("hunter2 ", "v")] {
            let mut runtime = runtime(Some("k"));
            runtime.call = options;
            let Err(Unsendable::Request(message)) = runtime.dress(&mut HeaderMap::new(), &META) else { panic!() };
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let mut runtime = runtime(Some("hunter2"));
        runtime.call = CallOptions::new().header("x-a", "hunter2");
        let debug = format!("{runtime:?}");
        assert!(debug.contains("x-a") && !debug.contains("hunter2"), "{debug}");
    }
}
