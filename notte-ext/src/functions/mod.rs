//! Functions: Python programs that run on the service, on demand or on a schedule.

mod change;
mod curl;
mod download;
mod events;
mod function;
mod report;
mod run;
mod sse;
mod start;
mod upload;
mod variables;

pub use change::{FunctionEdit, FunctionRollback, FunctionSchedule};
pub use download::FunctionDownload;
pub use events::{RunEvent, RunEvents};
pub use function::{Function, FunctionList, FunctionRunList, Functions};
pub use report::RunUpdate;
pub use run::{FunctionRun, RunPayload};
pub use start::FunctionRunBuilder;
pub use upload::{FunctionCreate, FunctionUpdate};
