//! What a session's tabs sent and got over the network: a log, and the bytes.

use std::collections::HashMap;

use serde_json::{Value, json};

/// Requests that are kept; older ones are forgotten.
const KEPT: usize = 5000;

/// Characters of an address that are kept: a page may put whole pictures into one.
const LONGEST: usize = 4096;

/// The log of one session.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    open: HashMap<String, Value>,
    done: std::collections::VecDeque<Value>,
}

impl Traffic {
    /// Takes in one event of the protocol's Network domain.
    pub(crate) fn take_in(&mut self, method: &str, params: &Value) {
        let Some(id) = params["requestId"].as_str() else { return };
        match method {
            "Network.requestWillBeSent" => self.request(id, params),
            "Network.responseReceived" => {
                if let Some(entry) = self.open.get_mut(id) {
                    let response = &params["response"];
                    entry["status"] = response["status"].clone();
                    entry["mime_type"] = response["mimeType"].clone();
                }
            }
            "Network.loadingFinished" | "Network.loadingFailed" => {
                let received = params["encodedDataLength"].as_f64().unwrap_or_default() as u64;
                self.received += received;
                if let Some(mut entry) = self.open.remove(id) {
                    entry["response_bytes"] = received.into();
                    entry["error"] = params["errorText"].clone();
                    self.keep(entry);
                }
            }
            _ => {}
        }
    }

    fn request(&mut self, id: &str, params: &Value) {
        let request = &params["request"];
        let text = |value: &Value| value.as_str().map_or(0, str::len) as u64;
        let headers: u64 = request["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| name.len() as u64 + text(value) + 4)
            .sum();
        self.sent += headers + text(&request["url"]) + text(&request["postData"]);
        let url: String = request["url"].as_str().unwrap_or_default().chars().take(LONGEST).collect();
        let entry = json!({
            "url": url,
            "method": request["method"],
            "type": params["type"],
            "timestamp": params["wallTime"],
        });
        // Requests of a page that is gone never end.
        if self.open.len() >= KEPT {
            for (_, entry) in std::mem::take(&mut self.open) {
                self.keep(entry);
            }
        }
        // A redirect keeps the request's id: what was asked before is done.
        if let Some(mut before) = self.open.insert(id.to_owned(), entry) {
            before["status"] = params["redirectResponse"]["status"].clone();
            self.keep(before);
        }
    }

    fn keep(&mut self, entry: Value) {
        self.done.push_back(entry);
        if self.done.len() > KEPT {
            self.done.pop_front();
        }
    }

    /// The requests that are done, one JSON object a line.
    pub(crate) fn lines(&self) -> String {
        self.done.iter().map(|entry| format!("{entry}\n")).collect()
    }
}
