//! `X-Input` and `X-Output` are one type when what they share is the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{prune, refs, walk};

const INPUT: &str = "-Input";
const OUTPUT: &str = "-Output";

/// Merges the twins that agree, and points every reference at the merged type.
pub(super) fn merge(document: &mut Value) {
    let Some(components) = refs::components(document) else {
        return;
    };
    let agreeing = agreeing(components);
    if agreeing.is_empty() {
        return;
    }
    if let Some(components) = refs::components_mut(document) {
        for name in &agreeing {
            let input = components.remove(&format!("{name}{INPUT}")).unwrap_or_default();
            let output = components.remove(&format!("{name}{OUTPUT}")).unwrap_or_default();
            components.insert(name.clone(), merged(input, &output));
        }
    }
    let renames: BTreeMap<String, String> =
        agreeing.iter().flat_map(|name| [INPUT, OUTPUT].map(|twin| (format!("{name}{twin}"), name.clone()))).collect();
    rename(document, &renames);
}

/// Points every reference at the new name of its component.
pub(super) fn rename(document: &mut Value, renames: &BTreeMap<String, String>) {
    let renamed = |reference: &mut Value| {
        let name = reference.as_str().and_then(|reference| reference.strip_prefix(refs::PREFIX));
        if let Some(new) = name.and_then(|name| renames.get(name)) {
            *reference = format!("{}{new}", refs::PREFIX).into();
        }
    };
    walk::schemas(document, &mut |schema, _| {
        if let Some(reference) = schema.get_mut("$ref") {
            renamed(reference);
        }
        if let Some(reference) = schema.get_mut("allOf").and_then(|all| all.get_mut(0)?.get_mut("$ref")) {
            renamed(reference);
        }
        let mapping = schema.get_mut("discriminator").and_then(|tag| tag.get_mut("mapping")?.as_object_mut());
        for (_, reference) in mapping.into_iter().flatten() {
            renamed(reference);
        }
    });
}

/// The names whose twins agree, given that the twins they refer to do: those that do not are struck until all agree.
fn agreeing(components: &Map<String, Value>) -> BTreeSet<String> {
    let names = components.keys().filter_map(|name| name.strip_suffix(INPUT));
    let mut agreeing: BTreeSet<String> = names
        .filter(|name| components.contains_key(&format!("{name}{OUTPUT}")) && !components.contains_key(*name))
        .map(str::to_owned)
        .collect();
    loop {
        let agree = |name: &&String| {
            let twin = |suffix| components.get(&format!("{name}{suffix}"));
            twin(INPUT).zip(twin(OUTPUT)).is_some_and(|(input, output)| same_component(input, output, &agreeing))
        };
        let struck: Vec<String> = agreeing.iter().filter(|name| !agree(name)).cloned().collect();
        if struck.is_empty() {
            return agreeing;
        }
        for name in struck {
            agreeing.remove(&name);
        }
    }
}

fn same_component(input: &Value, output: &Value, twins: &BTreeSet<String>) -> bool {
    let (Some(inputs), Some(outputs)) = (properties(input), properties(output)) else {
        return same(input, output, twins);
    };
    inputs.iter().all(|(name, input)| {
        outputs.get(name).is_none_or(|output| same(&without_nullable(input), &without_nullable(output), twins))
    })
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

fn without_nullable(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("nullable");
    }
    schema
}

/// Equality but for words about the schema, and for which of two twins is referred to.
fn same(a: &Value, b: &Value, twins: &BTreeSet<String>) -> bool {
    if let (Some(a), Some(b)) = (refs::target(a), refs::target(b)) {
        return common(a, twins) == common(b, twins);
    }
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let told = |key: &&String| !WORDS.contains(&key.as_str());
            a.keys().filter(told).all(|key| b.contains_key(key))
                && b.iter().filter(|(key, _)| told(key)).all(|(key, b)| a.get(key).is_some_and(|a| same(a, b, twins)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, twins)),
        (Value::String(a), Value::String(b)) => match (a.strip_prefix(refs::PREFIX), b.strip_prefix(refs::PREFIX)) {
            (Some(a), Some(b)) => common(a, twins) == common(b, twins),
            _ => a == b,
        },
        _ => a == b,
    }
}

const WORDS: [&str; 6] = ["description", "deprecated", "readOnly", "writeOnly", super::limits::NOTES, prune::KEEP];

fn common<'a>(name: &'a str, twins: &BTreeSet<String>) -> &'a str {
    let shared = name.strip_suffix(INPUT).or_else(|| name.strip_suffix(OUTPUT));
    shared.filter(|shared| twins.contains(*shared)).unwrap_or(name)
}

/// The properties of both, those required that both require; words from the input.
fn merged(mut input: Value, output: &Value) -> Value {
    let required = |schema: &Value| -> BTreeSet<String> {
        let names = schema["required"].as_array().into_iter().flatten();
        names.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let both: Vec<String> = required(&input).intersection(&required(output)).cloned().collect();
    let (Some(theirs), Some(schema)) = (properties(output), input.as_object_mut()) else {
        return input;
    };
    if schema.contains_key("required") {
        schema.insert("required".to_owned(), both.into());
    }
    for (name, property) in theirs {
        let ours = schema.get_mut("properties").and_then(Value::as_object_mut);
        let Some(ours) = ours else { continue };
        match ours.get_mut(name) {
            None => {
                ours.insert(name.clone(), property.clone());
            }
            Some(own) if property["nullable"] == true => {
                let nullable = Map::from_iter([("nullable".to_owned(), true.into())]);
                *own = super::shape::annotate(std::mem::take(own), nullable);
            }
            Some(_) => {}
        }
    }
    input
}
