//! A Python file uploaded: as a new function, or as a new version of one.

use std::{
    fmt,
    future::{Future, IntoFuture},
    path::{Path, PathBuf},
    pin::Pin,
};

use notte_api::{Bytes, Client, OperationMeta, Part, ResponseValue, SendOnce, builder, types::FunctionResponse};
use serde_json::Value;
use tokio::{fs::File, io::AsyncReadExt as _};

use super::Function;
use crate::{Error, Notte, Result, save::file_error};

const OPERATION: &str = "function_upload";
/// Maximum size of the source of a function, in bytes. It is read into memory.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The source as it is uploaded, for every attempt anew.
#[derive(Clone)]
struct Source {
    name: String,
    content: Bytes,
}

impl Source {
    async fn read(path: &Path) -> Result<Self> {
        let refuse = |why: String| Error::invalid(why).in_operation(OPERATION);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.extension().is_none_or(|ending| ending != "py") {
            return Err(refuse("the source of a function is a Python file, whose name ends in .py".into()));
        }
        let failed = |error| file_error("cannot be read", path, &error);
        let file = File::open(path).await.map_err(failed)?;
        let mut content = Vec::new();
        // Its size can change, and a device says nothing about it.
        file.take(LARGEST + 1).read_to_end(&mut content).await.map_err(failed)?;
        if content.len() as u64 > LARGEST {
            return Err(refuse(format!("the source of a function has at most {LARGEST} bytes")));
        }
        Ok(Self { name: name.to_owned(), content: content.into() })
    }

    fn part(self) -> Part {
        Part::bytes(self.name, self.content).mime("text/x-python")
    }
}

/// A request that uploads a source, and can be sent again.
#[derive(Clone)]
struct Upload<T> {
    source: Source,
    rest: T,
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

    /// Uploads it.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let request = Upload { source: Source::read(&self.path).await?, rest: self.clone() };
            let created = self.notte.call(request).await?;
            Ok(Function::created_as(self.notte, created))
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

    /// Uploads it.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let source = Source::read(&self.path).await?;
            self.function.notte.call(Upload { source, rest: self.clone() }).await
        })
    }
}

impl SendOnce for Upload<FunctionCreate> {
    const META: &'static OperationMeta = <builder::FunctionCreate<'static> as SendOnce>::META;

    type Output = FunctionResponse;

    async fn send_on(self, client: &Client) -> Result<ResponseValue<FunctionResponse>, notte_api::Error> {
        let FunctionCreate { name, description, shared, restricted, response_format, .. } = self.rest;
        let request = client.function_create().file(self.source.part()).name(name).description(description);
        let request = request.shared(shared).restricted(restricted);
        request.response_format(response_format.map(|schema| schema.to_string())).send().await
    }
}

impl SendOnce for Upload<FunctionUpdate<'_>> {
    const META: &'static OperationMeta = <builder::FunctionUpdate<'static> as SendOnce>::META;

    type Output = FunctionResponse;

    async fn send_on(self, client: &Client) -> Result<ResponseValue<FunctionResponse>, notte_api::Error> {
        let FunctionUpdate { function, version, restricted, response_format, .. } = self.rest;
        let request = client.function_update().function_id(&function.id).file(self.source.part());
        let request = request.version(version).restricted(restricted);
        request.response_format(response_format.map(|schema| schema.to_string())).send().await
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
