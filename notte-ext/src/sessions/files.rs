//! `session.files()`: what a session was given, and what it has downloaded.

use std::{
    fmt,
    future::{Future, IntoFuture},
    io::Cursor,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::{Stream, stream};
use notte_api::{
    Bytes, Client, OperationMeta, Part, ResponseValue, SendOnce, builder,
    types::{SessionFile, SessionFilesPage},
};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt as _},
};

use super::{SessionHandle, file_name};
use crate::{
    Call, Download, Error, ErrorKind, FileId, Listing, Progress, Result, Save, SessionId, pages::FilesOf,
    save::file_error,
};

/// An upload of unknown length may take so long.
const PATIENCE: Duration = Duration::from_secs(600);
/// No upload is expected to be slower, in bytes a second.
const SLOWEST: u64 = 64 * 1024;
const CHUNK: usize = 64 * 1024;

/// The files of a session: those it was given, for `upload_file` actions, and those it has downloaded.
#[derive(Debug, Clone, Copy)]
pub struct Files<'a> {
    session: &'a SessionHandle,
}

impl<'a> Files<'a> {
    pub(super) fn new(session: &'a SessionHandle) -> Self {
        Self { session }
    }

    /// Gives the session a file of this machine. Sent again, it is there twice.
    pub fn upload(&self, path: impl AsRef<Path>) -> Upload<'a> {
        Upload::new(self.session, Source::Path(path.as_ref().to_owned()))
    }

    /// Gives the session a file from memory, under this name. Sent again, it exists twice.
    pub fn upload_bytes(&self, name: impl Into<String>, content: impl Into<Bytes>) -> Upload<'a> {
        Upload::new(self.session, Source::Bytes(content.into())).name(name)
    }

    /// Gives the session a file from a stream. It is sent once: a stream cannot be read again.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn upload_part(&self, part: Part) -> Result<SessionFile> {
        let session = self.session;
        let request = session.notte().api().upload_session_file().session_id(session.id()).file(part);
        let sent = patient(session, request, PATIENCE).once().await;
        sent.map(ResponseValue::into_inner).map_err(|error| error.of_session(session.id()))
    }

    /// Lists the files.
    pub fn list(&self) -> FileList {
        let (notte, session) = (self.session.notte().clone(), self.session.id().clone());
        Listing::new(notte, FilesOf { session, source: None, unchecked: false })
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
///
/// It is retried as any call that costs something: when no connection was made, and when the service refused it.
#[must_use = "a file is sent by `.await`"]
pub struct Upload<'a> {
    session: &'a SessionHandle,
    source: Source,
    name: Option<String>,
    mime: Option<String>,
    progress: Option<OnProgress>,
}

type OnProgress = Arc<Mutex<dyn FnMut(Progress) + Send>>;

/// Where the content comes from, for every attempt anew.
#[derive(Clone)]
enum Source {
    Path(PathBuf),
    Bytes(Bytes),
}

impl<'a> Upload<'a> {
    fn new(session: &'a SessionHandle, source: Source) -> Self {
        Self { session, source, name: None, mime: None, progress: None }
    }

    /// Sets the name that it has for the session, in place of its name here.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets its media type, such as `application/pdf`. By default it is derived from the name.
    pub fn mime(mut self, mime: impl Into<String>) -> Self {
        self.mime = Some(mime.into());
        self
    }

    /// Calls this after every part that was sent. A retry begins again at 0.
    pub fn progress(mut self, progress: impl FnMut(Progress) + Send + 'static) -> Self {
        self.progress = Some(Arc::new(Mutex::new(progress)));
        self
    }

    async fn send(self) -> Result<SessionFile> {
        let Self { session, source, name, mime, progress } = self;
        let (here, length) = match &source {
            Source::Path(path) => {
                let failed = |error| file_error("cannot be read", path, &error);
                let file = File::open(path).await.map_err(failed)?;
                let here = path.file_name().and_then(|name| name.to_str()).map(str::to_owned);
                (here, file.metadata().await.map_err(failed)?.len())
            }
            Source::Bytes(bytes) => (None, bytes.len() as u64),
        };
        let name = name.or(here).ok_or_else(|| Error::invalid("the file has no name that can be sent; set one"))?;
        let mime = mime.unwrap_or_else(|| media_type(&name).to_owned());
        let request = SendFile { session: session.id().clone(), source, name, mime, length, progress };
        patient(session, request, patience(length))
            .raw()
            .await
            .map(ResponseValue::into_inner)
            .map_err(|error| error.of_session(session.id()))
    }
}

/// The upload of a file that can be read again for every attempt.
#[derive(Clone)]
struct SendFile {
    session: SessionId,
    source: Source,
    name: String,
    mime: String,
    length: u64,
    progress: Option<OnProgress>,
}

impl SendOnce for SendFile {
    const META: &'static OperationMeta = <builder::UploadSessionFile<'static> as SendOnce>::META;

    type Output = SessionFile;

    async fn send_on(self, client: &Client) -> Result<ResponseValue<SessionFile>, notte_api::Error> {
        let Self { session, source, name, mime, length, progress } = self;
        let part = match source {
            Source::Bytes(bytes) => Part::stream(name, chunks(Cursor::new(bytes), length, progress), Some(length)),
            Source::Path(path) => {
                let file = File::open(&path).await.map_err(|error| {
                    notte_api::Error::not_sent(Self::META.id, format!("{} cannot be read: {error}", path.display()))
                })?;
                Part::stream(name, chunks(file, length, progress), Some(length))
            }
        };
        client.upload_session_file().session_id(&session).file(part.mime(mime)).send().await
    }
}

/// The content in parts.
fn chunks(
    content: impl AsyncRead + Send + Unpin + 'static,
    total: u64,
    progress: Option<OnProgress>,
) -> impl Stream<Item = std::io::Result<Vec<u8>>> + Send {
    stream::try_unfold((content, 0, progress), move |(mut content, sent, progress)| async move {
        let mut chunk = Vec::with_capacity(CHUNK);
        if content.read_buf(&mut chunk).await? == 0 {
            return Ok(None);
        }
        let bytes = sent + chunk.len() as u64;
        if let Some(progress) = progress.as_ref().and_then(|progress| progress.lock().ok()).as_deref_mut() {
            progress(Progress { bytes, total: Some(total) });
        }
        Ok(Some((chunk, (content, bytes, progress))))
    })
}

fn patience(length: u64) -> Duration {
    Duration::from_secs(60 + length / SLOWEST)
}

/// A call that may take so long at least.
fn patient<O>(session: &SessionHandle, request: O, patience: Duration) -> Call<'_, O> {
    let policy = session.notte().policy().clone().at_least(patience);
    session.notte().call(request).timeout(policy.timeout).deadline(policy.deadline)
}

/// Returns the media type of a file by the ending of its name.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("csv") => "text/csv",
        Some("gif") => "image/gif",
        Some("htm" | "html") => "text/html",
        Some("jpeg" | "jpg") => "image/jpeg",
        Some("json") => "application/json",
        Some("md") => "text/markdown",
        Some("mp4") => "video/mp4",
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("txt") => "text/plain",
        Some("webp") => "image/webp",
        Some("xml") => "application/xml",
        Some("zip") => "application/zip",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("pptx") => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    }
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
        let path = match &self.source {
            Source::Path(path) => Some(path),
            Source::Bytes(_) => None,
        };
        f.debug_struct("Upload").field("path", &path).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A list of the files of a session.
pub type FileList = Listing<SessionFilesPage>;

/// A file that is not downloaded yet.
#[derive(Debug, Clone)]
#[must_use = "a file is downloaded by `.save(…)`, `.save_in(…)` or `.stream()`"]
pub struct FileDownload<'a> {
    session: &'a SessionHandle,
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
    pub async fn stream(self) -> Result<Download> {
        self.open().await
    }

    fn open(self) -> impl Future<Output = Result<Download>> + Send + use<'a> {
        let Self { session, id } = self;
        async move {
            let request = session.notte().api().download_session_file().session_id(session.id()).file_id(&id);
            let answer = session.notte().call(request).raw().await;
            let file = answer.and_then(|answer| Download::new("download_session_file", answer));
            file.map_err(|error| error.of_session(session.id()))
        }
    }
}

/// There is no operation that tells it.
async fn name_of(session: &SessionHandle, id: &FileId) -> Result<String> {
    let mut files = Files::new(session).list().page_size(1000).items();
    while let Some(file) = files.next().await {
        let file = match file {
            Ok(file) => file,
            // Another file.
            Err(error) if error.item().is_some() => continue,
            Err(error) => return Err(error),
        };
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
