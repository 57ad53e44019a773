//! Generates a Rust client from an OpenAPI document. A pure library: bytes in, text out.

mod error;
mod pointer;

pub use error::Error;
pub use pointer::Pointer;
