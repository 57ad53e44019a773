//! The engine: a browser that speaks the DevTools protocol, and the tabs in it.
//!
//! Whoever provides the connection is a provider: [`launch`] starts a browser, `cdp_url` of a start request names one, a
//! [`Grid`] and a [`Pool`] have them elsewhere.

mod browser;
mod cdp;
mod events;
mod flags;
mod grid;
mod guest;
mod host;
mod keeper;
mod launch;
mod network;
mod pool;
mod script;
mod socket;
mod sweep;
mod tab;
mod wire;

pub(crate) use browser::{Browser, Download, Setup};
pub(crate) use cdp::{CdpError, failure};
pub(crate) use flags::{is_sandboxed, refused, remote};
pub(crate) use grid::{Grid, Refused};
pub(crate) use guest::Guest;
pub(crate) use host::Host;
pub(crate) use keeper::Keeper;
pub(crate) use launch::{find, launch};
pub(crate) use network::Traffic;
pub(crate) use pool::Pool;
pub(crate) use script::{Realm, thrown};
pub(crate) use socket::LARGEST;
pub(crate) use sweep::{Folder, Home, private};
pub(crate) use tab::{HUNG, Loaded, Tab};
pub(crate) use wire::Wire;
