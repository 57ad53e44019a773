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
        let content = if media::essence(name) == media::MULTIPART {
            operation.insert(FORM.to_owned(), schema);
            return;
        } else if media::is_json(name) {
            json!({ media::JSON: { "schema": schema } })
        } else if media::essence(name) == media::FORM {
            json!({ media::FORM: { "schema": schema } })
        } else {
            media::bytes()
        };
        let mut kept = json!({ "required": true, "content": content });
        if let Some(description) = body["description"].as_str() {
            kept["description"] = description.into();
        }
        operation.insert("requestBody".to_owned(), kept);
    });
}

fn choice(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    let json = content.iter().find(|(name, _)| media::is_json(name));
    let form = || content.iter().find(|(name, _)| media::essence(name) == media::MULTIPART);
    json.or_else(form).or_else(|| content.iter().next())
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
