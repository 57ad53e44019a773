//! `Part`: a file to upload.

#![allow(dead_code, reason = "a document without uploads uses none of it")]

use std::{error::Error as StdError, fmt};

use bytes::Bytes;
use futures_core::TryStream;
use reqwest::{Body, multipart};

/// A file to upload, from memory or from a stream. `Debug` prints its name and length, not its content.
///
/// ```
/// use notte_api::Part;
///
/// let part = Part::bytes("report.csv", "a,b\n1,2\n").mime("text/csv");
/// ```
pub struct Part {
    name: String,
    mime: Option<String>,
    length: Option<u64>,
    content: Content,
}

enum Content {
    Bytes(Bytes),
    Body(Body),
}

impl Part {
    /// Creates a part from a file in memory. `name` is the file name that is sent to the server.
    pub fn bytes(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let length = u64::try_from(content.len()).ok();
        Self { name: name.into(), mime: None, length, content: Content::Bytes(content) }
    }

    /// Creates a part that is read while it is sent. Set `length`, in bytes, if it is known: a server may reject an
    /// upload of unknown length. The stream can be read only once, so the upload cannot be retried, and a large one
    /// cannot follow a redirect.
    pub fn stream<S>(name: impl Into<String>, content: S, length: Option<u64>) -> Self
    where
        S: TryStream + Send + 'static,
        S::Error: Into<Box<dyn StdError + Send + Sync>>,
        Bytes: From<S::Ok>,
    {
        let content = Content::Body(Body::wrap_stream(content));
        Self { name: name.into(), mime: None, length, content }
    }

    /// Sets the media type, such as `text/csv`.
    #[must_use]
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime = Some(mime.into());
        self
    }

    /// Converts the part into reqwest's type, or returns what is wrong with it.
    pub(crate) fn into_multipart(self) -> Result<multipart::Part, String> {
        if self.name.is_empty() || self.name.contains(char::is_control) {
            return Err("the name of an uploaded file must not be empty or contain a control character".into());
        }
        let part = match (self.content, self.length) {
            (Content::Bytes(bytes), Some(length)) => multipart::Part::stream_with_length(bytes, length),
            (Content::Bytes(bytes), None) => multipart::Part::stream(bytes),
            (Content::Body(body), Some(length)) => multipart::Part::stream_with_length(body, length),
            (Content::Body(body), None) => multipart::Part::stream(body),
        };
        let part = part.file_name(self.name);
        match self.mime {
            Some(mime) => part.mime_str(&mime).map_err(|_| "the media type of an uploaded file is invalid".into()),
            None => Ok(part),
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("name", &self.name).field("length", &self.length).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_cannot_be_sent_says_why_without_repeating_it() {
        for part in [Part::bytes("", "x"), Part::bytes("hunter2\n", "x"), Part::bytes("a", "x").mime("hunter2")] {
            let error = part.into_multipart().unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
        assert!(Part::bytes("a", "x").mime("text/csv").into_multipart().is_ok());
    }

    #[test]
    fn debug_does_not_show_the_content() {
        let debug = format!("{:?}", Part::bytes("a.txt", "hunter2"));
        assert_eq!(debug, r#"Part { name: "a.txt", length: Some(7), .. }"#);
    }
}
