//! How a command fails: lines for people, and an exit code.

/// A failure with its exit code; printed to standard error, a line each.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    lines: Vec<String>,
}

impl Failure {
    /// A check said no: exit code 1.
    pub(crate) fn check(lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { code: 1, lines: lines.into_iter().map(Into::into).collect() }
    }

    /// The input or the usage is wrong, nothing was written: exit code 2.
    pub(crate) fn input(lines: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { code: 2, lines: lines.into_iter().map(Into::into).collect() }
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }

    pub(crate) fn print(&self) {
        for line in &self.lines {
            crate::output::problem(line);
        }
    }
}

/// What a file operation could not do, with the path.
pub(crate) fn io(path: &std::path::Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::input([format!("{}: cannot {what}: {error}", path.display())])
}
