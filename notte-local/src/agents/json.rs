//! JSON in what a model says: there may be text before it, after it and between.

use serde_json::{Deserializer, Value};

/// The values in a text that begin with one of these characters, each looked for behind the one before.
pub(super) fn values<'a>(text: &'a str, begins: &'a [char]) -> impl Iterator<Item = Value> + 'a {
    let mut left = text;
    std::iter::from_fn(move || {
        while let Some(start) = left.find(begins) {
            left = &left[start..];
            let mut stream = Deserializer::from_str(left).into_iter();
            let value = stream.next().and_then(Result::ok);
            left = &left[if value.is_some() { stream.byte_offset() } else { 1 }..];
            if value.is_some() {
                return value;
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::values;

    #[test]
    fn json_is_found_between_other_text() {
        let text = "I {could} say: {\"a\": {\"b\": 1}} or {\"c\": \"}{\"}, {\"d\": ";
        let found: Vec<_> = values(text, &['{']).collect();
        assert_eq!(found, [json!({"a": {"b": 1}}), json!({"c": "}{"})]);
        assert_eq!(values("]{[", &['{', '[']).count(), 0);
    }
}
