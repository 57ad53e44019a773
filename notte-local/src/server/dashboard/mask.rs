//! What is shown of requests and answers: no passwords, no tokens, no pictures.

use serde_json::Value;

/// Fields whose values are nobody's business.
const SECRET: &[&str] = &[
    "password",
    "secret",
    "token",
    "api_key",
    "apikey",
    "authorization",
    "cookie",
    "cvv",
    "card_number",
    "card_full_expiration",
    "mfa",
    "otp",
    "totp",
    "username",
    "proxy",
    "extra_http_headers",
    "raw",
    "code",
];

/// Characters of a text that are shown.
const LONGEST: usize = 400;

/// Entries of a list that are shown.
const MOST: usize = 30;

/// A body as it is shown.
pub(super) fn masked(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            // What is typed, and what a cookie holds, is called a value.
            let is_typed = ["type", "domain", "name", "url"].iter().any(|name| fields.contains_key(*name));
            fields
                .iter()
                .map(|(name, value)| {
                    let hidden = is_secret(name) || (is_typed && name == "value");
                    let shown = if hidden && !value.is_null() && !value.is_boolean() {
                        "•••".into()
                    } else {
                        masked(value)
                    };
                    (name.clone(), shown)
                })
                .collect()
        }
        Value::Array(items) => {
            let mut shown: Vec<Value> = items.iter().take(MOST).map(masked).collect();
            if items.len() > MOST {
                shown.push(format!("… {} more", items.len() - MOST).into());
            }
            Value::Array(shown)
        }
        Value::String(text) => text_of(text).into(),
        other => other.clone(),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|secret| name.contains(secret)) && name != "status_code" && name != "postal_code"
}

/// A text without the tokens and logins of addresses in it.
pub(super) fn text_of(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = ["token=", "link=", "://"].iter().filter_map(|name| Some(rest.find(name)? + name.len())).min()
    {
        shown.push_str(&rest[..at]);
        rest = &rest[at..];
        let host = rest.split(['/', '?', '#', ' ', '"']).next().unwrap_or_default();
        if shown.ends_with('=') {
            shown.push_str("•••");
            rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
        } else if let Some((login, _)) = host.rsplit_once('@') {
            shown.push_str("•••");
            rest = &rest[login.len()..];
        }
    }
    shown.push_str(rest);
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} bytes)", &shown[..end], text.len()),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::masked;

    #[test]
    fn what_opens_something_or_was_typed_is_not_shown() {
        let shown = masked(&json!({
            "type": "fill", "id": "I1", "value": "hunter2", "password": "hunter2", "mfa_secret": "hunter2", "press_enter": true,
            "cookies": [{"name": "sid", "value": "hunter2", "domain": "a"}], "raw": "hunter2",
            "cdp_url": "ws://127.0.0.1/cdp?token=hunter2&x=1", "cards": {"card_cvv": "hunter2", "card_number": "hunter2"},
            "server": "http://me:hunter2@proxy.test:80/x", "note": "see http://a/?a=b@c",
            "long": "x".repeat(9_000), "code": "hunter2", "many": vec![1; 500],
        }));
        assert!(!shown.to_string().contains("hunter2"), "{shown}");
        assert_eq!((&shown["id"], &shown["press_enter"]), (&json!("I1"), &json!(true)));
        let addresses = (json!("http://•••@proxy.test:80/x"), json!("see http://a/?a=b@c"));
        assert_eq!((&shown["server"], &shown["note"]), (&addresses.0, &addresses.1));
        assert!(shown.to_string().len() < 2_000, "{shown}");
    }
}
