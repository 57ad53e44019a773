//! The whole workspace together.

#![allow(clippy::unwrap_used, reason = "clippy allows it in test functions, not in what they call")]

mod contract;
mod documentation;
mod end_to_end;
mod many;
mod mocks;
mod parity;
mod public_api;
mod tape;
