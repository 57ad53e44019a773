//! Extracts the server's message from the body of an error response, whichever form it has.

use serde_json::{Map, Value};

use super::Mask;

/// Maximum number of characters that are kept.
const LONGEST: usize = 500;
/// Maximum number of list entries that are read.
const MOST: usize = 10;

/// Returns the server's message as one line, or `None` if there is no readable one.
pub(super) fn detail(body: &[u8], mask: &Mask) -> Option<String> {
    let said = match serde_json::from_slice(body) {
        Ok(value) => of_value(&value, mask),
        Err(_) => of_text(&String::from_utf8_lossy(body), mask),
    };
    said.map(|text| one_line(&text)).filter(|text| !text.is_empty())
}

fn of_value(value: &Value, mask: &Mask) -> Option<String> {
    match value {
        Value::String(text) => Some(mask.apply(text)),
        Value::Array(items) => of_list(items, mask),
        Value::Object(fields) => of_object(fields, mask),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// `{error}`, `{error: {message}}`, `{message}`, `{detail}`, or several of them, of which each that adds something is
/// kept.
fn of_object(fields: &Map<String, Value>, mask: &Mask) -> Option<String> {
    let said = |name| fields.get(name).and_then(|value| of_value(value, mask)).filter(|text| !text.is_empty());
    ["error", "message", "msg", "detail"].into_iter().filter_map(said).reduce(|before, next| {
        if before.contains(&next) {
            before
        } else if next.contains(&before) {
            next
        } else {
            format!("{before}: {next}")
        }
    })
}

/// FastAPI's list of `{loc, msg, type, input, ctx}`: the field and the message. `input` repeats what was sent.
fn of_list(items: &[Value], mask: &Mask) -> Option<String> {
    let mut lines: Vec<_> = items.iter().take(MOST).filter_map(|item| of_item(item, mask)).collect();
    if items.len() > MOST {
        lines.push(format!("and {} more", items.len() - MOST));
    }
    (!lines.is_empty()).then(|| lines.join("; "))
}

fn of_item(item: &Value, mask: &Mask) -> Option<String> {
    let said = of_value(item, mask)?;
    match item.get("loc").and_then(Value::as_array).map(|loc| place(loc)) {
        Some(place) if !place.is_empty() => Some(format!("{place}: {said}")),
        _ => Some(said),
    }
}

/// `body.actions[2].type`.
fn place(loc: &[Value]) -> String {
    let mut place = String::new();
    for part in loc {
        match part {
            Value::Number(index) => place.push_str(&format!("[{index}]")),
            Value::String(name) => {
                if !place.is_empty() {
                    place.push('.');
                }
                place.extend(name.chars().take(64));
            }
            _ => {}
        }
    }
    place
}

/// Returns plain text unchanged, and only the title of a proxy's HTML page.
fn of_text(text: &str, mask: &Mask) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with('<') {
        return Some(mask.apply(text));
    }
    let lower = text.to_ascii_lowercase();
    let (_, after) = lower.split_once("<title>")?;
    let start = lower.len() - after.len();
    let title = text.get(start..start + after.find("</title>")?)?;
    Some(mask.apply(title))
}

pub(super) fn one_line(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let line = String::from_iter(spaced).split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> Option<String> {
        detail(body.as_bytes(), &Mask::default())
    }

    #[test]
    fn every_shape_is_read() {
        for (body, expected) in [
            (r#"{"message":"Bad","detail":"No such vault"}"#, Some("Bad: No such vault")),
            (r#"{"message":"No such vault","detail":"No such vault"}"#, Some("No such vault")),
            (r#"{"detail":"upstream busy"}"#, Some("upstream busy")),
            (r#"{"error":"busy"}"#, Some("busy")),
            (r#"{"error":{"code":"E1","message":"busy","source":"x"}}"#, Some("busy")),
            (r#"{"message":"busy","status":503}"#, Some("busy")),
            (r#"{"message":"The key has expired","error":"unauthorized"}"#, Some("unauthorized: The key has expired")),
            (r#"{"message":"a","error":"b","detail":"c"}"#, Some("b: a: c")),
            (r#"{"detail":{"error":"busy"}}"#, Some("busy")),
            (r#"{"detail":["a","b"]}"#, Some("a; b")),
            (r#""busy""#, Some("busy")),
            ("upstream\r\nbusy", Some("upstream busy")),
            ("<html><head><TITLE>502 Bad\nGateway</TITLE></head>", Some("502 Bad Gateway")),
            ("<html><body>oops", None),
            ("", None),
            ("   ", None),
            ("{}", None),
            (r#"{"detail":null}"#, None),
            (r#"{"detail":[]}"#, None),
            ("null", None),
        ] {
            assert_eq!(said(body).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn a_fastapi_list_names_each_field_and_does_not_repeat_the_input() {
        let body = r#"{"detail":[
            {"loc":["body","max_steps"],"msg":"too big","type":"less_than_equal","input":"hunter2","ctx":{"le":"hunter2"}},
            {"loc":["body","actions",2,"type"],"msg":"unknown"},
            {"loc":[],"msg":"odd"},
            {"msg":"bare"}]}"#;
        assert_eq!(said(body).unwrap(), "body.max_steps: too big; body.actions[2].type: unknown; odd; bare");
    }

    #[test]
    fn long_answers_are_cut() {
        assert_eq!(said(&"x".repeat(10_000)).unwrap().chars().count(), LONGEST + 1);
        let items: Vec<_> = (0..50).map(|n| format!(r#"{{"msg":"m{n}"}}"#)).collect();
        let list = said(&format!("[{}]", items.join(","))).unwrap();
        assert!(list.ends_with("m9; and 40 more"), "{list}");
    }

    #[test]
    fn what_must_not_be_printed_is_cut_out_in_every_shape() {
        let mut mask = Mask::default();
        mask.add("hunter2");
        for body in ["no hunter2", r#"{"detail":[{"loc":["body"],"msg":"no hunter2"}]}"#, "<title>no hunter2</title>"] {
            let said = detail(body.as_bytes(), &mask).unwrap();
            assert!(said.contains("no …"), "{said}");
        }
    }
}
