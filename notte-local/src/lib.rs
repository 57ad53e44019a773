//! The Notte API on loopback over a real headless Chromium.

#![doc = include_str!("../README.md")]

mod app;
mod clock;
mod config;
mod engine;
mod error;
mod export;
mod local;
mod page;
mod server;
mod sessions;

pub use local::{Builder, Local, StartError};
pub use server::{Coverage, Route, coverage};
