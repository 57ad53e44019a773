//! Keys and tokens: made at random, compared without a hint of where they differ.

use subtle::ConstantTimeEq;

/// A key or token that nobody can guess: 244 random bits.
pub(crate) fn random() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

/// Compares in a time that does not depend on where the difference is.
pub(crate) fn same(wanted: &str, given: &str) -> bool {
    wanted.as_bytes().ct_eq(given.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::{random, same};

    #[test]
    fn secrets_are_the_same_only_when_every_byte_is() {
        assert!(same("key", "key"));
        assert!(!same("key", "kez") && !same("key", "ke") && !same("key", ""));
        assert!(random().len() == 64 && random() != random());
    }
}
