//! Typed mocks for an `httpmock` server: the request of an operation, and what it is answered with.

use std::marker::PhantomData;

use httpmock::{Mock, MockServer};
use regex::Regex;
use serde::Serialize;

use crate::{Client, OperationMeta, SendOnce, wire};

/// Mocks operations on a server.
pub trait MockServerExt {
    /// Mocks an operation, named by its method: [`When`] says which of its requests match, [`Then`] what they are
    /// answered with. What [`When`] does not mention may be anything.
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

/// Which requests of an operation match.
pub struct When<O> {
    inner: httpmock::When,
    operation: PhantomData<fn() -> O>,
}

impl<O: SendOnce> When<O> {
    fn new(inner: httpmock::When) -> Self {
        let method: httpmock::Method = O::META.method.parse().expect("the table holds methods");
        Self { inner: inner.method(method).path_matches(path(O::META, None)), operation: PhantomData }
    }

    /// Requires this value of a variable of the path.
    ///
    /// # Panics
    /// The operation's path has no such variable.
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

    /// The conditions as `httpmock` has them, to add others.
    pub fn into_inner(self) -> httpmock::When {
        self.inner
    }

    fn map(self, change: impl FnOnce(httpmock::When) -> httpmock::When) -> Self {
        Self { inner: change(self.inner), operation: PhantomData }
    }
}

/// What the requests of an operation are answered with.
pub struct Then<O> {
    inner: httpmock::Then,
    operation: PhantomData<fn() -> O>,
}

impl<O: SendOnce> Then<O> {
    /// Answers 200 with this value.
    pub fn ok(self, value: &O::Output)
    where
        O::Output: Serialize,
    {
        self.inner.status(200).header("content-type", "application/json").json_body_obj(value);
    }

    /// Answers 200 with these bytes.
    pub fn bytes(self, content: impl AsRef<[u8]>) {
        self.inner.status(200).header("content-type", "application/octet-stream").body(content);
    }

    /// Answers 204 without a body.
    pub fn no_content(self) {
        self.inner.status(204);
    }

    /// Answers with an error as the service has it: a status, and a `detail` in JSON.
    pub fn error(self, status: u16, detail: &str) {
        self.inner.status(status).json_body(serde_json::json!({ "detail": detail }));
    }

    /// The answer as `httpmock` has it, for one that the document does not describe.
    pub fn into_inner(self) -> httpmock::Then {
        self.inner
    }
}

/// The paths of an operation; with a variable, those that have its value, encoded as the client encodes it.
fn path(meta: &OperationMeta, variable: Option<(&str, &str)>) -> Regex {
    let segment = |segment: &str| match variable {
        Some((name, value)) if segment == name => regex::escape(&progenitor_client::encode_path(value)),
        _ if segment.starts_with('{') => "[^/]*".to_owned(),
        _ => regex::escape(segment),
    };
    let segments: Vec<String> = meta.path.split('/').map(segment).collect();
    Regex::new(&format!("^{}$", segments.join("/"))).expect("its pieces are escaped")
}
