//! Defaults, bounds and the like are never checked or sent by the client: they become words in the description.

use serde_json::{Map, Value};

/// Where a schema's remarks wait until the last rule appends them to its description.
pub(super) const NOTES: &str = "x-notte-notes";

/// Longer texts say less than they cost.
const LONGEST: usize = 60;

/// What a user should know of a schema's constraints, one sentence each.
pub(super) fn remarks(schema: &Map<String, Value>) -> Vec<Value> {
    let mut remarks = Vec::new();
    if let Some(default) = schema.get("default").filter(|default| !default.is_null())
        && !is_secret(schema)
    {
        remarks.extend(quoted("Server default: ", &default.to_string()));
    }
    remarks.extend(bounds(schema));
    remarks.extend(count(schema, "minLength", "maxLength", "character", "characters"));
    remarks.extend(count(schema, "minItems", "maxItems", "item", "items"));
    remarks.extend(count(schema, "minProperties", "maxProperties", "entry", "entries"));
    if let Some(step) = schema.get("multipleOf").and_then(number) {
        remarks.push(format!("A multiple of {step}."));
    }
    if schema.get("uniqueItems").is_some_and(|unique| *unique == true) {
        remarks.push("No item twice.".to_owned());
    }
    if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
        remarks.extend(quoted("Matches ", pattern));
    }
    if let Some(format) = schema.get("format").and_then(Value::as_str).filter(|f| is_news(f)) {
        remarks.extend(quoted("Format: ", format));
    }
    if schema.get("readOnly").is_some_and(|only| *only == true) {
        remarks.push("Read-only.".to_owned());
    }
    if schema.get("writeOnly").is_some_and(|only| *only == true) {
        remarks.push("Write-only.".to_owned());
    }
    remarks.into_iter().map(Value::String).collect()
}

fn is_secret(schema: &Map<String, Value>) -> bool {
    schema.get("format").is_some_and(|format| format == "password")
        || schema.get("x-notte-secret").is_some_and(|secret| *secret == true)
}

/// Formats that neither become a type nor say what the type says already.
fn is_news(format: &str) -> bool {
    let told = ["date-time", "date", "duration", "password", "binary", "int32", "int64", "uint64", "float", "double"];
    !format.is_empty() && !told.contains(&format)
}

fn quoted(before: &str, text: &str) -> Option<String> {
    let short = text.chars().count() <= LONGEST && !text.contains(['`', '\n', '\r']);
    short.then(|| format!("{before}`{text}`."))
}

/// A number without a needless fraction: `1440.0` is 1440.
fn number(value: &Value) -> Option<String> {
    let value = value.as_number()?;
    let text = value.to_string();
    Some(text.strip_suffix(".0").map(str::to_owned).unwrap_or(text))
}

/// Inclusive and exclusive bounds, in the spelling of 3.0 (a flag) and of 3.1 (a number).
fn bounds(schema: &Map<String, Value>) -> Option<String> {
    let whole = schema.get("type").is_some_and(|kind| kind == "integer");
    let bound = |plain: &str, exclusive: &str, step: i64, at: &str, beyond: &str| {
        let limit = match schema.get(exclusive) {
            Some(Value::Bool(true)) => schema.get(plain),
            Some(limit @ Value::Number(_)) => Some(limit),
            _ => {
                return schema.get(plain).and_then(number).map(|limit| format!("{at} {limit}"));
            }
        };
        let next = limit.and_then(integer).filter(|_| whole).and_then(|limit| limit.checked_add(step));
        match next {
            Some(next) => Some(format!("{at} {next}")),
            None => limit.and_then(number).map(|limit| format!("{beyond} {limit}")),
        }
    };
    let low = bound("minimum", "exclusiveMinimum", 1, "at least", "more than");
    let high = bound("maximum", "exclusiveMaximum", -1, "at most", "less than");
    sentence(low, high)
}

fn integer(value: &Value) -> Option<i64> {
    number(value)?.parse().ok()
}

fn count(schema: &Map<String, Value>, min: &str, max: &str, one: &str, many: &str) -> Option<String> {
    let limit = |key: &str, words: &str| {
        let limit = schema.get(key).and_then(Value::as_u64).filter(|limit| *limit > 0 || key == max)?;
        Some(format!("{words} {limit} {}", if limit == 1 { one } else { many }))
    };
    sentence(limit(min, "at least"), limit(max, "at most"))
}

fn sentence(low: Option<String>, high: Option<String>) -> Option<String> {
    let text = match (low, high) {
        (Some(low), Some(high)) => format!("{low}, {high}."),
        (Some(only), None) | (None, Some(only)) => format!("{only}."),
        (None, None) => return None,
    };
    let mut chars = text.chars();
    chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

/// Adds remarks to those a schema has, none twice.
pub(super) fn add(schema: &mut Map<String, Value>, remarks: Vec<Value>) {
    let known = schema.entry(NOTES).or_insert_with(|| Value::Array(Vec::new()));
    let Some(known) = known.as_array_mut() else {
        return;
    };
    for remark in remarks {
        if !known.contains(&remark) {
            known.push(remark);
        }
    }
}

/// Appends a schema's remarks to its description.
pub(super) fn append(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    let Some(Value::Array(remarks)) = schema.remove(NOTES) else {
        return;
    };
    let remarks: Vec<&str> = remarks.iter().filter_map(Value::as_str).collect();
    if remarks.is_empty() {
        return;
    }
    let remarks = remarks.join(" ");
    let description = schema.get("description").and_then(Value::as_str).map(str::trim_end);
    let text = match description {
        None | Some("") => remarks,
        Some(text) if text.ends_with(['.', '!', '?', ':', '`', ')']) => format!("{text} {remarks}"),
        Some(text) => format!("{text}. {remarks}"),
    };
    schema.insert("description".to_owned(), text.into());
}
