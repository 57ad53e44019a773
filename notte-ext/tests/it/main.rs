//! The handles, held to what the guides promise: one binary, a module a topic.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod agent_examples;
mod agent_logs;
mod agent_privacy;
mod agents;
mod area_examples;
mod calls;
mod examples;
mod execution;
mod faults;
mod files;
mod functions;
mod leaks;
mod managed_auth;
mod personas;
mod profiles;
mod quickstart;
mod scrapes;
mod secrets;
mod services;
mod session_examples;
mod sessions;
mod spans;
mod support;
mod types;
mod vaults;
