//! Sessions: a browser each, with timers, files, steps and a recording.

mod cookies;
mod files;
mod live;
pub(crate) mod profile;
mod recording;
mod registry;
mod start;
mod webm;

pub(crate) use cookies::{get_cookies, inward, set_cookies};
pub(crate) use files::{Files, Source, safe_name};
pub(crate) use live::{End, Replay, Session};
pub(crate) use registry::Registry;
pub(crate) use start::Start;
