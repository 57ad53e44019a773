//! How a server is set up.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// Settings of a server.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) browser: Option<PathBuf>,
    pub(crate) api_key: Option<String>,
    pub(crate) max_sessions: usize,
    pub(crate) minute: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            browser: None,
            api_key: None,
            max_sessions: 50,
            minute: Duration::from_secs(60),
        }
    }
}
