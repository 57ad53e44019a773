//! Cookies, in the shape of the API and in the browser's.

use serde_json::{Map, Value, json};

use crate::engine::{Browser, CdpError};
use crate::error::Refusal;

/// A cookie of the API as the browser takes it, or why no browser does.
pub(crate) fn inward(cookie: &Map<String, Value>) -> Result<Value, &'static str> {
    let text = |name: &str| cookie.get(name).and_then(Value::as_str);
    let unfit = |text: &str| text.contains(|c: char| c == ';' || c.is_control());
    let name = text("name").ok_or("name is missing")?;
    let value = text("value").ok_or("value is missing")?;
    if name.contains('=') || unfit(name) || unfit(value) || (name.is_empty() && value.is_empty()) {
        return Err("a cookie's name holds no `=`, and neither it nor the value a `;` or a control character");
    }
    let domain = text("domain").filter(|domain| !domain.is_empty()).ok_or("domain is missing")?;
    if domain.contains(|c: char| c.is_whitespace() || "/:@?#;".contains(c)) {
        return Err("domain should be the name of a host");
    }
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
            "lax" => Some("Lax"),
            "strict" => Some("Strict"),
            // Browsers refuse it without `secure`.
            "none" | "no_restriction" => (taken["secure"] == true).then_some("None"),
            "unspecified" | "" => None,
            _ => return Err("sameSite should be Lax, Strict or None"),
        };
        if let Some(policy) = policy {
            taken["sameSite"] = policy.into();
        }
    }
    let expires =
        ["expires", "expirationDate"].iter().filter_map(|name| cookie.get(*name)?.as_f64()).find(|time| *time > 0.0);
    if let Some(expires) = expires {
        taken["expires"] = expires.into();
    }
    if let Some(site) = text("partitionKey") {
        taken["partitionKey"] = json!({ "topLevelSite": site, "hasCrossSiteAncestor": false });
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
        "hostOnly": !domain.starts_with('.'), "storeId": null,
        "partitionKey": cookie["partitionKey"]["topLevelSite"],
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
