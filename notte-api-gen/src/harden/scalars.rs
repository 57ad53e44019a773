//! Texts that mean more than text get a type: secrets, moments, durations. All other formats are only words.

use serde_json::{Value, json};

use super::{rust_type, secrets, walk};
use walk::{At, Root, Site};

/// Types every text of the document.
pub(super) fn type_texts(document: &mut Value) {
    walk::schemas(document, &mut |schema, _| {
        if schema["x-notte-secret"] == true {
            inward(schema);
        }
    });
    walk::schemas(document, &mut type_text);
}

/// A secret list, map or union is one of secret texts.
fn inward(schema: &mut Value) {
    let Some(keywords) = schema.as_object_mut() else {
        return;
    };
    if keywords.get("type").is_some_and(|kind| kind == "string") {
        keywords.insert("x-notte-secret".to_owned(), true.into());
        return;
    }
    keywords.remove("x-notte-secret");
    for keyword in ["items", "additionalProperties"] {
        if let Some(child) = keywords.get_mut(keyword) {
            inward(child);
        }
    }
    for member in keywords.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        inward(member);
    }
}

fn type_text(schema: &mut Value, site: &Site<'_>) {
    if schema["type"] != "string" {
        return;
    }
    let named = matches!(site.at, At::Property | At::Member(_)) || site.root == Root::Parameter;
    let secret = schema["x-notte-secret"] == true
        || schema["format"] == "password"
        || (named && secrets::is_secret_name(site.property));
    let wire = match schema["format"].as_str() {
        _ if secret => Some("Secret"),
        Some("date-time") => Some("Timestamp"),
        Some("date") => Some("Date"),
        Some("duration") => Some("IsoDuration"),
        _ => None,
    };
    let bytes = site.root == Root::Multipart || (site.at == At::Root && site.root != Root::Component);
    let bytes = bytes && schema["format"] == "binary";
    let Some(keywords) = schema.as_object_mut() else {
        return;
    };
    keywords.remove("x-notte-secret");
    if wire.is_some() {
        keywords.remove("enum");
    } else if !bytes {
        keywords.remove("format");
    }
    match wire {
        Some("Secret") => rust_type::mark(schema, "Secret", &[json!({ "type": "string" })]),
        Some(name) => rust_type::mark(schema, name, &[]),
        None => {}
    }
}
