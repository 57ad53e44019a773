//! The operations of the API, read from the table that the generator made: what `api`, `describe`, the commands' flags
//! and the MCP schemas are derived from.

use std::collections::BTreeMap;

use notte_ext::notte_api::{OPERATIONS, OPERATIONS_JSON, OperationMeta};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Every operation and the schemas they refer to.
#[derive(Deserialize)]
pub(crate) struct Table {
    pub(crate) version: String,
    pub(crate) operations: Vec<Operation>,
    #[serde(rename = "$defs")]
    pub(crate) defs: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) tag: String,
    pub(crate) effect: String,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    pub(crate) response: Response,
}

#[derive(Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) location: Location,
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    pub(crate) schema: Value,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Location {
    Path,
    Query,
    Header,
}

#[derive(Deserialize)]
pub(crate) struct Body {
    pub(crate) kind: BodyKind,
    pub(crate) schema: Value,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BodyKind {
    Json,
    Multipart,
}

#[derive(Deserialize)]
pub(crate) struct Response {
    pub(crate) kind: ResponseKind,
    #[serde(default)]
    pub(crate) schema: Value,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResponseKind {
    Json,
    Bytes,
    Empty,
}

/// Where a field of a request goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Path,
    Query,
    Body,
}

/// What a field holds, as far as a command line must know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    Text,
    Integer,
    Number,
    Flag,
    Texts,
    File,
    Json,
}

/// A parameter, or a property of the body.
pub(crate) struct Field<'t> {
    pub(crate) name: &'t str,
    pub(crate) place: Place,
    pub(crate) holds: Holds,
    pub(crate) required: bool,
    pub(crate) secret: bool,
    pub(crate) choices: Vec<String>,
    pub(crate) description: &'t str,
    pub(crate) schema: &'t Value,
}

impl Table {
    pub(crate) fn load() -> Self {
        serde_json::from_str(OPERATIONS_JSON).unwrap_or_else(|error| {
            // The table is part of the program; a test reads it.
            unreachable!("the operation table does not parse: {error}")
        })
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The schema that a `$ref` leads to, or the schema itself.
    pub(crate) fn resolve<'t>(&'t self, mut schema: &'t Value) -> &'t Value {
        for _ in 0..16 {
            let name =
                schema.get("$ref").and_then(Value::as_str).or_else(|| single(schema, "allOf")?.get("$ref")?.as_str());
            let Some(next) = name.and_then(|name| self.defs.get(name.trim_start_matches("#/$defs/"))) else { break };
            schema = next;
        }
        schema
    }

    /// Everything that a request of this operation can set: parameters first, then the properties of the body.
    pub(crate) fn fields<'t>(&'t self, operation: &'t Operation) -> Vec<Field<'t>> {
        let mut fields: Vec<Field<'t>> = operation
            .parameters
            .iter()
            .filter(|parameter| parameter.location != Location::Header)
            .map(|parameter| {
                let place = if parameter.location == Location::Path { Place::Path } else { Place::Query };
                let description = parameter.description.as_deref().unwrap_or_default();
                self.field(&parameter.name, place, parameter.required, description, &parameter.schema)
            })
            .collect();
        let body = operation.body.as_ref().map(|body| self.resolve(&body.schema));
        let required: Vec<&str> = body
            .and_then(|body| body["required"].as_array())
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        for (name, schema) in body.and_then(|body| body["properties"].as_object()).into_iter().flatten() {
            // A parameter of the same name says the same.
            if fields.iter().all(|field| field.name != name) {
                let description = schema["description"].as_str().unwrap_or_default();
                fields.push(self.field(name, Place::Body, required.contains(&name.as_str()), description, schema));
            }
        }
        fields
    }

    fn field<'t>(
        &'t self,
        name: &'t str,
        place: Place,
        required: bool,
        description: &'t str,
        schema: &'t Value,
    ) -> Field<'t> {
        let resolved = self.resolve(schema);
        let kind = resolved["type"].as_str().or_else(|| resolved["type"].get(0)?.as_str()).unwrap_or_default();
        let holds = match kind {
            "string" if resolved["format"] == "binary" => Holds::File,
            "string" => Holds::Text,
            "integer" => Holds::Integer,
            "number" => Holds::Number,
            "boolean" => Holds::Flag,
            "array" if self.resolve(&resolved["items"])["type"] == "string" => Holds::Texts,
            _ => Holds::Json,
        };
        let choices = match holds {
            Holds::Text => resolved["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(ToOwned::to_owned)
                .collect(),
            _ => Vec::new(),
        };
        Field { name, place, holds, required, secret: self.is_secret(schema, 0), choices, description, schema }
    }

    /// Whether a value of this schema can hold a secret.
    fn is_secret(&self, schema: &Value, depth: u8) -> bool {
        let schema = self.resolve(schema);
        if schema["format"] == "password" {
            return true;
        }
        depth < 6 && children(schema).any(|child| self.is_secret(child, depth + 1))
    }

    /// A schema that stands alone: the definitions that it needs come with it.
    pub(crate) fn closed(&self, schema: &Value) -> Value {
        let mut needed = BTreeMap::new();
        self.collect(schema, &mut needed);
        let mut schema = schema.clone();
        if !needed.is_empty() {
            schema["$defs"] = json!(needed);
        }
        schema
    }

    fn collect<'t>(&'t self, schema: &Value, needed: &mut BTreeMap<&'t str, &'t Value>) {
        match schema {
            Value::Object(map) => {
                if let Some(name) = map.get("$ref").and_then(Value::as_str)
                    && let Some((name, found)) = self.defs.get_key_value(name.trim_start_matches("#/$defs/"))
                    && needed.insert(name, found).is_none()
                {
                    self.collect(found, needed);
                }
                map.values().for_each(|value| self.collect(value, needed));
            }
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, needed)),
            _ => {}
        }
    }

    /// The input of an operation as one JSON Schema object, named as its fields are.
    pub(crate) fn input_schema(&self, operation: &Operation) -> Value {
        let fields = self.fields(operation);
        let properties: Map<String, Value> = fields
            .iter()
            .map(|field| {
                let mut schema = field.schema.clone();
                if schema.get("$ref").is_none() && schema.is_object() && !field.description.is_empty() {
                    schema["description"] = json!(field.description);
                }
                (field.name.to_owned(), schema)
            })
            .collect();
        let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        let mut schema = json!({"type": "object", "properties": properties, "required": required});
        // A body that is no plain object, such as an action, goes as a whole.
        if let Some(body) = &operation.body
            && self.resolve(&body.schema)["properties"].as_object().is_none_or(Map::is_empty)
        {
            schema["properties"]["body"] = body.schema.clone();
        }
        self.closed(&schema)
    }
}

/// What the client knows of an operation.
pub(crate) fn meta(id: &str) -> Option<&'static OperationMeta> {
    OPERATIONS.binary_search_by(|meta| meta.id.cmp(id)).ok().map(|place| OPERATIONS[place])
}

fn single<'v>(schema: &'v Value, key: &str) -> Option<&'v Value> {
    match schema.get(key)?.as_array()?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// The schemas directly below a schema.
pub(crate) fn children(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    let properties = schema["properties"].as_object().into_iter().flat_map(|map| map.values());
    let single =
        ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key)).filter(|it| it.is_object());
    lists.chain(properties).chain(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_what_the_client_knows() {
        let table = Table::load();
        let ids: Vec<&str> = table.operations.iter().map(|operation| operation.id.as_str()).collect();
        assert_eq!(ids, OPERATIONS.iter().map(|meta| meta.id).collect::<Vec<_>>());
        for operation in &table.operations {
            let meta = meta(&operation.id).unwrap();
            assert_eq!((operation.method.as_str(), operation.path.as_str()), (meta.method, meta.path));
        }
    }

    #[test]
    fn fields_know_place_kind_choices_and_secrets() {
        let table = Table::load();
        let fields = table.fields(table.find("session_start").unwrap());
        let field = |name: &str| fields.iter().find(|field| field.name == name).unwrap();
        assert_eq!((field("chrome_args").holds, field("idle_timeout_minutes").holds), (Holds::Texts, Holds::Integer));
        assert!(field("browser_type").choices.contains(&"chromium".to_owned()), "{:?}", field("browser_type").choices);
        assert!(field("cdp_url").secret && field("extra_http_headers").secret && !field("user_agent").secret);
        let fields = table.fields(table.find("function_create").unwrap());
        assert!(fields.iter().any(|field| field.name == "file" && field.holds == Holds::File && field.required));
    }

    #[test]
    fn every_input_schema_stands_alone() {
        let table = Table::load();
        for operation in &table.operations {
            let schema = table.input_schema(operation).to_string();
            for reference in schema.split("#/$defs/").skip(1) {
                let name = reference.split('"').next().unwrap();
                assert!(schema.contains(&format!("\"{name}\":")), "{}: {name}", operation.id);
            }
        }
    }
}
