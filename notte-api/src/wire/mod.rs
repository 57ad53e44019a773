//! The types that generated code uses: forward compatible, lenient when decoding, redacted when printed.

mod audit;
mod date;
mod duration;
mod extra;
mod field;
mod json;
mod list;
mod open;
mod path;
mod secret;
pub mod serde_with;
mod text;
mod timestamp;
mod unknown;

pub use audit::{Audit, Auditor};
pub use date::{Date, InvalidDate};
pub use duration::IsoDuration;
pub use extra::Extra;
#[allow(unused_imports, reason = "generated code uses them where a document has tagged unions")]
pub(crate) use extra::extra_without;
pub use field::IntoField;
pub use json::Redacted;
pub(crate) use list::strictly;
pub use list::{List, OddItem};
pub use open::{Enumerated, Open, UnknownValue};
pub use path::{InvalidPathSegment, PathSegment};
pub use secret::Secret;
#[allow(unused_imports, reason = "which of these generated code uses depends on the document")]
pub(crate) use text::{number, tagged, text, variant};
pub use timestamp::{InvalidTimestamp, Timestamp};
pub use unknown::UnknownObject;

/// The messages of these types when a value does not match. Only the texts listed here, none of which can contain a
/// value, become part of a decode error.
pub(crate) mod reason {
    pub(crate) const NOT_A_DATE: &str = "not a date";
    pub(crate) const NOT_A_TIMESTAMP: &str = "not a timestamp";
    pub(crate) const NOT_AN_INTEGER: &str = "not an integer";
    pub(crate) const ALL: [&str; 3] = [NOT_A_DATE, NOT_A_TIMESTAMP, NOT_AN_INTEGER];
}

#[cfg(test)]
mod tests {
    use progenitor_client::QueryParam;

    use super::*;

    #[test]
    fn every_scalar_can_be_a_query_parameter() {
        fn query(value: &impl serde::Serialize) -> String {
            let request = reqwest::Client::new().get("http://localhost").query(&QueryParam::new("q", value));
            request.build().unwrap().url().query().unwrap_or_default().to_owned()
        }

        assert_eq!(query(&Open::<open::tests::Status>::from("a b")), "q=a+b");
        assert_eq!(query(&Some(Open::from(open::tests::Status::Active))), "q=active");
        assert_eq!(query(&None::<Secret<String>>), "");
        assert_eq!(query(&Secret::<String>::from("x&y")), "q=x%26y");
        assert_eq!(query(&IsoDuration::from("PT5M")), "q=PT5M");
        assert_eq!(query(&"2025-01-02".parse::<Timestamp>().unwrap()), "q=2025-01-02T00%3A00%3A00Z");
        assert_eq!(query(&vec![1, 2]), "q=1&q=2");
    }
}
