//! Cookies, in the shape of the API and in the browser's.

use serde_json::{Map, Value, json};

use crate::engine::{Browser, CdpError};
use crate::error::Refusal;

/// A cookie of the API as the browser takes it.
fn inward(cookie: &Map<String, Value>) -> Result<Value, &'static str> {
    let text = |name: &str| cookie.get(name).and_then(Value::as_str);
    let name = text("name").ok_or("name is missing")?;
    let value = text("value").ok_or("value is missing")?;
    let domain = text("domain").filter(|domain| !domain.is_empty()).ok_or("domain is missing")?;
    let path = text("path").unwrap_or("/");
    let mut taken = json!({ "name": name, "value": value, "domain": domain, "path": path });
    for flag in ["httpOnly", "secure"] {
        if let Some(Value::Bool(set)) = cookie.get(flag) {
            taken[flag] = (*set).into();
        }
    }
    if let Some(policy) = text("sameSite") {
        let policy = policy.to_ascii_lowercase();
        let policy = match policy.as_str() {
            "lax" => "Lax",
            "strict" => "Strict",
            "none" | "no_restriction" => "None",
            _ => return Err("sameSite should be Lax, Strict or None"),
        };
        taken["sameSite"] = policy.into();
    }
    let expires =
        ["expires", "expirationDate"].iter().filter_map(|name| cookie.get(*name)?.as_f64()).find(|time| *time > 0.0);
    if let Some(expires) = expires {
        taken["expires"] = expires.into();
    }
    // Bound to the one host, a cookie has to come with that host's address.
    if cookie.get("hostOnly") == Some(&Value::Bool(true)) {
        let scheme = if taken["secure"] == true { "https" } else { "http" };
        taken["url"] = format!("{scheme}://{}{path}", domain.trim_start_matches('.')).into();
        if let Some(fields) = taken.as_object_mut() {
            fields.remove("domain");
        }
    }
    Ok(taken)
}

/// A cookie of the browser as the API gives it.
fn outward(cookie: &Value) -> Value {
    let lasting = cookie["expires"].as_f64().filter(|time| *time > 0.0);
    let domain = cookie["domain"].as_str().unwrap_or_default();
    json!({
        "name": cookie["name"], "value": cookie["value"], "domain": domain, "path": cookie["path"],
        "httpOnly": cookie["httpOnly"], "secure": cookie["secure"], "sameSite": cookie["sameSite"],
        "session": lasting.is_none(), "expires": lasting, "expirationDate": lasting,
        "hostOnly": !domain.starts_with('.'), "storeId": null, "partitionKey": null,
    })
}

/// Sets cookies in a browser.
pub(crate) async fn set_cookies(browser: &Browser, cookies: &[Map<String, Value>]) -> Result<(), Refusal> {
    let mut taken = Vec::new();
    for (place, cookie) in cookies.iter().enumerate() {
        taken.push(
            inward(cookie).map_err(|message| Refusal::invalid(&["body", "cookies", &place.to_string()], message))?,
        );
    }
    browser.call("Storage.setCookies", json!({ "cookies": taken })).await.map_err(|error| match error {
        CdpError::Refused(text) => Refusal::invalid(&["body", "cookies"], text),
        other => Refusal::broken(other.to_string()),
    })?;
    Ok(())
}

/// The cookies of a browser.
pub(crate) async fn get_cookies(browser: &Browser) -> Result<Vec<Value>, Refusal> {
    let answer =
        browser.call("Storage.getCookies", json!({})).await.map_err(|error| Refusal::broken(error.to_string()))?;
    Ok(answer["cookies"].as_array().into_iter().flatten().map(outward).collect())
}
