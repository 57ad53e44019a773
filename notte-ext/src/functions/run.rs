//! `FunctionRun`: one run of a function, looked at, stopped, reported on.

use std::{
    collections::BTreeMap,
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use notte_api::{
    Bytes, Fetch,
    types::{self, FunctionRunGetMetadataPayloadMode, FunctionRunStatus, RunPayloadReference, builder},
    wire::Open,
};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{Error, ErrorKind, FunctionId, Notte, Result, RunId, areas::read};

const REPORT: &str = "function_run_update_metadata";
const PAYLOAD: &str = "function_run_payload";
/// The longest [`RunUpdate::result_preview`], in characters.
const LONGEST_PREVIEW: usize = 16_000;

/// A run of a function.
///
/// It is a handle: dropping it stops nothing.
#[derive(Debug, Clone)]
pub struct FunctionRun {
    pub(super) notte: Notte,
    pub(super) function: FunctionId,
    pub(super) id: RunId,
}

/// A value of a run that may be too large to stand in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RunPayload {
    /// What the function returned.
    Result,
    /// The lines of its log.
    Logs,
    /// The variables it got.
    Variables,
}

impl RunPayload {
    fn name(self) -> &'static str {
        match self {
            Self::Result => "result",
            Self::Logs => "logs",
            Self::Variables => "variables",
        }
    }
}

impl FunctionRun {
    /// Its id.
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// How it is: state, log, variables, result, and the session it uses, whose replay there is.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn status(&self) -> Result<types::FunctionRun> {
        let request = self.notte.api().function_run_get_metadata();
        self.notte.call(request.function_id(&self.function).run_id(&self.id)).await
    }

    /// Stops it. Its record stays.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn stop(&self) -> Result<()> {
        let request = self.notte.api().function_run_stop().function_id(&self.function).run_id(&self.id);
        self.notte.call(request).done().await
    }

    /// Reports how it goes, for who executes it on a machine of one's own; `.await` does it.
    pub fn update(&self, status: impl Into<Open<FunctionRunStatus>>) -> RunUpdate<'_> {
        let status: Open<FunctionRunStatus> = status.into();
        let request = builder::FunctionRunUpdateRequest::default().status(status);
        RunUpdate { run: self, request, wrong: None }
    }

    /// A value that is too large for [`status`](Self::status), as JSON text; none if the service keeps it with the run. It
    /// is what was uploaded: its size and SHA-256 are checked. Servers of version 1.4.40 have no such values.
    ///
    /// # Errors
    /// See [`ErrorKind`]; [`ErrorKind::Decode`] if it is not what was uploaded.
    pub async fn payload(&self, payload: RunPayload) -> Result<Option<Bytes>> {
        let request = self.notte.api().function_run_get_metadata().function_id(&self.function).run_id(&self.id);
        let request = request.payload_mode(FunctionRunGetMetadataPayloadMode::References);
        let types::FunctionRun { payloads, payload_urls, .. } = self.notte.call(request).await?;
        let Some(reference) = payloads.and_then(|mut all| all.remove(payload.name())) else { return Ok(None) };
        let odd = |why: &str| Error::new(ErrorKind::Decode, why).in_operation(PAYLOAD);
        let url = payload_urls.and_then(|mut all| all.remove(payload.name()));
        let url = url.ok_or_else(|| odd("the service does not say where the value is"))?;
        let bytes = read(self.notte.call(Fetch::new(url)).await?).await?;
        let right_size = usize::try_from(reference.size_bytes).is_ok_and(|size| size == bytes.len());
        if !right_size || BASE64_STANDARD.encode(Sha256::digest(&bytes)) != reference.sha256 {
            return Err(odd("the value is not what was uploaded: its size or its SHA-256 differs"));
        }
        Ok(Some(bytes))
    }
}

/// A report on a run; `.await` sends it. What is not set stays as it is.
#[must_use = "a report is sent by `.await`"]
#[derive(Clone)]
pub struct RunUpdate<'a> {
    run: &'a FunctionRun,
    request: builder::FunctionRunUpdateRequest,
    wrong: Option<String>,
}

impl RunUpdate<'_> {
    /// The browser session that it uses.
    pub fn session_id(mut self, id: impl AsRef<str>) -> Self {
        self.request = self.request.session_id(id.as_ref());
        self
    }

    /// The lines of its log, all of them.
    pub fn logs<S: Into<String>>(mut self, lines: impl IntoIterator<Item = S>) -> Self {
        self.request = self.request.logs(lines.into_iter().map(Into::into).collect::<Vec<String>>());
        self
    }

    /// The variables that it got: the fields of a struct, the entries of a map.
    pub fn variables(mut self, variables: impl Serialize) -> Self {
        match serde_json::to_value(variables) {
            Ok(Value::Object(variables)) => self.request = self.request.variables(variables),
            _ => self.wrong = Some("variables are a struct or a map with texts for keys".into()),
        }
        self
    }

    /// What it returned.
    pub fn result(mut self, result: impl Serialize) -> Self {
        match serde_json::to_value(result) {
            Ok(result) => self.request = self.request.result(result),
            Err(_) => self.wrong = Some("the result cannot be written as JSON".into()),
        }
        self
    }

    /// The beginning of a result that was uploaded on its own, up to 16,000 characters.
    pub fn result_preview(mut self, preview: impl Into<String>) -> Self {
        let preview = preview.into();
        if preview.chars().count() > LONGEST_PREVIEW {
            self.wrong = Some(format!("result_preview takes at most {LONGEST_PREVIEW} characters"));
        }
        self.request = self.request.result_preview(preview);
        self
    }

    /// What was uploaded on its own, by what it is.
    pub fn payloads(mut self, payloads: impl IntoIterator<Item = (RunPayload, RunPayloadReference)>) -> Self {
        let payloads: BTreeMap<_, _> = payloads.into_iter().map(|(what, how)| (what.name().to_owned(), how)).collect();
        self.request = self.request.payloads(payloads);
        self
    }
}

impl<'a> IntoFuture for RunUpdate<'a> {
    type Output = Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

    /// Sends it.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { run, request, wrong } = self;
            if let Some(why) = wrong {
                return Err(Error::invalid(why).in_operation(REPORT));
            }
            let call = run.notte.api().function_run_update_metadata().function_id(&run.function).run_id(&run.id);
            run.notte.call(call.body_map(|_| request)).await.map(drop)
        })
    }
}

impl fmt::Debug for RunUpdate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunUpdate").field("run", &self.run.id).finish_non_exhaustive()
    }
}
