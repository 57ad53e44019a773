//! Required is what is always there and never null; all else may be absent, and absent is how null is sent and read.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{prune, reach, refs, rust_type, shape, walk};
use walk::{At, Root};

/// Narrows `required`, and leaves `nullable` only where it makes a difference.
pub(super) fn narrow(document: &mut Value) {
    let sent = reach::components(document, &reach::requests(document));
    let mut answers = reach::responses(document);
    answers.append(&mut prune::kept(document));
    let answered = reach::components(document, &answers);
    for (name, schema) in refs::components_mut(document).into_iter().flatten() {
        object(schema, sent.contains(name), answered.contains(name), sent.contains(name));
    }
    walk::schemas(document, &mut |schema, site| match (site.at, site.root) {
        (At::Items | At::Values, _) | (At::Root, Root::Response) => nullable_value(schema),
        (At::Root, Root::Request) => drop_nullable(schema),
        (At::Root, Root::Multipart) => object(schema, true, false, false),
        _ => {}
    });
}

/// `null_is_sent`: what is required and may be null is sent as null where it is not set.
fn object(schema: &mut Value, sent: bool, answered: bool, null_is_sent: bool) {
    let required: BTreeSet<String> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    let mut kept = Vec::new();
    for (name, property) in properties.iter_mut() {
        let one_way = (sent && property["readOnly"] == true) || (answered && property["writeOnly"] == true);
        let nullable = property["nullable"] == true;
        if null_is_sent && nullable && required.contains(name) && !one_way {
            nullable_value(property);
            kept.push(name.clone());
            continue;
        }
        let always = required.contains(name) && !nullable && !one_way;
        drop_nullable(property);
        if always {
            kept.push(name.clone());
        } else if property["type"] == "array" || shape::is_map(property) {
            property["nullable"] = true.into();
        }
    }
    schema["required"] = json!(kept);
}

fn drop_nullable(schema: &mut Value) {
    if let Some(keywords) = schema.as_object_mut() {
        keywords.remove("nullable");
    }
}

/// An item, value or answer that may be null. Beside `x-rust-type` the flag is not read, so it goes around it.
fn nullable_value(schema: &mut Value) {
    if schema["nullable"] != true {
        return;
    }
    if schema.get(rust_type::KEY).is_some() {
        drop_nullable(schema);
        let nullable = Map::from_iter([("nullable".to_owned(), true.into())]);
        let bare = json!({ "allOf": [std::mem::take(schema)] });
        *schema = shape::annotate(bare, nullable);
    } else if schema.get("type").is_none() && refs::wrapped(schema).is_none() {
        drop_nullable(schema);
    }
}
