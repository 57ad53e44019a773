//! The lint as a guard: what it lets through, the code generator below turns into a client without a panic.

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;

use notte_api_gen::lint::{self, Severity};
use notte_api_gen::{Api, File, emit};
use quote::ToTokens;
use serde_json::{Value, json};
use syn::visit::Visit;

fn wire(name: &str, parameters: &[Value]) -> Value {
    json!({
        "type": "string",
        "x-rust-type": {
            "crate": "notte-api",
            "version": "*",
            "path": format!("notte_api::wire::{name}"),
            "parameters": parameters,
        },
    })
}

/// A hardened document with one of everything.
fn sample() -> Value {
    let component = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let answer =
        |schema: Value| json!({"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}});
    let id = json!({"name": "thing_id", "in": "path", "required": true, "schema": wire("PathSegment", &[])});
    let status = wire("Open", &[component("Status")]);
    let operation = |id: &str, effect: &str, rest: Value| {
        let mut operation = json!({
            "operationId": id, "tags": ["things"], "x-notte-effect": effect, "x-notte-auth": "bearer",
            "responses": {"204": {"description": "done"}},
        });
        for (key, value) in rest.as_object().into_iter().flatten() {
            operation[key] = value.clone();
        }
        operation
    };
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "security": [{"Bearer": []}],
        "tags": [{"name": "things"}],
        "paths": {
            "/things": {
                "get": operation("things_list", "read", json!({
                    "parameters": [
                        {"name": "page", "in": "query", "schema": {"type": "integer", "format": "int64"}},
                        {"name": "only", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                        {"name": "status", "in": "query", "required": true, "schema": status},
                        {"name": "x-trace", "in": "header", "schema": {"type": "string"}},
                    ],
                    "responses": answer(wire("List", &[component("Thing")])),
                })),
                "post": operation("thing_create", "costly", json!({
                    "requestBody": {"required": true, "content": {"application/json": {"schema": component("ThingRequest")}}},
                    "responses": answer(json!({"type": "object", "properties": {"id": {"type": "string"}}})),
                })),
            },
            "/things/{thing_id}": {
                "get": operation("thing_read", "read", json!({"parameters": [id], "responses": answer(component("Thing"))})),
                "delete": operation("thing_delete", "idempotent", json!({"parameters": [id]})),
                "post": operation("thing_upload", "costly", json!({
                    "parameters": [id],
                    "x-notte-multipart": {"properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]},
                    "responses": {"200": {"description": "ok", "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
                })),
            },
        },
        "components": {
            "securitySchemes": {"Bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Status": {"type": "string", "enum": ["active", "closed", "timed-out"]},
                "Thing": {
                    "type": "object",
                    "description": "A thing.",
                    "additionalProperties": {},
                    "required": ["id", "status"],
                    "properties": {
                        "id": {"type": "string"},
                        "status": status,
                        "at": wire("Timestamp", &[]),
                        "parent": {"allOf": [component("Thing")], "description": "What holds it."},
                        "action": component("Action"),
                        "selector": component("Selector"),
                        "names": {"type": "array", "items": {"type": "string"}, "nullable": true},
                        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                        "size": {"type": "object", "additionalProperties": {}, "properties": {"width": {"type": "integer", "format": "int64"}}},
                        "anything": {},
                    },
                },
                "ThingRequest": {
                    "type": "object",
                    "additionalProperties": {},
                    "required": ["secret"],
                    "properties": {"secret": wire("Secret", &[json!({"type": "string"})]), "on": {"type": "boolean"}, "rate": {"type": "number", "format": "double"}},
                },
                "Click": {"type": "object", "properties": {"id": {"type": "string"}}, "additionalProperties": {}, "x-notte-tag": {"name": "type", "value": "click"}},
                "Wait": {"type": "object", "properties": {"ms": {"type": "integer"}}, "additionalProperties": {}, "x-notte-tag": {"name": "type", "value": "wait"}},
                "Action": {
                    "oneOf": [component("Click"), component("Wait")],
                    "x-notte-union": {"kind": "tagged", "tag": "type", "variants": [
                        {"tag": "click", "name": "Click", "schema": "Click"},
                        {"tag": "wait", "name": "Wait", "schema": "Wait"},
                    ]},
                },
                "Selector": {
                    "oneOf": [component("Click"), {"type": "array", "items": {"type": "string"}}, {"type": "string"}],
                    "x-notte-union": {"kind": "untagged", "variants": [
                        {"name": "Click", "schema": component("Click")},
                        {"name": "Array", "schema": {"type": "array", "items": {"type": "string"}}},
                        {"name": "String", "schema": {"type": "string"}},
                    ]},
                },
            },
        },
    })
}

/// Where the last panic was.
static WHERE: Mutex<Option<String>> = Mutex::new(None);

fn generate(document: &Value) -> Result<(), String> {
    let run = || -> Result<Vec<File>, String> {
        let api = Api::read(document).map_err(|error| format!("unreadable: {error}"))?;
        emit(document, &api).map_err(|error| error.to_string())
    };
    let files = panic::catch_unwind(AssertUnwindSafe(run)).map_err(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string));
        let place = WHERE.lock().expect("no poison").take();
        format!("panic: {} at {}", text.unwrap_or_default(), place.unwrap_or_default())
    })??;
    for file in files.iter().filter(|file| file.path.ends_with(".rs")) {
        let tree: syn::File =
            syn::parse_str(&file.text).map_err(|error| format!("{} is no Rust: {error}", file.path))?;
        let mut twice = Twice::default();
        twice.visit_file(&tree);
        if !twice.found.is_empty() {
            return Err(format!("defined twice: {}", twice.found.join(", ")));
        }
    }
    Ok(())
}

/// Finds what a compiler would refuse because it is there twice: items, fields, variants, methods.
#[derive(Default)]
struct Twice {
    seen: BTreeSet<String>,
    within: Vec<String>,
    found: Vec<String>,
}

impl Twice {
    fn name(&mut self, kind: &str, name: impl ToTokens) {
        let name = format!("{kind} {}::{}", self.within.join("::"), name.to_token_stream());
        if !self.seen.insert(name.clone()) {
            self.found.push(name);
        }
    }
}

impl<'ast> Visit<'ast> for Twice {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.name("type", &item.ident);
        self.within.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.within.pop();
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.name("type", &item.ident);
        self.within.push(item.ident.to_string());
        for ident in item.fields.iter().filter_map(|field| field.ident.as_ref()) {
            self.name("field", ident);
        }
        self.within.pop();
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.name("type", &item.ident);
        self.within.push(item.ident.to_string());
        for variant in &item.variants {
            self.name("variant", &variant.ident);
        }
        self.within.pop();
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if item.trait_.is_some() {
            return;
        }
        self.within.push(item.self_ty.to_token_stream().to_string());
        for part in &item.items {
            if let syn::ImplItem::Fn(function) = part {
                self.name("method", &function.sig.ident);
            }
        }
        self.within.pop();
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.name("type", &item.ident);
    }
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Keys and texts to put where they may not belong.
const KEYS: &str = "\
    $ref|additionalProperties|allOf|anyOf|content|default|deprecated|description|enum|exclusiveMinimum|\
    format|in|items|maxItems|minimum|name|new|nullable|oneOf|operationId|parameters|pattern|properties|\
    readOnly|requestBody|required|responses|schema|send|style|tags|thing_id|title|type|uniqueItems|\
    x-dropshot-websocket|x-notte-multipart|x-notte-tag|x-notte-union|x-rust-type|200|204|default|299|4XX|put|\
    application/json|text/plain|Thing|Status|Click|ThingSize|thing|Self|a b|";

/// Values to put where they may not belong.
const VALUES: &str = r#"[
    null, true, false, 0, 1.5, -1, [], {}, {"type": "string"}, {"type": "object", "properties": {"a": {}}}, ["a", "b"],
    [{}], "string", "object", "array", "int32", "date-time", {"type": "string", "nullable": true}, {"nullable": true},
    {"enum": [null]}, {"type": "string", "enum": ["x", "X"]}, "query", "header", "path", "{x}", "3.0.0",
    {"oneOf": [{"type": "string"}, {"type": "integer"}]}
]"#;

fn new_key(dice: &mut Dice) -> String {
    let keys: Vec<_> = KEYS.split('|').collect();
    dice.pick(&keys).to_string()
}

fn value(dice: &mut Dice, document: &Value, pointers: &[String]) -> Value {
    match dice.below(4) {
        0 => document.pointer(dice.pick(pointers).as_str()).cloned().unwrap_or_default(),
        1 => json!(new_key(dice)),
        2 => {
            let name = dice.pick(&["Thing", "Status", "Action", "Selector", "Gone"]);
            json!({"$ref": format!("#/components/schemas/{name}")})
        }
        _ => {
            let values: Vec<Value> = serde_json::from_str(VALUES).expect("JSON");
            dice.pick(&values).clone()
        }
    }
}

fn all_pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                all_pointers(value, &format!("{at}/{key}"), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                all_pointers(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Changes one place: removes, replaces, adds, renames or repeats something.
fn mutate(document: &mut Value, dice: &mut Dice) {
    let mut pointers = Vec::new();
    all_pointers(document, "", &mut pointers);
    let new = value(dice, document, &pointers);
    let at = dice.pick(&pointers).clone();
    let kind = dice.below(5);
    match document.pointer_mut(&at) {
        Some(Value::Object(map)) if kind < 4 => {
            let old = map.keys().nth(dice.below(map.len())).cloned().unwrap_or_default();
            match kind {
                0 => drop(map.remove(&old)),
                1 => drop(map.insert(new_key(dice), new)),
                2 => {
                    let value = map.remove(&old).unwrap_or_default();
                    map.insert(new_key(dice), value);
                }
                _ => {
                    let value = map.get(&old).cloned().unwrap_or_default();
                    map.insert(format!("{old}_"), value);
                }
            }
        }
        Some(Value::Array(list)) if kind < 4 => {
            let index = dice.below(list.len());
            match list.get(index).cloned() {
                Some(_) if kind == 0 => drop(list.remove(index)),
                Some(item) if kind == 1 => list.push(item),
                _ => list.push(new),
            }
        }
        Some(place) => *place = new,
        None => {}
    }
}

#[test]
fn the_sample_has_no_findings_and_generates() {
    assert_eq!(lint::effective(&sample()), []);
    assert_eq!(generate(&sample()), Ok(()));
}

/// Set `LINT_GUARD_SEEDS` to try more than the few that every run has time for.
#[test]
fn what_the_lint_lets_through_generates() {
    let seeds = std::env::var("LINT_GUARD_SEEDS").map_or(400, |text| text.parse().expect("a number"));
    panic::set_hook(Box::new(|panic| {
        *WHERE.lock().expect("no poison") = panic.location().map(ToString::to_string);
    }));
    let (mut passed, mut failures) = (0, Vec::new());
    for seed in 0..seeds {
        let mut dice = Dice(seed);
        let mut document = sample();
        for _ in 0..=dice.below(3) {
            mutate(&mut document, &mut dice);
        }
        let refused = lint::effective(&document).iter().any(|finding| finding.severity == Severity::Error);
        if !refused {
            passed += 1;
            if let Err(error) = generate(&document) {
                failures.push(format!("seed {seed}: {error}"));
            }
        }
    }
    let _ = panic::take_hook();
    assert!(passed > seeds / 20, "only {passed} documents passed");
    assert!(failures.is_empty(), "{} of {passed} failed:\n{}", failures.len(), failures.join("\n"));
}
