//! `Redacted`: how free-form JSON appears in `Debug`.

use std::fmt;

/// Placeholder for a free-form value in generated `Debug` output: it may contain anything, so nothing is printed.
pub struct Redacted<'a, T: ?Sized>(pub &'a T);

impl<T: ?Sized> fmt::Debug for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<json>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_form_values_are_not_shown() {
        assert_eq!(format!("{:?}", Redacted(&serde_json::json!({"pin": 1234}))), "<json>");
        assert_eq!(format!("{:?}", Some(Redacted(&1234))), "Some(<json>)");
    }
}
