//! `FunctionRun`: one run of a function, looked at, stopped, reported on.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use notte_api::{
    Bytes, Fetch,
    types::{self, FunctionRunGetMetadataPayloadMode, FunctionRunStatus},
    wire::Open,
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::RunUpdate;
use crate::{Error, ErrorKind, FunctionId, Notte, Result, RunId, areas::read};

const PAYLOAD: &str = "function_run_payload";

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
    pub(super) fn name(self) -> &'static str {
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

    /// Returns how it is: state, log, variables, result, and the session it uses, whose replay exists. A result that is
    /// not text is returned as JSON text.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn status(&self) -> Result<types::FunctionRun> {
        let request = self.notte.api().function_run_get_metadata();
        let status = self.notte.call(request.function_id(&self.function).run_id(&self.id)).await;
        status.or_else(|error| with_json_result(&error).ok_or(error))
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
        RunUpdate::new(self, status.into())
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

/// Reads a run whose result is not text, as the document promises it, but the value itself.
fn with_json_result(error: &Error) -> Option<types::FunctionRun> {
    if error.kind() != ErrorKind::Decode || !error.json_path()?.starts_with("result") {
        return None;
    }
    let mut run: Value = serde_json::from_slice(error.api()?.body()?).ok()?;
    let result = run.get_mut("result")?;
    *result = result.to_string().into();
    serde_json::from_value(run).ok()
}
