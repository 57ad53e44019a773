//! JSON pointers (RFC 6901), the way every stage says where something is.

use std::fmt::{self, Write as _};

/// A JSON pointer that grows and shrinks as a document is walked.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

impl Pointer {
    /// The pointer to the whole document.
    pub fn root() -> Self {
        Self::default()
    }

    /// This pointer, one key or index deeper.
    #[must_use]
    pub fn child(&self, key: impl fmt::Display) -> Self {
        let start = self.0.len() + 1;
        let mut text = String::with_capacity(start + 16);
        text.push_str(&self.0);
        text.push('/');
        let _ = write!(text, "{key}");
        if text[start..].contains(['~', '/']) {
            let escaped = text[start..].replace('~', "~0").replace('/', "~1");
            text.replace_range(start.., &escaped);
        }
        Self(text)
    }

    /// The pointer's text, `""` for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "/" } else { &self.0 })
    }
}
