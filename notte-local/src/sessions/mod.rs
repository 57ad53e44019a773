//! Sessions: a browser each, with timers, files, steps and a recording.

mod files;
mod live;
mod recording;
mod registry;
mod start;
mod webm;

pub(crate) use files::Files;
pub(crate) use live::{End, Session};
pub(crate) use registry::Registry;
pub(crate) use start::Start;
