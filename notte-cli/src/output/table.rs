//! Values for people: a list as a table, an object as lines.

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use super::items;

/// Names that say most about an object, in the order in which they are shown.
const TELLING: &[&str] = &["id", "name", "status", "success", "description", "url", "created_at", "size", "email"];
const MOST: usize = 6;
/// A table is not squeezed into fewer columns of a terminal.
const NARROWEST: u16 = 40;

pub(crate) fn render(value: &Value, columns: &[&str]) -> String {
    if let Some(items) = items(value) {
        if items.is_empty() {
            return "nothing found\n".to_owned();
        }
        if items.iter().all(Value::is_object) {
            return rows(items, columns);
        }
        return items.iter().map(|item| format!("{}\n", cell(item))).collect();
    }
    match value {
        Value::Object(map) => {
            let width = map.keys().map(String::len).max().unwrap_or(0);
            let shown = map.iter().filter(|(_, value)| !value.is_null());
            shown.map(|(name, value)| format!("{name:width$}  {}\n", cell(value))).collect()
        }
        Value::Null => String::new(),
        value => format!("{}\n", cell(value)),
    }
}

fn rows(items: &[Value], columns: &[&str]) -> String {
    // A column that no row has says nothing.
    let has = |name: &&&str| items.iter().any(|item| !item[**name].is_null());
    let columns: Vec<String> =
        if columns.is_empty() { choose(items) } else { columns.iter().filter(has).map(ToString::to_string).collect() };
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    // A terminal that does not know its width cannot be fitted.
    if table.width().is_none_or(|width| width < NARROWEST) {
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(columns.iter().map(|name| name.to_uppercase()));
    for item in items {
        table.add_row(columns.iter().map(|name| item.get(name).map(cell).unwrap_or_default()));
    }
    format!("{}\n", table.trim_fmt())
}

/// The columns of a list that has none of its own.
fn choose(items: &[Value]) -> Vec<String> {
    let mut names: Vec<&String> = Vec::new();
    for item in items.iter().filter_map(Value::as_object) {
        for (name, value) in item {
            if !names.contains(&name) && !value.is_object() && !value.is_array() && !value.is_null() {
                names.push(name);
            }
        }
    }
    let rank = |name: &String| {
        TELLING
            .iter()
            .position(|telling| name == telling || name.ends_with(&format!("_{telling}")))
            .unwrap_or(usize::MAX)
    };
    names.sort_by_key(|name| rank(name));
    names.into_iter().take(MOST).cloned().collect()
}

/// One value on one line, without control characters that could drive a terminal.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => plain(text),
        value => plain(&value.to_string()),
    }
}

/// Text of a page cannot drive the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_shows_what_tells_most() {
        let value = json!({"items": [{"z": 1, "status": "active", "session_id": "s-1", "steps": []}], "page": 1});
        let text = render(&value, &[]);
        let header: Vec<&str> = text.lines().next().unwrap().split_whitespace().collect();
        assert_eq!(header, ["SESSION_ID", "STATUS", "Z"]);
        assert_eq!(render(&json!({"items": []}), &[]), "nothing found\n");
    }

    #[test]
    fn an_object_is_lines_and_escapes_nothing() {
        assert_eq!(render(&json!({"a": "x\u{1b}[31m", "none": null}), &[]), "a     x [31m\n");
    }
}
