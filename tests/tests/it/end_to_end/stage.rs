//! What the journeys share: the API, a client of it, and a site to work on.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use notte_ext::{Notte, Retry, notte_api::reqwest};
use notte_local::{Builder, Local};
use notte_tests::site::Site;
use serde_json::Value;

pub(crate) struct Stage {
    pub(crate) notte: Notte,
    pub(crate) site: Site,
    pub(crate) local: Local,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::with(Local::builder()).await
    }

    pub(crate) async fn with(local: Builder) -> Self {
        let local = local.start().await.expect("the server starts");
        let retry = Retry::standard().base(Duration::from_millis(5));
        let notte =
            Notte::builder().base_url(local.url()).api_key(local.api_key()).retry(retry).build().expect("a client");
        Self { notte, site: Site::start().await.expect("a site"), local }
    }

    /// Sessions that the server has running.
    pub(crate) async fn live(&self) -> usize {
        let live = self.notte.sessions().list().only_active(true).items();
        live.try_collect::<Vec<_>>().await.expect("a list").len()
    }

    /// Orders what goes wrong with the next answers.
    pub(crate) async fn order(&self, fault: Value) {
        let order = reqwest::Client::new().post(format!("{}/local/faults", self.local.url()));
        let answer = order.bearer_auth(self.local.api_key()).json(&fault).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }
}

/// Processes of the browser of a session: its folder is in their command lines.
pub(crate) fn browsers(session: &str) -> usize {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(session)).count()
}
