//! How a command fails: lines for people, and an exit code.

/// A failure with its exit code: what leads up to it, such as a diff, and then the problems, on standard error.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    context: Vec<String>,
    problems: Vec<String>,
}

impl Failure {
    /// A check said no: exit code 1.
    pub fn check(problems: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { code: 1, context: Vec::new(), problems: problems.into_iter().map(Into::into).collect() }
    }

    /// The input or the usage is wrong, nothing was written: exit code 2.
    pub fn input(problems: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { code: 2, ..Self::check(problems) }
    }

    /// A document cannot be read: exit code 3.
    pub fn unreadable(problems: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { code: 3, ..Self::check(problems) }
    }

    /// A document changed in a way that no rule knows: exit code 4.
    pub fn unhandled(problems: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { code: 4, ..Self::check(problems) }
    }

    /// Shows these lines before the problems.
    pub fn after(self, context: Vec<String>) -> Self {
        Self { context, ..self }
    }

    /// The process's exit code.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// Prints the context and the problems on standard error.
    pub fn print(&self) {
        for line in &self.context {
            crate::output::progress(line);
        }
        for line in &self.problems {
            crate::output::problem(line);
        }
    }
}

/// What a file operation could not do, with the path.
pub fn io(path: &std::path::Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::input([format!("{}: cannot {what}: {error}", path.display())])
}
