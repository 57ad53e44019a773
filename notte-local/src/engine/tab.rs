//! One tab: its commands, its scripts, and how far its page is loaded.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::cdp::{Cdp, CdpError};
use super::script::Worlds;

/// A page that has not answered for so long is hung, and its script is ended: what comes next finds it alive.
pub(crate) const HUNG: Duration = Duration::from_secs(10);

/// How long one try at a picture may take: between two pages there may be nobody to draw it.
const BLIND: Duration = Duration::from_secs(3);

/// How far a page is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loaded {
    Commit,
    Dom,
    Load,
    Idle,
}

/// The life of the document in the tab.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life {
    pub(super) loader: String,
    /// Documents so far.
    pub(crate) commits: u64,
    pub(super) dom: bool,
    pub(super) load: bool,
    pub(super) idle: bool,
    /// It was waited for in vain: not to be waited for again.
    pub(super) late: bool,
    /// What it set off when it was loaded is over, or was waited for long enough.
    pub(super) calm: bool,
    /// The loader whose content broke off, and why.
    pub(crate) broken: Option<(String, String)>,
    /// A navigation was asked for, and has not begun or failed yet.
    pub(crate) asked: bool,
    /// Why the page is gone, when it is.
    pub(crate) lost: Option<CdpError>,
    /// HTTP status of the document; 0 when it has none.
    pub(crate) status: i64,
    /// The input that the page asked the user to choose files for.
    pub(super) chooser: Option<i64>,
    /// The loader that the status is of.
    pub(super) answered: String,
}

impl Life {
    fn reached(&self, level: Loaded) -> bool {
        match level {
            Loaded::Commit => true,
            Loaded::Dom => self.dom,
            Loaded::Load => self.load,
            Loaded::Idle => self.idle,
        }
    }
}

/// A tab of a browser.
pub(crate) struct Tab {
    pub(crate) target: String,
    /// The tab whose page opened it.
    pub(super) opener: Option<String>,
    pub(super) session: String,
    pub(super) cdp: Cdp,
    info: Mutex<(String, String)>,
    pub(super) life: watch::Sender<Life>,
    pub(super) worlds: Worlds,
    blank: AtomicBool,
    /// A page opened it for an address, and nothing has come of it yet.
    led: AtomicBool,
    /// What the document still asks for that may change it: the request's id, and the loader.
    requests: watch::Sender<HashMap<String, String>>,
}

/// Types of requests that may change what is on the page.
const CHANGING: &[&str] = &["Script", "Stylesheet", "XHR", "Fetch"];

impl Tab {
    /// A tab as the protocol describes it.
    pub(super) fn new(cdp: Cdp, info: &Value, session: String) -> Arc<Self> {
        let text = |name: &str| info[name].as_str().unwrap_or_default().to_owned();
        Arc::new(Self {
            target: text("targetId"),
            opener: info["openerId"].as_str().map(str::to_owned),
            session,
            cdp,
            info: Mutex::new((text("title"), text("url"))),
            life: watch::Sender::new(Life::default()),
            worlds: Worlds::default(),
            blank: AtomicBool::new(false),
            led: AtomicBool::new(false),
            requests: watch::Sender::default(),
        })
    }

    /// Answers every request of the tab with an empty page from now on.
    pub(super) fn answer_blank(&self) {
        self.blank.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_blank(&self) -> bool {
        self.blank.load(Ordering::SeqCst)
    }

    pub(super) fn lead(&self) {
        self.led.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_led(&self) -> bool {
        self.led.load(Ordering::SeqCst)
    }

    /// A document has come. What the one before it asked for may never end, and is not waited for.
    pub(super) fn arrive(&self, loader: &str) {
        self.led.store(false, Ordering::SeqCst);
        self.requests.send_modify(|requests| requests.retain(|_, of| of == loader));
    }

    /// Takes in what the document asks for, and what it got.
    pub(super) fn track(&self, method: &str, params: &Value) {
        let id = params["requestId"].as_str().unwrap_or_default();
        match method {
            "Network.requestWillBeSent" if CHANGING.iter().any(|kind| params["type"] == *kind) => {
                let loader = params["loaderId"].as_str().unwrap_or_default().to_owned();
                self.requests.send_modify(|requests| drop(requests.insert(id.to_owned(), loader)));
            }
            "Network.loadingFinished" | "Network.loadingFailed" => {
                self.requests.send_if_modified(|requests| requests.remove(id).is_some());
            }
            _ => {}
        }
    }

    /// Waits for what a document that is loaded still asks for: mostly what its scripts make the page of.
    pub(crate) async fn fetched(&self, deadline: Instant) {
        let loader = self.life().loader;
        let mut requests = self.requests.subscribe();
        let done = |requests: &HashMap<String, String>| requests.values().all(|of| *of != loader);
        while !done(&requests.borrow_and_update()) {
            if timeout_at(deadline, requests.wait_for(done)).await.is_err() {
                // What is held open for news is not waited for again.
                self.requests.send_modify(|requests| requests.retain(|_, of| *of != loader));
                return;
            }
            // What came is put on the page, and may ask for more.
            self.breathe().await;
        }
    }

    pub(super) fn is_fetched(&self) -> bool {
        let loader = self.life().loader;
        self.requests.borrow().values().all(|of| *of != loader)
    }

    pub(super) fn rename(&self, title: String, url: String) {
        *self.info.lock().unwrap_or_else(PoisonError::into_inner) = (title, url);
    }

    /// Title and address.
    pub(crate) async fn info(&self) -> (String, String) {
        // The browser tells of a title late, and the page may be too busy to.
        let told = timeout(Duration::from_secs(2), self.evaluate("[document.title, location.href]")).await;
        let told = told.ok().and_then(Result::ok).map(|answer| answer["result"]["value"].clone()).unwrap_or_default();
        match (told[0].as_str(), told[1].as_str()) {
            (Some(title), Some(url)) => (title.to_owned(), url.to_owned()),
            _ => self.info.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Result<Value, CdpError> {
        self.call_in(&self.session, method, params).await
    }

    /// A command to the tab or to one of its frames.
    pub(super) async fn call_in(&self, session: &str, method: &str, params: Value) -> Result<Value, CdpError> {
        self.cdp.call(Some(session), method, params).await
    }

    /// Waits for an answer that the page itself has to give.
    pub(crate) async fn patiently<T>(
        &self,
        patience: Duration,
        answer: impl Future<Output = Result<T, CdpError>>,
    ) -> Result<T, CdpError> {
        if let Some(why) = self.life().lost {
            return Err(why);
        }
        timeout(patience, answer).await.unwrap_or_else(|_| {
            if patience >= HUNG {
                self.interrupt();
            }
            Err(CdpError::Silent)
        })
    }

    /// A command that the page itself has to carry out.
    pub(crate) async fn input(&self, method: &str, params: Value) -> Result<Value, CdpError> {
        self.patiently(HUNG, self.call(method, params)).await
    }

    /// Ends the script that the page is running.
    pub(crate) fn interrupt(&self) {
        self.cdp.post(&self.session, "Runtime.terminateExecution");
    }

    pub(super) fn crash(&self) {
        self.lose(&CdpError::Crashed);
    }

    /// Its page is gone, and with it the answers that are waited for.
    pub(super) fn lose(&self, why: &CdpError) {
        self.life.send_modify(|life| life.lost = Some(why.clone()));
        self.cdp.fail(&self.session, why);
    }

    /// Makes the page ready to be left for another one: forgets a crash, and ends a script that would keep the next page out.
    pub(crate) async fn let_go(&self) {
        if self.life().lost.is_some() {
            self.life.send_modify(|life| life.lost = None);
            return;
        }
        let soon = Duration::from_secs(2);
        if timeout(soon, self.call("Runtime.evaluate", json!({ "expression": "0" }))).await.is_err() {
            let _ = timeout(soon, self.call("Runtime.terminateExecution", json!({}))).await;
        }
    }

    pub(crate) fn life(&self) -> Life {
        self.life.borrow().clone()
    }

    /// Waits until the document is loaded so far; false when it is not at the deadline.
    pub(crate) async fn loaded(&self, level: Loaded, after: u64, deadline: Instant) -> bool {
        let mut life = self.life.subscribe();
        let reached = |life: &Life| life.lost.is_some() || (life.commits > after && life.reached(level));
        timeout_at(deadline, life.wait_for(reached)).await.is_ok_and(|life| life.is_ok_and(|life| life.lost.is_none()))
    }

    /// Waits for the loader of a navigation that was just asked for.
    pub(crate) async fn loaded_as(&self, loader: &str, level: Loaded, deadline: Instant) -> bool {
        let mut life = self.life.subscribe();
        let broken = |life: &Life| life.broken.as_ref().is_some_and(|(of, _)| of == loader);
        let reached =
            |life: &Life| life.lost.is_some() || broken(life) || (life.loader == loader && life.reached(level));
        timeout_at(deadline, life.wait_for(reached)).await.is_ok_and(|life| life.is_ok_and(|life| life.lost.is_none()))
    }

    /// Returns when another document than those so far has come.
    pub(crate) async fn moved(&self, commits: u64) {
        let mut life = self.life.subscribe();
        drop(life.wait_for(|life| life.commits > commits).await);
    }

    /// Waits while a navigation that the page asked for is under way, and for its load: once, where it never ends.
    pub(super) async fn arrived(&self, deadline: Instant) {
        let mut life = self.life.subscribe();
        let quiet = |life: &Life| life.lost.is_some() || (!life.asked && (life.load || life.late));
        if timeout_at(deadline, life.wait_for(quiet)).await.is_err() {
            self.life.send_modify(|life| life.late = true);
        }
    }

    /// The input that the page asks the user to choose files for, when it does so before the deadline.
    pub(crate) async fn asked_for_files(&self, deadline: Instant) -> Option<i64> {
        let mut life = self.life.subscribe();
        let _ = timeout_at(deadline, life.wait_for(|life| life.lost.is_some() || life.chooser.is_some())).await;
        let mut input = None;
        self.life.send_modify(|life| input = life.chooser.take());
        input
    }

    /// A picture of the viewport; of the next page, where that comes meanwhile.
    pub(crate) async fn picture(&self, format: &str, quality: u8) -> Result<String, CdpError> {
        let params = json!({ "format": format, "quality": quality, "optimizeForSpeed": true });
        let run = async {
            loop {
                let commits = self.life().commits;
                let taken = tokio::select! {
                    taken = timeout(BLIND, self.call("Page.captureScreenshot", params.clone())) => taken,
                    // The page that was to be taken may never be drawn again.
                    () = self.moved(commits) => continue,
                };
                match taken {
                    Ok(Err(error)) if error.is_lost_context() => sleep(Duration::from_millis(20)).await,
                    Ok(taken) => break taken,
                    Err(_) => {}
                }
            }
        };
        let answer = self.patiently(HUNG, run).await?;
        answer["data"].as_str().map(str::to_owned).ok_or_else(|| CdpError::Refused("no picture".into()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::net::TcpListener;

    use super::{Cdp, CdpError, Tab};
    use crate::engine::Wire;

    #[tokio::test]
    async fn a_tab_says_what_became_of_it_and_a_closed_one_no_crash() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}", listener.local_addr().expect("an address"));
        let accept = async { tokio_tungstenite::accept_async(listener.accept().await.expect("a client").0).await };
        let (browser, wire) = tokio::join!(accept, Wire::open(&url));
        let (_browser, (cdp, _events)) = (browser.expect("a handshake"), Cdp::over(wire.expect("a connection")));
        let tab = Tab::new(cdp, &json!({ "targetId": "T" }), "S".to_owned());
        tab.lose(&CdpError::TabClosed);
        assert!(matches!(tab.input("Input.dispatchKeyEvent", json!({})).await, Err(CdpError::TabClosed)));
        tab.crash();
        assert!(matches!(tab.input("Input.dispatchKeyEvent", json!({})).await, Err(CdpError::Crashed)));
    }
}
