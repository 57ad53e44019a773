//! The Notte API for Rust.
