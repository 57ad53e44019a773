//! `notte.functions()` and `Function`: which functions there are, and one of them.

use std::path::PathBuf;

use notte_api::{
    reqwest::Method,
    types::{FunctionPage, FunctionResponse, FunctionRunPage, FunctionWithLink},
};
use serde::Serialize;
use serde_json::Value;

use super::{
    FunctionCreate, FunctionDownload, FunctionEdit, FunctionRollback, FunctionRun, FunctionRunBuilder,
    FunctionSchedule, FunctionUpdate, curl::curl,
};
use crate::{FunctionId, Listing, Notte, Result, RunId, areas::delete, pages::RunsOf};

/// The functions of the account.
#[derive(Debug, Clone)]
pub struct Functions {
    notte: Notte,
}

impl Functions {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte }
    }

    /// Makes a function from a Python file, whose name ends in `.py`; `.await` uploads it. Each upload makes another
    /// function: [`Function::update`] gives one a new version.
    pub fn create(&self, path: impl Into<PathBuf>) -> FunctionCreate {
        FunctionCreate::new(self.notte.clone(), path.into())
    }

    /// A handle on a function. Nothing is asked of the service yet.
    pub fn attach(&self, id: impl Into<FunctionId>) -> Function {
        Function { notte: self.notte.clone(), id: id.into(), created: None }
    }

    /// Returns the state of the runtime of functions: `status`, `reachable`, `python_version`, `packages`, and more.
    /// Servers of version 1.4.40 do not know it.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn health(&self) -> Result<Value> {
        self.notte.request(Method::GET, "/functions/health").await
    }

    /// Lists functions.
    pub fn list(&self) -> FunctionList {
        Listing::new(self.notte.clone(), ())
    }
}

/// A list of functions.
pub type FunctionList = Listing<FunctionPage>;

/// A list of the runs of a function.
pub type FunctionRunList = Listing<FunctionRunPage>;

/// A function.
///
/// It is a handle: dropping it deletes nothing and stops no run.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// let function = notte.functions().create("flights.py").name("flight watch").await?;
/// let run = function.run().variable("city", "Porto").on_log(|line| println!("{line}")).await?;
/// println!("{:?}", run.result);
/// function.schedule("0 7 * * 1").variable("city", "Porto").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Function {
    pub(super) notte: Notte,
    pub(super) id: FunctionId,
    created: Option<Box<FunctionResponse>>,
}

impl Function {
    pub(super) fn created_as(notte: Notte, created: FunctionResponse) -> Self {
        Self { notte, id: created.function_id.as_str().into(), created: Some(Box::new(created)) }
    }

    /// Returns the service's description of a function that was just created; `None` for one that was attached to.
    pub fn created(&self) -> Option<&FunctionResponse> {
        self.created.as_deref()
    }

    /// Its id.
    pub fn id(&self) -> &FunctionId {
        &self.id
    }

    /// What it is: name, versions, variables, schedule, and a short-lived link to its source.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn info(&self) -> Result<FunctionWithLink> {
        self.notte.call(self.notte.api().function_download_url().function_id(&self.id)).await
    }

    /// Gives it a new version from a Python file; `.await` uploads it.
    pub fn update(&self, path: impl Into<PathBuf>) -> FunctionUpdate<'_> {
        FunctionUpdate::new(self, path.into())
    }

    /// Changes what is said about it; `.await` does it. Servers of version 1.4.40 cannot.
    pub fn edit(&self) -> FunctionEdit<'_> {
        FunctionEdit::new(self)
    }

    /// Makes an earlier version the one that runs; `.await` does it. Servers of version 1.4.40 cannot.
    pub fn rollback(&self, version: impl Into<String>) -> FunctionRollback<'_> {
        FunctionRollback::new(self, version.into())
    }

    /// Its source.
    pub fn download(&self) -> FunctionDownload<'_> {
        FunctionDownload::new(self)
    }

    /// Copies it into the account, which works for functions that others share too.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn fork(&self) -> Result<Function> {
        let copy = self.notte.call(self.notte.api().function_fork().function_id(&self.id)).await?;
        Ok(Self::created_as(self.notte.clone(), copy))
    }

    /// Deletes it with all its versions.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind); [`Execution`](crate::ErrorKind::Execution) if the service refuses it in a
    /// success.
    pub async fn delete(&self) -> Result<()> {
        delete(&self.notte, self.notte.api().function_delete().function_id(&self.id)).await
    }

    /// Runs it whenever a cron expression such as `0 7 * * 1` says; `.await` sets that, in place of an earlier schedule.
    pub fn schedule(&self, cron: impl Into<String>) -> FunctionSchedule<'_> {
        FunctionSchedule::new(self, cron.into())
    }

    /// Takes its schedule away. Runs that go on are not stopped.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn unschedule(&self) -> Result<()> {
        self.notte.call(self.notte.api().function_schedule_delete().function_id(&self.id)).done().await
    }

    /// Runs it; `.await` waits for the result.
    pub fn run(&self) -> FunctionRunBuilder<'_> {
        FunctionRunBuilder::new(self)
    }

    /// Makes a run that does not run yet, so that its id is known before: [`FunctionRunBuilder::run_id`] starts it. With `local`,
    /// it is for a machine of one's own, which reports by [`FunctionRun::update`].
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn create_run(&self, local: bool) -> Result<FunctionRun> {
        let request = self.notte.api().function_run_create().function_id(&self.id);
        let request = request.body_map(|body| body.local(local.then_some(true)));
        Ok(self.attach_run(self.notte.call(request).await?.function_run_id))
    }

    /// A handle on one of its runs. Nothing is asked of the service yet.
    pub fn attach_run(&self, id: impl Into<RunId>) -> FunctionRun {
        FunctionRun { notte: self.notte.clone(), function: self.id.clone(), id: id.into() }
    }

    /// Lists its runs.
    pub fn runs(&self) -> FunctionRunList {
        Listing::new(self.notte.clone(), RunsOf { function: self.id.clone(), source: None })
    }

    /// A command line that runs it with `curl`. The key is not in it: it comes from the variable `NOTTE_API_KEY` of the
    /// shell.
    ///
    /// # Errors
    /// The id of the function leads elsewhere, or the variables are no struct or map.
    pub fn curl(&self, variables: impl Serialize) -> Result<String> {
        curl(self, variables)
    }
}
