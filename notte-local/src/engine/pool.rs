//! The provider that takes browsers from a list: each runs already, and has one session at a time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::wire::Wire;

/// How long a browser that could not be reached is left alone.
const AILING: Duration = Duration::from_secs(10);

/// How long it may take to say where its DevTools protocol is spoken.
const PATIENCE: Duration = Duration::from_secs(5);

/// A list of browsers. No `Debug`: their addresses may hold keys.
#[derive(Clone)]
pub(crate) struct Pool(Arc<[Endpoint]>);

struct Endpoint {
    url: String,
    taken: AtomicBool,
    /// When it may be tried again, after it could not be reached.
    again: Mutex<Option<Instant>>,
}

/// A browser of the list, which is free again when this is dropped.
pub(crate) struct Place {
    pool: Pool,
    number: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pool.0[self.number].taken.store(false, Ordering::SeqCst);
    }
}

impl Pool {
    /// Browsers at `ws`, `wss`, `http` or `https` addresses.
    pub(crate) fn new(urls: &[String]) -> Result<Self, String> {
        let endpoint = |url: &String| match Url::parse(url.trim()) {
            Ok(parsed) if matches!(parsed.scheme(), "ws" | "wss" | "http" | "https") => {
                Ok(Endpoint { url: url.trim().to_owned(), taken: AtomicBool::new(false), again: Mutex::default() })
            }
            _ => Err("the address of a browser has to begin with ws://, wss://, http:// or https://".to_owned()),
        };
        Ok(Self(urls.iter().map(endpoint).collect::<Result<_, _>>()?))
    }

    /// A browser that is free and can be reached; none when there is none.
    pub(crate) async fn take(&self) -> Option<(Place, Wire)> {
        for (number, endpoint) in self.0.iter().enumerate() {
            let ails = endpoint.again().is_some_and(|again| again > Instant::now());
            if ails || endpoint.taken.swap(true, Ordering::SeqCst) {
                continue;
            }
            let place = Place { pool: self.clone(), number };
            match endpoint.open().await {
                Ok(wire) => return Some((place, wire)),
                Err(reason) => {
                    tracing::warn!(browser = number + 1, reason, "a browser of the list cannot be reached");
                    *endpoint.again.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + AILING);
                }
            }
        }
        None
    }

    /// How many browsers there are, and how many of them are free and were not found to be away.
    pub(crate) fn status(&self) -> Value {
        let is_free = |endpoint: &&Endpoint| {
            !endpoint.taken.load(Ordering::SeqCst) && endpoint.again().is_none_or(|again| again <= Instant::now())
        };
        json!({ "slots": self.0.len(), "free": self.0.iter().filter(is_free).count() })
    }
}

impl Endpoint {
    fn again(&self) -> Option<Instant> {
        *self.again.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open(&self) -> Result<Wire, String> {
        if self.url.starts_with("ws") {
            return Wire::open(&self.url).await;
        }
        Wire::open(&self.found().await?).await
    }

    /// Where a browser at an `http` address speaks the protocol. It is asked for the path only: the host that it names may
    /// be its own idea of itself.
    async fn found(&self) -> Result<String, String> {
        let mut url = Url::parse(&self.url).map_err(|error| error.to_string())?;
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/json/version"));
        let client =
            reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().map_err(|error| error.to_string())?;
        let said = client.get(url.clone()).send().await.map_err(|error| error.without_url().to_string())?;
        let said: Value = said.json().await.map_err(|_| "it does not say where its protocol is spoken".to_owned())?;
        let named = said["webSocketDebuggerUrl"].as_str().and_then(|named| Url::parse(named).ok());
        let named = named.ok_or("it does not say where its protocol is spoken")?;
        url.set_path(&format!("{base}{}", named.path()));
        if url.query().is_none() {
            url.set_query(named.query());
        }
        Ok(format!("ws{}", url.to_string().strip_prefix("http").unwrap_or_default()))
    }
}
