//! MCP over HTTP on this machine: with a bearer token, and closed to the pages of a browser.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};

use super::Server;
use crate::error::{Error, Result};

/// Serves until `end` is there.
pub(crate) async fn serve(
    server: Server,
    address: SocketAddr,
    token: String,
    end: impl Future<Output = i32>,
    ready: impl FnOnce(SocketAddr),
) -> Result<()> {
    if !address.ip().is_loopback() {
        return Err(Error::usage(format!(
            "{address} is reachable by others: --http takes an address of loopback, such as 127.0.0.1:0"
        )));
    }
    let failed = |error: std::io::Error| Error::failed(format!("{address} cannot be listened on: {error}"));
    let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
    ready(listener.local_addr().map_err(failed)?);
    let service = StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    let router =
        Router::new().route_service("/mcp", service).layer(middleware::from_fn_with_state(Arc::new(token), guard));
    tokio::select! {
        ended = async { axum::serve(listener, router).await } => ended.map_err(failed),
        _ = end => Ok(()),
    }
}

/// A request needs the token, and must not come from a page.
async fn guard(State(token): State<Arc<String>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::ORIGIN) {
        return (StatusCode::FORBIDDEN, "requests of pages are refused").into_response();
    }
    let sent = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if !sent.is_some_and(|sent| same(sent.as_bytes(), token.as_bytes())) {
        return (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer")],
            "the bearer token is missing or wrong",
        )
            .into_response();
    }
    next.run(request).await
}

/// Compares in a time that does not tell where texts differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}
