//! The rules of hardening: each on a tiny document, all together on the vendored one, none panicking on anything.

#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

#[path = "harden/operations.rs"]
mod operations;
#[path = "harden/robustness.rs"]
mod robustness;
#[path = "harden/schemas.rs"]
mod schemas;
#[path = "harden/support.rs"]
mod support;
#[path = "harden/types.rs"]
mod types;
#[path = "harden/unions.rs"]
mod unions;
