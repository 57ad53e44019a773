//! `session.fetch(url)`: a request that the page makes, with its cookies and from where it is.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use notte_api::Bytes;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::json;

use super::SessionHandle;
use crate::{Error, ErrorKind, Result};

const OPERATION: &str = "page_execute";

/// A request for the page to make: `.await` makes it.
///
/// What the page may not do, such as reading the answer of a site that does not allow it, cannot be done this way either.
#[must_use = "a request is made by `.await`"]
pub struct PageFetch<'a> {
    session: &'a SessionHandle,
    url: String,
    method: String,
    headers: BTreeMap<String, String>,
    query: Vec<(String, String)>,
    body: Option<String>,
    timeout: Option<Duration>,
}

impl<'a> PageFetch<'a> {
    pub(super) fn new(session: &'a SessionHandle, url: String) -> Self {
        let method = "GET".to_owned();
        Self { session, url, method, headers: BTreeMap::new(), query: Vec::new(), body: None, timeout: None }
    }

    /// The method, `GET` if this is not set.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = method.into();
        self
    }

    /// A header, in place of one of that name.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into().to_ascii_lowercase(), value.into());
        self
    }

    /// A parameter of the address, beside those it has.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// The body.
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A JSON body, with its `content-type`.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn json(self, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_string(body).map_err(|_| Error::invalid("the body cannot be written as JSON"))?;
        Ok(self.header("content-type", "application/json").body(body))
    }

    /// How long the page waits for the answer.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The script that makes the request. JSON is JavaScript, so nothing in it needs another escape.
    fn script(&self) -> String {
        let millis = self.timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX).max(1));
        let request = json!({
            "url": self.url, "method": self.method, "headers": self.headers, "query": self.query, "body": self.body,
            "timeout": millis,
        });
        format!(
            "(async () => {{ const r = {request}; \
             const url = new URL(r.url, document.baseURI); \
             for (const [name, value] of r.query) url.searchParams.append(name, value); \
             const options = {{method: r.method, headers: r.headers, credentials: 'include'}}; \
             if (r.body !== null) options.body = r.body; \
             if (r.timeout !== null) options.signal = AbortSignal.timeout(r.timeout); \
             const answer = await fetch(url, options); \
             const bytes = new Uint8Array(await answer.arrayBuffer()); \
             let body = ''; \
             for (let i = 0; i < bytes.length; i += 32768) \
             body += String.fromCharCode(...bytes.subarray(i, i + 32768)); \
             return {{status: answer.status, url: answer.url, headers: Object.fromEntries(answer.headers), \
             body: btoa(body)}}; }})()"
        )
    }

    async fn run(self) -> Result<FetchResponse> {
        let time = self.timeout.unwrap_or_default();
        let text = self.session.evaluate_js_for(self.script(), time).await?;
        serde_json::from_str(&text).map_err(|_| {
            let message = "the page gave no answer that can be read";
            Error::new(ErrorKind::Decode, message).in_operation(OPERATION).of_session(self.session.id()).and_acted()
        })
    }
}

impl<'a> IntoFuture for PageFetch<'a> {
    type Output = Result<FetchResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Has the page make the request. An answer of any status is an answer, not an error.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for PageFetch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageFetch").field("method", &self.method).finish_non_exhaustive()
    }
}

/// What a page was answered. `Debug` shows the status and the size.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct FetchResponse {
    /// The status.
    pub status: u16,
    /// Where the answer came from, after redirects.
    pub url: String,
    /// The headers that the page may see, their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(deserialize_with = "base64")]
    pub body: Bytes,
}

/// Text is the only thing that a script can return.
fn base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = String::deserialize(deserializer)?;
    BASE64_STANDARD.decode(text).map(Bytes::from).map_err(serde::de::Error::custom)
}

impl FetchResponse {
    /// Whether the status says that it worked (200 to 299).
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the body as text. What is not UTF-8 is replaced, as a browser does it.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body read as JSON.
    ///
    /// # Errors
    /// It is none, or no `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let message = match error.classify() {
                serde_json::error::Category::Data => "the body does not have the form that was asked for",
                _ => "the body is no JSON",
            };
            Error::new(ErrorKind::Decode, message).in_operation(OPERATION)
        })
    }
}

impl fmt::Debug for FetchResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchResponse")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

impl SessionHandle {
    /// Has the page make a request: with its cookies, from where its browser is.
    ///
    /// ```no_run
    /// # async fn example(session: notte_ext::Session) -> notte_ext::Result<()> {
    /// let answer = session.fetch("/api/cart").header("accept", "application/json").await?;
    /// let cart: serde_json::Value = answer.json()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn fetch(&self, url: impl Into<String>) -> PageFetch<'_> {
        PageFetch::new(self, url.into())
    }
}
