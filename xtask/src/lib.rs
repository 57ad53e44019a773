//! What the workspace's commands share: where things are, how a command is run, and how one fails.

pub mod output;
pub mod report;
pub mod tools;
pub mod transaction;
pub mod workspace;
