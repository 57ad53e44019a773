//! A browser that a session drives: its tabs, downloads and traffic.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use super::cdp::{Cdp, CdpError};
use super::events;
use super::guest::Guest;
use super::host::Host;
use super::launch::Process;
use super::network::Traffic;
use super::tab::Tab;
use super::wire::Wire;

/// How the tabs of a browser are set up.
#[derive(Debug, Default)]
pub(crate) struct Setup {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) user_agent: Option<String>,
    pub(crate) headers: Map<String, Value>,
    pub(crate) proxy_login: Option<(String, String)>,
    pub(crate) downloads: PathBuf,
    /// Bytes that downloads may have in all.
    pub(crate) quota: u64,
}

/// A file that the browser was told to save; on disk it bears its id, whatever the server called it.
#[derive(Debug, Clone)]
pub(crate) struct Download {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Bytes so far.
    pub(crate) size: u64,
    pub(crate) done: bool,
    pub(crate) failed: bool,
}

#[derive(Default)]
pub(super) struct Tabs {
    pub(super) all: Vec<Arc<Tab>>,
    pub(super) current: String,
    /// Tabs that are being set up.
    pub(super) opening: usize,
}

impl Tabs {
    fn front(&self) -> Option<&Arc<Tab>> {
        let last = self.all.last().filter(|_| self.opening == 0);
        self.all.iter().find(|tab| tab.target == self.current).or(last)
    }
}

/// What the browser's events change.
pub(super) struct Shared {
    pub(super) cdp: Cdp,
    pub(super) setup: Setup,
    pub(super) tabs: watch::Sender<Tabs>,
    pub(super) downloads: watch::Sender<Vec<Download>>,
    pub(super) traffic: Mutex<Traffic>,
    pub(super) dialogs: Mutex<Dialogs>,
    /// The tab that a page is just opening leads to an address.
    pub(super) leads: AtomicBool,
    /// The browser is being ended: what closes is not to be opened again.
    pub(super) ending: AtomicBool,
    pub(super) context: Mutex<Option<String>>,
    /// Of the documents that were opened, http and https only.
    pub(super) origins: Mutex<BTreeSet<String>>,
}

/// How often a browser that runs elsewhere is asked whether it is still there. It keeps a Grid from ending it as idle, too.
const BEAT: Duration = Duration::from_secs(10);

/// Texts of dialogs that are told; a page may open them without end.
const TOLD: usize = 5;

/// The dialogs that were answered.
#[derive(Debug, Default)]
pub(crate) struct Dialogs {
    /// The first of them.
    pub(crate) texts: Vec<String>,
    /// All of them.
    pub(crate) count: usize,
}

impl Dialogs {
    pub(super) fn push(&mut self, kind: &str, text: &str) {
        self.count += 1;
        if self.texts.len() < TOLD {
            self.texts.push(format!("{kind}: {}", text.chars().take(500).collect::<String>()));
        }
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A tab without a network, and the one that was in front before.
pub(crate) struct Blank {
    pub(crate) tab: Arc<Tab>,
    before: String,
}

/// A connected browser. Dropping it kills the process, if it was started here.
pub(crate) struct Browser {
    shared: Arc<Shared>,
    host: Mutex<Option<Host>>,
    /// It does not run on this machine, or nobody here started it.
    pub(crate) is_remote: bool,
}

impl Browser {
    /// Drives the browser at the other end, and waits for its first tab.
    pub(crate) async fn over(wire: Wire, host: Host, setup: Setup) -> Result<Self, String> {
        let (cdp, receiver) = Cdp::over(wire);
        let shared = Arc::new(Shared {
            cdp: cdp.clone(),
            setup,
            tabs: watch::Sender::default(),
            downloads: watch::Sender::default(),
            traffic: Mutex::default(),
            dialogs: Mutex::default(),
            leads: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            context: Mutex::default(),
            origins: Mutex::default(),
        });
        tokio::spawn(events::pump(shared.clone(), receiver));
        let is_remote = !matches!(host, Host::Process(_));
        let browser = Self { shared, host: Mutex::new(Some(host)), is_remote };
        let begun = timeout(Duration::from_secs(30), browser.begin(&cdp)).await.unwrap_or(Err(CdpError::Silent));
        begun.map_err(|error| error.to_string())?;
        Ok(browser)
    }

    async fn begin(&self, cdp: &Cdp) -> Result<(), CdpError> {
        let pages = json!([{ "type": "page", "exclude": false }, { "exclude": true }]);
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": pages });
        self.take_downloads().await?;
        cdp.call(None, "Target.setDiscoverTargets", json!({ "discover": true, "filter": pages })).await?;
        cdp.call(None, "Target.setAutoAttach", attach).await?;
        let targets = cdp.call(None, "Target.getTargets", json!({ "filter": pages })).await?;
        if targets["targetInfos"].as_array().is_none_or(Vec::is_empty) {
            self.open_tab().await?;
        }
        let mut tabs = self.shared.tabs.subscribe();
        let first = tabs.wait_for(|tabs| tabs.opening == 0 && !tabs.all.is_empty());
        timeout(Duration::from_secs(20), first).await.map_err(|_| CdpError::Silent)?.map_err(|_| CdpError::Closed)?;
        Ok(())
    }

    /// Has the browser save downloads in the session's folder; a tool that works on it may have said otherwise.
    pub(crate) async fn take_downloads(&self) -> Result<(), CdpError> {
        let folder = &self.shared.setup.downloads;
        let download = json!({ "behavior": "allowAndName", "downloadPath": folder, "eventsEnabled": true });
        self.call("Browser.setDownloadBehavior", download).await.map(drop)
    }

    /// Lets a tool work on it, as a whole or on one of its tabs.
    pub(crate) async fn invite(&self, target: Option<&str>) -> Result<Guest, CdpError> {
        self.shared.cdp.invite(target).await
    }

    /// A command to the browser as a whole.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Result<Value, CdpError> {
        self.shared.cdp.call(None, method, params).await
    }

    pub(crate) fn tabs(&self) -> Vec<Arc<Tab>> {
        self.shared.tabs.borrow().all.clone()
    }

    /// The tab that actions go to. A page may have closed its own; then another one comes.
    pub(crate) async fn current(&self) -> Result<Arc<Tab>, CdpError> {
        let mut tabs = self.shared.tabs.subscribe();
        let front = async { tabs.wait_for(|tabs| tabs.front().is_some()).await.ok()?.front().cloned() };
        tokio::select! {
            biased;
            front = timeout(Duration::from_secs(10), front) => front.ok().flatten().ok_or(CdpError::Silent),
            () = self.closed() => Err(CdpError::Closed),
        }
    }

    /// Opens an empty tab and moves to it.
    pub(crate) async fn open_tab(&self) -> Result<Arc<Tab>, CdpError> {
        self.shared.leads.store(false, Ordering::SeqCst);
        let answer = self.call("Target.createTarget", json!({ "url": "about:blank" })).await?;
        let target = answer["targetId"].as_str().unwrap_or_default().to_owned();
        let mut tabs = self.shared.tabs.subscribe();
        let opened = tabs.wait_for(|tabs| tabs.opening == 0 && tabs.all.iter().any(|tab| tab.target == target));
        timeout(Duration::from_secs(10), opened).await.map_err(|_| CdpError::Silent)?.map_err(|_| CdpError::Closed)?;
        self.switch(&target).await?;
        self.current().await
    }

    /// Opens a tab whose requests are all answered with an empty page: a way into the storage of a site without its network.
    pub(crate) async fn open_blank_tab(&self) -> Result<Blank, CdpError> {
        let before = self.current().await?.target.clone();
        let tab = self.open_tab().await?;
        tab.answer_blank();
        tab.call("Fetch.enable", json!({ "patterns": [{ "urlPattern": "*" }] })).await?;
        Ok(Blank { tab, before })
    }

    /// Closes that tab and goes back to the one before.
    pub(crate) async fn close_blank_tab(&self, blank: &Blank) -> Result<(), CdpError> {
        self.switch(&blank.tab.target).await?;
        self.close_tab().await?;
        self.switch(&blank.before).await
    }

    /// The origins of the documents that were opened.
    pub(crate) fn origins(&self) -> Vec<String> {
        locked(&self.shared.origins).iter().cloned().collect()
    }

    /// Moves to a tab.
    pub(crate) async fn switch(&self, target: &str) -> Result<(), CdpError> {
        self.shared.tabs.send_modify(|tabs| target.clone_into(&mut tabs.current));
        self.current().await?.call("Page.bringToFront", json!({})).await.map(drop)
    }

    /// Closes the tab in front; another one, a new one if need be, comes to the front.
    pub(crate) async fn close_tab(&self) -> Result<(), CdpError> {
        let closing = self.current().await?;
        if self.tabs().len() < 2 {
            self.open_tab().await?;
        }
        closing.let_go().await;
        self.call("Target.closeTarget", json!({ "targetId": closing.target })).await?;
        let mut tabs = self.shared.tabs.subscribe();
        let gone = tabs.wait_for(|tabs| tabs.all.iter().all(|tab| tab.target != closing.target));
        let _ = timeout(Duration::from_secs(5), gone).await;
        let next = self.current().await?.target.clone();
        self.switch(&next).await
    }

    /// Waits for tabs that a page is just opening.
    pub(crate) async fn tabs_settled(&self, deadline: Instant) {
        let mut tabs = self.shared.tabs.subscribe();
        let _ = tokio::time::timeout_at(deadline, tabs.wait_for(|tabs| tabs.opening == 0)).await;
    }

    /// The downloads of the session; changes are seen by the receiver.
    pub(crate) fn downloads(&self) -> watch::Receiver<Vec<Download>> {
        self.shared.downloads.subscribe()
    }

    /// Forgets a download that was deleted.
    pub(crate) fn forget_download(&self, id: &str) {
        self.shared.downloads.send_modify(|all| all.retain(|download| download.id != id));
    }

    pub(crate) fn with_traffic<T>(&self, look: impl FnOnce(&Traffic) -> T) -> T {
        look(&locked(&self.shared.traffic))
    }

    /// The dialogs that were answered since the last time this was asked.
    pub(crate) fn take_dialogs(&self) -> Dialogs {
        std::mem::take(&mut *locked(&self.shared.dialogs))
    }

    /// Ends when the browser is gone.
    pub(crate) async fn closed(&self) {
        self.shared.cdp.closed().await;
    }

    /// Ends when the browser is gone, or when one that runs elsewhere has not answered for 20 seconds.
    pub(crate) async fn gone(&self) {
        let silent = async {
            loop {
                tokio::time::sleep(BEAT).await;
                let alive = timeout(Duration::from_secs(10), self.call("Browser.getVersion", json!({}))).await;
                if !matches!(alive, Ok(Ok(_))) {
                    return;
                }
            }
        };
        tokio::select! {
            () = self.closed() => {}
            () = silent, if self.is_remote => {}
        }
    }

    /// What is said of one that is gone.
    pub(crate) fn loss(&self) -> &'static str {
        if self.is_remote { "the browser or the node that it ran on is gone" } else { "the browser ended by itself" }
    }

    /// Ends the process at once, from code that cannot wait.
    pub(crate) fn kill(&self) {
        self.shared.ending.store(true, Ordering::SeqCst);
        locked(&self.host).take();
    }

    /// Ends the process if it was started here, gently, then not; gives back a browser that runs elsewhere.
    pub(crate) async fn end(&self) {
        self.shared.ending.store(true, Ordering::SeqCst);
        let host = locked(&self.host).take();
        match host {
            Some(Host::Process(process)) => self.end_process(process).await,
            Some(Host::Slot(slot)) => slot.end().await,
            // The next session is not to find what this one left.
            Some(Host::Place(place)) => {
                let _ = timeout(Duration::from_secs(5), self.wipe()).await;
                drop(place);
            }
            Some(Host::Guest) | None => {}
        }
        self.shared.cdp.close();
    }

    /// Closes every tab but one, and forgets cookies and storage.
    async fn wipe(&self) {
        if let Ok(last) = self.current().await {
            for origin in self.origins() {
                let all = json!({ "origin": origin, "storageTypes": "all" });
                let _ = last.call("Storage.clearDataForOrigin", all).await;
            }
            for tab in self.tabs().iter().filter(|tab| tab.target != last.target) {
                let _ = self.call("Target.closeTarget", json!({ "targetId": tab.target })).await;
            }
            let _ = last.call("Page.navigate", json!({ "url": "about:blank" })).await;
        }
        let _ = self.call("Storage.clearCookies", json!({})).await;
    }

    async fn end_process(&self, mut process: Process) {
        let _ = timeout(Duration::from_secs(2), self.call("Browser.close", json!({}))).await;
        for _ in 0..100 {
            if process.has_ended() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.shared.ending.store(true, Ordering::SeqCst);
        self.shared.cdp.close();
    }
}
