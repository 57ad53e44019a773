//! Reading what a request says: bodies and queries, and the 422 for those that do not fit.

use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;

use crate::app::Shared;
use crate::error::Refusal;

/// The JSON body of a request.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let is_json = is_json(request.headers());
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))?;
        let body = ["body".into()];
        if bytes.is_empty() {
            return Err(Refusal::unfit(&body, "Field required", "missing"));
        }
        // A page of another site can send any text, but not with this type.
        if !is_json {
            return Err(Refusal::unfit(&body, "Content-Type should be application/json", "value_error"));
        }
        let json: Value =
            serde_json::from_slice(&bytes).map_err(|_| Refusal::unfit(&body, "JSON decode error", "json_invalid"))?;
        if !json.is_object() {
            return Err(Refusal::unfit(&body, "Input should be an object", "type_error"));
        }
        read(&["body"], json).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

/// The `file` of a multipart form, on disk.
pub(crate) struct File {
    pub(crate) name: String,
    /// Removed when dropped.
    pub(crate) content: NamedTempFile,
    pub(crate) size: u64,
}

impl FromRequest<Shared> for File {
    type Rejection = Refusal;

    async fn from_request(mut request: Request, app: &Shared) -> Result<Self, Refusal> {
        let missing = || Refusal::unfit(&["body".into(), "file".into()], "Field required", "missing");
        let unreadable = |error: MultipartError| match error.status() {
            StatusCode::BAD_REQUEST => Refusal::invalid(&["body"], error.body_text()),
            status => Refusal::new(status, error.body_text()),
        };
        // It goes to the disk piece by piece, within the quota.
        DefaultBodyLimit::disable().apply(&mut request);
        let mut form = Multipart::from_request(request, app).await.map_err(|_| missing())?;
        while let Some(mut field) = form.next_field().await.map_err(unreadable)? {
            if field.name() != Some("file") {
                continue;
            }
            let name = field.file_name().unwrap_or("file").to_owned();
            let content = NamedTempFile::new_in(app.sessions.incoming())?;
            let mut file = tokio::fs::File::from_std(content.reopen()?);
            let mut size = 0;
            while let Some(piece) = field.chunk().await.map_err(unreadable)? {
                size += piece.len() as u64;
                if size > app.config.quota.session {
                    return Err(Refusal::too_large(app.config.quota.session));
                }
                file.write_all(&piece).await?;
            }
            file.flush().await?;
            return Ok(Self { name, content, size });
        }
        Err(missing())
    }
}

/// Reads a part of a request; `from` is its place, for complaints.
pub(crate) fn read<T: DeserializeOwned>(from: &[&str], json: Value) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(json).map_err(|error| complaint(from, error.path(), &error.inner().to_string()))
}

/// The query of a request. Keys that nobody knows are passed over.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(parts.uri.query().unwrap_or_default())
            .map_err(|_| Refusal::unfit(&["query".into()], "the query cannot be read", "value_error"))?;
        // The last of two values counts.
        let texts: serde_json::Map<String, Value> = pairs.into_iter().map(|(key, text)| (key, text.into())).collect();
        read(&["query"], Value::Object(texts)).map(Self)
    }
}

/// A number of a query, which is text there.
pub(crate) fn number<'de, D: Deserializer<'de>, N: FromStr>(deserializer: D) -> Result<N, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.trim().parse().map_err(|_| D::Error::custom("Input should be a whole number"))
}

/// A number of a query that may be left out.
pub(crate) fn number_if_any<'de, D: Deserializer<'de>, N: FromStr>(deserializer: D) -> Result<Option<N>, D::Error> {
    number(deserializer).map(Some)
}

/// A flag of a query, in any of the ways that clients write one.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match String::deserialize(deserializer)?.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" | "t" | "y" => Ok(true),
        "false" | "0" | "off" | "no" | "f" | "n" => Ok(false),
        _ => Err(D::Error::custom("Input should be a boolean")),
    }
}

/// Whether an operation on a session counts as use of it.
#[derive(Deserialize)]
pub(crate) struct Look {
    #[serde(default = "yes", deserialize_with = "flag")]
    pub(crate) update_metadata: bool,
}

/// What a flag is unless it is given.
pub(crate) fn yes() -> bool {
    true
}

/// Refuses a number that is out of its range.
pub(crate) fn within(place: [&str; 2], number: u32, range: RangeInclusive<u32>) -> Result<(), Refusal> {
    let place = place.map(Value::from);
    if number < *range.start() {
        let message = format!("Input should be greater than or equal to {}", range.start());
        return Err(Refusal::unfit(&place, &message, "greater_than_equal"));
    }
    if number > *range.end() {
        let message = format!("Input should be less than or equal to {}", range.end());
        return Err(Refusal::unfit(&place, &message, "less_than_equal"));
    }
    Ok(())
}

/// Refuses text that is shorter or longer than it may be, in characters.
pub(crate) fn sized(place: [&str; 2], text: &str, range: RangeInclusive<usize>) -> Result<(), Refusal> {
    let place = place.map(Value::from);
    let length = text.chars().count();
    if length < *range.start() {
        return Err(Refusal::unfit(
            &place,
            &format!("Text should have at least {} character", range.start()),
            "string_too_short",
        ));
    }
    if length > *range.end() {
        return Err(Refusal::unfit(
            &place,
            &format!("Text should have at most {} characters", range.end()),
            "string_too_long",
        ));
    }
    Ok(())
}

/// The answer to what serde says. What was sent is not repeated: it may be a password.
fn complaint(from: &[&str], path: &Path, said: &str) -> Refusal {
    let mut place: Vec<Value> = from.iter().map(|part| Value::from(*part)).collect();
    place.extend(path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(json!(index)),
        Segment::Map { key } => Some(json!(key)),
        Segment::Enum { variant } => Some(json!(variant)),
        Segment::Unknown => None,
    }));
    let named = |start: &str| Some(said.strip_prefix(start)?.split('`').next()?.to_owned());
    if let Some(name) = named("missing field `") {
        place.push(name.into());
        return Refusal::unfit(&place, "Field required", "missing");
    }
    if let Some(name) = named("unknown field `") {
        if place.last() != Some(&Value::from(name.as_str())) {
            place.push(name.into());
        }
        return Refusal::unfit(&place, "Extra inputs are not permitted", "extra_forbidden");
    }
    // What is expected comes last, so that nothing sent can stand for it.
    match said.rsplit_once(", expected ") {
        Some((what, expected)) => {
            let kind = if what.starts_with("unknown variant") { "enum" } else { "type_error" };
            Refusal::unfit(&place, &format!("Input should be {expected}"), kind)
        }
        None if said.starts_with("Input should ") => Refusal::unfit(&place, said, "value_error"),
        None => Refusal::unfit(&place, "Input should have another form", "value_error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Form {
        #[serde(rename = "name")]
        _name: String,
        #[serde(rename = "kind", default)]
        _kind: Option<Kind>,
        #[serde(rename = "inner", default)]
        _inner: Vec<u8>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        One,
    }

    async fn said(body: &'static str) -> Value {
        let request = Request::builder().header(header::CONTENT_TYPE, "application/json; charset=utf-8");
        let request = request.body(axum::body::Body::from(body)).unwrap();
        let refusal = Body::<Form>::from_request(request, &()).await.err().expect("it does not fit");
        let response = refusal.into_response();
        assert_eq!(response.status(), 422);
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()["detail"][0].take()
    }

    #[tokio::test]
    async fn a_complaint_names_the_place_and_the_kind_and_repeats_nothing() {
        for (body, place, kind) in [
            ("", json!(["body"]), "missing"),
            ("{", json!(["body"]), "json_invalid"),
            ("{\"name\": \"a\"} x", json!(["body"]), "json_invalid"),
            ("{}", json!(["body", "name"]), "missing"),
            ("{\"name\": \"a\", \"hunter\": 2}", json!(["body", "hunter"]), "extra_forbidden"),
            ("{\"name\": 1234567}", json!(["body", "name"]), "type_error"),
            ("{\"name\": \"a\", \"kind\": \"hunter2\"}", json!(["body", "kind"]), "enum"),
            ("{\"name\": \"a\", \"inner\": [1, \"hunter2\"]}", json!(["body", "inner", 1]), "type_error"),
            ("{\"name\": \"a\", \"inner\": \", expected hunter2\"}", json!(["body", "inner"]), "type_error"),
        ] {
            let detail = said(body).await;
            assert_eq!((&detail["loc"], &detail["type"]), (&place, &json!(kind)), "{body}");
            let message = detail["msg"].as_str().unwrap();
            assert!(!message.contains("hunter2") && !message.contains("1234567"), "{message}");
        }
    }
}
