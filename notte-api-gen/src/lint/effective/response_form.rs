//! Operations whose answer is not one success in one form.

use serde_json::Value;

use crate::Pointer;
use crate::lint::Report;
use crate::lint::document::{At, Document, entries};

use super::BUG;

/// The success codes that have a name to call a mock's method by.
const SUCCESS: &[&str] = &["200", "201", "202", "203", "204", "205", "206", "207", "208", "226"];

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for operation in &document.operations {
        let at = operation.pointer.child("responses");
        let responses: Vec<_> =
            entries(operation.value.get("responses"), &at).filter(|(status, _)| !status.starts_with("x-")).collect();
        if operation.value.get("responses").is_some_and(Value::is_object) && responses.len() != 1 {
            let statuses: Vec<_> = responses.iter().map(|(status, _)| *status).collect();
            report.error(
                &at,
                format!("{} responses ({}) instead of one", responses.len(), statuses.join(", ")),
                "describe one success in an overlay",
            );
        }
        for (status, response) in responses {
            if !SUCCESS.contains(&status) {
                report.error(
                    &response.pointer,
                    format!("the status {status} is no success that is known"),
                    "describe the success as `200` in an overlay",
                );
            }
            form(status, &response, report);
        }
    }
}

fn form(status: &str, response: &At<'_>, report: &mut Report) {
    if response.value.get("$ref").is_some() {
        return report.error(&response.pointer, "the response is a reference", BUG);
    }
    let types: Vec<_> = response.content().collect();
    let at = response.pointer.child("content");
    if types.len() > 1 {
        report.error(&at, format!("the response has {} media types", types.len()), BUG);
    }
    if matches!(status, "204" | "205") && !types.is_empty() {
        report.error(&at, format!("a {status} has no content"), "remove the content, or call it a 200, in an overlay");
    }
    for (media_type, body) in types {
        match media_type {
            "application/json" => json(&body, &response.pointer, report),
            "application/octet-stream" => {}
            _ => report.error(&body.pointer, format!("the response is {media_type}"), BUG),
        }
    }
}

fn json(body: &At<'_>, response: &Pointer, report: &mut Report) {
    if body.value.is_object() && body.value.get("schema").is_none() {
        report.error(response, "the JSON response has no schema", BUG);
    }
    if body.value.get("encoding").and_then(Value::as_object).is_some_and(|map| !map.is_empty()) {
        report.error(&body.pointer.child("encoding"), "an encoding is left", BUG);
    }
}
