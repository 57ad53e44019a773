//! Agents: started, followed, waited for, and stopped when nobody does.

#![doc = include_str!("../docs/agents.md")]

mod builder;
mod fallback;
mod handle;
mod list;
mod logs;
mod run;
mod status;
mod step;
mod wait;
mod watch;

pub use builder::AgentBuilder;
pub use fallback::{AgentFallback, FallbackOutcome, FallbackPage};
pub use handle::{Agent, AgentCode, StopAgent};
pub use list::{AgentList, Agents};
pub use logs::Logs;
pub(crate) use logs::Sockets;
pub use run::AgentRun;
pub use status::{AgentState, AgentStatus};
pub use step::Step;
pub use wait::AgentWait;
pub use watch::AgentWatch;
