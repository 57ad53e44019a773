//! `session.files()`: what a session was given, and what it has downloaded.

use std::{
    fmt,
    future::{Future, IntoFuture},
    path::{Path, PathBuf},
    pin::Pin,
    time::Duration,
};

use futures_util::{
    Stream, TryStreamExt as _,
    stream::{self},
};
use notte_api::{
    ByteStream, Part, ResponseValue,
    types::{FileSource, SessionFile, SessionFilesPage},
    wire::Open,
};
use tokio::{fs::File, io::AsyncReadExt as _};

use super::{Session, check, file_name};
use crate::{
    Error, ErrorKind, FileId, Notte, Progress, Result, Save, SessionId, pages,
    save::{Download, file_error},
};

/// An upload of unknown length may take so long.
const PATIENCE: Duration = Duration::from_secs(600);
/// No upload is expected to be slower, in bytes a second.
const SLOWEST: u64 = 64 * 1024;
const CHUNK: usize = 64 * 1024;

/// The files of a session: those it was given, for `upload_file` actions, and those it has downloaded.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    session: &'a Session,
}

impl<'a> Files<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self { session }
    }

    /// Gives the session a file of this machine. Sent again, it is there twice.
    pub fn upload(&self, path: impl AsRef<Path>) -> Upload<'a> {
        Upload { session: self.session, path: path.as_ref().to_owned(), name: None, mime: None, progress: None }
    }

    /// Gives the session a file from memory or from a stream. It is sent once: a stream cannot be read again.
    ///
    /// ```no_run
    /// # async fn example(session: notte_ext::Session) -> notte_ext::Result<()> {
    /// use notte_ext::notte_api::Part;
    ///
    /// let file = session.files().upload_part(Part::bytes("names.csv", "Ada\nGrace\n").mime("text/csv")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn upload_part(&self, part: Part) -> Result<SessionFile> {
        send(self.session, part, PATIENCE).await
    }

    /// Lists the files.
    pub fn list(&self) -> FileList {
        let (notte, session) = (self.session.notte().clone(), self.session.id().clone());
        FileList { notte, session, source: None, page_size: None, unchecked: false }
    }

    /// Gets a file: [`save`](FileDownload::save), [`save_in`](FileDownload::save_in) or
    /// [`stream`](FileDownload::stream) does it.
    pub fn download(&self, id: impl Into<FileId>) -> FileDownload<'a> {
        FileDownload { session: self.session, id: id.into() }
    }

    /// Deletes a file from the service. One that is gone is deleted.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn delete(&self, id: impl Into<FileId>) -> Result<()> {
        let (session, id) = (self.session, id.into());
        let request = session.notte().api().delete_session_file().session_id(session.id()).file_id(&id);
        session.notte().call(request).done().await.map_err(|error| error.of_session(session.id()))
    }
}

/// A file to give to a session: `.await` sends it.
#[must_use = "a file is sent by `.await`"]
pub struct Upload<'a> {
    session: &'a Session,
    path: PathBuf,
    name: Option<String>,
    mime: Option<String>,
    progress: Option<Box<dyn FnMut(Progress) + Send>>,
}

impl Upload<'_> {
    /// What it is called there, in place of its name here.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Its media type, such as `application/pdf`.
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime = Some(mime.into());
        self
    }

    /// Is told how far it is, after every part that went.
    pub fn progress(mut self, progress: impl FnMut(Progress) + Send + 'static) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    async fn send(self) -> Result<SessionFile> {
        let Self { session, path, name, mime, progress } = self;
        let failed = |error| file_error("cannot be read", &path, &error);
        let here = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
        let name = name.or(here).ok_or_else(|| Error::invalid("the file has no name that can be sent; give it one"))?;
        let file = File::open(&path).await.map_err(failed)?;
        let length = file.metadata().await.map_err(failed)?.len();
        let part = Part::stream(name, chunks(file, length, progress), Some(length));
        let part = if let Some(mime) = mime { part.mime(mime) } else { part };
        send(session, part, Duration::from_secs(60 + length / SLOWEST)).await
    }
}

/// The file in parts.
fn chunks(
    file: File,
    total: u64,
    progress: Option<Box<dyn FnMut(Progress) + Send>>,
) -> impl Stream<Item = std::io::Result<Vec<u8>>> + Send {
    stream::try_unfold((file, 0, progress), move |(mut file, sent, mut progress)| async move {
        let mut chunk = Vec::with_capacity(CHUNK);
        if file.read_buf(&mut chunk).await? == 0 {
            return Ok(None);
        }
        let bytes = sent + chunk.len() as u64;
        if let Some(progress) = &mut progress {
            progress(Progress { bytes, total: Some(total) });
        }
        Ok(Some((chunk, (file, bytes, progress))))
    })
}

async fn send(session: &Session, part: Part, patience: Duration) -> Result<SessionFile> {
    let notte = session.notte();
    let request = notte.api().upload_session_file().session_id(session.id()).file(part);
    let policy = notte.policy().clone().at_least(patience);
    let call = notte.call(request).timeout(policy.timeout).deadline(policy.deadline);
    call.once().await.map(ResponseValue::into_inner).map_err(|error| error.of_session(session.id()))
}

impl<'a> IntoFuture for Upload<'a> {
    type Output = Result<SessionFile>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    /// Sends the file.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for Upload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("path", &self.path).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A list of files that is not asked for yet.
#[derive(Debug, Clone)]
#[must_use = "a list is read by `.items()` or `.pages()`"]
pub struct FileList {
    notte: Notte,
    session: SessionId,
    source: Option<Open<FileSource>>,
    page_size: Option<u32>,
    unchecked: bool,
}

impl FileList {
    /// Lists only files that were uploaded, or only files that the browser has downloaded.
    pub fn source(mut self, source: impl Into<Open<FileSource>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// How many files a page has at most, from 1 to 1000.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// Leaves limits to the service to check.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// The files, one by one; pages are turned as they are needed. The stream is over after its first error.
    pub fn items(self) -> impl Stream<Item = Result<SessionFile>> + Send + Unpin + use<> {
        pages::items(move |offset| self.clone().page(offset))
    }

    /// The pages, as the service sends them. The stream is over after its first error.
    pub fn pages(self) -> impl Stream<Item = Result<SessionFilesPage>> + Send + Unpin + use<> {
        pages::pages(move |offset| self.clone().page(offset))
    }

    async fn page(self, offset: i64) -> Result<SessionFilesPage> {
        let size = self.page_size.map(i64::from);
        if !self.unchecked {
            check::within("page_size", size, 1, 1000, "").map_err(Error::invalid)?;
        }
        let request = self.notte.api().list_session_files().session_id(&self.session).offset(offset);
        let request = request.source(self.source.clone()).limit(size);
        self.notte.call(request).await.map_err(|error| error.of_session(&self.session))
    }
}

/// A file that is not downloaded yet.
#[derive(Debug, Clone)]
#[must_use = "a file is downloaded by `.save(…)`, `.save_in(…)` or `.stream()`"]
pub struct FileDownload<'a> {
    session: &'a Session,
    id: FileId,
}

impl<'a> FileDownload<'a> {
    /// Writes it to `path`.
    pub fn save(self, path: impl AsRef<Path>) -> Save<'a> {
        Save::at(path, self.open())
    }

    /// Writes it into a folder, under the name it has there. A site may have chosen that: folders in it and what a system
    /// could misunderstand are left out, and a name of which nothing is left is an error.
    pub fn save_in(self, folder: impl AsRef<Path>) -> Save<'a> {
        let (session, id) = (self.session, self.id.clone());
        let folder = folder.as_ref().to_owned();
        let path = async move {
            let name = name_of(session, &id).await?;
            let safe = file_name::safe(&name).ok_or_else(|| {
                Error::invalid(format!("a file may not be called {name:?} here; save it under a name of your own"))
            })?;
            Ok(folder.join(safe))
        };
        Save::new(path, self.open())
    }

    /// Its bytes, as they come.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn stream(self) -> Result<ByteStream> {
        Ok(self.open().await?.rest)
    }

    fn open(self) -> impl Future<Output = Result<Download>> + Send + use<'a> {
        let Self { session, id } = self;
        async move {
            let request = session.notte().api().download_session_file().session_id(session.id()).file_id(&id);
            let answer = session.notte().call(request).raw().await;
            answer.map(Download::new).map_err(|error| error.of_session(session.id()))
        }
    }
}

/// There is no operation that tells it.
async fn name_of(session: &Session, id: &FileId) -> Result<String> {
    let mut files = Files::new(session).list().page_size(1000).items();
    while let Some(file) = files.try_next().await? {
        if *id == *file.id {
            return Ok(file.filename);
        }
    }
    Err(Error::new(ErrorKind::NotFound, format!("the session has no file {id:?}")).of_session(session.id()))
}

impl From<&SessionFile> for FileId {
    fn from(file: &SessionFile) -> Self {
        file.id.as_str().into()
    }
}
