//! Every operation is reached by a typed method of `notte-ext`, and every field of a request by a typed option: or the
//! lists here say why not.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use notte_api::OPERATIONS;
use serde_json::Value;

/// Operations that are left to `notte.call(…)`.
const BY_CALL: [(&str, &str); 10] = [
    ("anything_start", "a session and an agent in one, with neither to hold on to: `session.agent().run(…)`"),
    ("create_payment", "its caller has to choose, and keep, the key that makes it happen once"),
    ("file_download", "the storage before sessions had files"),
    ("file_list_downloads", "the storage before sessions had files"),
    ("file_list_uploads", "the storage before sessions had files"),
    ("file_upload", "the storage before sessions had files"),
    ("file_upload_downloaded_file", "the storage before sessions had files"),
    ("function_run_start", "a run that is created first has an id when its answer is lost: `function.run()`"),
    ("improve_prompt", "no official client offers it"),
    ("nudge_prompt", "no official client offers it"),
];

/// Fields that have no option of their own.
const NO_OPTION: [(&str, &str, &str); 0] = [];

/// Where the options of an operation are that is not sent from where they are.
const ELSEWHERE: [(&str, &str); 9] = [
    ("get_usage_logs", "areas"),
    ("list_function_runs_by_function_id", "areas"),
    ("list_functions", "areas"),
    ("list_personas", "areas"),
    ("list_sessions", "areas"),
    ("list_vaults", "areas"),
    ("page_scrape", "scrape"),
    ("scrape_webpage", "sessions"),
    ("session_start", "sessions"),
];

fn document() -> Value {
    serde_json::from_str(include_str!("../../../openapi/effective.json")).unwrap()
}

/// The words in the code of each module of `notte-ext`.
type Modules = BTreeMap<String, BTreeSet<String>>;

fn modules() -> Modules {
    fn read(path: &Path, words: &mut BTreeSet<String>) {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                read(&entry.unwrap().path(), words);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(path).unwrap();
            let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
            let split = |line: &str| {
                line.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).collect::<Vec<_>>()
            };
            words.extend(code.flat_map(split));
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../notte-ext/src");
    let mut modules = Modules::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        read(&path, modules.entry(name).or_default());
    }
    modules
}

#[test]
fn every_operation_has_a_typed_method_or_a_reason() {
    let modules = modules();
    let by_call: BTreeMap<_, _> = BY_CALL.into_iter().collect();
    let mut wrong = Vec::new();
    for operation in OPERATIONS {
        let typed = modules.values().any(|words| words.contains(operation.id));
        match (typed, by_call.contains_key(operation.id)) {
            (false, false) => wrong.push(format!("{}: neither a method nor a reason", operation.id)),
            (true, true) => wrong.push(format!("{}: has a method, and a reason to have none", operation.id)),
            _ => {}
        }
    }
    let known: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
    wrong.extend(by_call.keys().filter(|id| !known.contains(*id)).map(|id| format!("{id}: no such operation")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_field_of_a_request_has_a_typed_option_or_a_reason() {
    let (document, modules) = (document(), modules());
    let excused: BTreeSet<_> = NO_OPTION.iter().map(|(operation, field, _)| (*operation, *field)).collect();
    let mut missing = BTreeSet::new();
    for (operation, fields) in request_fields(&document) {
        if BY_CALL.iter().any(|(id, _)| *id == operation) {
            continue;
        }
        let elsewhere = ELSEWHERE.iter().find(|(id, _)| *id == operation).map(|(_, module)| *module);
        let senders: Vec<_> = modules
            .iter()
            .filter(|(module, words)| words.contains(&operation) || Some(module.as_str()) == elsewhere)
            .map(|(_, words)| words)
            .collect();
        for field in fields {
            if !senders.iter().any(|words| words.contains(&snake(&field))) {
                missing.insert((operation.clone(), field));
            }
        }
    }
    let unexcused: Vec<_> =
        missing.iter().filter(|(operation, field)| !excused.contains(&(operation.as_str(), field.as_str()))).collect();
    assert!(unexcused.is_empty(), "no typed option: {unexcused:#?}");
    let idle: Vec<_> = excused
        .iter()
        .filter(|(operation, field)| !missing.contains(&((*operation).to_owned(), (*field).to_owned())))
        .collect();
    assert!(idle.is_empty(), "excused, but there is an option or no such field: {idle:#?}");
}

#[test]
fn every_field_of_an_action_has_a_typed_option() {
    let (document, modules) = (document(), modules());
    let actions = &modules["actions"];
    let mut missing = BTreeSet::new();
    for member in document["components"]["schemas"]["Action"]["oneOf"].as_array().unwrap() {
        let schema = resolve(&document, member);
        for field in properties(schema).filter(|field| field != "type") {
            if !actions.contains(&snake(&field)) {
                missing.insert(format!("{}.{field}", member["$ref"].as_str().unwrap()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The query parameters and the fields of the body of every operation.
fn request_fields(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap().to_owned();
            let mut fields = BTreeSet::new();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if parameter["in"] == "query" {
                    fields.insert(parameter["name"].as_str().unwrap().to_owned());
                }
            }
            let json = &operation["requestBody"]["content"]["application/json"]["schema"];
            fields.extend(properties(resolve(document, json)));
            fields.extend(properties(&operation["x-notte-multipart"]));
            found.insert(id, fields);
        }
    }
    found
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => schema,
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = String> {
    schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone())
}

/// As a field is called in Rust.
fn snake(field: &str) -> String {
    let mut name = String::new();
    for c in field.chars() {
        if c.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}
