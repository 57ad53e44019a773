//! The Notte API on loopback over a real headless Chromium.

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod agents;
mod announce;
mod app;
mod areas;
mod clock;
mod config;
mod engine;
mod error;
mod export;
mod input;
mod local;
mod net;
mod page;
mod secret;
mod server;
mod sessions;
mod site;
mod store;

pub use announce::{Announced, announced};
pub use local::{Builder, Local, StartError};
pub use server::{Coverage, Route, coverage, coverage_table};

/// The browser that a server starts unless it is given one.
///
/// # Errors
/// None is installed; the message lists the names that were tried.
pub fn browser() -> Result<std::path::PathBuf, String> {
    engine::find(None)
}
