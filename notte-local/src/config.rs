//! How a server is set up.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::agents::Llm;
use crate::engine::{Grid, Pool};

/// Where browsers come from.
#[derive(Clone)]
pub(crate) enum Source {
    /// They are started here.
    Here,
    Grid(Arc<Grid>),
    Pool(Pool),
}

/// Bytes of files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    /// Of one session.
    pub(crate) session: u64,
    /// Of all sessions, and of the account.
    pub(crate) server: u64,
}

/// Settings of a server.
#[derive(Clone)]
pub(crate) struct Config {
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    pub(crate) browser: Option<PathBuf>,
    pub(crate) source: Source,
    /// What ids of sessions begin with.
    pub(crate) instance: Option<String>,
    pub(crate) api_key: Option<String>,
    /// Where state is kept; in memory without it.
    pub(crate) data: Option<PathBuf>,
    pub(crate) llm: Option<Llm>,
    /// Link-local and metadata addresses are as good as any.
    pub(crate) allow_link_local: bool,
    pub(crate) quota: Quota,
    pub(crate) max_sessions: usize,
    pub(crate) minute: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            browser: None,
            source: Source::Here,
            instance: None,
            api_key: None,
            data: None,
            llm: None,
            allow_link_local: false,
            quota: Quota { session: 1 << 30, server: 8 << 30 },
            max_sessions: 50,
            minute: Duration::from_secs(60),
        }
    }
}
