//! Unions that need not be one: nested ones are spliced, texts of any kind become one text, one member alone replaces the union.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{refs, shape, walk};

/// String enum components, with their values.
pub(super) type Enums = BTreeMap<String, Vec<Value>>;

/// Simplifies every union of the document.
pub(super) fn unions(document: &mut Value) {
    let enums = enums(document);
    walk::schemas(document, &mut |schema, _| {
        let Some(members) = schema.get("oneOf").and_then(Value::as_array) else {
            return;
        };
        let members = simplified(spliced(members), &enums);
        match members.as_slice() {
            [] | [_] => {
                let annotations = shape::take_annotations(schema);
                let only = members.into_iter().next().unwrap_or_else(|| json!({}));
                *schema = shape::annotate(only, annotations);
            }
            _ => schema["oneOf"] = members.into(),
        }
    });
}

/// The string enums of a document.
pub(super) fn enums(document: &Value) -> Enums {
    let components = refs::components(document).into_iter().flatten();
    let values = |schema: &Value| schema.get("enum").and_then(Value::as_array).cloned();
    components.filter_map(|(name, schema)| Some((name.clone(), values(schema)?))).collect()
}

/// A union in a union says the same as one; with a tag of its own it stays a member.
fn spliced(members: &[Value]) -> Vec<Value> {
    let mut flat = Vec::new();
    for member in members {
        match member.get("oneOf").and_then(Value::as_array) {
            Some(inner) if member.get("discriminator").is_none() => {
                flat.extend(inner.iter().cloned());
            }
            _ => flat.push(member.clone()),
        }
    }
    flat
}

/// The members without repetition, texts as one. Where anything goes and no struct is named, nothing else needs saying.
pub(super) fn simplified(members: Vec<Value>, enums: &Enums) -> Vec<Value> {
    let mut distinct: Vec<Value> = Vec::new();
    for member in members {
        if !distinct.contains(&member) {
            distinct.push(member);
        }
    }
    let is_text = |member: &Value| {
        member["type"] == "string" || refs::target(member).is_some_and(|name| enums.contains_key(name))
    };
    let named = |member: &Value| shape::has_properties(member) || refs::target(member).is_some();
    let any = json!({});
    if distinct.contains(&any) && !distinct.iter().any(|member| named(member) && !is_text(member)) {
        return vec![any];
    }
    let (texts, _): (Vec<&Value>, Vec<&Value>) = distinct.iter().partition(|member| is_text(member));
    if texts.len() < 2 {
        return distinct;
    }
    let text = text(&texts, enums);
    let mut text = Some(text);
    let members = distinct.iter().filter_map(|member| if is_text(member) { text.take() } else { Some(member.clone()) });
    members.collect()
}

/// One text for several: secret if one is, an open enum if one is, else with the format they share.
fn text(texts: &[&Value], enums: &Enums) -> Value {
    let secret = |text: &&&Value| text["x-notte-secret"] == true || text["format"] == "password";
    if texts.iter().any(|text| secret(&text)) {
        return json!({ "type": "string", "x-notte-secret": true });
    }
    let known: Vec<&Value> =
        texts.iter().filter(|text| text.get("enum").is_some() || refs::target(text).is_some()).copied().collect();
    match known.as_slice() {
        [only] => return (*only).clone(),
        [] => {}
        several => {
            let mut values: Map<String, Value> = Map::new();
            for text in several {
                let own = text.get("enum").and_then(Value::as_array);
                let own = own.or_else(|| enums.get(refs::target(text)?));
                for value in own.into_iter().flatten().filter_map(Value::as_str) {
                    values.insert(value.to_owned(), Value::Null);
                }
            }
            return json!({ "type": "string", "enum": values.keys().collect::<Vec<_>>() });
        }
    }
    match texts {
        [first, rest @ ..] if rest.iter().all(|text| text["format"] == first["format"]) => (*first).clone(),
        _ => json!({ "type": "string" }),
    }
}
