//! `Screenshot`: a picture, and what format it is in.

use std::fmt;

use notte_api::{ByteStream, Bytes};

use crate::{Result, areas::read};

/// A picture of a page.
#[derive(Clone, PartialEq, Eq)]
pub struct Screenshot {
    bytes: Bytes,
}

/// What format a picture is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// WebP.
    WebP,
}

impl Screenshot {
    pub(super) fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into() }
    }

    pub(super) async fn read(stream: ByteStream) -> Result<Self> {
        read(stream).await.map(Self::new)
    }

    /// The picture.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The picture, taken out.
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    /// Its format, as its first bytes tell; none if they tell none that is known.
    pub fn format(&self) -> Option<ImageFormat> {
        match self.bytes.as_ref() {
            [0x89, b'P', b'N', b'G', ..] => Some(ImageFormat::Png),
            [0xff, 0xd8, 0xff, ..] => Some(ImageFormat::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(ImageFormat::WebP),
            _ => None,
        }
    }
}

impl fmt::Debug for Screenshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screenshot").field("bytes", &self.bytes.len()).field("format", &self.format()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_what_the_first_bytes_say() {
        for (bytes, format) in [
            (&b"\x89PNG\r\n\x1a\n"[..], Some(ImageFormat::Png)),
            (b"\xff\xd8\xff\xe0", Some(ImageFormat::Jpeg)),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some(ImageFormat::WebP)),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"\xff\xd8", None),
            (b"", None),
        ] {
            assert_eq!(Screenshot { bytes: Bytes::from_static(bytes) }.format(), format, "{bytes:?}");
        }
    }
}
