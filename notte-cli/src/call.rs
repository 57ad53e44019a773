//! A call of any operation: gathered from flags, parameters or JSON, sent by notte-ext, masked on its way out.

use std::path::{Path, PathBuf};

use notte_ext::{
    Notte,
    notte_api::{ByteStream, Bytes, Raw},
};
use serde_json::{Map, Value, json};

use crate::{
    error::{Error, Result},
    input,
    table::{self, BodyKind, Holds, Operation, Place, ResponseKind, Table},
};

/// A request of an operation that is not sent yet.
pub(crate) struct Call<'t> {
    pub(crate) table: &'t Table,
    pub(crate) operation: &'t Operation,
    path: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Option<Value>,
    files: Vec<(String, PathBuf)>,
}

/// What an operation answered.
pub(crate) enum Answer {
    Json(Value),
    Bytes(ByteStream),
    Empty,
}

impl<'t> Call<'t> {
    pub(crate) fn new(table: &'t Table, operation: &'t Operation) -> Self {
        Self { table, operation, path: Vec::new(), query: Vec::new(), body: None, files: Vec::new() }
    }

    pub(crate) fn of(table: &'t Table, id: &str) -> Result<Self> {
        table.find(id).map(|operation| Self::new(table, operation)).ok_or_else(|| unknown(table, id))
    }

    /// Sets a field by its name in the document.
    pub(crate) fn set(&mut self, name: &str, value: Value) -> Result<()> {
        let fields = self.table.fields(self.operation);
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            if self.takes_any_property() {
                self.body_object()?.insert(name.to_owned(), value);
                return Ok(());
            }
            let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
            let hint =
                if known.is_empty() { "it takes none".to_owned() } else { format!("it takes {}", known.join(", ")) };
            return Err(Error::usage(format!("`{}` has no parameter `{name}`", self.operation.id)).hint(hint));
        };
        match (field.place, field.holds) {
            (Place::Path, _) => self.path.push((name.to_owned(), plain(&value))),
            (Place::Query, Holds::Texts) => {
                let values = value.as_array().cloned().unwrap_or_else(|| vec![value]);
                self.query.extend(values.iter().map(|value| (name.to_owned(), plain(value))));
            }
            (Place::Query, _) => self.query.push((name.to_owned(), plain(&value))),
            (Place::Body, Holds::File) => self.files.push((name.to_owned(), PathBuf::from(plain(&value)))),
            (Place::Body, _) => {
                self.body_object()?.insert(name.to_owned(), value);
            }
        }
        Ok(())
    }

    /// Sets a field from the text of a command line, read as the field's kind.
    pub(crate) fn set_text(&mut self, name: &str, text: &str) -> Result<()> {
        let holds = self.table.fields(self.operation).into_iter().find(|field| field.name == name);
        let value = match holds {
            Some(field) => input::value(&field, text)?,
            None => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        };
        self.set(name, value)
    }

    /// Takes a field of the query back.
    pub(crate) fn unset(&mut self, name: &str) {
        self.query.retain(|(known, _)| known != name);
    }

    /// The body alone, for requests that notte-ext makes itself.
    pub(crate) fn into_body(self) -> Value {
        self.body.unwrap_or_else(|| json!({}))
    }

    /// The whole body; fields that are set later replace its own.
    pub(crate) fn set_body(&mut self, body: Value) -> Result<()> {
        if self.operation.body.is_none() {
            return Err(Error::usage(format!("`{}` takes no body", self.operation.id)));
        }
        self.body = Some(body);
        Ok(())
    }

    fn takes_any_property(&self) -> bool {
        self.operation.body.as_ref().is_some_and(|body| {
            let schema = self.table.resolve(&body.schema);
            body.kind == BodyKind::Json && schema["properties"].as_object().is_none_or(Map::is_empty)
        })
    }

    fn body_object(&mut self) -> Result<&mut Map<String, Value>> {
        let body = self.body.get_or_insert_with(|| json!({}));
        body.as_object_mut()
            .ok_or_else(|| Error::usage("the body is not a JSON object: parameters cannot be added to it"))
    }

    /// What is missing, before anything is sent.
    pub(crate) fn check(&self) -> Result<()> {
        let set = |name: &str| {
            self.path.iter().chain(&self.query).any(|(known, _)| known == name)
                || self.files.iter().any(|(known, _)| known == name)
                || self.body.as_ref().is_some_and(|body| body.get(name).is_some())
        };
        let missing: Vec<&str> = self
            .table
            .fields(self.operation)
            .into_iter()
            // A body that was given whole and is no object is the service's to judge.
            .filter(|field| field.place != Place::Body || self.body.as_ref().is_none_or(Value::is_object))
            .filter(|field| field.required && !set(field.name))
            .map(|field| field.name)
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Error::usage(format!("`{}` needs {}", self.operation.id, missing.join(", ")))
            .hint(format!("`notte describe {}` lists its parameters", self.operation.id)))
    }

    /// The request as it would be sent, without secrets.
    pub(crate) fn preview(&self) -> Value {
        let mut path = self.operation.path.clone();
        for (name, value) in &self.path {
            path = path.replace(&format!("{{{name}}}"), value);
        }
        let schema = self.operation.body.as_ref().map(|body| &body.schema);
        let body = self.body.clone().map(|mut body| {
            if let Some(schema) = schema {
                crate::output::mask::mask(self.table, schema, &mut body);
            }
            body
        });
        json!({
            "operation": self.operation.id, "method": self.operation.method, "path": path,
            "query": self.query.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
            "body": body, "files": self.files.iter().map(|(_, path)| path).collect::<Vec<_>>(),
            "effect": self.operation.effect,
        })
    }

    /// Sends it.
    pub(crate) async fn send(&self, notte: &Notte) -> Result<Answer> {
        self.check()?;
        Ok(match self.operation.response.kind {
            ResponseKind::Json => Answer::Json(notte.call(self.raw::<Value>().await?).await?),
            ResponseKind::Bytes => Answer::Bytes(notte.call(self.raw::<ByteStream>().await?).await?),
            ResponseKind::Empty => {
                notte.call(self.raw::<()>().await?).await?;
                Answer::Empty
            }
        })
    }

    /// Sends it, and masks secrets in what it answers unless they are to be revealed.
    pub(crate) async fn json(&self, notte: &Notte, reveal: bool) -> Result<Value> {
        let mut value = match self.send(notte).await? {
            Answer::Json(value) => value,
            Answer::Bytes(stream) => {
                let bytes = stream.bytes().await.map_err(|error| Error::failed(error.to_string()))?;
                json!(String::from_utf8_lossy(&bytes))
            }
            Answer::Empty => json!({"success": true}),
        };
        if !reveal {
            crate::output::mask::mask(self.table, &self.operation.response.schema, &mut value);
        }
        Ok(value)
    }

    async fn raw<T>(&self) -> Result<Raw<T>> {
        let meta = table::meta(&self.operation.id).ok_or_else(|| unknown(self.table, &self.operation.id))?;
        let mut raw = Raw::new(meta);
        for (name, value) in &self.path {
            raw = raw.path(name, value);
        }
        for (name, value) in &self.query {
            raw = raw.query(name, value);
        }
        match &self.operation.body {
            Some(body) if body.kind == BodyKind::Multipart => {
                for (name, value) in self.body.as_ref().and_then(Value::as_object).into_iter().flatten() {
                    raw = raw.field(name, plain(value));
                }
                for (field, path) in &self.files {
                    raw = raw.file(field, file_name(path), read(path).await?);
                }
            }
            Some(_) => raw = raw.json(self.body.clone().unwrap_or_else(|| json!({}))),
            None => {}
        }
        Ok(raw)
    }
}

async fn read(path: &Path) -> Result<Bytes> {
    tokio::fs::read(path).await.map(Bytes::from).map_err(|error| Error::file("read", path, &error))
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// A value as it stands in a path, a query or a form.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// There is no such operation; the nearest names are suggested.
pub(crate) fn unknown(table: &Table, id: &str) -> Error {
    let words: Vec<&str> = id.split(['_', '-', ' ', '.']).filter(|word| word.len() > 2).collect();
    let near: Vec<&str> = table
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .filter(|known| words.iter().any(|word| known.contains(word.trim_end_matches('s'))))
        .take(8)
        .collect();
    let hint = if near.is_empty() {
        "`notte describe` lists every operation".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Error::usage(format!("there is no operation `{id}`")).hint(hint)
}
