//! `Audit`: reports where a response contains something newer than this client, by place and never by value.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Date, Enumerated, Extra, IsoDuration, List, Open, PathSegment, Secret, Timestamp, UnknownObject};
use crate::OperationMeta;

/// A value that can report the parts of it that this client does not know.
pub trait Audit {
    /// Reports every unknown part to `at`, the place of `self`.
    fn audit(&self, at: &mut Auditor<'_>);
}

/// A place in a response. Each unknown part is reported as a `DEBUG` event of target `notte_api::unknown` with the
/// operation and a JSON pointer.
pub struct Auditor<'a> {
    operation: &'a str,
    pointer: String,
}

impl<'a> Auditor<'a> {
    /// Returns the root of a response of `meta`'s operation.
    pub fn new(meta: &'a OperationMeta) -> Self {
        Self { operation: meta.id, pointer: String::new() }
    }

    /// Returns whether the event is enabled.
    pub(crate) fn is_heard() -> bool {
        tracing::enabled!(target: "notte_api::unknown", tracing::Level::DEBUG)
    }

    /// Audits `value`, the field `name` of the object at this place.
    pub fn field(&mut self, name: &str, value: &(impl Audit + ?Sized)) {
        self.within(name, |at| value.audit(at));
    }

    /// Audits `value`, the item `index` of the array at this place.
    pub fn item(&mut self, index: usize, value: &(impl Audit + ?Sized)) {
        self.within(&index.to_string(), |at| value.audit(at));
    }

    /// Reports a field of the object at this place that this client does not know.
    pub fn unknown_field(&mut self, name: &str) {
        self.within(name, |at| at.report("unknown field"));
    }

    /// Reports the value at this place as unknown. `what` describes in which way, and must not contain a value.
    pub fn report(&mut self, what: &'static str) {
        tracing::debug!(target: "notte_api::unknown", operation = self.operation, pointer = self.pointer, "{what}");
    }

    fn within(&mut self, segment: &str, look: impl FnOnce(&mut Self)) {
        let length = self.pointer.len();
        self.pointer.push('/');
        push_segment(&mut self.pointer, segment);
        look(self);
        self.pointer.truncate(length);
    }
}

/// Appends one JSON pointer segment. The server chooses the names, so they are truncated at 64 characters and stripped
/// of line breaks.
fn push_segment(pointer: &mut String, name: &str) {
    for c in name.chars().filter(|c| !c.is_control()).take(64) {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// Types without unknown parts.
macro_rules! nothing_unknown {
    ($($known:ty),+ $(,)?) => {$(
        impl Audit for $known {
            fn audit(&self, _: &mut Auditor<'_>) {}
        }
    )+};
}

nothing_unknown! {
    (), bool, i64, u64, f64, String, Value, Map<String, Value>, Date, Timestamp, IsoDuration, PathSegment,
}

impl<T> Audit for Secret<T> {
    fn audit(&self, _: &mut Auditor<'_>) {}
}

impl<T: Audit + ?Sized> Audit for Box<T> {
    fn audit(&self, at: &mut Auditor<'_>) {
        T::audit(self, at);
    }
}

impl<T: Audit> Audit for Option<T> {
    fn audit(&self, at: &mut Auditor<'_>) {
        if let Some(value) = self {
            value.audit(at);
        }
    }
}

impl<T: Audit> Audit for [T] {
    fn audit(&self, at: &mut Auditor<'_>) {
        for (index, item) in self.iter().enumerate() {
            at.item(index, item);
        }
    }
}

impl<T: Audit> Audit for Vec<T> {
    fn audit(&self, at: &mut Auditor<'_>) {
        self.as_slice().audit(at);
    }
}

impl<T: Audit> Audit for List<T> {
    fn audit(&self, at: &mut Auditor<'_>) {
        let mut odd = self.odd().iter().peekable();
        let mut items = self.iter();
        for place in 0.. {
            if let Some(odd) = odd.next_if(|odd| odd.index() <= place) {
                at.within(&odd.index().to_string(), |at| at.report("odd item"));
            } else if let Some(item) = items.next() {
                at.item(place, item);
            } else if odd.peek().is_none() {
                break;
            }
        }
    }
}

impl<T: Audit> Audit for BTreeMap<String, T> {
    fn audit(&self, at: &mut Auditor<'_>) {
        for (key, value) in self {
            at.field(key, value);
        }
    }
}

impl Audit for Extra {
    fn audit(&self, at: &mut Auditor<'_>) {
        for name in self.keys() {
            at.unknown_field(name);
        }
    }
}

impl<T: Enumerated> Audit for Open<T> {
    fn audit(&self, at: &mut Auditor<'_>) {
        if let Self::Unknown(_) = self {
            at.report("unknown enum value");
        }
    }
}

impl Audit for UnknownObject {
    fn audit(&self, at: &mut Auditor<'_>) {
        at.report("unknown variant");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::open::tests::Status;
    use super::*;
    use crate::test_log;

    struct Row {
        status: Open<Status>,
        extra: Extra,
    }

    impl Audit for Row {
        fn audit(&self, at: &mut Auditor<'_>) {
            at.field("status", &self.status);
            self.extra.audit(at);
        }
    }

    const META: OperationMeta = crate::operation::tests::META;

    #[test]
    fn what_is_unknown_is_reported_by_place_and_never_by_value() {
        let row = |status: &str| Row { status: status.into(), extra: [("to/ken~\n", "hunter2")].into_iter().collect() };
        let map: BTreeMap<String, Vec<Row>> = [("a".to_owned(), vec![row("active"), row("hunter2")])].into();
        let log = test_log::capture(|| {
            let mut at = Auditor::new(&META);
            at.field("rows", &map);
            at.field("object", &Some(Box::new(UnknownObject::from(json!("hunter2")))));
        });
        assert_eq!(
            log.lines().collect::<Vec<_>>(),
            [
                r#"DEBUG notte_api::unknown: unknown field operation="session_status" pointer="/rows/a/0/to~1ken~0""#,
                r#"DEBUG notte_api::unknown: unknown enum value operation="session_status" pointer="/rows/a/1/status""#,
                r#"DEBUG notte_api::unknown: unknown field operation="session_status" pointer="/rows/a/1/to~1ken~0""#,
                r#"DEBUG notte_api::unknown: unknown variant operation="session_status" pointer="/object""#,
            ]
        );
    }

    #[test]
    fn items_of_a_list_keep_their_place_beside_odd_ones() {
        let list: List<Open<Status>> = serde_json::from_value(json!([1, "paused", 2, "active", 3])).unwrap();
        let log = test_log::capture(|| list.audit(&mut Auditor::new(&META)));
        let pointers: Vec<_> = log.lines().filter_map(|line| line.rsplit('=').next()).collect();
        assert_eq!(pointers, [r#""/0""#, r#""/1""#, r#""/2""#, r#""/4""#]);
    }

    #[test]
    fn a_long_name_is_cut() {
        let mut pointer = String::new();
        push_segment(&mut pointer, &"x".repeat(1000));
        assert_eq!(pointer.len(), 64);
    }
}
