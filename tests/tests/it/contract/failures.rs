//! Failures, collected: a test says all that is wrong at once.

#[derive(Default)]
pub(crate) struct Failures(Vec<String>);

impl Failures {
    /// Notes a failure of `operation`; `what` starts with where it is.
    pub(crate) fn add(&mut self, operation: &str, variant: &str, what: impl std::fmt::Display) {
        self.0.push(format!("{operation}, {variant}: {what}"));
    }

    pub(crate) fn add_all(&mut self, operation: &str, variant: &str, what: Vec<String>) {
        for what in what {
            self.add(operation, variant, what);
        }
    }

    pub(crate) fn check(self) {
        assert!(self.0.is_empty(), "{} failures:\n{}", self.0.len(), self.0.join("\n"));
    }
}
