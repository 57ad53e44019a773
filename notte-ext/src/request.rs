//! `Request`: a request of any path, for what this version has no name for.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::{Raw, ResponseValue, reqwest::Method};
use serde_json::Value;

use crate::{Error, Notte, Options, Result};

/// A request that is not sent yet: `.await` sends it and returns the JSON of the response.
///
/// The path of a known operation is retried as that operation is. Any other is retried by its method: GET as a read, PUT,
/// PATCH and DELETE as calls that can be repeated, everything else as a call that costs something.
#[must_use = "a request is sent by `.await`"]
pub struct Request<'a> {
    notte: &'a Notte,
    request: std::result::Result<Raw<Value>, String>,
    options: Options,
}

impl<'a> Request<'a> {
    pub(crate) fn new(notte: &'a Notte, method: &Method, path: &str) -> Self {
        Self { notte, request: Raw::at(method, path), options: Options::new() }
    }

    /// Adds a query parameter.
    pub fn query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.change(|request| request.query(name, value))
    }

    /// Sets a JSON body.
    pub fn json(self, body: impl Into<Value>) -> Self {
        self.change(|request| request.json(body.into()))
    }

    /// Sets the options of this request.
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    fn change(self, change: impl FnOnce(Raw<Value>) -> Raw<Value>) -> Self {
        Self { request: self.request.map(change), ..self }
    }
}

impl<'a> IntoFuture for Request<'a> {
    type Output = Result<Value>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Value>> + Send + 'a>>;

    /// Sends the request.
    fn into_future(self) -> Self::IntoFuture {
        let Self { notte, request, options } = self;
        Box::pin(async move {
            let request = request.map_err(|why| Error::invalid(why).in_operation("request"))?;
            notte.with_options(options).call(request).raw().await.map(ResponseValue::into_inner)
        })
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("request", &self.request.as_ref().ok()).finish_non_exhaustive()
    }
}
