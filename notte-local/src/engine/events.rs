//! What the browser tells by itself, turned into the state that actions wait for.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::browser::{Download, Setup, Shared, locked};
use super::cdp::{CdpError, Event};
use super::script::WATCH;
use super::tab::Tab;

/// Takes in events until the connection ends.
pub(super) async fn pump(shared: Arc<Shared>, mut events: mpsc::UnboundedReceiver<Event>) {
    while let Some(event) = events.recv().await {
        match &event.session {
            None => of_browser(&shared, &event.method, &event.params),
            Some(session) => of_tab(&shared, session, &event.method, &event.params),
        }
    }
    let mut gone = Vec::new();
    shared.tabs.send_modify(|tabs| gone = std::mem::take(&mut tabs.all));
    for tab in gone {
        tab.lose(&CdpError::Closed);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn of_browser(shared: &Arc<Shared>, method: &str, params: &Value) {
    match method {
        // The tools that were let in are no tabs.
        "Target.attachedToTarget" if params["targetInfo"]["type"] == "browser" => {}
        "Target.attachedToTarget" => attached(shared, params),
        "Target.targetInfoChanged" => {
            let info = &params["targetInfo"];
            let tabs = shared.tabs.borrow();
            if let Some(tab) = tabs.all.iter().find(|tab| info["targetId"] == tab.target.as_str()) {
                tab.rename(text(&info["title"]), text(&info["url"]));
            }
        }
        "Target.detachedFromTarget" => detached(shared, &text(&params["sessionId"])),
        "Target.targetCrashed" => {
            let tab = shared.tabs.borrow().all.iter().find(|tab| params["targetId"] == tab.target.as_str()).cloned();
            if let Some(tab) = tab {
                tab.crash();
            }
        }
        "Browser.downloadWillBegin" => {
            let (id, name) = (text(&params["guid"]), text(&params["suggestedFilename"]));
            shared.downloads.send_modify(|all| all.push(Download { id, name, size: 0, done: false, failed: false }));
        }
        "Browser.downloadProgress" => {
            shared.downloads.send_if_modified(|all| {
                let found = all.iter_mut().find(|download| params["guid"] == download.id.as_str());
                let Some(download) = found else { return false };
                download.size = params["receivedBytes"].as_f64().unwrap_or_default() as u64;
                download.done = params["state"] == "completed";
                download.failed = params["state"] == "canceled";
                download.done || download.failed
            });
            let size: u64 = shared.downloads.borrow().iter().filter(|file| !file.failed).map(|file| file.size).sum();
            if size > shared.setup.quota {
                cancel(shared, params["guid"].clone());
            }
        }
        _ => {}
    }
}

/// Ends a download that is larger than what a session may hold.
fn cancel(shared: &Arc<Shared>, guid: Value) {
    tracing::warn!("a download was cancelled: the session holds all that it may");
    let shared = shared.clone();
    tokio::spawn(
        async move { shared.cdp.call(None, "Browser.cancelDownload", json!({ "guid": guid })).await.map(drop) },
    );
}

fn attached(shared: &Arc<Shared>, params: &Value) {
    let info = &params["targetInfo"];
    let session = text(&params["sessionId"]);
    let context = text(&info["browserContextId"]);
    let ours = locked(&shared.context).get_or_insert_with(|| context.clone()) == &context;
    let tab = Tab::new(shared.cdp.clone(), info, session);
    if !ours {
        // A context that an attached client made: not this session's page.
        let shared = shared.clone();
        tokio::spawn(async move {
            let _ = tab.call("Runtime.runIfWaitingForDebugger", json!({})).await;
            let _ = shared.cdp.call(None, "Target.detachFromTarget", json!({ "sessionId": tab.session })).await;
        });
        return;
    }
    if shared.leads.swap(false, Ordering::SeqCst) {
        // It is let go to its address when it is set up, and is empty until then.
        asked(&tab, true);
        tab.lead();
    }
    // Known at once, so that no event is lost; counted as opening until it is set up.
    shared.tabs.send_modify(|tabs| {
        tabs.opening += 1;
        tabs.all.push(tab.clone());
    });
    let shared = shared.clone();
    tokio::spawn(async move {
        set_up(&shared, &tab).await;
        shared.tabs.send_modify(|tabs| {
            tabs.opening -= 1;
            // One that closed itself meanwhile is not moved to.
            if tabs.all.iter().any(|one| one.target == tab.target) {
                tabs.current.clone_from(&tab.target);
            }
        });
    });
}

async fn set_up(shared: &Shared, tab: &Tab) {
    let setup = &shared.setup;
    let mut commands = vec![
        ("Page.setLifecycleEventsEnabled", json!({ "enabled": true })),
        ("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH, "runImmediately": true })),
    ];
    if setup.width > 0 {
        let size = json!({ "width": setup.width, "height": setup.height, "deviceScaleFactor": 1, "mobile": false });
        commands.push(("Emulation.setDeviceMetricsOverride", size));
    }
    commands.extend(common(setup));
    carry_out(tab, &tab.session, commands).await;
}

/// What tabs and frames with a process of their own have in common; the last command lets them run.
fn common(setup: &Setup) -> Vec<(&'static str, Value)> {
    let frames = json!([{ "type": "iframe", "exclude": false }, { "exclude": true }]);
    let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true, "filter": frames });
    let mut commands = vec![
        ("Page.enable", json!({})),
        ("Network.enable", json!({ "maxTotalBufferSize": 0, "maxResourceBufferSize": 0 })),
        ("Inspector.enable", json!({})),
        ("Target.setAutoAttach", attach),
    ];
    if let Some(agent) = &setup.user_agent {
        commands.push(("Emulation.setUserAgentOverride", json!({ "userAgent": agent })));
    }
    if !setup.headers.is_empty() {
        commands.push(("Network.setExtraHTTPHeaders", json!({ "headers": setup.headers })));
    }
    if setup.proxy_login.is_some() {
        commands.push(("Fetch.enable", json!({ "handleAuthRequests": true, "patterns": [{ "urlPattern": "*" }] })));
    }
    commands.push(("Runtime.runIfWaitingForDebugger", json!({})));
    commands
}

async fn carry_out(tab: &Tab, session: &str, commands: Vec<(&'static str, Value)>) {
    let calls = commands.into_iter().map(async |(method, params)| {
        if let Err(error) = tab.call_in(session, method, params).await {
            tracing::debug!(method, %error, "a tab was not fully set up");
        }
    });
    join_all(calls).await;
}

/// A tab is gone: the one that opened it comes to the front, or another, or a new one.
fn detached(shared: &Arc<Shared>, session: &str) {
    let gone = shared.tabs.borrow().all.iter().find(|tab| tab.session == session).cloned();
    let Some(gone) = gone else { return };
    gone.lose(&CdpError::TabClosed);
    let mut next = None;
    shared.tabs.send_modify(|tabs| {
        tabs.all.retain(|tab| tab.session != session);
        let opener = tabs.all.iter().find(|tab| gone.opener.as_ref() == Some(&tab.target));
        next = opener.or(tabs.all.last()).cloned();
        if tabs.current == gone.target {
            tabs.current = next.as_ref().map(|tab| tab.target.clone()).unwrap_or_default();
        } else if !tabs.all.is_empty() {
            next = None;
        }
    });
    if shared.ending.load(Ordering::SeqCst) {
        return;
    }
    let (shared, left) = (shared.clone(), shared.tabs.borrow().all.len());
    tokio::spawn(async move {
        match next {
            Some(tab) => tab.call("Page.bringToFront", json!({})).await.map(drop),
            None if left == 0 => {
                shared.cdp.call(None, "Target.createTarget", json!({ "url": "about:blank" })).await.map(drop)
            }
            None => Ok(()),
        }
    });
}

fn of_tab(shared: &Arc<Shared>, session: &str, method: &str, params: &Value) {
    let Some(tab) = shared.tabs.borrow().all.iter().find(|tab| tab.owns(session)).cloned() else { return };
    if tab.session != session {
        return of_frame(shared, tab, session, method, params);
    }
    let main = params["frameId"] == tab.target.as_str();
    match method {
        "Page.lifecycleEvent" if main => lifecycle(&tab, params),
        "Page.frameRequestedNavigation" if main && params["disposition"] == "currentTab" => asked(&tab, true),
        // One that is to come later, as a page that refreshes itself every minute announces, is not waited for.
        "Page.frameScheduledNavigation" if main && params["delay"].as_f64().is_none_or(|delay| delay < 1.0) => {
            asked(&tab, true);
        }
        "Page.frameStartedNavigating" if main => asked(&tab, true),
        // Its address was a file to save, or nothing: a page that was never there cannot be worked with.
        "Page.frameStoppedLoading" if main && tab.is_led() => {
            detached(shared, session);
            let close = json!({ "targetId": tab.target });
            let shared = shared.clone();
            tokio::spawn(async move { shared.cdp.call(None, "Target.closeTarget", close).await.map(drop) });
        }
        "Page.navigatedWithinDocument" | "Page.frameStoppedLoading" | "Page.frameClearedScheduledNavigation"
            if main =>
        {
            asked(&tab, false);
        }
        "Page.frameNavigated" if params["frame"]["id"] == tab.target.as_str() => {
            tab.lose_worlds();
            tab.arrive(params["frame"]["loaderId"].as_str().unwrap_or_default());
            let origin = text(&params["frame"]["securityOrigin"]);
            if origin.starts_with("http") && !tab.is_blank() {
                locked(&shared.origins).insert(origin);
            }
            if params["type"] == "BackForwardCacheRestore" {
                tab.life.send_modify(|life| {
                    life.commits += 1;
                    (life.asked, life.dom, life.load, life.idle, life.lost) = (false, true, true, true, None);
                });
            }
        }
        "Page.frameNavigated" => tab.forget(params["frame"]["id"].as_str().unwrap_or_default()),
        "Page.windowOpen" => {
            let url = params["url"].as_str().unwrap_or_default();
            let empty = matches!(url, "" | "about:blank") || url.starts_with("javascript:");
            shared.leads.store(!empty, Ordering::SeqCst);
        }
        "Target.attachedToTarget" => frame_attached(shared, tab, params),
        "Target.detachedFromTarget" => tab.rejoin(&text(&params["sessionId"])),
        "Network.loadingFailed" if params["type"] == "Document" => {
            let loader = text(&params["requestId"]);
            tab.life.send_modify(|life| {
                if life.loader == loader {
                    (life.dom, life.load, life.idle) = (true, true, true);
                }
                life.broken = Some((loader, text(&params["errorText"])));
            });
            locked(&shared.traffic).take_in(method, params);
        }
        "Page.fileChooserOpened" => tab.life.send_modify(|life| life.chooser = params["backendNodeId"].as_i64()),
        "Page.javascriptDialogOpening" => dialog(shared, tab, params),
        "Inspector.targetCrashed" => tab.crash(),
        "Network.responseReceived" if main && params["type"] == "Document" => {
            let status = params["response"]["status"].as_i64().unwrap_or_default();
            tab.life.send_modify(|life| (life.status, life.answered) = (status, text(&params["loaderId"])));
            locked(&shared.traffic).take_in(method, params);
        }
        "Fetch.requestPaused" => paused(tab, session, params),
        "Fetch.authRequired" => log_in(shared, tab, session, params),
        _ if method.starts_with("Network.") => {
            tab.track(method, params);
            locked(&shared.traffic).take_in(method, params);
        }
        _ => {}
    }
}

/// What a frame with a process of its own tells. Its navigations are not those of the page.
fn of_frame(shared: &Arc<Shared>, tab: Arc<Tab>, session: &str, method: &str, params: &Value) {
    match method {
        "Target.attachedToTarget" => frame_attached(shared, tab, params),
        "Target.detachedFromTarget" => tab.rejoin(&text(&params["sessionId"])),
        "Inspector.targetCrashed" => tab.rejoin(session),
        "Page.frameNavigated" => tab.forget(params["frame"]["id"].as_str().unwrap_or_default()),
        "Fetch.requestPaused" => paused(tab, session, params),
        "Fetch.authRequired" => log_in(shared, tab, session, params),
        _ if method.starts_with("Network.") => locked(&shared.traffic).take_in(method, params),
        _ => {}
    }
}

/// A frame that has a process of its own, and waits to be set up.
fn frame_attached(shared: &Arc<Shared>, tab: Arc<Tab>, params: &Value) {
    let (frame, session) = (text(&params["targetInfo"]["targetId"]), text(&params["sessionId"]));
    tab.part(&frame, &session);
    let shared = shared.clone();
    tokio::spawn(async move { carry_out(&tab, &session, common(&shared.setup)).await });
}

fn paused(tab: Arc<Tab>, session: &str, params: &Value) {
    let mut answer = json!({ "requestId": params["requestId"] });
    let blank = tab.is_blank();
    if blank {
        answer["responseCode"] = 200.into();
        answer["responseHeaders"] = json!([{ "name": "content-type", "value": "text/html" }]);
    }
    let method = if blank { "Fetch.fulfillRequest" } else { "Fetch.continueRequest" };
    let session = session.to_owned();
    tokio::spawn(async move { tab.call_in(&session, method, answer).await.map(drop) });
}

fn asked(tab: &Tab, asked: bool) {
    tab.life.send_modify(|life| life.asked = asked);
}

fn lifecycle(tab: &Tab, params: &Value) {
    let loader = text(&params["loaderId"]);
    let name = text(&params["name"]);
    tab.life.send_modify(|life| {
        if life.loader != loader || name == "init" {
            let commits = life.commits + u64::from(life.loader != loader);
            // The empty document that a tab begins with is not what was asked for.
            let asked = life.asked && life.loader.is_empty();
            let status = if life.answered == loader { life.status } else { 0 };
            let answered = std::mem::take(&mut life.answered);
            let broken = life.broken.take().filter(|(of, _)| *of == loader);
            let load = broken.is_some();
            *life = super::tab::Life { loader, commits, asked, status, answered, broken, load, ..Default::default() };
        }
        match name.as_str() {
            "DOMContentLoaded" => life.dom = true,
            "load" => (life.dom, life.load) = (true, true),
            "networkIdle" => (life.dom, life.load, life.idle) = (true, true, true),
            _ => {}
        }
    });
}

/// Commands wait while a dialog is open, so every one is answered at once: alerts and departures are accepted, questions denied.
fn dialog(shared: &Shared, tab: Arc<Tab>, params: &Value) {
    let kind = text(&params["type"]);
    let accept = matches!(kind.as_str(), "alert" | "beforeunload");
    locked(&shared.dialogs).push(&kind, params["message"].as_str().unwrap_or_default());
    tokio::spawn(async move { tab.call("Page.handleJavaScriptDialog", json!({ "accept": accept })).await.map(drop) });
}

fn log_in(shared: &Shared, tab: Arc<Tab>, session: &str, params: &Value) {
    let answer = match &shared.setup.proxy_login {
        Some((user, password)) if params["authChallenge"]["source"] == "Proxy" => {
            json!({ "response": "ProvideCredentials", "username": user, "password": password })
        }
        _ => json!({ "response": "Default" }),
    };
    let params = json!({ "requestId": params["requestId"], "authChallengeResponse": answer });
    let session = session.to_owned();
    tokio::spawn(async move { tab.call_in(&session, "Fetch.continueWithAuth", params).await.map(drop) });
}
