//! The Notte API on loopback over a real headless Chromium.

#![doc = include_str!("../README.md")]

mod agents;
mod app;
mod areas;
mod clock;
mod config;
mod engine;
mod error;
mod export;
mod input;
mod local;
mod page;
mod server;
mod sessions;
mod store;

pub use local::{Builder, Local, StartError};
pub use server::{Coverage, Route, coverage, coverage_table};
