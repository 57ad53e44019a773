//! The log stream of an agent: the one WebSocket, and the one address that is built by hand.

use std::{sync::OnceLock, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use futures_util::{SinkExt as _, StreamExt as _};
use notte_api::{
    reqwest::{
        self, StatusCode, Upgraded, Url,
        header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
    },
    types::SessionDebugResponse,
};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};
use tokio_websockets::{ClientBuilder, Limits, WebSocketStream};

use super::{super::handle::Remote, message};

const TOKEN_WAIT: Duration = Duration::from_secs(5);
const OPEN_WAIT: Duration = Duration::from_secs(30);
const PING_EVERY: Duration = Duration::from_secs(5);
/// A connection that is silent for so long, pings included, is dead.
const PONG_WAIT: Duration = Duration::from_secs(40);
/// A stream that says nothing for so long says nothing any more.
pub(super) const QUIET: Duration = Duration::from_secs(300);
const LARGEST_MESSAGE: usize = 5 * 1024 * 1024;
/// What RFC 6455 has a server mix into its answer.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Makes connections that can become WebSockets, with the settings of the client's own. Most clients need none.
pub(crate) struct Sockets {
    builder: notte_api::ClientBuilder,
    connections: OnceLock<Option<reqwest::Client>>,
}

impl Sockets {
    pub(crate) fn new(builder: notte_api::ClientBuilder) -> Self {
        Self { builder, connections: OnceLock::new() }
    }

    fn connections(&self) -> Option<&reqwest::Client> {
        self.connections.get_or_init(|| self.builder.upgradable().ok()).as_ref()
    }
}

pub(super) struct Socket {
    stream: WebSocketStream<Upgraded>,
    ping: Interval,
    /// When anything came in, and when a message did.
    heard: Instant,
    told: Instant,
}

impl Socket {
    /// Opens the stream of an agent, or says why that does not work. What went wrong in detail may repeat the address,
    /// which has the token in it.
    pub(super) async fn open(remote: &Remote) -> Result<Self, &'static str> {
        let session = remote.session().await.map_err(|_| "the session of the agent is not known")?;
        let debug = remote.notte.api().session_debug_info().session_id(&session);
        let debug = remote.notte.call(debug).deadline(TOKEN_WAIT).await.map_err(|_| "there is no token to be had")?;
        let token = token(&debug).ok_or("there is no token")?;
        if remote.notte.api().is_key(&token) {
            return Err("the token is the API key, which is not put into an address");
        }
        let url = address(remote.notte.api().base_url(), &remote.id, &token, &session).ok_or("there is no address")?;
        let client = remote.notte.sockets().connections().ok_or("there are no connections to be had")?;
        let stream = timeout(OPEN_WAIT, shake_hands(client, url)).await.map_err(|_| "it takes too long to open")??;
        let limits = Limits::default().max_payload_len(Some(LARGEST_MESSAGE));
        let stream = ClientBuilder::new().limits(limits).take_over(stream);
        let now = Instant::now();
        let mut ping = interval_at(now + PING_EVERY, PING_EVERY);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self { stream, ping, heard: now, told: now })
    }

    /// The next message that says something; none when the stream is over.
    ///
    /// # Cancel safety
    /// No message is lost when the future is dropped.
    pub(super) async fn next(&mut self, agent: &str, quiet: Duration) -> Option<message::Message> {
        loop {
            tokio::select! {
                biased;
                received = self.stream.next() => {
                    let received = received?.ok()?;
                    self.heard = Instant::now();
                    if received.is_close() {
                        return None;
                    }
                    if received.is_text() || received.is_binary() {
                        self.told = self.heard;
                    }
                    if let Some(message) = received.as_text().and_then(|text| message::read(text, agent)) {
                        return Some(message);
                    }
                }
                _ = self.ping.tick() => {
                    if self.heard.elapsed() > PONG_WAIT || self.told.elapsed() > quiet {
                        return None;
                    }
                    timeout(PONG_WAIT, self.stream.send(tokio_websockets::Message::ping(""))).await.ok()?.ok()?;
                }
            }
        }
    }
}

/// The token comes as part of an address. It is short-lived, and good for this session only.
fn token(debug: &SessionDebugResponse) -> Option<String> {
    let logs: Url = debug.ws.as_ref()?.logs.expose().parse().ok()?;
    logs.query_pairs().find(|(name, value)| name == "token" && !value.is_empty()).map(|(_, value)| value.into_owned())
}

/// The stream is on the host of the API, whatever host the token came with.
fn address(base: &str, agent: &str, token: &str, session: &str) -> Option<Url> {
    let mut url: Url = base.parse().ok()?;
    url.path_segments_mut().ok()?.pop_if_empty().extend(["agents", agent, "debug", "logs"]);
    url.query_pairs_mut().append_pair("token", token).append_pair("session_id", session);
    Some(url)
}

async fn shake_hands(client: &reqwest::Client, url: Url) -> Result<Upgraded, &'static str> {
    let key = BASE64.encode(fastrand::u128(..).to_be_bytes());
    let request = client
        .get(url)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, &key);
    let answer = request.send().await.map_err(|_| "no connection was made")?;
    let accepted = BASE64.encode(sha1_smol::Sha1::from(format!("{key}{GUID}")).digest().bytes());
    let proof = answer.headers().get(SEC_WEBSOCKET_ACCEPT).and_then(|value| value.to_str().ok());
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS || proof != Some(&accepted) {
        return Err("the service does not open it");
    }
    answer.upgrade().await.map_err(|_| "the connection was lost while it was opened")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_below_the_base_url_with_everything_encoded() {
        let url = address("http://localhost:1/api", "a/1", "t+/=&", "s 1").unwrap();
        assert_eq!(url.as_str(), "http://localhost:1/api/agents/a%2F1/debug/logs?token=t%2B%2F%3D%26&session_id=s+1");
        let url = address("https://api.notte.cc", "a-1", "t", "s-1").unwrap();
        assert_eq!(url.as_str(), "https://api.notte.cc/agents/a-1/debug/logs?token=t&session_id=s-1");
    }
}
