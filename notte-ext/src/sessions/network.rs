//! `session.network_logs()`: the recorded network traffic of a session.

use std::{
    fmt,
    future::{Future, IntoFuture},
    path::Path,
    pin::Pin,
};

use notte_api::{types::NetworkLogBatch, wire::List};

use super::{SessionHandle, check};
use crate::{Error, ErrorKind, Notte, Result, Save, SessionId, save::Download};

/// A question for the network traffic of a session: `.await` asks.
#[must_use = "it is asked by `.await`"]
#[derive(Debug)]
pub struct NetworkLogsRequest<'a> {
    session: &'a SessionHandle,
    limit: Option<i64>,
    download: Option<bool>,
    unchecked: bool,
}

impl<'a> NetworkLogsRequest<'a> {
    pub(super) fn new(session: &'a SessionHandle) -> Self {
        Self { session, limit: None, download: None, unchecked: false }
    }

    /// How many files to list at most, from 1 to 1000.
    pub fn limit(mut self, files: u32) -> Self {
        self.limit = Some(files.into());
        self
    }

    /// Whether the files can be downloaded, which takes the service longer to say. They can unless told otherwise.
    pub fn download(mut self, download: bool) -> Self {
        self.download = Some(download);
        self
    }

    /// Leaves limits to the service to check.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    async fn ask(self) -> Result<NetworkLogs> {
        let Self { session, limit, download, unchecked } = self;
        if !unchecked {
            check::within("limit", limit, 1, 1000, " files").map_err(Error::invalid)?;
        }
        let request = session.notte().api().session_network_logs().session_id(session.id());
        let answer = session.call(request.limit(limit).download(download)).await?;
        let file = |batch| NetworkLog { notte: session.notte().clone(), batch };
        Ok(NetworkLogs {
            session: answer.session_id.into(),
            format: answer.format,
            total: answer.total_batch_count,
            files: answer.batches.map(file),
        })
    }
}

impl<'a> IntoFuture for NetworkLogsRequest<'a> {
    type Output = Result<NetworkLogs>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Asks for the files.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ask())
    }
}

/// The files in which the network traffic of a session was recorded.
#[derive(Debug)]
#[non_exhaustive]
pub struct NetworkLogs {
    /// The session.
    pub session: SessionId,
    /// The format of the files.
    pub format: Option<String>,
    /// The files that were requested. One that this version cannot decode is in [`List::odd`].
    pub files: List<NetworkLog>,
    /// How many there are in all.
    pub total: i64,
}

/// A file of recorded network traffic. `Debug` shows no address.
#[derive(Clone)]
pub struct NetworkLog {
    notte: Notte,
    batch: NetworkLogBatch,
}

impl NetworkLog {
    /// Its name in the service's storage.
    pub fn key(&self) -> &str {
        &self.batch.key
    }

    /// Its size in bytes.
    pub fn size(&self) -> i64 {
        self.batch.size
    }

    /// Writes it to `path`.
    pub fn save(&self, path: impl AsRef<Path>) -> Save<'_> {
        Save::at(path, async {
            let missing = || Error::new(ErrorKind::NotFound, "the file was listed without an address to get it from");
            let url = self.batch.download_url.as_ref().ok_or_else(missing)?;
            Download::fetch(&self.notte, url).await
        })
    }

    /// The whole answer about it.
    pub fn into_inner(self) -> NetworkLogBatch {
        self.batch
    }
}

impl fmt::Debug for NetworkLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkLog").field("key", &self.key()).field("size", &self.size()).finish_non_exhaustive()
    }
}
