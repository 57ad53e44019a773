//! The property that tells the members of a union apart, and taking it out of them.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::super::{kinds, names::Names, refs, shape};

/// A union told apart by a property.
pub(super) struct Tagged {
    /// The property's name.
    pub(super) tag: String,
    /// Its values are integers.
    pub(super) numeric: bool,
    pub(super) variants: Vec<Variant>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Variant {
    pub(super) value: String,
    pub(super) component: String,
}

/// Properties that are tags by habit, tried first.
const USUAL: [&str; 3] = ["type", "kind", "action"];

/// How these members are told apart by a property, if they are: objects all, each with a value of its own.
pub(super) fn detect(members: &[Value], discriminators: &[&Value], components: &Map<String, Value>) -> Option<Tagged> {
    let objects: Option<Vec<&str>> = members
        .iter()
        .map(|member| refs::target(member).filter(|name| components.get(*name).is_some_and(shape::has_properties)))
        .collect();
    let objects = objects?;
    let declared = discriminators.iter().find_map(|d| d["propertyName"].as_str()).map(str::to_owned);
    let mapping = mapping(discriminators);
    if let Some(tag) = &declared
        && let Some(tagged) = by(tag, &objects, &mapping, components)
    {
        return Some(tagged);
    }
    let constants = |name: &&str| -> BTreeSet<&String> {
        let properties = components.get(*name).and_then(|schema| schema["properties"].as_object());
        let constant = |(_, schema): &(&String, &Value)| constant(schema, components).is_some();
        properties.into_iter().flatten().filter(constant).map(|(name, _)| name).collect()
    };
    let shared = objects.iter().map(constants).reduce(|a, b| a.intersection(&b).copied().collect())?;
    let usual = USUAL.into_iter().filter(|tag| shared.iter().any(|name| *name == tag));
    let others = shared.iter().map(|name| name.as_str());
    usual.chain(others).find_map(|tag| by(tag, &objects, &BTreeMap::new(), components))
}

/// Component to the tag values a discriminator maps to it.
fn mapping(discriminators: &[&Value]) -> BTreeMap<String, Vec<String>> {
    let mut mapping: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (value, target) in discriminators.iter().filter_map(|d| d["mapping"].as_object()).flatten() {
        if let Some(name) = target.as_str().and_then(|target| target.strip_prefix(refs::PREFIX)) {
            mapping.entry(name.to_owned()).or_default().push(value.clone());
        }
    }
    mapping
}

fn by(
    tag: &str,
    objects: &[&str],
    mapping: &BTreeMap<String, Vec<String>>,
    components: &Map<String, Value>,
) -> Option<Tagged> {
    let mut variants: Vec<Variant> = Vec::new();
    let mut numeric = true;
    for name in objects {
        let property = components.get(*name).and_then(|schema| schema["properties"].get(tag));
        numeric &= property.is_some_and(|property| property["type"] == "integer");
        let values = match property.and_then(|property| constant(property, components)) {
            Some(value) => vec![value],
            None => mapping.get(*name)?.clone(),
        };
        variants.extend(values.into_iter().map(|value| Variant { value, component: (*name).to_owned() }));
    }
    let values: BTreeSet<&str> = variants.iter().map(|variant| variant.value.as_str()).collect();
    let numeric = numeric && values.iter().all(|value| value.parse::<i64>().is_ok());
    (values.len() == variants.len()).then(|| Tagged { tag: tag.to_owned(), numeric, variants })
}

/// The one text or integer a property can hold.
fn constant(property: &Value, components: &Map<String, Value>) -> Option<String> {
    let property = refs::target(property).and_then(|name| components.get(name)).unwrap_or(property);
    if let Some(integer) = property.get(kinds::CONSTANT) {
        return Some(integer.to_string());
    }
    match property.get("enum")?.as_array()?.as_slice() {
        [only] => only.as_str().map(str::to_owned),
        _ => None,
    }
}

/// Takes the tags out of the member components. A component with two tag values is one type for each.
pub(super) fn take_out<'a>(unions: impl Iterator<Item = &'a mut Tagged>, document: &mut Value, names: &mut Names) {
    let Some(components) = refs::components_mut(document) else {
        return;
    };
    let original = components.clone();
    let mut types: BTreeMap<(String, String, String), String> = BTreeMap::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for Tagged { tag, numeric, variants } in unions {
        for variant in variants {
            let key = (variant.component.clone(), tag.clone(), variant.value.clone());
            let name = types.entry(key).or_insert_with(|| {
                let fresh = used.insert(variant.component.clone());
                let value = variant.value.to_upper_camel_case();
                if fresh { variant.component.clone() } else { names.claim(&format!("{}{value}", variant.component)) }
            });
            if let Some(schema) = original.get(&variant.component) {
                components.insert(name.clone(), without_tag(schema.clone(), tag, &variant.value, *numeric));
            }
            variant.component.clone_from(name);
        }
    }
}

fn without_tag(mut schema: Value, tag: &str, value: &str, numeric: bool) -> Value {
    if let Some(properties) = schema["properties"].as_object_mut() {
        properties.remove(tag);
    }
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|name| name != tag);
    }
    schema[super::TAG] = json!({ "name": tag, "value": value });
    if numeric {
        schema[super::TAG]["numeric"] = true.into();
    }
    schema
}

impl Tagged {
    /// The union as the emitter reads it.
    pub(super) fn schema(&self) -> Value {
        let mut names = Names::variants();
        let variants = self.variants.iter().map(|variant| {
            let name = names.claim(&variant.value);
            json!({ "tag": variant.value, "name": name, "schema": variant.component })
        });
        let variants: Vec<Value> = variants.collect();
        let members: Vec<Value> = self.variants.iter().map(|variant| refs::to(&variant.component)).collect();
        let mut union = json!({ "kind": "tagged", "tag": self.tag, "variants": variants });
        if self.numeric {
            union["numeric"] = true.into();
        }
        json!({ "oneOf": members, super::KEY: union })
    }
}
