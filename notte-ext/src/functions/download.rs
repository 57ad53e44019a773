//! `FunctionDownload`: the source of a function, as text or in a file.

use std::{fmt, path::Path};

use notte_api::wire::Secret;

use super::Function;
use crate::{Download, Error, ErrorKind, Result, RunId, Save};

const OPERATION: &str = "function_download";

/// The source of a function: [`text`](Self::text) reads it, [`save`](Self::save) puts it into a file.
#[must_use = "source is read by `.text()` or `.save(…)`"]
#[derive(Clone)]
pub struct FunctionDownload<'a> {
    function: &'a Function,
    version: Option<String>,
    run: Option<RunId>,
    decryption_key: Option<Secret<String>>,
}

impl<'a> FunctionDownload<'a> {
    pub(super) fn new(function: &'a Function) -> Self {
        Self { function, version: None, run: None, decryption_key: None }
    }

    /// Of this version, in place of the latest.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// As this run used it. Servers of version 1.4.40 do not know it.
    pub fn of_run(mut self, run: impl Into<RunId>) -> Self {
        self.run = Some(run.into());
        self
    }

    /// The key of a function that is encrypted. It is sent in the address of the request, as the service wants it.
    pub fn decryption_key(mut self, key: impl Into<Secret<String>>) -> Self {
        self.decryption_key = Some(key.into());
        self
    }

    /// Returns the source.
    ///
    /// # Errors
    /// See [`ErrorKind`]; [`ErrorKind::InvalidRequest`] if it is encrypted and there is no key.
    pub async fn text(self) -> Result<String> {
        let (mut download, mut source) = (self.open().await?, Vec::new());
        while let Some(chunk) = download.chunk().await? {
            source.extend_from_slice(&chunk);
        }
        let no_text = |_| Error::new(ErrorKind::Decode, "the source is not text").in_operation(OPERATION);
        String::from_utf8(source).map_err(no_text)
    }

    /// Writes the source to a file.
    ///
    /// # Errors
    /// As [`text`](Self::text); [`ErrorKind::File`] if the file exists and is not to be
    /// [replaced](Save::overwrite), or cannot be written.
    pub fn save(self, path: impl AsRef<Path>) -> Save<'a> {
        Save::at(path, self.open())
    }

    async fn open(self) -> Result<Download> {
        let Function { notte, id, .. } = self.function;
        let request = notte.api().function_download_url().function_id(id).version(self.version);
        let request = request.function_run_id(self.run.as_deref()).decryption_key(self.decryption_key);
        let url = notte.call(request).await?.url;
        if !url.expose().starts_with("http") {
            let why = "the function is encrypted: set its decryption key";
            return Err(Error::invalid(why).in_operation(OPERATION));
        }
        Download::fetch(notte, &url).await
    }
}

impl fmt::Debug for FunctionDownload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionDownload")
            .field("id", &self.function.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}
