//! A run of a function as a command line.

use notte_api::{SendOnce, builder::FunctionRunStart, reqwest::Url, wire::PathSegment};
use serde::Serialize;
use serde_json::json;

use super::{Function, variables::Variables};
use crate::{Error, Result};

pub(super) fn curl(function: &Function, variables: impl Serialize) -> Result<String> {
    let mut given = Variables::default();
    given.add_all(variables);
    let variables = given.into_map().map_err(Error::invalid)?;
    let url = url(function).ok_or_else(|| Error::invalid("the id of the function cannot stand in a path"))?;
    let body = json!({"workflow_id": &*function.id, "variables": variables}).to_string();
    // A quote ends the text, stands for itself, and begins another.
    let body = body.replace('\'', r"'\''");
    Ok(format!(
        "curl -X POST '{url}' \\\n  -H 'Content-Type: application/json' \\\n  -H \"Authorization: Bearer $NOTTE_API_KEY\" \\\n  \
         -H \"x-notte-api-key: $NOTTE_API_KEY\" \\\n  -d '{body}'"
    ))
}

fn url(function: &Function) -> Option<Url> {
    let id = PathSegment::try_from(&function.id).ok()?;
    let mut url = Url::parse(function.notte.api().base_url()).ok()?;
    let template = FunctionRunStart::META.path;
    let parts = template.split('/').skip(1).map(|part| if part == "{function_id}" { id.as_str() } else { part });
    url.path_segments_mut().ok()?.pop_if_empty().extend(parts);
    // What is left of a quote in an id, for the shell.
    Url::parse(&url.as_str().replace('\'', "%27")).ok()
}

#[cfg(test)]
mod tests {
    use crate::{ErrorKind, Notte};

    #[test]
    fn the_command_is_safe_to_paste_and_has_no_key() {
        let notte = Notte::builder().api_key("hunter2").base_url("https://e.com/v1").build().unwrap();
        let command = notte
            .functions()
            .attach("f'1 x")
            .curl([("city", "L'Aquila")].into_iter().collect::<std::collections::BTreeMap<_, _>>());
        let expected = r#"curl -X POST 'https://e.com/v1/functions/f%271%20x/runs/start' \
  -H 'Content-Type: application/json' \
  -H "Authorization: Bearer $NOTTE_API_KEY" \
  -H "x-notte-api-key: $NOTTE_API_KEY" \
  -d '{"variables":{"city":"L'\''Aquila"},"workflow_id":"f'\''1 x"}'"#;
        assert_eq!(command.unwrap(), expected);
        let elsewhere = notte.functions().attach("../x").curl(()).unwrap_err();
        assert_eq!(elsewhere.kind(), ErrorKind::InvalidRequest);
    }
}
