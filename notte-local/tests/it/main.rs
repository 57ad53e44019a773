//! The server over a real socket, a topic a module. What drives pages needs a browser that is installed.

#![allow(clippy::unwrap_used)]

mod support;

mod agents;
mod areas;
mod coverage;
mod dashboard;
mod debugging;
mod documents;
mod door;
mod elements;
mod elsewhere;
#[cfg(target_os = "linux")]
mod endings;
mod exports;
mod foreign;
mod forms;
mod frames;
mod hard_pages;
mod late;
mod limits;
mod models;
mod pages;
mod profiles;
mod reading;
#[cfg(target_os = "linux")]
mod secrets;
mod sessions;
