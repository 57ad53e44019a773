//! Typed mocks of operations for an `httpmock` server.

use std::marker::PhantomData;

use httpmock::{Mock, MockServer};
use regex::Regex;
use serde::Serialize;

use crate::{Client, OperationMeta, SendOnce, wire};

/// Mocks operations on a server.
pub trait MockServerExt {
    /// Mocks the operation of a client method. [`When`] selects the requests that match, and [`Then`] sets their
    /// response. Anything that [`When`] does not mention may have any value.
    ///
    /// ```
    /// use httpmock::MockServer;
    /// use notte_api::{Client, mock::MockServerExt as _};
    ///
    /// let server = MockServer::start();
    /// server.operation(Client::session_status, |when, then| {
    ///     when.path("session_id", "s-1");
    ///     then.error(404, "no such session");
    /// });
    /// ```
    fn operation<'a, O: SendOnce>(
        &self,
        operation: impl FnOnce(&'a Client) -> O,
        mock: impl FnOnce(When<O>, Then<O>),
    ) -> Mock<'_>;
}

impl MockServerExt for MockServer {
    fn operation<'a, O: SendOnce>(
        &self,
        _operation: impl FnOnce(&'a Client) -> O,
        mock: impl FnOnce(When<O>, Then<O>),
    ) -> Mock<'_> {
        self.mock(|when, then| mock(When::new(when), Then { inner: then, operation: PhantomData }))
    }
}

/// Selects the requests of an operation that match.
pub struct When<O> {
    inner: httpmock::When,
    operation: PhantomData<fn() -> O>,
}

impl<O: SendOnce> When<O> {
    fn new(inner: httpmock::When) -> Self {
        let method: httpmock::Method = O::META.method.parse().expect("the table holds methods");
        Self { inner: inner.method(method).path_matches(path(O::META, None)), operation: PhantomData }
    }

    /// Requires this value of a path parameter.
    ///
    /// # Panics
    /// The operation has no such path parameter.
    pub fn path(self, name: &str, value: &str) -> Self {
        let variable = format!("{{{name}}}");
        assert!(O::META.path.contains(&variable), "{} has no {variable}", O::META.path);
        self.map(|when| when.path_matches(path(O::META, Some((&variable, value)))))
    }

    /// Requires this value of a query parameter; `None` requires that it is missing.
    pub fn query<T: Serialize>(self, name: &str, value: impl Into<Option<T>>) -> Self {
        self.map(|when| match value.into() {
            Some(value) => when.query_param(name, wire::text(&value)),
            None => when.query_param_missing(name),
        })
    }

    /// Requires this JSON body.
    pub fn body(self, value: &impl Serialize) -> Self {
        self.map(|when| when.json_body_obj(value))
    }

    /// Returns the conditions as `httpmock`'s type, to add others.
    pub fn into_inner(self) -> httpmock::When {
        self.inner
    }

    fn map(self, change: impl FnOnce(httpmock::When) -> httpmock::When) -> Self {
        Self { inner: change(self.inner), operation: PhantomData }
    }
}

/// Sets the response to matching requests.
pub struct Then<O> {
    inner: httpmock::Then,
    operation: PhantomData<fn() -> O>,
}

impl<O: SendOnce> Then<O> {
    /// Responds with status 200 and this value.
    pub fn ok(self, value: &O::Output)
    where
        O::Output: Serialize,
    {
        self.inner.status(200).header("content-type", "application/json").json_body_obj(value);
    }

    /// Responds with status 200 and these bytes.
    pub fn bytes(self, content: impl AsRef<[u8]>) {
        self.inner.status(200).header("content-type", "application/octet-stream").body(content);
    }

    /// Responds with status 204 and no body.
    pub fn no_content(self) {
        self.inner.status(204);
    }

    /// Responds with an error in the service's form: a status, and a `detail` in JSON.
    pub fn error(self, status: u16, detail: &str) {
        self.inner.status(status).json_body(serde_json::json!({ "detail": detail }));
    }

    /// Returns the response as `httpmock`'s type, for responses that the document does not describe.
    pub fn into_inner(self) -> httpmock::Then {
        self.inner
    }
}

/// Returns the pattern of an operation's paths. Given a path parameter, only paths with its value match, encoded as the
/// client encodes it.
fn path(meta: &OperationMeta, variable: Option<(&str, &str)>) -> Regex {
    let segment = |segment: &str| match variable {
        Some((name, value)) if segment == name => regex::escape(&progenitor_client::encode_path(value)),
        _ if segment.starts_with('{') => "[^/]*".to_owned(),
        _ => regex::escape(segment),
    };
    let segments: Vec<String> = meta.path.split('/').map(segment).collect();
    Regex::new(&format!("^{}$", segments.join("/"))).expect("its pieces are escaped")
}
