//! What keeps callers building for a while after something was renamed.

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::{Change, Fate, Item};

/// A deprecated alias, as Rust, for a change that renamed a public item.
pub(super) fn of(change: &Change) -> Option<String> {
    let key = change.keys.first()?;
    let renamed =
        |ends: &dyn Fn(&Item) -> bool| change.items.iter().find(|item| item.fate == Fate::Renamed && ends(item));
    let last = |path: &str| path.rsplit("::").next().unwrap_or_default().to_owned();
    match change.rule.id {
        "schema-renamed" => {
            let whole =
                |item: &Item| item.path.matches("::").count() == 2 && item.path.starts_with("notte_api::types::");
            let item = renamed(&whole)?;
            let (old, new) = (last(&item.path), last(item.new_path.as_ref()?));
            Some(format!("#[deprecated(note = \"renamed to `{new}`\")] pub type {old} = {new};"))
        }
        "operation-renamed" => {
            let [old, new] = key.operation.as_ref()?;
            let (builder, old, new) = (new.to_upper_camel_case(), old.to_snake_case(), new.to_snake_case());
            renamed(&|item| item.path.starts_with("notte_api::Client::"))?;
            Some(format!(
                "impl Client {{ #[deprecated(note = \"renamed to `{new}`\")] pub fn {old}(&self) -> builder::{builder}<'_> {{ self.{new}() }} }}"
            ))
        }
        "property-renamed" | "parameter-renamed" | "path-variable-renamed" => {
            let item = renamed(&|item| item.path.contains("::builder::"))?;
            let (old, new) = (last(&item.path), last(item.new_path.as_ref()?));
            let takes = item.new.as_ref()?.split(')').next()?.rsplit("impl ").next()?.to_owned();
            let takes = if item.new.as_ref()?.contains("impl ") { format!("impl {takes}") } else { "…".to_owned() };
            Some(format!(
                "#[deprecated(note = \"renamed to `{new}`\")] pub fn {old}(self, value: {takes}) -> Self {{ self.{new}(value) }}"
            ))
        }
        "enum-value-renamed" => {
            let item = renamed(&|item| item.path.starts_with("notte_api::types::"))?;
            let (old, new) = (last(&item.path), last(item.new_path.as_ref()?));
            Some(format!(
                "#[deprecated(note = \"renamed to `{new}`\")] #[allow(non_upper_case_globals)] pub const {old}: Self = Self::{new};"
            ))
        }
        _ => None,
    }
}
