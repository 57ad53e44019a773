//! What is derived from an answer: the shapes that the same operation may answer as well, or tomorrow.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::contract::schema::{Document, Kind, Site, is_required};

/// A change of a value at one place.
#[derive(Clone)]
pub(crate) struct Edit {
    pub(crate) pointer: String,
    value: Value,
}

/// Changes that can be made together, for none lies inside another.
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) edits: Vec<Edit>,
}

/// What a kind of variant puts in a place, where it applies.
type Change = fn(&Site<'_>) -> Option<Value>;

const CHANGES: &[(&str, Change)] = &[
    ("unknown enum value", |site| match (&site.kind, site.value) {
        (Kind::Open, Value::String(_)) => Some("not_known_yet".into()),
        _ => None,
    }),
    ("unknown union tag", |site| match (&site.kind, site.value) {
        (Kind::Tagged { tag }, Value::Object(_)) => {
            let mut value = site.value.clone();
            value[*tag] = "not_known_yet".into();
            Some(value)
        }
        _ => None,
    }),
    ("extra field", |site| match (&site.kind, site.value) {
        (Kind::Object { .. }, Value::Object(_)) => {
            let mut value = site.value.clone();
            value["added_later"] = json!({ "deep": [1, 2.5, null, { "a/b": null }], "none": null });
            value["added_as_null"] = Value::Null;
            Some(value)
        }
        _ => None,
    }),
    ("null in an optional field", |site| (site.required == Some(false)).then_some(Value::Null)),
    ("null for a required list or map", |site| {
        (site.required == Some(true) && matches!(site.kind, Kind::List { .. } | Kind::Map)).then_some(Value::Null)
    }),
    ("timestamp without zone", |site| match (&site.kind, site.value) {
        (Kind::Timestamp, Value::String(text)) => {
            let bare = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"));
            Some(bare.unwrap_or_else(|| panic!("{}: a fixture's timestamps are in UTC", site.pointer)).into())
        }
        _ => None,
    }),
    ("timestamp with a space and an offset", |site| match (&site.kind, site.value) {
        (Kind::Timestamp, Value::String(text)) => Some(text.replace('T', " ").replace('Z', "+00:00").into()),
        _ => None,
    }),
    ("date for a timestamp", |site| match (&site.kind, site.value) {
        (Kind::Timestamp, Value::String(text)) => Some(text[..10].into()),
        _ => None,
    }),
    ("empty text for an optional timestamp", |site| {
        (site.required == Some(false) && matches!(site.kind, Kind::Timestamp)).then_some("".into())
    }),
    ("whole float for an integer", |site| match (&site.kind, site.value) {
        (Kind::Integer, Value::Number(number)) => Some(json!(number.as_f64())),
        _ => None,
    }),
    ("odd item in a list", |site| match (&site.kind, site.value) {
        (Kind::List { tolerant: true }, Value::Array(items)) => {
            let odd = [json!(7.5), json!("odd"), Value::Null];
            Some([&odd[..], items].concat().into())
        }
        _ => None,
    }),
];

/// One full value for each member of a tagged union, by component.
pub(crate) type Members = BTreeMap<String, Value>;

/// Adds the members that are in a value, the fullest of each.
pub(crate) fn collect_members(document: &Document, schema: &Value, value: &Value, members: &mut Members) {
    for site in document.sites("", schema, value) {
        if let (Kind::Object { tag: Some(_), .. }, Value::Object(object)) = (&site.kind, site.value) {
            let so_far = members.get(&site.name).and_then(Value::as_object).map_or(0, serde_json::Map::len);
            if object.len() > so_far {
                members.insert(site.name, site.value.clone());
            }
        }
    }
}

/// Every variant of an answer, but the minimal one.
pub(crate) fn variants(document: &Document, schema: &Value, answer: &Value, members: &Members) -> Vec<Variant> {
    let sites = document.sites("", schema, answer);
    let mut variants: Vec<_> = CHANGES.iter().flat_map(|(name, change)| by_depth(name, &sites, change)).collect();
    for (name, member) in members {
        // Unions are told apart by whether they have this member.
        let takes = |union: &Value| {
            let variants = union["x-notte-union"]["variants"].as_array();
            variants.into_iter().flatten().any(|variant| variant["schema"] == name.as_str())
        };
        variants.extend(by_depth(name, &sites, |site| {
            let here = matches!(site.kind, Kind::Tagged { .. }) && takes(document.component(&site.name));
            here.then(|| member.clone())
        }));
    }
    variants
}

fn by_depth(name: &str, sites: &[Site<'_>], change: impl Fn(&Site<'_>) -> Option<Value>) -> Vec<Variant> {
    let mut by_depth = BTreeMap::<_, Vec<_>>::new();
    for site in sites {
        if let Some(value) = change(site) {
            by_depth.entry(site.depth()).or_default().push(Edit { pointer: site.pointer.clone(), value });
        }
    }
    by_depth.into_values().map(|edits| Variant { name: name.to_owned(), edits }).collect()
}

/// The names of the changes that are made everywhere they apply.
pub(crate) fn change_names() -> impl Iterator<Item = &'static str> {
    CHANGES.iter().map(|(name, _)| *name)
}

pub(crate) fn apply(answer: &Value, edits: &[Edit]) -> Value {
    let mut answer = answer.clone();
    for edit in edits {
        *answer.pointer_mut(&edit.pointer).unwrap() = edit.value.clone();
    }
    answer
}

/// The value with what is required, and nothing else.
pub(crate) fn minimal(document: &Document, schema: &Value, value: &Value) -> Value {
    let mut result = value.clone();
    for site in document.sites("", schema, value).into_iter().rev() {
        if let (Kind::Object { schema, tag }, Some(Value::Object(object))) =
            (site.kind, result.pointer_mut(&site.pointer))
        {
            object.retain(|key, _| is_required(schema, key) || Some(key.as_str()) == tag);
        }
    }
    result
}
