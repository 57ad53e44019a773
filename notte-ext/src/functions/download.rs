//! `FunctionDownload`: the source of a function, as text or in a file.

use std::{fmt, fs::OpenOptions, io::Write as _, path::Path};

use notte_api::{Fetch, wire::Secret};

use super::Function;
use crate::{Error, ErrorKind, Result, RunId, areas::read};

const OPERATION: &str = "function_download";

/// The source of a function: [`text`](Self::text) reads it, [`save`](Self::save) puts it into a file.
#[must_use = "source is read by `.text()` or `.save(…)`"]
#[derive(Clone)]
pub struct FunctionDownload<'a> {
    function: &'a Function,
    version: Option<String>,
    run: Option<RunId>,
    decryption_key: Option<Secret<String>>,
    overwrite: bool,
}

impl<'a> FunctionDownload<'a> {
    pub(super) fn new(function: &'a Function) -> Self {
        Self { function, version: None, run: None, decryption_key: None, overwrite: false }
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

    /// Replaces a file that exists already.
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// The source.
    ///
    /// # Errors
    /// See [`ErrorKind`]; [`ErrorKind::InvalidRequest`] if it is encrypted and there is no key.
    pub async fn text(self) -> Result<String> {
        let Function { notte, id } = self.function;
        let request = notte.api().function_download_url().function_id(id).version(self.version);
        let request = request.function_run_id(self.run.as_deref()).decryption_key(self.decryption_key);
        let url = notte.call(request).await?.url;
        if !url.expose().starts_with("http") {
            let why = "the function is encrypted: give its decryption key";
            return Err(Error::invalid(why).in_operation(OPERATION));
        }
        let bytes = read(notte.call(Fetch::new(url)).await?).await?;
        let no_text = |_| Error::new(ErrorKind::Decode, "the source is no text").in_operation(OPERATION);
        String::from_utf8(bytes.into()).map_err(no_text)
    }

    /// Puts the source into a file.
    ///
    /// # Errors
    /// As [`text`](Self::text); [`ErrorKind::InvalidRequest`] if the file exists and is not to be
    /// [replaced](Self::overwrite), or cannot be written.
    pub async fn save(self, path: impl AsRef<Path>) -> Result<()> {
        let (path, overwrite) = (path.as_ref().to_owned(), self.overwrite);
        let refuse = |why: String| Error::invalid(why).in_operation(OPERATION);
        if !overwrite && path.exists() {
            return Err(refuse("the file exists already".into()));
        }
        let source = self.text().await?;
        let mut options = OpenOptions::new();
        options.write(true).truncate(true).create(overwrite).create_new(!overwrite);
        let written = options.open(&path).and_then(|mut file| file.write_all(source.as_bytes()));
        written.map_err(|error| refuse(format!("the file cannot be written: {error}")))
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
