//! Reading requests: bodies and query parameters, with refusals in the shape that clients know.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Refusal;

/// A JSON body; an empty one counts as `{}`.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| Refusal::invalid(&["body"], error.body_text()))?;
        let value = if bytes.is_empty() {
            Value::Object(Map::new())
        } else {
            serde_json::from_slice(&bytes).map_err(|error| Refusal::invalid(&["body"], format!("no JSON: {error}")))?
        };
        if !value.is_object() {
            return Err(Refusal::invalid(&["body"], "an object is needed"));
        }
        serde_json::from_value(value).map(Self).map_err(|error| refused(&error.to_string()))
    }
}

/// serde names the field in backticks: it becomes the place.
fn refused(message: &str) -> Refusal {
    match message.split('`').nth(1) {
        Some(field) => Refusal::invalid(&["body", field], message),
        None => Refusal::invalid(&["body"], message),
    }
}

/// The query, read leniently: clients write `true`, `True` and `1`.
pub(super) struct Asked(HashMap<String, String>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let query = Query::try_from_uri(&parts.uri).map_err(|error| Refusal::invalid(&["query"], error.body_text()))?;
        Ok(Self(query.0))
    }
}

impl Asked {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> Result<bool, Refusal> {
        match self.text(name) {
            None | Some("") => Ok(default),
            Some("true" | "True" | "1") => Ok(true),
            Some("false" | "False" | "0") => Ok(false),
            Some(_) => Err(Refusal::invalid(&["query", name], "true or false is needed")),
        }
    }

    pub(super) fn number(&self, name: &str, default: usize, range: RangeInclusive<usize>) -> Result<usize, Refusal> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            Refusal::invalid(&["query", name], format!("a number from {} to {} is needed", range.start(), range.end()))
        })
    }

    /// One page of a list, in the shape of every list.
    pub(super) fn page(&self, items: Vec<Value>) -> Result<Value, Refusal> {
        let page = self.number("page", 1, 1..=usize::MAX >> 16)?;
        let size = self.number("page_size", 10, 1..=100)?;
        let skipped = (page - 1) * size;
        let has_next = items.len() > skipped + size;
        let items: Vec<Value> = items.into_iter().skip(skipped).take(size).collect();
        Ok(
            serde_json::json!({ "items": items, "page": page, "page_size": size, "has_next": has_next, "has_previous": page > 1 }),
        )
    }
}
