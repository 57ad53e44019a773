//! The provider that takes browsers from a Selenium Grid 4: a W3C session there, driven through its `se:cdp`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header};
use serde_json::{Value, json};

use super::wire::Wire;

/// How long the Grid may take to answer a request for a session. It has a timeout of its own for those that wait in its
/// queue, five minutes unless set: whoever gives up sooner leaves a browser behind.
const QUEUED: Duration = Duration::from_secs(900);

/// How long it may take for anything else.
const PATIENCE: Duration = Duration::from_secs(15);

/// The file in a session's folder with its session in the Grid.
const RECORD: &str = "grid-session";

/// A Grid. No `Debug`: its address may hold a password.
pub(crate) struct Grid {
    http: Client,
    /// With user and password, without a slash at its end.
    url: Url,
}

/// Why the Grid gave no browser.
#[derive(Debug)]
pub(crate) enum Refused {
    /// All slots are taken, for longer than it lets requests wait.
    Full(String),
    /// It cannot be reached, or not be used.
    Down(String),
    /// It does not start a browser like this.
    Unfit(String),
}

impl Grid {
    /// The Grid at an `http` or `https` address, which may have user, password and a path.
    pub(crate) fn new(url: &str) -> Result<Self, String> {
        let mut url = Url::parse(url.trim()).map_err(|error| format!("the address of the Grid: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err("the address of the Grid has to begin with http:// or https://".to_owned());
        }
        let path = url.path().trim_end_matches('/').trim_end_matches("/wd/hub").to_owned();
        url.set_path(&path);
        url.set_query(None);
        url.set_fragment(None);
        let http = Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
        Ok(Self { http, url })
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        url
    }

    /// Its address as logs and records may have it.
    pub(crate) fn shown(&self) -> String {
        let mut url = self.url.clone();
        let _ = (url.set_username(""), url.set_password(None));
        url.to_string()
    }

    /// Starts a browser with these switches; waits in the Grid's queue while no slot is free.
    pub(crate) async fn start(self: &Arc<Self>, flags: &[String], folder: &Path) -> Result<Slot, Refused> {
        let options = json!({ "args": flags });
        let always = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let body = json!({ "capabilities": { "alwaysMatch": always } }).to_string();
        let request = self.http.post(self.at("/session")).timeout(QUEUED);
        let request = request.header(header::CONTENT_TYPE, "application/json; charset=utf-8").body(body);
        let down =
            |error: reqwest::Error| Refused::Down(format!("the Grid cannot be reached: {}", error.without_url()));
        let response = request.send().await.map_err(down)?;
        let (status, text) = (response.status(), response.text().await.map_err(down)?);
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        if !status.is_success() {
            return Err(refusal(status, &answer["value"]));
        }
        let value = &answer["value"];
        let id = value["sessionId"].as_str().ok_or_else(|| Refused::Down("the Grid named no session".to_owned()))?;
        let slot = Slot { grid: self.clone(), id: id.to_owned(), ended: false };
        let record = format!("{}\n{id}\n", self.shown());
        std::fs::write(folder.join(RECORD), record).map_err(|error| Refused::Down(error.to_string()))?;
        Ok(slot)
    }

    /// Ends a session there; one that is gone has ended.
    pub(crate) async fn stop(&self, id: &str) -> Result<(), String> {
        let request = self.http.delete(self.at(&format!("/session/{id}"))).timeout(PATIENCE);
        let response = request.send().await.map_err(|error| error.without_url().to_string())?;
        match response.status() {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            status => Err(format!("the Grid answered {status}")),
        }
    }

    /// Whether it takes sessions, how many nodes are up, and how many of their slots are free.
    pub(crate) async fn status(&self) -> Result<Value, String> {
        let request = self.http.get(self.at("/status")).timeout(PATIENCE);
        let response = request.send().await.map_err(|error| error.without_url().to_string())?;
        let status: Value = response.json().await.map_err(|_| "the Grid answered no status".to_owned())?;
        let nodes = status["value"]["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let up: Vec<&Value> = nodes.iter().filter(|node| node["availability"] == "UP").collect();
        let slots = up.iter().flat_map(|node| node["slots"].as_array().into_iter().flatten());
        let (all, free) =
            slots.fold((0, 0), |(all, free), slot| (all + 1, free + u32::from(slot["session"].is_null())));
        Ok(json!({ "ready": status["value"]["ready"], "nodes": up.len(), "slots": all, "free": free }))
    }

    /// Where the DevTools protocol of a session is spoken. What the node says of it is right but for the host, which it
    /// knows by a name that may mean nothing here.
    fn cdp(&self, id: &str, with_path: bool) -> String {
        let path = format!("/session/{id}/se/cdp");
        let mut url = self.at(&path);
        if !with_path {
            url.set_path(&path);
        }
        format!("ws{}", url.as_str().strip_prefix("http").unwrap_or_default())
    }
}

/// What the Grid says when it starts no browser: it answers 500 to a queue that is full, too.
fn refusal(status: StatusCode, value: &Value) -> Refused {
    let said = value["message"].as_str().unwrap_or_default();
    let reason = said.lines().next().unwrap_or_default().chars().take(300).collect::<String>();
    let lower = said.to_ascii_lowercase();
    if status == StatusCode::UNAUTHORIZED || status == StatusCode::FORBIDDEN {
        return Refused::Down(format!("the Grid answered {status}: give user and password in its address"));
    }
    if lower.contains("timed out") || lower.contains("queue") || lower.contains("new session request rejected") {
        return Refused::Full(format!("no slot of the Grid is free: {reason}"));
    }
    if value["error"] == "session not created" || value["error"] == "invalid argument" {
        return Refused::Unfit(format!("the Grid starts no such browser: {reason}"));
    }
    Refused::Down(format!("the Grid answered {status}: {reason}"))
}

/// A browser of a Grid. Dropped, it is given back.
pub(crate) struct Slot {
    grid: Arc<Grid>,
    id: String,
    ended: bool,
}

impl Slot {
    /// Connects to its DevTools protocol. A router with a path of its own passes WebSockets on with that path, which the
    /// node does not know, so they are tried without it, too; one behind a proxy that takes the path away works with it.
    pub(crate) async fn open(&self) -> Result<Wire, String> {
        match Wire::open(&self.grid.cdp(&self.id, true)).await {
            Err(_) if self.grid.url.path() != "/" => Wire::open(&self.grid.cdp(&self.id, false)).await,
            other => other,
        }
    }

    /// Gives the browser back.
    pub(crate) async fn end(mut self) {
        self.ended = true;
        if let Err(reason) = self.grid.stop(&self.id).await {
            tracing::warn!(reason, "a session of the Grid was not ended: its node does so when it is idle");
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let (grid, id) = (self.grid.clone(), std::mem::take(&mut self.id));
        // Without a runtime its record is left for the next start.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { grid.stop(&id).await });
        }
    }
}

/// The Grid and its session that a killed server's session had.
pub(crate) fn recorded(session: &Path) -> Option<(String, String)> {
    let text = std::fs::read_to_string(session.join(RECORD)).ok()?;
    let (grid, id) = text.split_once('\n')?;
    Some((grid.to_owned(), id.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Grid, Refused, refusal};
    use reqwest::StatusCode;
    use serde_json::json;

    #[test]
    fn the_protocol_is_spoken_at_the_grids_own_address() {
        for (grid, cdp) in [
            ("http://grid:4444", "ws://grid:4444/session/s/se/cdp"),
            ("http://grid:4444/wd/hub/", "ws://grid:4444/session/s/se/cdp"),
            ("https://ada:pass@grid.example/sub/path/", "wss://ada:pass@grid.example/sub/path/session/s/se/cdp"),
        ] {
            assert_eq!(Grid::new(grid).expect("an address").cdp("s", true), cdp);
        }
        let grid = Grid::new("https://ada:pass@grid.example/sub").expect("an address");
        assert_eq!(grid.shown(), "https://grid.example/sub");
        for wrong in ["grid:4444", "ws://grid", "", "http://"] {
            assert!(Grid::new(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_full_queue_is_told_from_a_grid_that_is_down_and_from_a_browser_that_does_not_start() {
        let said = |status: u16, error: &str, message: &str| {
            refusal(StatusCode::from_u16(status).unwrap(), &json!({"error": error, "message": message}))
        };
        let timed_out = "Could not start a new session. New session request timed out";
        assert!(matches!(said(500, "session not created", timed_out), Refused::Full(_)));
        assert!(matches!(said(500, "session not created", "cannot find Chrome binary"), Refused::Unfit(_)));
        assert!(matches!(said(401, "", ""), Refused::Down(_)));
        assert!(matches!(said(502, "", "bad gateway"), Refused::Down(_)));
    }
}
