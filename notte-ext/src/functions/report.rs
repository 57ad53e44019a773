//! `RunUpdate`: a report on a run, whose large values are uploaded on their own.

use std::{
    collections::BTreeMap,
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use notte_api::{
    Put,
    reqwest::{
        Method,
        header::{HeaderMap, HeaderName, HeaderValue},
    },
    types::{FunctionRunStatus, RunPayloadReference, builder},
    wire::{Open, Secret},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{FunctionRun, RunPayload};
use crate::{Error, ErrorKind, Result};

const OPERATION: &str = "function_run_update_metadata";
/// A value above this size is uploaded on its own, in bytes of JSON.
const INLINE: usize = 1024 * 1024;
/// Maximum size of a value that is uploaded.
const LARGEST: usize = 256 * 1024 * 1024;
/// The longest [`RunUpdate::result_preview`], in characters.
const LONGEST_PREVIEW: usize = 16_000;

/// A report on a run; `.await` sends it. What is not set stays as it is.
///
/// A result, log or variables of more than 1 MiB of JSON are uploaded on their own, up to 256 MiB each. Servers of
/// version 1.4.40 do not know such values.
#[must_use = "a report is sent by `.await`"]
#[derive(Clone)]
pub struct RunUpdate<'a> {
    run: &'a FunctionRun,
    request: builder::FunctionRunUpdateRequest,
    result: Option<Value>,
    logs: Option<Vec<String>>,
    variables: Option<Map<String, Value>>,
    preview: Option<String>,
    wrong: Option<String>,
}

impl<'a> RunUpdate<'a> {
    pub(super) fn new(run: &'a FunctionRun, status: Open<FunctionRunStatus>) -> Self {
        let request = builder::FunctionRunUpdateRequest::default().status(status);
        Self { run, request, result: None, logs: None, variables: None, preview: None, wrong: None }
    }

    /// Sets the browser session that it uses.
    pub fn session_id(mut self, id: impl AsRef<str>) -> Self {
        self.request = self.request.session_id(id.as_ref());
        self
    }

    /// Sets the lines of its log, all of them.
    pub fn logs<S: Into<String>>(mut self, lines: impl IntoIterator<Item = S>) -> Self {
        self.logs = Some(lines.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the variables that it got: the fields of a struct, the entries of a map.
    pub fn variables(mut self, variables: impl Serialize) -> Self {
        match serde_json::to_value(variables) {
            Ok(Value::Object(variables)) => self.variables = Some(variables),
            _ => self.wrong = Some("variables are a struct or a map with texts for keys".into()),
        }
        self
    }

    /// Sets what it returned.
    pub fn result(mut self, result: impl Serialize) -> Self {
        match serde_json::to_value(result) {
            Ok(result) => self.result = Some(result),
            Err(_) => self.wrong = Some("the result cannot be written as JSON".into()),
        }
        self
    }

    /// Sets what is shown of a result that is uploaded on its own, up to 16,000 characters. By default it is the
    /// beginning of its JSON.
    pub fn result_preview(mut self, preview: impl Into<String>) -> Self {
        let preview = preview.into();
        if preview.chars().count() > LONGEST_PREVIEW {
            self.wrong = Some(format!("result_preview takes at most {LONGEST_PREVIEW} characters"));
        }
        self.preview = Some(preview);
        self
    }

    async fn send(self) -> Result<()> {
        let Self { run, mut request, result, logs, variables, mut preview, wrong } = self;
        if let Some(why) = wrong {
            return Err(Error::invalid(why).in_operation(OPERATION));
        }
        let mut payloads = BTreeMap::new();
        if let Some(text) = large(&result)? {
            preview = preview.or_else(|| Some(text.chars().take(LONGEST_PREVIEW).collect()));
            payloads.insert(RunPayload::Result.name().to_owned(), upload(run, RunPayload::Result, text).await?);
        } else if let Some(result) = result {
            request = request.result(result);
        }
        if let Some(text) = large(&logs)? {
            payloads.insert(RunPayload::Logs.name().to_owned(), upload(run, RunPayload::Logs, text).await?);
        } else {
            request = request.logs(logs);
        }
        if let Some(text) = large(&variables)? {
            payloads.insert(RunPayload::Variables.name().to_owned(), upload(run, RunPayload::Variables, text).await?);
        } else {
            request = request.variables(variables);
        }
        if !payloads.is_empty() {
            request = request.payloads(payloads);
        }
        let request = request.result_preview(preview);
        let call = run.notte.api().function_run_update_metadata().function_id(&run.function).run_id(&run.id);
        run.notte.call(call.body_map(|_| request)).await.map(drop)
    }
}

/// The JSON of a value that is too large to be a part of a request.
fn large(value: &Option<impl Serialize>) -> Result<Option<String>> {
    let unwritable = |_| Error::invalid("a value of the run cannot be written as JSON").in_operation(OPERATION);
    let Some(value) = value else { return Ok(None) };
    let text = serde_json::to_string(value).map_err(unwritable)?;
    if text.len() > LARGEST {
        let why = format!("a value of a run has at most {LARGEST} bytes of JSON, not {}", text.len());
        return Err(Error::invalid(why).in_operation(OPERATION));
    }
    Ok((text.len() > INLINE).then_some(text))
}

/// Where a value is to be stored, and how a report refers to it.
#[derive(Deserialize)]
struct Place {
    reference: RunPayloadReference,
    url: Secret<String>,
    headers: BTreeMap<String, Secret<String>>,
}

async fn upload(run: &FunctionRun, payload: RunPayload, text: String) -> Result<RunPayloadReference> {
    let odd =
        || Error::new(ErrorKind::Decode, "the service does not say where to upload the value").in_operation(OPERATION);
    let path = format!("/functions/{}/runs/{}/payloads/{}/upload", run.function, run.id, payload.name());
    let about = json!({"size_bytes": text.len(), "sha256": BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()))});
    let place = run.notte.request(Method::POST, path).json(about).await?;
    let Place { reference, url, headers } = serde_json::from_value(place).map_err(|_| odd())?;
    let header = |(name, value): (String, Secret<String>)| {
        Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value.expose()).ok()?))
    };
    let headers = headers.into_iter().map(header).collect::<Option<HeaderMap>>().ok_or_else(odd)?;
    run.notte.call(Put::new(url, headers, text)).await?;
    Ok(reference)
}

impl<'a> IntoFuture for RunUpdate<'a> {
    type Output = Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

    /// Sends it.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for RunUpdate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunUpdate").field("run", &self.run.id).finish_non_exhaustive()
    }
}
