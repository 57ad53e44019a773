//! The names that progenitor and typify make out of a document's names.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase, ToSnakeCase};

/// The method of an operation, or the setter of a parameter.
pub(crate) fn method(name: &str) -> String {
    sanitize(name, str::to_snake_case, "_")
}

/// The builder of an operation.
pub(crate) fn builder(operation_id: &str) -> String {
    sanitize(&method(operation_id), str::to_pascal_case, "_")
}

/// A type or an enum's variant.
pub(crate) fn type_name(name: &str) -> String {
    sanitize(name, str::to_pascal_case, "X")
}

/// The field of a property.
pub(crate) fn field(name: &str) -> String {
    sanitize(name, str::to_snake_case, "x")
}

/// Whether anything of the name is left in an identifier.
pub(crate) fn has_letters(name: &str) -> bool {
    name.chars().any(|c| c.is_ascii_alphanumeric())
}

fn sanitize(name: &str, to_case: fn(&str) -> String, digit_prefix: &str) -> String {
    let mut out = match name {
        "+1" => "plus1".to_owned(),
        "-1" => "minus1".to_owned(),
        _ => to_case(&name.replace('\'', "").replace(|c| !is_continue(c), "-")),
    };
    match out.chars().next() {
        None => out = to_case("x"),
        Some(first) if first.is_alphabetic() => {}
        Some(_) => out.insert_str(0, digit_prefix),
    }
    // No keyword is longer, and what is longer is an identifier by now.
    if out.len() <= "continue".len() && syn::parse_str::<syn::Ident>(&out).is_err() {
        out.push('_');
    }
    out
}

fn is_continue(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The enum values that get the same variant name. Typify tries twice, then gives up.
pub(crate) fn colliding_variants<'a>(values: &[&'a str]) -> Vec<&'a str> {
    let first = collisions(values, type_name);
    if first.is_empty() {
        return first;
    }
    collisions(values, |value| type_name(&value.replace(|c| c == '_' || !is_continue(c), "X")))
}

fn collisions<'a>(values: &[&'a str], name: impl Fn(&str) -> String) -> Vec<&'a str> {
    let mut by_name: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for value in values {
        by_name.entry(name(value)).or_default().push(value);
    }
    let groups = by_name.into_values().filter(|group| group.len() > 1);
    groups.flatten().collect::<BTreeSet<_>>().into_iter().collect()
}
