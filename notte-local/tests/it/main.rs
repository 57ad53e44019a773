//! The server over a real socket, a topic a module. What drives pages needs a browser that is installed.

#![allow(clippy::unwrap_used)]

mod support;

mod agents;
mod areas;
mod coverage;
mod debugging;
mod documents;
mod door;
mod elements;
#[cfg(target_os = "linux")]
mod endings;
mod forms;
mod frames;
mod hard_pages;
mod limits;
mod models;
mod pages;
mod profiles;
#[cfg(target_os = "linux")]
mod secrets;
mod sessions;
