//! One answer per operation: what its successes bring, as JSON, bytes or nothing. Errors are one hand-written type.

use serde_json::{Map, Value, json};

use super::{media, walk};

/// Keeps what success brings, under the status of the first.
pub(super) fn select(document: &mut Value) {
    walk::operations(document, &mut |_, method, operation| {
        let responses = match operation.remove("responses") {
            Some(Value::Object(responses)) => responses,
            _ => Map::new(),
        };
        let successes = successes(&responses);
        let (status, first) = successes.first().copied().unwrap_or(("200", &Value::Null));
        let status = if status.bytes().all(|byte| byte.is_ascii_digit()) { status } else { "200" };
        let mut kept = json!({ "description": first["description"].as_str().unwrap_or_default() });
        // A HEAD has the headers of another answer, and no body.
        let contents: Vec<Option<Content<'_>>> = successes
            .iter()
            .map(|(status, response)| {
                content(response).filter(|_| method != "head" && !["204", "205"].contains(status))
            })
            .collect();
        match contents.iter().flatten().next() {
            Some(Content::Json(..)) => {
                let json = contents.iter().flatten().filter_map(|content| match content {
                    Content::Json(media, schema) => Some((*media, schema)),
                    Content::Bytes => None,
                });
                let (mut types, mut schemas): (Vec<&str>, Vec<&Value>) = (Vec::new(), Vec::new());
                for (media, schema) in json {
                    types.extend((!types.contains(&media)).then_some(media));
                    schemas.extend((!schemas.contains(&schema)).then_some(schema));
                }
                let schema = if let [only] = schemas[..] { only.clone() } else { json!({ "oneOf": schemas }) };
                kept["content"] = json!({ media::JSON: { "schema": schema } });
                if contents.iter().any(Option::is_none) {
                    operation.insert("x-notte-optional".to_owned(), true.into());
                }
                let types: Vec<String> = types.iter().filter_map(|media| media::header(media)).collect();
                if !types.is_empty() && types != [media::JSON] {
                    operation.insert("x-notte-accept".to_owned(), types.join(", ").into());
                }
            }
            Some(Content::Bytes) => kept["content"] = media::bytes(),
            None => {}
        }
        let status = if kept.get("content").is_some() && ["204", "205"].contains(&status) { "200" } else { status };
        operation.insert("responses".to_owned(), json!({ status: kept }));
    });
}

/// The answers of success: those of a status in their usual order, then of the range; what else may come where there is none.
fn successes(responses: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let usual = |status: &str| ["200", "201", "202", "204"].iter().position(|usual| *usual == status).unwrap_or(4);
    let mut successes: Vec<(&str, &Value)> = responses
        .iter()
        .map(|(status, response)| (status.as_str(), response))
        .filter(|(status, _)| status.len() == 3 && status.starts_with('2'))
        .collect();
    successes.sort_by_key(|(status, _)| (usual(status), !status.bytes().all(|byte| byte.is_ascii_digit())));
    if successes.is_empty() {
        successes.extend(responses.get("default").map(|response| ("default", response)));
    }
    successes
}

/// What an answer holds.
enum Content<'a> {
    /// JSON of a media type, with its schema.
    Json(&'a str, Value),
    Bytes,
}

fn content(response: &Value) -> Option<Content<'_>> {
    let content = response.get("content")?.as_object()?;
    let json = content.iter().filter(|(name, _)| media::is_json(name));
    let json = json.min_by_key(|(name, _)| media::essence(name) != media::JSON);
    let (name, chosen) = json.or_else(|| content.iter().next())?;
    let schema = chosen.get("schema").cloned().unwrap_or_else(|| json!({}));
    Some(if json.is_some() && !media::is_binary(&schema) { Content::Json(name, schema) } else { Content::Bytes })
}
