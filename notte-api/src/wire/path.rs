//! `PathSegment`: an id or name that cannot change the path of a request.

use std::fmt;

/// One checked segment of a request path.
///
/// A URL parser resolves `.` and `..`, and treats `\` as `/`: an id that contains them would reach another operation,
/// with the key. Therefore they are rejected before a request is built.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathSegment(String);

impl PathSegment {
    /// Returns the segment before percent-encoding.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is not a valid path segment. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidPathSegment {
    /// The text is empty.
    Empty,
    /// The text is `.` or `..`.
    Dots,
    /// The text contains a `/` or a `\`.
    Slash,
    /// The text contains a control character.
    Control,
}

impl fmt::Display for InvalidPathSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "a path segment must not be empty",
            Self::Dots => "a path segment must not be `.` or `..`",
            Self::Slash => "a path segment must not hold `/` or `\\`",
            Self::Control => "a path segment must not hold a control character",
        })
    }
}

impl std::error::Error for InvalidPathSegment {}

fn check(text: &str) -> Result<(), InvalidPathSegment> {
    if text.is_empty() {
        Err(InvalidPathSegment::Empty)
    } else if matches!(text, "." | "..") {
        Err(InvalidPathSegment::Dots)
    } else if text.contains(['/', '\\']) {
        Err(InvalidPathSegment::Slash)
    } else if text.contains(char::is_control) {
        Err(InvalidPathSegment::Control)
    } else {
        Ok(())
    }
}

impl TryFrom<String> for PathSegment {
    type Error = InvalidPathSegment;

    fn try_from(text: String) -> Result<Self, InvalidPathSegment> {
        check(&text).map(|()| Self(text))
    }
}

impl TryFrom<&str> for PathSegment {
    type Error = InvalidPathSegment;

    fn try_from(text: &str) -> Result<Self, InvalidPathSegment> {
        text.to_owned().try_into()
    }
}

impl TryFrom<&String> for PathSegment {
    type Error = InvalidPathSegment;

    fn try_from(text: &String) -> Result<Self, InvalidPathSegment> {
        text.as_str().try_into()
    }
}

impl From<&PathSegment> for PathSegment {
    fn from(segment: &PathSegment) -> Self {
        segment.clone()
    }
}

impl fmt::Display for PathSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        for (text, expected) in [
            ("", InvalidPathSegment::Empty),
            (".", InvalidPathSegment::Dots),
            ("..", InvalidPathSegment::Dots),
            ("a/b", InvalidPathSegment::Slash),
            ("..\\..\\admin", InvalidPathSegment::Slash),
            ("a\nb", InvalidPathSegment::Control),
            (".\t.", InvalidPathSegment::Control),
            ("\0", InvalidPathSegment::Control),
            ("\u{7f}", InvalidPathSegment::Control),
        ] {
            assert_eq!(PathSegment::try_from(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn what_is_accepted_stays_one_segment_of_the_url() {
        for text in ["abc-123", "%2e%2e", "%2E.", "a b", "a?b#c", "...", "ü", "report (1).pdf", "a;b", " "] {
            let segment = PathSegment::try_from(text).unwrap();
            let encoded = progenitor_client::encode_path(&segment.to_string());
            let url = reqwest::Url::parse(&format!("https://api.notte.cc/sessions/{encoded}/debug")).unwrap();
            let segments: Vec<_> = url.path_segments().unwrap().collect();
            assert_eq!((segments.len(), segments[0], segments[2]), (3, "sessions", "debug"), "{text}");
            assert_eq!(url.query(), None);
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_text() {
        let error = PathSegment::try_from("hunter2/x").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
