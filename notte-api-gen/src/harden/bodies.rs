//! One request body per operation, always sent: JSON as a rule; multipart forms leave it for an extension of their own.

use serde_json::{Map, Value, json};

use super::{media, refs, walk};

/// The extension that holds a multipart form.
pub(super) const FORM: &str = "x-notte-multipart";

/// Keeps one media type of each body; JSON when there is a choice.
pub(super) fn select(document: &mut Value) {
    walk::operations(document, &mut |_, _, operation| {
        let Some(body) = operation.remove("requestBody") else {
            return;
        };
        let Some(content) = body.get("content").and_then(Value::as_object) else {
            return;
        };
        let Some((name, chosen)) = choice(content) else {
            return;
        };
        let schema = chosen.get("schema").cloned().unwrap_or_else(|| json!({}));
        let essence = media::essence(name);
        let (written, content) = if essence == media::MULTIPART {
            operation.insert(FORM.to_owned(), schema);
            return;
        } else if media::is_json(name) {
            (media::JSON, json!({ media::JSON: { "schema": schema } }))
        } else if essence == media::FORM {
            let mut form = json!({ "schema": schema });
            if let Some(styles) = styles(chosen.get("encoding")) {
                form["x-notte-styles"] = styles;
            }
            (media::FORM, json!({ media::FORM: form }))
        } else if essence.starts_with("text/") {
            (media::TEXT, json!({ media::TEXT: { "schema": { "type": "string" } } }))
        } else {
            (media::BYTES, media::bytes())
        };
        if let Some(name) = media::header(name).filter(|name| essence != media::FORM && name != written) {
            operation.insert("x-notte-media-type".to_owned(), name.into());
        }
        let mut kept = json!({ "required": true, "content": content });
        if let Some(description) = body["description"].as_str() {
            kept["description"] = description.into();
        }
        operation.insert("requestBody".to_owned(), kept);
    });
}

/// Plain JSON before any other, forms before text, text before bytes.
fn choice(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    content.iter().min_by_key(|(name, _)| match media::essence(name).as_str() {
        media::JSON => 0,
        _ if media::is_json(name) => 1,
        media::MULTIPART => 2,
        media::FORM => 3,
        essence if essence.starts_with("text/") => 4,
        _ => 5,
    })
}

/// The styles of a form's properties that have one.
fn styles(encoding: Option<&Value>) -> Option<Value> {
    let kept = encoding?.as_object()?.iter().filter_map(|(name, encoding)| {
        let style: Map<String, Value> = ["style", "explode"]
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), encoding.get(key)?.clone())))
            .collect();
        (!style.is_empty()).then(|| (name.clone(), style.into()))
    });
    let kept: Map<String, Value> = kept.collect();
    (!kept.is_empty()).then(|| kept.into())
}

/// Puts the form's component in place, so that its parts are named after the operation.
pub(super) fn inline_forms(document: &mut Value) {
    let Some(components) = refs::components(document).cloned() else {
        return;
    };
    walk::operations(document, &mut |_, _, operation| {
        let Some(form) = operation.get_mut(FORM) else {
            return;
        };
        if let Some(component) = refs::target(form).and_then(|name| components.get(name)) {
            *form = component.clone();
        }
    });
}

/// Leaves of each form its parts and which of them are required.
pub(super) fn finish_forms(document: &mut Value) {
    walk::operations(document, &mut |_, _, operation| {
        let Some(form) = operation.get_mut(FORM).and_then(Value::as_object_mut) else {
            return;
        };
        form.retain(|key, _| key == "properties" || key == "required");
        form.entry("properties").or_insert_with(|| json!({}));
        form.entry("required").or_insert_with(|| json!([]));
        for part in form.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            if let Some(part) = part.1.as_object_mut() {
                part.remove("nullable");
            }
        }
    });
}
