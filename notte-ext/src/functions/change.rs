//! Changes of a function that upload nothing: what is said about it, which version runs, when it runs.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::{
    types::{FunctionResponse, FunctionRuntime, builder},
    wire::Open,
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Function, variables::Variables};
use crate::{Error, Result};

/// Changes what is said about a function; `.await` does it. What is not set stays as it is.
#[must_use = "a function is changed by `.await`"]
#[derive(Clone)]
pub struct FunctionEdit<'a> {
    function: &'a Function,
    request: builder::FunctionMetadataUpdateRequest,
}

impl<'a> FunctionEdit<'a> {
    pub(super) fn new(function: &'a Function) -> Self {
        Self { function, request: builder::FunctionMetadataUpdateRequest::default() }
    }

    /// Its label.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.request = self.request.name(Into::<String>::into(name));
        self
    }

    /// What it does, in words for people.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.request = self.request.description(Into::<String>::into(description));
        self
    }

    /// The site it works on.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.request = self.request.domain(Into::<String>::into(domain));
        self
    }

    /// The instructions it was made from.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.request = self.request.instructions(Into::<String>::into(instructions));
        self
    }

    /// Where runs run that do not say it.
    pub fn default_runtime(mut self, runtime: impl Into<Open<FunctionRuntime>>) -> Self {
        self.request = self.request.default_runtime(Into::<Open<FunctionRuntime>>::into(runtime));
        self
    }

    /// Whether the service repairs it when it fails.
    pub fn self_healing(mut self, heal: bool) -> Self {
        self.request = self.request.self_healing(heal);
        self
    }

    /// Whether others can use and fork it.
    pub fn shared(mut self, shared: bool) -> Self {
        self.request = self.request.shared(shared);
        self
    }

    /// JSON Schema of its result.
    pub fn response_format(mut self, schema: Map<String, Value>) -> Self {
        self.request = self.request.response_format(schema);
        self
    }
}

impl<'a> IntoFuture for FunctionEdit<'a> {
    type Output = Result<FunctionResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<FunctionResponse>> + Send + 'a>>;

    /// Changes it.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Function { notte, id, .. } = self.function;
            let request = notte.api().function_metadata_update().function_id(id).body_map(|_| self.request);
            notte.call(request).await
        })
    }
}

/// Makes an earlier version of a function the one that runs; `.await` does it.
#[must_use = "a version is gone back to by `.await`"]
#[derive(Debug, Clone)]
pub struct FunctionRollback<'a> {
    function: &'a Function,
    version: String,
    restricted: Option<bool>,
}

impl<'a> FunctionRollback<'a> {
    pub(super) fn new(function: &'a Function, version: String) -> Self {
        Self { function, version, restricted: None }
    }

    /// Whether the code is held to the restricted Python that the service runs by default.
    pub fn restricted(mut self, restricted: bool) -> Self {
        self.restricted = Some(restricted);
        self
    }
}

impl<'a> IntoFuture for FunctionRollback<'a> {
    type Output = Result<FunctionResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<FunctionResponse>> + Send + 'a>>;

    /// Goes back.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Function { notte, id, .. } = self.function;
            let request = notte.api().function_rollback().function_id(id).restricted(self.restricted);
            notte.call(request.body_map(|body| body.version(self.version))).await
        })
    }
}

/// When a function is to run; `.await` sets it, in place of an earlier schedule.
#[must_use = "a schedule is set by `.await`"]
#[derive(Clone)]
pub struct FunctionSchedule<'a> {
    function: &'a Function,
    cron: String,
    variables: Variables,
}

impl<'a> FunctionSchedule<'a> {
    pub(super) fn new(function: &'a Function, cron: String) -> Self {
        Self { function, cron, variables: Variables::default() }
    }

    /// A variable of every scheduled run.
    pub fn variable(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.variables.add(name, value);
        self
    }

    /// The variables of every scheduled run: the fields of a struct, the entries of a map.
    pub fn variables(mut self, variables: impl Serialize) -> Self {
        self.variables.add_all(variables);
        self
    }
}

impl<'a> IntoFuture for FunctionSchedule<'a> {
    type Output = Result<()>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

    /// Sets it.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Function { notte, id, .. } = self.function;
            let refuse = |why| Error::invalid(why).in_operation("function_schedule_set");
            let variables = self.variables.into_map().map_err(refuse)?;
            let request = notte.api().function_schedule_set().function_id(id);
            notte.call(request.body_map(|body| body.cron(self.cron).variables(variables))).await.map(drop)
        })
    }
}

impl fmt::Debug for FunctionEdit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionEdit").field("id", &self.function.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for FunctionSchedule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionSchedule")
            .field("id", &self.function.id)
            .field("cron", &self.cron)
            .finish_non_exhaustive()
    }
}
