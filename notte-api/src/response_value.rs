//! `ResponseValue`: a decoded response with its status and headers.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use reqwest::{StatusCode, header::HeaderMap};

use crate::{
    error::{self, Mask},
    hooks::{Context, Sent},
};

/// The response of an operation. It dereferences to the decoded value. `Debug` prints the value and the status, but no
/// headers.
pub struct ResponseValue<T> {
    value: T,
    status: StatusCode,
    headers: HeaderMap,
    sent: Option<Sent>,
}

impl<T> ResponseValue<T> {
    /// Creates a response, for tests.
    pub fn new(value: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self { value, status, headers, sent: None }
    }

    pub(crate) fn received(value: T, status: StatusCode, headers: HeaderMap, context: Option<Context>) -> Self {
        Self { value, status, headers, sent: context.map(|context| context.sent) }
    }

    /// Returns the value.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the status, which is one of 2xx.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers. They may contain cookies.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the same response with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> ResponseValue<U> {
        let Self { value, status, headers, sent } = self;
        ResponseValue { value: change(value), status, headers, sent }
    }

    /// Returns the same response without its value, for [`printable`](Self::printable).
    pub fn head(&self) -> ResponseValue<()> {
        let Self { status, headers, sent, .. } = self;
        ResponseValue { value: (), status: *status, headers: headers.clone(), sent: sent.clone() }
    }

    /// Returns the server's id of the request (`x-request-id`), under the same conditions as
    /// [`Error::request_id`](crate::Error::request_id).
    pub fn request_id(&self) -> Option<&str> {
        error::request_id(&self.headers, || self.mask())
    }

    /// Returns a text of the response in a form that can be printed: one line of at most 500 characters, which contains
    /// neither the key, nor URLs, nor the values of a request that can hold a secret. A text that reports a failure
    /// in a successful response needs this before it becomes a part of an error.
    pub fn printable(&self, text: &str) -> String {
        error::printable(text, &self.mask())
    }

    fn mask(&self) -> Mask {
        self.sent.as_ref().map(Sent::mask).unwrap_or_default()
    }
}

impl<T> Deref for ResponseValue<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for ResponseValue<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// Prints only the status: an untyped value may contain anything.
impl<T> fmt::Debug for ResponseValue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseValue").field("status", &self.status.as_u16()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_header_and_no_value() {
        let mut headers = HeaderMap::new();
        headers.insert("set-cookie", "hunter2".parse().unwrap());
        let answer = ResponseValue::new(7, StatusCode::CREATED, headers).map(|n| n + 1);
        assert_eq!(format!("{answer:?}"), "ResponseValue { status: 201, .. }");
        assert_eq!((*answer, answer.headers().len()), (8, 1));
    }
}
