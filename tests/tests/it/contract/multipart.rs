//! A reader of multipart forms, independent of what writes them.

use serde_json::{Value, json};

use crate::contract::request::decoded;

/// The parts by name: a file as `{file_name, content}`, anything else as its text.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Result<Vec<(String, Value)>, String> {
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").ok_or(format!("is {content_type:?}"))?;
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let text = text.strip_prefix(&format!("--{boundary}\r\n")).ok_or("does not start with its boundary")?;
    let text = text.strip_suffix(&format!("\r\n--{boundary}--\r\n")).ok_or("does not end with its boundary")?;
    text.split(&format!("\r\n--{boundary}\r\n")).map(part).collect()
}

fn part(text: &str) -> Result<(String, Value), String> {
    let (head, content) = text.split_once("\r\n\r\n").ok_or("a part has no content")?;
    let disposition = head
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-disposition").then_some(value)
        })
        .ok_or("a part has no name")?;
    let parameters = disposition.strip_prefix("form-data; ").ok_or("a part is no form data")?;
    let (mut name, mut file_name) = (None, None);
    for parameter in parameters.split("; ") {
        let (key, value) = parameter.split_once('=').ok_or(format!("odd parameter {parameter}"))?;
        let text = match value.strip_prefix("utf-8''") {
            Some(encoded) => decoded(encoded),
            None => value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).map(str::to_owned),
        };
        let text = text.ok_or(format!("odd parameter {parameter}"))?;
        match key.trim_end_matches('*') {
            "name" => name = Some(text),
            "filename" => file_name = Some(text),
            _ => return Err(format!("odd parameter {parameter}")),
        }
    }
    let value = match file_name {
        Some(file_name) => json!({ "file_name": file_name, "content": content }),
        None => content.into(),
    };
    Ok((name.ok_or("a part has no name")?, value))
}
