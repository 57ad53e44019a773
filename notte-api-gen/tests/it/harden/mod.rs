//! The rules of hardening: each on a tiny document, all together on the vendored one, none panicking on anything.

mod operations;
mod robustness;
mod schemas;
mod support;
mod types;
mod unions;
