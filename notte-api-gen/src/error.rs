//! The generator's one error: a line that says what is wrong, where, and what to do.

use std::fmt;

use crate::text::visible;

/// What stopped the generator. `Display` is one line: what, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
    location: Option<String>,
    help: Option<String>,
}

impl Error {
    /// An error that says only what is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), location: None, help: None }
    }

    /// Adds where: a JSON pointer, a line, or a file and action.
    #[must_use]
    pub fn at(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_ref().map(|location| format!("{location}: ")).unwrap_or_default();
        let help = self.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        f.write_str(&visible(&format!("{location}{}{help}", self.message)))
    }
}

impl std::error::Error for Error {}
