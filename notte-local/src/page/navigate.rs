//! Moving between pages and tabs, and waiting for what an action set off.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Done, Failure};
use crate::engine::{Browser, CdpError, Loaded, Tab};

/// How long a navigation may take.
const NAVIGATION: Duration = Duration::from_secs(30);

/// How long a document that is there may go on loading before it is taken as it is.
const LOADING: Duration = Duration::from_secs(10);

/// What the tabs were like before an action.
pub(super) struct Before {
    target: String,
    commits: u64,
}

impl Before {
    pub(super) async fn of(browser: &Browser) -> Result<Self, CdpError> {
        let tab = browser.current().await?;
        Ok(Self { target: tab.target.clone(), commits: tab.life().commits })
    }

    /// Waits for the navigation or the tab that the action set off, if it set one off.
    pub(super) async fn settle(&self, browser: &Browser) {
        if let Ok(tab) = browser.current().await {
            tab.breathe().await;
        }
        self.settle_begun(browser).await;
    }

    /// As [`settle`](Self::settle), when what the action set off has begun already.
    pub(super) async fn settle_begun(&self, browser: &Browser) {
        let deadline = Instant::now() + LOADING;
        let (mut target, mut commits) = (self.target.clone(), self.commits);
        loop {
            browser.tabs_settled(deadline).await;
            let Ok(tab) = browser.current().await else { return };
            let life = tab.life();
            if tab.target != target || life.asked || life.commits > commits {
                tab.settled(deadline).await;
            } else {
                tab.quiet().await;
                // What was waited for may have led to another page.
                if !tab.life().asked && tab.life().commits == commits {
                    return;
                }
            }
            if Instant::now() >= deadline {
                return;
            }
            (target, commits) = (tab.target.clone(), tab.life().commits);
        }
    }
}

fn address(url: &str) -> Result<String, Failure> {
    let url = url.trim();
    let scheme = url.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("http" | "https" | "about" | "data" | "chrome") => Ok(url.to_owned()),
        Some("file" | "javascript" | "view-source" | "blob" | "devtools") => Err(Failure::new(
            "InvalidAddress",
            format!("{url:?} cannot be opened: only http, https, about and data can"),
        )),
        _ if url.is_empty() || url.contains(char::is_whitespace) => {
            Err(Failure::new("InvalidAddress", format!("{url:?} is no address")))
        }
        // A host without a scheme, with a port or without.
        _ => Ok(format!("https://{url}")),
    }
}

pub(super) async fn goto(browser: &Browser, url: &str, until: Option<&str>) -> Result<Done, Failure> {
    navigate(browser, &*browser.current().await?, url, until).await
}

async fn navigate(browser: &Browser, tab: &Tab, url: &str, until: Option<&str>) -> Result<Done, Failure> {
    let url = address(url)?;
    let level = match until {
        Some("commit") => Loaded::Commit,
        Some("domcontentloaded") => Loaded::Dom,
        Some("networkidle") => Loaded::Idle,
        _ => Loaded::Load,
    };
    let downloads = browser.downloads().borrow().len();
    tab.let_go().await;
    let deadline = Instant::now() + NAVIGATION;
    let late = || Failure::new("Timeout", format!("{url} did not load within {} s", NAVIGATION.as_secs()));
    let Ok(answer) = timeout_at(deadline, tab.call("Page.navigate", json!({ "url": url }))).await else {
        let _ = tab.call("Page.stopLoading", json!({})).await;
        return Err(late());
    };
    let answer = answer?;
    if let Some(text) = answer["errorText"].as_str() {
        // What became a download, or crashed the page, was aborted too; the browser says so a moment later.
        if text.contains("ERR_ABORTED") {
            let mut begun = browser.downloads();
            let patience = Duration::from_secs(1);
            let crashed = tab.loaded_as("", Loaded::Commit, Instant::now() + patience);
            tokio::select! {
                Ok(Ok(_)) = timeout(patience, begun.wait_for(|all| all.len() > downloads)) => {
                    return Ok(Done::said(format!("{url} is a file: its download has begun")));
                }
                _ = crashed => {}
            }
            if let Some(why) = tab.life().lost {
                return Err(why.into());
            }
        }
        return Err(Failure::new("PageUnreachable", format!("{url} cannot be reached: {text}")));
    }
    let Some(loader) = answer["loaderId"].as_str() else { return Ok(Done::said(format!("moved to {url}"))) };
    let patience = if until.is_some() { deadline } else { Instant::now() + LOADING };
    let loaded = tab.loaded_as(loader, level, patience).await;
    let life = tab.life();
    if let Some(why) = life.lost {
        return Err(why.into());
    }
    if !loaded && until.is_some() {
        return Err(late());
    }
    if loaded && until.is_none() {
        tab.settled(deadline).await;
    }
    if let Some((_, text)) = tab.life().broken.filter(|(of, _)| of == loader) {
        return Err(Failure::new("PageUnreachable", format!("{url} cannot be read, its content breaks off: {text}")));
    }
    let status = if life.status >= 400 { format!(" (HTTP {})", life.status) } else { String::new() };
    let state = if loaded { "" } else { ", which is still loading" };
    Ok(Done::said(format!("opened {url}{status}{state}")))
}

pub(super) async fn goto_new_tab(browser: &Browser, url: &str) -> Result<Done, Failure> {
    address(url)?;
    let tab = browser.open_tab().await?;
    navigate(browser, &tab, url, None).await
}

pub(super) async fn history(browser: &Browser, by: i64) -> Result<Done, Failure> {
    let tab = browser.current().await?;
    let history = tab.call("Page.getNavigationHistory", json!({})).await?;
    let index = history["currentIndex"].as_i64().unwrap_or_default() + by;
    let entry = usize::try_from(index).ok().and_then(|index| history["entries"].get(index));
    let Some(entry) = entry else {
        let place = if by < 0 { "back" } else { "forward" };
        return Err(Failure::new("EdgeReached", format!("there is no page to go {place} to")));
    };
    let commits = tab.life().commits;
    tab.let_go().await;
    tab.call("Page.navigateToHistoryEntry", json!({ "entryId": entry["id"] })).await?;
    // A move within one document commits nothing; whether it is one shows when the page has answered.
    tab.breathe().await;
    let life = tab.life();
    if life.asked || life.commits > commits {
        tab.loaded(Loaded::Load, commits, Instant::now() + LOADING).await;
    }
    tab.settled(Instant::now() + LOADING).await;
    Ok(Done::said(format!("went to {}", entry["url"].as_str().unwrap_or_default())))
}

pub(super) async fn reload(browser: &Browser) -> Result<Done, Failure> {
    let tab = browser.current().await?;
    let commits = tab.life().commits;
    tab.let_go().await;
    tab.call("Page.reload", json!({})).await?;
    if !tab.loaded(Loaded::Commit, commits, Instant::now() + NAVIGATION).await {
        return Err(Failure::new("Timeout", "the page did not load again"));
    }
    tab.loaded(Loaded::Load, commits, Instant::now() + LOADING).await;
    tab.settled(Instant::now() + LOADING).await;
    Ok(Done::said("loaded the page again"))
}

pub(super) async fn switch_tab(browser: &Browser, index: i64) -> Result<Done, Failure> {
    let tabs = browser.tabs();
    let place = if index < 0 { index + tabs.len() as i64 } else { index };
    let Some(tab) = usize::try_from(place).ok().and_then(|place| tabs.get(place)) else {
        return Err(Failure::new("TabNotFound", format!("there is no tab {index}: there are {}", tabs.len())));
    };
    browser.switch(&tab.target).await?;
    Ok(Done::said(format!("moved to tab {place}")))
}

pub(super) async fn close_tab(browser: &Browser) -> Result<Done, Failure> {
    browser.close_tab().await?;
    Ok(Done::said("closed the tab"))
}
