//! What stands before every route: who may ask, from where, and the faults that a test has ordered.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::dashboard;
use crate::app::Shared;
use crate::error::Refusal;
use crate::secret;

/// What the guard knows: the server's state, and the paths that ask for no key.
#[derive(Clone)]
pub(super) struct Guard {
    pub(super) app: Shared,
    pub(super) open: Arc<[&'static str]>,
}

/// Passes a request on, or refuses it.
pub(super) async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let app = guard.app.clone();
    match check(&guard, &request) {
        Ok(()) => {}
        Err(refusal) => return refusal.into_response(),
    }
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let fault = app.faults.next(request.method(), path.trim_end_matches('/'));
    let answer = async |request| match fault {
        Some(fault) => fault.play(request, next).await,
        None => next.run(request).await,
    };
    dashboard::record(&app, request, answer).await
}

fn check(Guard { app, open }: &Guard, request: &Request) -> Result<(), Refusal> {
    let headers = request.headers();
    let foreign =
        |what: &str| Refusal::new(StatusCode::FORBIDDEN, format!("requests with a foreign {what} are refused"));
    // A page on the web can make a browser ask here, under a name of its own that leads to this machine.
    let host = text(headers, header::HOST).filter(|host| is_own(host, app.config.address));
    let host = host.ok_or_else(|| foreign("Host"))?;
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    // Each is served with and without a slash at its end.
    let is_open =
        path.is_some_and(|path| open.iter().any(|open| open.trim_end_matches('/') == path.trim_end_matches('/')));
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
        // Another port is another program. What opens with a token may be shown by a page of this machine.
        let is_right = |origin: &str| origin == host || (is_open && is_own(origin, app.config.address));
        if !origin.is_some_and(is_right) {
            return Err(foreign("Origin"));
        }
    }
    if is_open {
        return Ok(());
    }
    // A page that is driven here may send the key without knowing it, when its session was given it as an extra header.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let mode = headers.get("sec-fetch-mode").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| site != b"same-origin") || mode == Some(b"navigate") {
        return Err(foreign("page behind them"));
    }
    // Only the dashboard itself is a page of this origin.
    if site.is_some() && app.doors.admit(headers, dashboard::port(app.origin())) {
        return Ok(());
    }
    let key = text(headers, header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    if key.is_some_and(|key| secret::same(&app.key, key)) {
        return Ok(());
    }
    let detail = "the API key is missing or wrong: notte-local prints it when it starts";
    Err(Refusal::new(StatusCode::UNAUTHORIZED, detail))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether a host is this machine under a name that nobody else can give it: where others may ask, any address.
fn is_own(host: &str, bound: IpAddr) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let by_address = |address: IpAddr| address.is_loopback() || !bound.is_loopback();
    name == "localhost" || name.parse().is_ok_and(by_address)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::is_own;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for host in ["localhost", "localhost:80", "127.0.0.1:4000", "[::1]:80", "127.9.9.9"] {
            assert!(is_own(host, Ipv4Addr::LOCALHOST.into()), "{host}");
        }
        for host in ["example.com", "127.0.0.1.example.com", "localhost.example.com:80", "", "10.0.0.1", "[::2]"] {
            assert!(!is_own(host, Ipv4Addr::LOCALHOST.into()), "{host}");
        }
        let everywhere = Ipv4Addr::UNSPECIFIED.into();
        assert!(is_own("10.0.0.1:8765", everywhere) && is_own("[fd00::1]", everywhere));
        assert!(!is_own("example.com", everywhere), "a name may lead anywhere");
    }
}
