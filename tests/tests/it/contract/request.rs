//! What a request has to be on the wire, to the last header and field.

use httpmock::HttpMockRequest;
use notte_api::reqwest::Url;
use serde_json::{Map, Value};

use crate::contract::{
    canonical::differences,
    fixture::{Call, Fixture},
    multipart,
    server::KEY,
};

/// Whatever HTTP needs to carry a request; nothing of the API.
const TRANSPORT: &[&str] = &["accept", "content-length", "content-type", "host", "transfer-encoding", "user-agent"];

/// What is wrong with a request.
pub(crate) fn faults(fixture: &Fixture, call: &Call, request: &HttpMockRequest) -> Vec<String> {
    let mut faults = Vec::new();
    if request.method_str() != fixture.method {
        faults.push(format!("method: {} instead of {}", request.method_str(), fixture.method));
    }
    let uri = request.uri().to_string();
    let url = if uri.starts_with('/') { format!("http://localhost{uri}") } else { uri };
    let (start, raw_query) = url.split_once('?').map_or((url.as_str(), None), |(path, query)| (path, Some(query)));
    let raw_path = start.splitn(4, '/').nth(3).unwrap_or_default();
    path(fixture, call, raw_path, &mut faults);

    let pairs = Url::parse(&url).unwrap();
    let mut pairs: Vec<_> = pairs.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
    let mut expected: Vec<_> = call.query.iter().map(|(key, value)| (key.clone(), plain(value))).collect();
    pairs.sort();
    expected.sort();
    if pairs != expected {
        faults.push(format!("query: {pairs:?} instead of {expected:?}"));
    }
    if call.query.is_empty() && raw_query.is_some() {
        faults.push("query: a `?` without a query".to_owned());
    }
    headers(fixture, call, request, &mut faults);
    body(call, request, &mut faults);
    faults
}

/// A value as it stands in a query or a form.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn path(fixture: &Fixture, call: &Call, raw: &str, faults: &mut Vec<String>) {
    let template: Vec<_> = fixture.template.trim_start_matches('/').split('/').collect();
    let segments: Vec<_> = raw.split('/').collect();
    let mut named = 0;
    let matches = template.len() == segments.len()
        && template.iter().zip(&segments).all(|(part, segment)| {
            let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
                return part == segment;
            };
            named += 1;
            segment.bytes().all(|byte| byte.is_ascii_graphic()) && decoded(segment).as_deref() == Some(call.path(name))
        });
    if !matches {
        faults.push(format!("path: /{raw} does not fit {} with {:?}", fixture.template, call.path));
    } else if named != call.path.len() {
        faults.push(format!("path: {} does not have all of {:?}", fixture.template, call.path));
    }
}

/// Percent-decoding; none if it is none, or not UTF-8.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn headers(fixture: &Fixture, call: &Call, request: &HttpMockRequest, faults: &mut Vec<String>) {
    let mut expected = vec![
        ("x-notte-request-origin".to_owned(), "sdk-rust".to_owned()),
        ("x-notte-sdk-version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
    ];
    if fixture.auth {
        expected.push(("authorization".to_owned(), format!("Bearer {KEY}")));
    }
    expected.extend(call.key_headers.iter().map(|name| (name.clone(), KEY.to_owned())));
    expected.sort();
    let got = request.headers_vec().iter().map(|(name, value)| (name.to_lowercase(), value.clone()));
    let mut got: Vec<_> = got.filter(|(name, _)| !TRANSPORT.contains(&name.as_str())).collect();
    got.sort();
    if got != expected {
        faults.push(format!("headers: {got:?} instead of {expected:?}"));
    }
}

fn body(call: &Call, request: &HttpMockRequest, faults: &mut Vec<String>) {
    let header = request.headers_vec().iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let content_type = header.map_or("", |(_, value)| value.as_str());
    let got = request.body_ref();
    if let Some(expected) = &call.body {
        if content_type != "application/json" {
            faults.push(format!("body: content type {content_type:?} instead of application/json"));
        }
        match serde_json::from_slice::<Value>(got) {
            Ok(got) => faults.extend(differences(expected, &got).into_iter().map(|fault| format!("body: {fault}"))),
            Err(error) => faults.push(format!("body: no JSON: {error}")),
        }
    } else if !call.form.is_empty() {
        match multipart::read(content_type, got) {
            Ok(form) => faults.extend(form_faults(&call.form, &form)),
            Err(error) => faults.push(format!("form: {error}")),
        }
    } else if !got.is_empty() || !content_type.is_empty() {
        faults.push(format!("body: {} bytes of {content_type:?} where none are due", got.len()));
    }
}

fn form_faults(expected: &Map<String, Value>, parts: &[(String, Value)]) -> Vec<String> {
    let expected = expected.iter().map(|(name, value)| {
        let value = if value.is_object() { value.clone() } else { plain(value).into() };
        (name.clone(), value)
    });
    let got = parts.iter().cloned().collect();
    let mut faults = differences(&Value::Object(expected.collect()), &Value::Object(got));
    if parts.len() > parts.iter().map(|(name, _)| name).collect::<std::collections::BTreeSet<_>>().len() {
        faults.push("a part is there twice".to_owned());
    }
    faults.into_iter().map(|fault| format!("form: {fault}")).collect()
}
