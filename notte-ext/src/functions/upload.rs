//! A Python file uploaded: as a new function, or as a new version of one.

use std::{
    fmt,
    future::{Future, IntoFuture},
    path::{Path, PathBuf},
    pin::Pin,
};

use notte_api::{Part, types::FunctionResponse};
use serde_json::Value;

use super::Function;
use crate::{Error, Notte, Result};

/// The file as it is uploaded.
fn source(path: &Path) -> Result<Part> {
    let refuse = |why: String| Error::invalid(why).in_operation("function_upload");
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if path.extension().is_none_or(|ending| ending != "py") {
        return Err(refuse("the source of a function is a Python file, whose name ends in .py".into()));
    }
    let bytes = std::fs::read(path).map_err(|error| refuse(format!("the file cannot be read: {error}")))?;
    Ok(Part::bytes(name, bytes).mime("text/x-python"))
}

/// Sets up a new function; `.await` uploads it. Only what is set is sent.
#[must_use = "a function is uploaded by `.await`"]
#[derive(Clone)]
pub struct FunctionCreate {
    notte: Notte,
    path: PathBuf,
    name: Option<String>,
    description: Option<String>,
    shared: Option<bool>,
    restricted: Option<bool>,
    response_format: Option<Value>,
}

impl FunctionCreate {
    pub(super) fn new(notte: Notte, path: PathBuf) -> Self {
        let (name, description, shared, restricted, response_format) = (None, None, None, None, None);
        Self { notte, path, name, description, shared, restricted, response_format }
    }

    /// Its label.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// What it does, in words for people.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Whether others can use and fork it.
    pub fn shared(mut self, shared: bool) -> Self {
        self.shared = Some(shared);
        self
    }

    /// Whether the code is held to the restricted Python that the service runs by default.
    pub fn restricted(mut self, restricted: bool) -> Self {
        self.restricted = Some(restricted);
        self
    }

    /// JSON Schema of its result. Servers of version 1.4.40 do not know it.
    pub fn response_format(mut self, schema: Value) -> Self {
        self.response_format = Some(schema);
        self
    }
}

impl IntoFuture for FunctionCreate {
    type Output = Result<Function>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Function>> + Send>>;

    /// Uploads it, once.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let request = self.notte.api().function_create().file(source(&self.path)?).name(self.name);
            let request = request.description(self.description).shared(self.shared).restricted(self.restricted);
            let request = request.response_format(self.response_format.map(|schema| schema.to_string()));
            let made = self.notte.call(request).once().await?.into_inner();
            Ok(self.notte.functions().attach(made.function_id))
        })
    }
}

/// Sets up a new version of a function; `.await` uploads it. Only what is set is sent.
#[must_use = "a version is uploaded by `.await`"]
#[derive(Clone)]
pub struct FunctionUpdate<'a> {
    function: &'a Function,
    path: PathBuf,
    version: Option<String>,
    restricted: Option<bool>,
    response_format: Option<Value>,
}

impl<'a> FunctionUpdate<'a> {
    pub(super) fn new(function: &'a Function, path: PathBuf) -> Self {
        Self { function, path, version: None, restricted: None, response_format: None }
    }

    /// What the version is called, in place of the next one.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Whether the code is held to the restricted Python that the service runs by default.
    pub fn restricted(mut self, restricted: bool) -> Self {
        self.restricted = Some(restricted);
        self
    }

    /// JSON Schema of its result. Servers of version 1.4.40 do not know it.
    pub fn response_format(mut self, schema: Value) -> Self {
        self.response_format = Some(schema);
        self
    }
}

impl<'a> IntoFuture for FunctionUpdate<'a> {
    type Output = Result<FunctionResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<FunctionResponse>> + Send + 'a>>;

    /// Uploads it, once.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Function { notte, id } = self.function;
            let request = notte.api().function_update().function_id(id).file(source(&self.path)?);
            let request = request.version(self.version).restricted(self.restricted);
            let request = request.response_format(self.response_format.map(|schema| schema.to_string()));
            Ok(notte.call(request).once().await?.into_inner())
        })
    }
}

impl fmt::Debug for FunctionCreate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionCreate").field("path", &self.path).finish_non_exhaustive()
    }
}

impl fmt::Debug for FunctionUpdate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionUpdate")
            .field("id", &self.function.id)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
