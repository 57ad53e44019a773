//! Converts a response into the returned value: a decoded value, a stream, nothing, or an `Error`.

use bytes::{Bytes, BytesMut};
use reqwest::{Request, Response, StatusCode, header::HeaderMap};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::time::Instant;

use crate::{
    ByteStream, Client, Error, OperationMeta, ResponseValue,
    error::{self, Mask, Misfit},
    hooks::{Context, TimedOut, exchange, within},
    wire::{Audit, Auditor},
};

/// Maximum size of a JSON response. A larger one is an error, so that it cannot exhaust the memory.
const LARGEST: usize = 64 * 1024 * 1024;
/// Maximum number of bytes that are kept of an error response's body.
const KEPT: usize = 64 * 1024;
/// Maximum number of bytes that are kept of a successful response that is damaged: it may name what it started.
const KEPT_OF_SUCCESS: usize = 1024 * 1024;

type Built = Result<Request, progenitor_client::Error<()>>;
type Sent = Result<Response, progenitor_client::Error<()>>;

/// Sends a request and decodes its JSON response, regardless of the content type.
#[allow(dead_code, reason = "which of these generated code uses depends on the document")]
pub(crate) async fn json<T>(
    client: &Client,
    meta: &'static OperationMeta,
    request: Built,
) -> Result<ResponseValue<T>, Error>
where
    T: DeserializeOwned + Audit,
{
    let answer = Answer::open(meta, exchange(client, meta, request).await).await?;
    let (status, headers) = (answer.response.status(), answer.response.headers().clone());
    let context = answer.context.clone();
    let body = answer.read(LARGEST).await?;
    let value = decode::<T>(meta, status, &headers, &body, context.as_ref())?;
    if Auditor::is_heard() {
        value.audit(&mut Auditor::new(meta));
    }
    Ok(ResponseValue::received(value, status, headers, context))
}

/// Sends a request and decodes its JSON response, which may have no content.
#[allow(dead_code, reason = "which of these generated code uses depends on the document")]
pub(crate) async fn optional<T>(
    client: &Client,
    meta: &'static OperationMeta,
    request: Built,
) -> Result<ResponseValue<Option<T>>, Error>
where
    T: DeserializeOwned + Audit,
{
    let answer = Answer::open(meta, exchange(client, meta, request).await).await?;
    let (status, headers) = (answer.response.status(), answer.response.headers().clone());
    let context = answer.context.clone();
    let body = answer.read(LARGEST).await?;
    let value: Option<T> = match body.trim_ascii() {
        b"" => None,
        _ => decode(meta, status, &headers, &body, context.as_ref())?,
    };
    if Auditor::is_heard() {
        value.audit(&mut Auditor::new(meta));
    }
    Ok(ResponseValue::received(value, status, headers, context))
}

/// Sends a request and returns its response as a stream of bytes.
pub(crate) async fn bytes(
    client: &Client,
    meta: &'static OperationMeta,
    request: Built,
) -> Result<ResponseValue<ByteStream>, Error> {
    stream(meta, exchange(client, meta, request).await).await
}

/// Returns any response as a stream of bytes.
pub(crate) async fn stream(meta: &'static OperationMeta, sent: Sent) -> Result<ResponseValue<ByteStream>, Error> {
    let answer = Answer::open(meta, sent).await?;
    let (status, headers) = (answer.response.status(), answer.response.headers().clone());
    let idle = answer.context.as_ref().map(|context| context.idle);
    let context = answer.context.clone();
    Ok(ResponseValue::received(ByteStream::new(meta.id, answer.response, idle), status, headers, context))
}

/// Sends a request and accepts a response without content.
#[allow(dead_code, reason = "a document whose every operation answers something has no use for it")]
pub(crate) async fn empty(
    client: &Client,
    meta: &'static OperationMeta,
    request: Built,
) -> Result<ResponseValue<()>, Error> {
    let answer = Answer::open(meta, exchange(client, meta, request).await).await?;
    let (status, headers) = (answer.response.status(), answer.response.headers().clone());
    let context = answer.context.clone();
    // The operation succeeded, so a failure while reading the unused body is ignored.
    let body = answer.read_some(KEPT).await;
    if is_refusal(meta, &body) {
        return Err(Error::refused(meta.id, status, headers, body, &mask(context.as_ref())));
    }
    Ok(ResponseValue::received((), status, headers, context))
}

fn decode<T: DeserializeOwned>(
    meta: &'static OperationMeta,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
    context: Option<&Context>,
) -> Result<T, Error> {
    let kept = || body.slice(..body.len().min(KEPT_OF_SUCCESS));
    let undecodable = |misfit| Error::undecodable(meta.id, status, headers.clone(), kept(), misfit, &mask(context));
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if text.trim_ascii().is_empty() {
        return Err(undecodable(Misfit { path: None, reason: "it is empty".into() }));
    }
    if is_refusal(meta, text) {
        return Err(Error::refused(meta.id, status, headers.clone(), kept(), &mask(context)));
    }
    match page_around(meta, text) {
        Some(page) => error::read(&page),
        None => error::read(text),
    }
    .map_err(undecodable)
}

/// Returns whether a 2xx body is an error: an object with a `detail`, for an operation whose responses have none.
fn is_refusal(meta: &OperationMeta, body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        detail: Option<serde::de::IgnoredAny>,
    }

    // Searching for the word is much cheaper than decoding the whole object twice.
    const WORD: &[u8] = br#""detail""#;
    !meta.detail_ok
        && body.trim_ascii_start().starts_with(b"{")
        && body.windows(WORD.len()).any(|window| window == WORD)
        && serde_json::from_slice::<Probe>(body).is_ok_and(|probe| probe.detail.is_some())
}

/// Treats a bare array, in place of a page object, as the only page.
fn page_around(meta: &OperationMeta, text: &[u8]) -> Option<Vec<u8>> {
    if !meta.page || !text.trim_ascii_start().starts_with(b"[") {
        return None;
    }
    let size = serde_json::from_slice::<Vec<serde::de::IgnoredAny>>(text).ok()?.len();
    let rest = format!(r#","page":1,"page_size":{size},"has_next":false,"has_previous":false}}"#);
    Some([br#"{"items":"#, text, rest.as_bytes()].concat())
}

fn mask(context: Option<&Context>) -> Mask {
    context.map(|context| context.sent.mask()).unwrap_or_default()
}

/// A 2xx response whose body has not been read yet.
struct Answer {
    meta: &'static OperationMeta,
    response: Response,
    context: Option<Context>,
}

impl Answer {
    async fn open(meta: &'static OperationMeta, sent: Sent) -> Result<Self, Error> {
        let mut response = sent.map_err(|error| Error::unsent(meta.id, error))?;
        if response.extensions().get::<TimedOut>().is_some() {
            return Err(Error::timed_out(meta.id));
        }
        let context = response.extensions_mut().remove::<Context>();
        let status = response.status();
        let headers = response.headers().clone();
        let answer = Self { meta, response, context };
        if status.is_success() {
            return Ok(answer);
        }
        let context = answer.context.clone();
        let body = answer.read_some(KEPT).await;
        Err(Error::refused(meta.id, status, headers, body, &mask(context.as_ref())))
    }

    fn deadline(&self) -> Option<Instant> {
        self.context.as_ref()?.deadline
    }

    /// Reads the whole body. Fails if it is longer than `limit`, exceeds the timeout, or is cut off.
    async fn read(mut self, limit: usize) -> Result<Bytes, Error> {
        let mut body = BytesMut::new();
        loop {
            let chunk = match self.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(body.freeze()),
                Err(error) => {
                    body.truncate(KEPT_OF_SUCCESS);
                    let (status, headers) = (self.response.status(), self.response.headers().clone());
                    return Err(error.with_answer(status, headers, body.freeze(), &mask(self.context.as_ref())));
                }
            };
            if body.len() + chunk.len() > limit {
                let misfit = Misfit { path: None, reason: format!("it is larger than {limit} bytes") };
                let (status, headers) = (self.response.status(), self.response.headers().clone());
                body.truncate(KEPT_OF_SUCCESS);
                let mask = mask(self.context.as_ref());
                return Err(Error::undecodable(self.meta.id, status, headers, body.freeze(), misfit, &mask));
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// Reads as much of the body as arrives, up to `limit`.
    async fn read_some(mut self, limit: usize) -> Bytes {
        let mut body = BytesMut::new();
        while body.len() < limit {
            let Ok(Some(chunk)) = self.chunk().await else {
                break;
            };
            body.extend_from_slice(&chunk);
        }
        body.truncate(limit);
        body.freeze()
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        match within(self.deadline(), self.response.chunk()).await {
            Some(Ok(chunk)) => Ok(chunk),
            Some(Err(error)) => Err(Error::transport(self.meta.id, &error)),
            None => Err(Error::timed_out(self.meta.id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{ErrorKind, operation::tests::META};

    fn decoded(meta: &'static OperationMeta, body: &'static str) -> Result<Value, Error> {
        decode(meta, StatusCode::OK, &HeaderMap::new(), &Bytes::from_static(body.as_bytes()), None)
    }

    #[test]
    fn a_detail_in_a_success_is_a_refusal_only_where_a_success_has_none() {
        const WITH_DETAIL: OperationMeta = OperationMeta { detail_ok: true, ..META };
        let refused = decoded(&META, r#"{"detail":"busy","x":1}"#).unwrap_err();
        assert_eq!((refused.kind(), refused.detail()), (ErrorKind::Status, Some("busy")));
        assert_eq!(refused.to_string(), "session_status failed: 200 busy");
        assert!(decoded(&WITH_DETAIL, r#"{"detail":"busy"}"#).is_ok());
        for fine in [r#"{"detail":null}"#, r#"{"x":{"detail":"busy"}}"#, r#"["detail"]"#, r#"{"x":"\"detail\""}"#] {
            assert!(decoded(&META, fine).is_ok(), "{fine}");
        }
    }

    #[test]
    fn a_bare_array_is_one_page_only_where_a_page_is_due() {
        const PAGE: OperationMeta = OperationMeta { page: true, ..META };
        let page = decoded(&PAGE, " [{\"a\":[1,2]}, 2] ").unwrap();
        assert_eq!(
            page,
            serde_json::json!({"items":[{"a":[1,2]},2],"page":1,"page_size":2,"has_next":false,"has_previous":false})
        );
        assert_eq!(decoded(&PAGE, r#"{"items":[]}"#).unwrap(), serde_json::json!({"items":[]}));
        assert_eq!(decoded(&META, "[1]").unwrap(), serde_json::json!([1]));
        assert_eq!(decoded(&PAGE, "[1").unwrap_err().kind(), ErrorKind::Decode);
    }

    #[test]
    fn an_empty_body_is_no_value() {
        for body in ["", " \r\n"] {
            let error = decoded(&META, body).unwrap_err();
            assert_eq!(error.to_string(), "session_status failed: the answer does not decode: it is empty");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_answer() {
        assert_eq!(decoded(&META, "\u{feff}{}").unwrap(), serde_json::json!({}));
    }
}
