//! Recorded actions as a program: Python text for the official client, and the actions as JSON.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::input::flag;

/// What an answer adds to an action, or what only holds for one observation.
const NOT_SENT: &[&str] = &["category", "description", "text_label", "accessible_name", "id", "param"];

/// What `workflow/code` is asked with.
#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(deserialize_with = "flag")]
    as_workflow: bool,
}

/// The answer to `workflow/code`.
pub(crate) fn code(recorded: &[Value], form: &Form) -> Value {
    let actions = actions(recorded);
    json!({ "python_script": python(&actions, form.as_workflow), "json_actions": actions })
}

/// The actions as a caller would send them again: by selector, since ids live only as long as an observation.
fn actions(recorded: &[Value]) -> Vec<Value> {
    let plain = |action: &Value| {
        let fields = action.as_object()?;
        let by_selector = fields.get("selector").is_some_and(|selector| !selector.is_null());
        let keep = |(name, value): &(&String, &Value)| {
            !value.is_null()
                && (!NOT_SENT.contains(&name.as_str())
                    || (name.as_str() == "id" && !by_selector && value.as_str() != Some("")))
        };
        let kept: Map<String, Value> =
            fields.iter().filter(keep).map(|(name, value)| (name.clone(), value.clone())).collect();
        Some(Value::Object(kept))
    };
    recorded.iter().filter_map(plain).collect()
}

/// The program. As a function it can be uploaded and run; otherwise it is a script.
fn python(actions: &[Value], as_function: bool) -> String {
    let (head, indent) = if as_function {
        (
            "from notte_sdk import NotteClient\n\nnotte = NotteClient()\n\n\ndef run():\n    with notte.Session() as session:\n",
            "        ",
        )
    } else {
        ("from notte_sdk import NotteClient\n\nnotte = NotteClient()\n\nwith notte.Session() as session:\n", "    ")
    };
    let mut text = String::from(head);
    for action in actions {
        let arguments: Vec<String> = action
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| match value {
                value if is_plain(name) => format!("{name}={}", literal(value)),
                value => format!("**{{{}: {}}}", Value::from(name.as_str()), literal(value)),
            })
            .collect();
        text.push_str(&format!("{indent}session.execute({})\n", arguments.join(", ")));
    }
    if actions.is_empty() {
        text.push_str(&format!("{indent}pass\n"));
    }
    text
}

/// Whether a field can be an argument by its name: all that are known can, and callers send others.
fn is_plain(name: &str) -> bool {
    const KEYWORDS: &str = "and as assert async await break class continue def del elif else except finally for from global if \
        import in is lambda nonlocal not or pass raise return try while with yield None True False";
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.split(' ').any(|keyword| keyword == name)
}

/// A JSON value as a literal of Python.
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        // A text of JSON is one of Python too, but for `/` which neither escapes.
        Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let entries =
                fields.iter().map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), literal(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{actions, python};

    #[test]
    fn a_program_holds_what_can_be_sent_again() {
        let recorded = [
            json!({"type": "goto", "url": "https://e.com", "category": "x", "description": "y"}),
            json!({"type": "fill", "id": "I1", "value": "a\"b", "press_enter": null, "selector": {"css_selector": "#a", "in_iframe": false}}),
        ];
        let plain = actions(&recorded);
        assert_eq!(
            plain[1],
            json!({"type": "fill", "value": "a\"b", "selector": {"css_selector": "#a", "in_iframe": false}})
        );
        let text = python(&plain, true);
        assert!(text.contains("session.execute(type=\"goto\", url=\"https://e.com\")"), "{text}");
        let odd = [json!({"type": "wait", "class": 2, "x); import os #": 1})];
        let text_of_odd = python(&odd, true);
        assert!(text_of_odd.contains("(**{\"class\": 2}, type=\"wait\", **{\"x); import os #\": 1})"), "{text_of_odd}");
        assert!(text.contains("value=\"a\\\"b\"") && text.contains("\"in_iframe\": False"), "{text}");
    }
}
