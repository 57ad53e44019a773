//! Where in the two documents the comparison is, and what that place is called: by people, and in Rust.

use heck::ToUpperCamelCase;
use serde_json::Value;

use crate::Pointer;

/// Something in both documents: what it is in OLD, and in NEW.
pub(super) type Both<T> = [T; 2];

/// The Rust items that a place becomes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Key {
    /// The type or builder around it.
    pub(super) owner: Both<String>,
    /// The field, setter or variant.
    pub(super) member: Option<Both<String>>,
    /// What a type of its own would be called.
    pub(super) nested: Both<String>,
    /// The component it is in.
    pub(super) component: Option<Both<String>>,
    /// The operation it is in.
    pub(super) operation: Option<Both<String>>,
}

/// A place.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    label: String,
    /// Whether what is inside is set off from the label by a space.
    spaced: bool,
    pub(super) pointer: Both<Pointer>,
    pub(super) sent: bool,
    pub(super) answered: bool,
    optional: bool,
    pub(super) key: Key,
    variables: Vec<(String, String)>,
}

impl Place {
    /// The whole document.
    pub(super) fn root() -> Self {
        Self::default()
    }

    /// An operation, by its ids, methods and paths.
    pub(super) fn operation(
        ids: Both<&str>,
        methods: Both<&str>,
        paths: Both<&str>,
        variables: Vec<(String, String)>,
    ) -> Self {
        let names = ids.map(ToUpperCamelCase::to_upper_camel_case);
        let pointer = |side: usize| Pointer::root().child("paths").child(paths[side]).child(methods[side]);
        Self {
            label: ids[1].to_owned(),
            pointer: [pointer(0), pointer(1)],
            key: Key { owner: names.clone(), nested: names, operation: Some(ids.map(str::to_owned)), ..Key::default() },
            variables,
            ..Self::default()
        }
    }

    /// A component, by its names.
    pub(super) fn component(names: Both<&str>, sent: bool, answered: bool) -> Self {
        let pointer = |side: usize| Pointer::root().child("components").child("schemas").child(names[side]);
        let types = names.map(ToUpperCamelCase::to_upper_camel_case);
        Self {
            label: names[1].to_owned(),
            pointer: [pointer(0), pointer(1)],
            sent,
            answered,
            key: Key {
                owner: types.clone(),
                nested: types,
                component: Some(names.map(str::to_owned)),
                ..Key::default()
            },
            ..Self::default()
        }
    }

    /// A part of the documents as they were written, by its JSON pointer.
    pub(super) fn left_out(pointer: &str) -> Self {
        let keys = pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~"));
        let keys: Vec<String> = keys.collect();
        let at = keys.iter().fold(Pointer::root(), |at, key| at.child(key));
        let label = match keys.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["components", "schemas", name, inside @ .., last] => {
                let inside = inside.iter().filter(|key| **key != "properties").map(|key| format!(".{key}"));
                format!("{name}{} ({last})", inside.collect::<String>())
            }
            ["paths", path, method, inside @ ..] => format!("{} {path} {}", method.to_uppercase(), inside.join(".")),
            keys => keys.join("."),
        };
        Self { label, pointer: [at.clone(), at], ..Self::default() }
    }

    /// What people call it.
    pub(super) fn text(&self) -> &str {
        if self.label.is_empty() { "document" } else { &self.label }
    }

    pub(super) fn is_answered(&self) -> bool {
        self.answered
    }

    pub(super) fn is_sent(&self) -> bool {
        self.sent
    }

    /// Whether it may be absent in both documents.
    pub(super) fn is_optional(&self) -> bool {
        self.optional
    }

    /// The path variables that have another name in NEW.
    pub(super) fn variables(&self) -> Vec<(String, String)> {
        self.variables.clone()
    }

    /// One key deeper in both.
    pub(super) fn key(&self, key: &str) -> Self {
        self.key2(key, key)
    }

    /// One key deeper, another in each.
    pub(super) fn key2(&self, old: &str, new: &str) -> Self {
        let pointer = [self.pointer[0].child(old), self.pointer[1].child(new)];
        Self { pointer, ..self.clone() }
    }

    /// One index deeper.
    pub(super) fn child(&self, old: usize, new: usize) -> Self {
        self.key2(&old.to_string(), &new.to_string())
    }

    /// The same place, called more precisely.
    pub(super) fn label(&self, more: &str) -> Self {
        Self { label: format!("{}{more}", self.label), ..self.clone() }
    }

    /// The request body.
    pub(super) fn sent(&self, what: &str) -> Self {
        let mut place = self.label(&format!(": {what}"));
        place.sent = true;
        place.spaced = true;
        place.append(["Request", "Request"]);
        place
    }

    /// The answer, under another status in each.
    pub(super) fn answered(&self, what: &str, old: &str, new: &str) -> Self {
        let mut place = self.key2(old, new).label(&format!(": {what}"));
        place.be_answered();
        place
    }

    /// The answer of this status; the place is there already.
    pub(super) fn response(&self, status: &str) -> Self {
        let mut place = self.label(&format!(": response {status}"));
        place.be_answered();
        place
    }

    fn be_answered(&mut self) {
        self.answered = true;
        self.spaced = true;
        self.append(["Response", "Response"]);
    }

    /// This format of a body; the place is there already.
    pub(super) fn media(&self, media: &str) -> Self {
        if media == "application/json" { self.clone() } else { self.label(&format!(" {media}")) }
    }

    /// A parameter in the list that the place is.
    pub(super) fn parameter(&self, old: &str, new: &str, old_index: usize, new_index: usize) -> Self {
        let name = if old == new { old.to_owned() } else { format!("{old} -> {new}") };
        let mut place = self.child(old_index, new_index).label(&format!(": parameter {name}"));
        place.sent = true;
        place.spaced = true;
        place.key.member = Some([old.to_owned(), new.to_owned()]);
        place.append([&old.to_upper_camel_case(), &new.to_upper_camel_case()]);
        place
    }

    /// A property of the object that the place is.
    pub(super) fn property(&self, old: &str, new: &str, required: bool) -> Self {
        let name = if old == new { old.to_owned() } else { format!("({old} -> {new})") };
        let space = if self.spaced { " " } else { "" };
        let mut place = self.key("properties").key2(old, new).label(&format!("{space}.{name}"));
        place.spaced = false;
        place.optional = !required;
        place.key.owner = place.key.nested.clone();
        place.key.member = Some([old.to_owned(), new.to_owned()]);
        place.append([&old.to_upper_camel_case(), &new.to_upper_camel_case()]);
        place
    }

    /// What a list holds; the place is there already.
    pub(super) fn items(&self) -> Self {
        self.within("[]", "Item")
    }

    /// What a map holds; the place is there already.
    pub(super) fn values(&self) -> Self {
        self.within("{}", "Value")
    }

    fn within(&self, label: &str, name: &str) -> Self {
        let mut place = self.label(label);
        place.optional = false;
        place.append([name, name]);
        place
    }

    /// A member of the union that the place is.
    pub(super) fn member(&self, name: &str, old: usize, new: usize) -> Self {
        let mut place = self.child(old, new).label(&format!("|{name}"));
        place.key.member = Some([name.to_owned(), name.to_owned()]);
        place.optional = false;
        place
    }

    /// A value of the enum that the place is.
    pub(super) fn value(&self, old: &Value, new: &Value) -> Self {
        let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut place = self.clone();
        place.key.owner = place.key.nested.clone();
        place.key.member = Some([word(old), word(new)]);
        let name = if old == new { word(old) } else { format!("{} -> {}", word(old), word(new)) };
        place.label(&format!(" `{name}`"))
    }

    fn append(&mut self, names: Both<&str>) {
        for (nested, name) in self.key.nested.iter_mut().zip(names) {
            nested.push_str(name);
        }
    }
}
