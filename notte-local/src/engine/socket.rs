//! A WebSocket to a browser, over TLS where its address says so.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, StatusCode, Upgraded, header};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// The largest message of the protocol: a picture, or all that a page holds.
pub(crate) const LARGEST: usize = 512 << 20;

/// How long a browser may take to take a connection.
const PATIENCE: Duration = Duration::from_secs(20);

/// Opens the WebSocket at a `ws` or `wss` address. What is said of a failure does not repeat the address: it may hold a key.
pub(super) async fn open(url: &str) -> Result<WebSocketStream<Upgraded>, String> {
    let upgraded = tokio::time::timeout(PATIENCE, shake_hands(url)).await;
    let stream = upgraded.map_err(|_| "the browser does not take the connection".to_owned())??;
    let config = WebSocketConfig::default().max_message_size(Some(LARGEST)).max_frame_size(Some(LARGEST));
    Ok(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await)
}

/// Made once: it reads the certificates that this machine trusts. A browser is where its address says, behind no proxy.
fn client() -> Result<&'static Client, String> {
    static CLIENT: OnceLock<Result<Client, String>> = OnceLock::new();
    // A connection whose upgrade was refused is of no more use.
    let make = || {
        Client::builder().no_proxy().http1_only().pool_max_idle_per_host(0).build().map_err(|error| error.to_string())
    };
    CLIENT.get_or_init(make).as_ref().map_err(Clone::clone)
}

async fn shake_hands(url: &str) -> Result<Upgraded, String> {
    let rest = url.strip_prefix("ws").filter(|rest| rest.starts_with("://") || rest.starts_with("s://"));
    let rest = rest.ok_or("its address has to begin with ws:// or wss://")?;
    let key = generate_key();
    let request = client()?
        .get(format!("http{rest}"))
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, &key);
    let answer = request.send().await.map_err(told)?;
    let proof = answer.headers().get(header::SEC_WEBSOCKET_ACCEPT);
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(format!("it answered {} to the opening of a WebSocket", answer.status()));
    }
    if proof.is_none_or(|proof| proof != derive_accept_key(key.as_bytes()).as_str()) {
        return Err("it does not speak WebSocket".to_owned());
    }
    answer.upgrade().await.map_err(told)
}

/// The innermost reason.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut inner: &dyn std::error::Error = &error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
