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
    if out.len() <= "continue".len() && (out == "gen" || syn::parse_str::<syn::Ident>(&out).is_err()) {
        out.push('_');
    }
    out
}

fn is_continue(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || (!c.is_ascii() && syn::parse_str::<syn::Ident>(&format!("a{c}")).is_ok())
}

/// The variants of an enum's values: a name for each, in letters what a symbol stands for where names would not differ.
pub(crate) fn variants(values: &[&str]) -> Vec<String> {
    // Once more: `plus1` is the name of a method.
    let plain: Vec<String> = values.iter().map(|value| type_name(&type_name(value))).collect();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for (value, name) in values.iter().zip(&plain) {
        // Without a letter or digit there is no name yet.
        *count.entry(name).or_default() += usize::from(has_letters(value));
    }
    let is_clear = |value: &str, name: &str| has_letters(value) && count.get(name) == Some(&1);
    let mut taken: BTreeSet<String> =
        values.iter().zip(&plain).filter(|(value, name)| is_clear(value, name)).map(|(_, name)| name.clone()).collect();
    let mut variants = Vec::new();
    for (value, name) in values.iter().zip(&plain) {
        if is_clear(value, name) {
            variants.push(name.clone());
            continue;
        }
        let spelled = type_name(&spelled(value));
        let numbered = (2..).map(|number| type_name(&format!("{spelled} {number}")));
        let free = std::iter::once(spelled.clone()).chain(numbered).find(|name| taken.insert(name.clone()));
        variants.extend(free);
    }
    variants
}

/// The value with its symbols in letters.
fn spelled(value: &str) -> String {
    if value.is_empty() {
        return "Empty".to_owned();
    }
    let mut out = String::new();
    for c in value.chars() {
        let name = match c {
            '.' => "Dot",
            ',' => "Comma",
            ':' => "Colon",
            ';' => "Semicolon",
            '+' => "Plus",
            '-' => "Minus",
            '*' => "Star",
            '/' => "Slash",
            '\\' => "Backslash",
            '=' => "Equal",
            '<' => "Less",
            '>' => "Greater",
            '!' => "Not",
            '?' => "Question",
            '&' => "And",
            '|' => "Or",
            '%' => "Percent",
            '#' => "Hash",
            '@' => "At",
            '$' => "Dollar",
            '^' => "Caret",
            '~' => "Tilde",
            '_' => "Underscore",
            ' ' => "Space",
            '\'' => "Quote",
            '"' => "DoubleQuote",
            c if is_continue(c) => {
                out.push(c);
                continue;
            }
            c => {
                out.push_str(&format!(" U{:x} ", u32::from(c)));
                continue;
            }
        };
        out.push_str(&format!(" {name} "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::variants;

    #[test]
    fn every_value_of_an_enum_has_a_name_of_its_own() {
        for (values, names) in [
            (&[".", "X", "O"][..], &["Dot", "X", "O"][..]),
            (&["=", "<", ">", "<=", ">="], &["Equal", "Less", "Greater", "LessEqual", "GreaterEqual"]),
            (&["asc", "ASC", "desc"], &["Asc", "Asc2", "Desc"]),
            (&["a+", "a-", "a"], &["APlus", "AMinus", "A"]),
            (&["", "x", "X"], &["Empty", "X", "X2"]),
            (&["1.5", "15", "+1"], &["X1Dot5", "X15", "Plus1"]),
            (&["→", "日本", "self", "Self"], &["U2192", "日本", "Self_", "Self2"]),
        ] {
            assert_eq!(variants(values), names, "{values:?}");
        }
    }
}
