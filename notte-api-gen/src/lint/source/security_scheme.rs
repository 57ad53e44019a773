//! Ways to authenticate that the client does not know.

use serde_json::Value;

use crate::lint::Report;
use crate::lint::document::Document;

pub(in crate::lint) fn check(document: &Document<'_>, report: &mut Report) {
    for (name, at) in document.components("securitySchemes") {
        let text = |key: &str| at.value.get(key).and_then(Value::as_str).unwrap_or_default();
        let known = match text("type") {
            "oauth2" => true,
            "http" => text("scheme").eq_ignore_ascii_case("bearer"),
            _ => false,
        };
        if at.value.is_object() && !known {
            report.note(
                &at.pointer,
                format!(
                    "the security scheme `{name}` is no bearer token: operations that use it are sent without a key"
                ),
                "if the server takes a bearer token, describe the scheme as `type: http, scheme: bearer` in an overlay",
            );
        }
    }
}
