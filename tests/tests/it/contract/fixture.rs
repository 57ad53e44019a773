//! Fixtures: what each operation sends and is answered, written by hand from what the API does.

use std::{cell::RefCell, collections::BTreeMap, fmt::Debug, fs, path::Path};

use notte_api::Part;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// One file of `fixtures/`, named after its operation.
pub(crate) struct Fixture {
    pub(crate) id: String,
    pub(crate) method: String,
    pub(crate) template: String,
    pub(crate) auth: bool,
    pub(crate) request: Value,
    pub(crate) least: Value,
    pub(crate) status: u16,
    /// Full answers, the first of them with everything there is. None: an answer without a body.
    pub(crate) answers: Vec<Value>,
    pub(crate) is_bytes: bool,
    pub(crate) vendored: Option<Value>,
}

/// A request to make: what the setters of a builder are given.
#[derive(Default)]
pub(crate) struct Call {
    pub(crate) variant: String,
    pub(crate) path: Map<String, Value>,
    pub(crate) query: Map<String, Value>,
    pub(crate) form: Map<String, Value>,
    pub(crate) body: Option<Value>,
    /// Headers that hold the key beside `authorization`.
    pub(crate) key_headers: Vec<String>,
    /// `Debug` of the builder and of the typed body, once it is sent.
    pub(crate) printed: RefCell<String>,
}

/// Every fixture, by operation id.
pub(crate) fn all() -> BTreeMap<String, Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut fixtures = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{id}: {error}"));
        fixtures.insert(id.clone(), Fixture::new(id, &value));
    }
    fixtures
}

impl Fixture {
    fn new(id: String, value: &Value) -> Self {
        let known = ["operation", "auth", "request", "least", "answer", "vendored"];
        for key in value.as_object().unwrap().keys() {
            assert!(known.contains(&key.as_str()), "{id}: a fixture has no `{key}`");
        }
        let (method, template) = value["operation"].as_str().unwrap().split_once(' ').unwrap();
        let answer = &value["answer"];
        let mut answers: Vec<_> = ["body", "bytes"].iter().filter_map(|key| answer.get(key)).cloned().collect();
        answers.extend(answer.get("others").and_then(Value::as_array).into_iter().flatten().cloned());
        Self {
            method: method.to_owned(),
            template: template.to_owned(),
            auth: value.get("auth").is_none_or(|auth| auth != "none"),
            request: value["request"].clone(),
            least: value.get("least").cloned().unwrap_or_default(),
            status: answer["status"].as_u64().unwrap().try_into().unwrap(),
            answers,
            is_bytes: answer.get("bytes").is_some(),
            vendored: value.get("vendored").cloned(),
            id,
        }
    }

    /// The requests with all fields: one, or one for each body.
    pub(crate) fn full(&self) -> Vec<Call> {
        self.calls("all fields", &self.request)
    }

    /// The requests with required fields only.
    pub(crate) fn bare(&self) -> Vec<Call> {
        self.calls("no optional fields", &self.least)
    }

    /// Every answer that is not wrapped before it is read.
    pub(crate) fn shapes(&self) -> impl Iterator<Item = &Value> {
        self.answers.iter().chain(self.vendored.iter().filter(|answer| answer.is_object()))
    }

    fn calls(&self, variant: &str, from: &Value) -> Vec<Call> {
        let map = |from: &Value, key| from.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
        let call = |name: String, body: Option<&Value>| Call {
            variant: name,
            path: map(&self.request, "path"),
            query: map(from, "query"),
            form: map(from, "form"),
            body: body.cloned(),
            key_headers: (self.request["headers"].as_array().into_iter().flatten())
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
            printed: RefCell::default(),
        };
        match from.get("bodies").and_then(Value::as_array) {
            Some(bodies) => bodies
                .iter()
                .enumerate()
                .map(|(index, body)| {
                    call(format!("{variant}, body {index} ({})", body["type"].as_str().unwrap_or_default()), Some(body))
                })
                .collect(),
            None => vec![call(variant.to_owned(), from.get("body"))],
        }
    }
}

/// How the table reads the value for a setter.
impl Call {
    fn field(&self, name: &str) -> Option<&Value> {
        self.query.get(name).or_else(|| self.form.get(name))
    }

    pub(crate) fn print(&self, value: &impl Debug) {
        *self.printed.borrow_mut() += &format!("{value:?}\n{value:#?}\n");
    }

    pub(crate) fn path(&self, name: &str) -> &str {
        self.path.get(name).and_then(Value::as_str).unwrap_or_else(|| panic!("no path parameter {name}"))
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.field(name).map(|value| value.as_str().unwrap().to_owned())
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.field(name).map(|value| value.as_bool().unwrap())
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.field(name).map(|value| value.as_i64().unwrap())
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.field(name).map(|value| value.as_f64().unwrap())
    }

    pub(crate) fn required_text(&self, name: &str) -> String {
        self.text(name).unwrap_or_else(|| panic!("no required {name}"))
    }

    pub(crate) fn required_flag(&self, name: &str) -> bool {
        self.flag(name).unwrap_or_else(|| panic!("no required {name}"))
    }

    pub(crate) fn file(&self, name: &str) -> Part {
        let file = &self.form[name];
        let text = |key: &str| file[key].as_str().unwrap().to_owned();
        Part::bytes(text("file_name"), text("content"))
    }

    /// The body; none if there is nothing in it, for then the builder is not given one.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Option<T> {
        let body = self.body.clone().filter(|body| *body != serde_json::json!({}))?;
        Some(serde_json::from_value(body).unwrap_or_else(|error| panic!("the body does not fit its type: {error}")))
    }
}
