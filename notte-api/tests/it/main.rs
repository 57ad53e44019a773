//! The client, held to what it promises: one binary, a module a topic.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod answers;
mod failures;
mod fetch;
mod redirects;
mod secrets;
mod support;
