//! Drives the program as a user does, against notte-local and a small site.
#![allow(clippy::unwrap_used)]

mod coverage;
mod mcp;
mod output;
mod recording;
mod stage;
mod tasks;
mod wrong;
