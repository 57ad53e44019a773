//! `Save`: bytes from the service, streamed into a file that is there in full or not at all.

use std::{
    fmt,
    future::{Future, IntoFuture},
    io,
    path::{Path, PathBuf},
    pin::Pin,
};

use futures_util::StreamExt as _;
use notte_api::{ByteStream, Bytes, Effect, Fetch, ResponseValue, reqwest::header::CONTENT_LENGTH, wire::Secret};
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

/// Bytes on their way.
pub(crate) struct Download {
    /// What came already.
    pub(crate) head: Bytes,
    pub(crate) rest: ByteStream,
    pub(crate) length: Option<u64>,
}

impl Download {
    pub(crate) fn new(answer: ResponseValue<ByteStream>) -> Self {
        let length = answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        Self { head: Bytes::new(), rest: answer.into_inner(), length }
    }

    /// What is at a signed address.
    pub(crate) async fn fetch(notte: &Notte, url: &Secret<String>) -> Result<Self> {
        notte.call(Fetch::new(url.clone())).raw().await.map(Self::new)
    }

    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>> {
        if !self.head.is_empty() {
            return Ok(Some(std::mem::take(&mut self.head)));
        }
        self.rest.next().await.transpose().map_err(|error| broken(error, Effect::Read))
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
        file.flush().await.map_err(failed)?;
        drop(file.into_std().await);
        let named = if overwrite { temporary.persist(&path) } else { temporary.persist_noclobber(&path) };
        match named {
            Ok(()) => Ok(Saved { video: VideoFormat::of(&head), path, bytes }),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(is_there(&path)),
            Err(error) => Err(failed(error.error)),
        }
    }
}

/// A new file in the folder of `path`, readable for those for whom a new file is.
fn temporary(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".notte-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
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
