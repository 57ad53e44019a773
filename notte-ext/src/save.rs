//! `Save`: bytes from the service, streamed into a file that is there in full or not at all.

use std::{
    fmt,
    future::{Future, IntoFuture},
    io,
    path::{Path, PathBuf},
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{Stream, StreamExt as _};
use notte_api::{
    ByteStream, Bytes, Effect, Fetch, ResponseValue, SendOnce as _,
    reqwest::{StatusCode, header::CONTENT_LENGTH},
    wire::Secret,
};
use tokio::io::AsyncWriteExt as _;

use crate::{Error, ErrorKind, Notte, Result, areas::broken};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// How far a transfer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// So many bytes have come or gone.
    pub bytes: u64,
    /// Out of so many, where that is known.
    pub total: Option<u64>,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// Where it is.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// What kind of video it is, as its first bytes tell; none for what is no video, or none that is known.
    pub video: Option<VideoFormat>,
}

/// What format a video is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VideoFormat {
    /// MP4.
    Mp4,
    /// WebM.
    WebM,
    /// WebP, animated.
    WebP,
    /// GIF, animated.
    Gif,
}

impl VideoFormat {
    /// The format that begins with these bytes; twelve are enough.
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Self::Mp4),
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Self::WebM),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            _ => None,
        }
    }
}

/// A file from the service, as a stream of bytes.
pub struct Download {
    /// What arrived already.
    head: Bytes,
    rest: ByteStream,
    length: Option<u64>,
}

impl Download {
    /// Refuses a response that is not the whole file, such as one without content or with a part of it.
    pub(crate) fn new(operation: &'static str, response: ResponseValue<ByteStream>) -> Result<Self> {
        if response.status() != StatusCode::OK {
            let message = format!("the response is not the whole file: status {}", response.status().as_u16());
            return Err(Error::new(ErrorKind::Decode, message).in_operation(operation));
        }
        let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        Ok(Self { head: Bytes::new(), rest: response.into_inner(), length })
    }

    /// What is at a signed address.
    pub(crate) async fn fetch(notte: &Notte, url: &Secret<String>) -> Result<Self> {
        Self::new(Fetch::META.id, notte.call(Fetch::new(url.clone())).raw().await?)
    }

    /// Puts back bytes that were taken from the beginning.
    pub(crate) fn put_back(&mut self, head: impl Into<Bytes>) {
        self.head = head.into();
    }

    /// Returns the size of the file in bytes, if the service reports it.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Returns the next bytes, or `None` at the end.
    ///
    /// # Errors
    /// The connection failed, or no bytes arrived within the timeout of the call.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        self.next().await.transpose()
    }
}

impl Stream for Download {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if !self.head.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.head))));
        }
        self.rest.poll_next_unpin(cx).map_err(|error| broken(error, Effect::Read))
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("length", &self.length).finish_non_exhaustive()
    }
}

/// A file that is not written yet: `.await` writes it.
///
/// The bytes go into a file beside it, which takes its name when all have come: what has that name is complete. A file that
/// is there is not replaced, unless told so.
///
/// # Cancel safety
/// When the future is dropped, nothing is left.
#[must_use = "a file is written by `.await`"]
pub struct Save<'a> {
    path: Boxed<'a, PathBuf>,
    open: Boxed<'a, Download>,
    overwrite: bool,
    progress: Option<Box<dyn FnMut(Progress) + Send + 'a>>,
}

impl<'a> Save<'a> {
    pub(crate) fn new(
        path: impl Future<Output = Result<PathBuf>> + Send + 'a,
        open: impl Future<Output = Result<Download>> + Send + 'a,
    ) -> Self {
        Self { path: Box::pin(path), open: Box::pin(open), overwrite: false, progress: None }
    }

    pub(crate) fn at(path: impl AsRef<Path>, open: impl Future<Output = Result<Download>> + Send + 'a) -> Self {
        Self::new(std::future::ready(Ok(path.as_ref().to_owned())), open)
    }

    /// Replaces a file that is there.
    pub fn overwrite(mut self) -> Self {
        self.overwrite = true;
        self
    }

    /// Is told how far it is, after every part that came.
    pub fn progress(mut self, progress: impl FnMut(Progress) + Send + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    async fn write(self) -> Result<Saved> {
        let Self { path, open, overwrite, mut progress } = self;
        let path = path.await?;
        let failed = |error: io::Error| file_error("cannot be written", &path, &error);
        if !overwrite && tokio::fs::try_exists(&path).await.map_err(failed)? {
            return Err(is_there(&path));
        }
        let mut download = open.await?;
        let (file, temporary) = temporary(&path).map_err(failed)?.into_parts();
        let mut file = tokio::fs::File::from_std(file);
        let (mut bytes, mut head) = (0, Vec::new());
        while let Some(chunk) = download.chunk().await? {
            if head.len() < 12 {
                head.extend_from_slice(&chunk[..chunk.len().min(12)]);
            }
            file.write_all(&chunk).await.map_err(failed)?;
            bytes += chunk.len() as u64;
            if let Some(progress) = &mut progress {
                progress(Progress { bytes, total: download.length });
            }
        }
        // What has the name must be complete after a crash too.
        file.sync_all().await.map_err(failed)?;
        drop(file.into_std().await);
        let named = if overwrite { temporary.persist(&path) } else { temporary.persist_noclobber(&path) };
        match named {
            Ok(()) => {
                sync_folder(&path).await.map_err(failed)?;
                Ok(Saved { video: VideoFormat::of(&head), path, bytes })
            }
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(is_there(&path)),
            Err(error) => Err(failed(error.error)),
        }
    }
}

/// The name of a file is in its folder.
async fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { tokio::fs::File::open(folder(path)).await?.sync_all().await } else { Ok(()) }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file in the folder of `path`, readable for those for whom a new file is.
fn temporary(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".notte-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder(path))
}

/// Something is wrong with a file of this machine.
pub(crate) fn file_error(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::new(ErrorKind::File, format!("{} {what}: {error}", path.display()))
}

fn is_there(path: &Path) -> Error {
    Error::new(ErrorKind::File, format!("{} is there already, and not to be overwritten", path.display()))
}

impl<'a> IntoFuture for Save<'a> {
    type Output = Result<Saved>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Saved>> + Send + 'a>>;

    /// Writes the file.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.write())
    }
}

impl fmt::Debug for Save<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Save").field("overwrite", &self.overwrite).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_what_the_first_bytes_say() {
        for (head, format) in [
            (&b"\0\0\0\x18ftypmp42"[..], Some(VideoFormat::Mp4)),
            (b"\x1a\x45\xdf\xa3\x01", Some(VideoFormat::WebM)),
            (b"RIFF\0\0\0\0WEBPVP8X", Some(VideoFormat::WebP)),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"GIF89a", Some(VideoFormat::Gif)),
            (b"#EXTM3U", None),
            (b"", None),
        ] {
            assert_eq!(VideoFormat::of(head), format, "{head:?}");
        }
    }
}
