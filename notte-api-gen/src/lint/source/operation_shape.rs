//! Operations, parameters, bodies and responses that are not what they should be.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::{At, Document, METHODS, entries, items};

const HELP: &str = "correct or remove it in an overlay";

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for (_, item) in document.paths().filter(|(_, item)| item.value.is_object()) {
        parameters(document, &item, report);
        for method in METHODS {
            let Some(at) = item.get(method) else { continue };
            if at.value.is_object() {
                operation(document, &at, report);
            } else {
                report.error(&at.pointer, "the operation is no object", HELP);
            }
        }
    }
}

fn operation(document: &Document<'_>, at: &At<'_>, report: &mut Report) {
    if at.get("operationId").is_some_and(|id| !id.value.is_string()) {
        report.error(&at.pointer.child("operationId"), "the operation id is no text", HELP);
    }
    let texts = |value: &Value| value.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    if at.get("tags").is_some_and(|tags| !texts(tags.value)) {
        report.error(&at.pointer.child("tags"), "the tags are no list of texts", HELP);
    }
    parameters(document, at, report);
    if let Some(body) = at.get("requestBody").and_then(|body| document.follow(body)) {
        if body.value.get("content").and_then(Value::as_object).is_none_or(serde_json::Map::is_empty) {
            report.error(
                &body.pointer,
                "the request body has no content",
                "describe its content, or remove it, in an overlay",
            );
        }
        content(&body, report);
    }
    responses(document, at, report);
}

fn parameters(document: &Document<'_>, holder: &At<'_>, report: &mut Report) {
    let Some(list) = holder.get("parameters") else {
        return;
    };
    if !list.value.is_array() {
        return report.error(&list.pointer, "the parameters are no list", HELP);
    }
    for at in items(Some(list.value), &list.pointer) {
        // A reference that leads nowhere is another rule's.
        let Some(at) = document.follow(at) else {
            continue;
        };
        let text = |key: &str| at.value.get(key).and_then(Value::as_str);
        if text("name").is_none() {
            report.error(&at.pointer, "the parameter has no name", HELP);
        }
        if !matches!(text("in"), Some("query" | "path" | "header" | "cookie")) {
            report.error(&at.pointer, "the parameter is in neither query, path, header nor cookie", HELP);
        }
        if at.get("required").is_some_and(|required| !required.value.is_boolean()) {
            report.error(&at.pointer.child("required"), "`required` is neither true nor false", HELP);
        }
        content(&at, report);
    }
}

fn responses(document: &Document<'_>, operation: &At<'_>, report: &mut Report) {
    let Some(responses) = operation.get("responses").filter(|at| at.value.is_object()) else {
        return report.error(
            &operation.pointer.child("responses"),
            "the responses are missing or no object",
            "add a `200` (or `204`, without content) in an overlay",
        );
    };
    for (status, at) in entries(Some(responses.value), &responses.pointer) {
        if status.starts_with("x-") {
            continue;
        }
        if !is_status(status) {
            report.error(&at.pointer, format!("`{status}` is no status"), "statuses are 200, 2XX or default");
        }
        match document.follow(at.clone()) {
            Some(at) if !at.value.is_object() => {
                report.error(&at.pointer, "the response is no object", HELP);
            }
            Some(at) => content(&at, report),
            None => {}
        }
    }
}

fn content(holder: &At<'_>, report: &mut Report) {
    let Some(content) = holder.get("content") else {
        return;
    };
    if !content.value.is_object() {
        return report.error(&content.pointer, "the content is no object of media types", HELP);
    }
    for (media_type, at) in holder.content() {
        if !at.value.is_object() {
            report.error(&at.pointer, format!("the media type `{media_type}` holds no object"), HELP);
        }
    }
}

fn is_status(status: &str) -> bool {
    match status.as_bytes() {
        b"default" => true,
        [b'1'..=b'5', b'X' | b'x', b'X' | b'x'] => true,
        [b'1'..=b'5', tens, ones] => tens.is_ascii_digit() && ones.is_ascii_digit(),
        _ => false,
    }
}
