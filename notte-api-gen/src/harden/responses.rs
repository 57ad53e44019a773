//! One answer per operation: the first success, as JSON, bytes or nothing. Errors are one hand-written type.

use serde_json::{Map, Value, json};

use super::{media, walk};

/// Keeps the answer that success brings, under its numeric status.
pub(super) fn select(document: &mut Value) {
    walk::operations(document, &mut |_, _, operation| {
        let responses = match operation.remove("responses") {
            Some(Value::Object(responses)) => responses,
            _ => Map::new(),
        };
        let (status, response) = success(&responses);
        let mut kept = json!({ "description": response["description"].as_str().unwrap_or_default() });
        if status != "204"
            && let Some(content) = content(&response)
        {
            kept["content"] = content;
        }
        operation.insert("responses".to_owned(), json!({ status: kept }));
    });
}

fn success(responses: &Map<String, Value>) -> (String, Value) {
    let numeric = |status: &&String| status.len() == 3 && status.starts_with('2');
    let numeric = |status: &&String| numeric(status) && status.bytes().all(|b| b.is_ascii_digit());
    let first = ["200", "201", "202", "204"].into_iter().find(|status| responses.contains_key(*status));
    let first = first.or_else(|| responses.keys().find(numeric).map(String::as_str));
    let ranges = ["2XX", "2xx", "default"];
    let first = first.or_else(|| ranges.into_iter().find(|range| responses.contains_key(*range)));
    match first {
        Some(range) if ranges.contains(&range) => ("200".to_owned(), responses[range].clone()),
        Some(status) => (status.to_owned(), responses[status].clone()),
        None => ("200".to_owned(), Value::Null),
    }
}

fn content(response: &Value) -> Option<Value> {
    let content = response.get("content")?.as_object()?;
    let json = content.iter().find(|(name, _)| media::is_json(name));
    let (_, chosen) = json.or_else(|| content.iter().next())?;
    let schema = chosen.get("schema").cloned().unwrap_or_else(|| json!({}));
    if json.is_some() && !media::is_binary(&schema) {
        Some(json!({ media::JSON: { "schema": schema } }))
    } else {
        Some(media::bytes())
    }
}
