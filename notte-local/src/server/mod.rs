//! The HTTP side: routes, and what stands before and behind them.

mod cookies;
mod dashboard;
mod debug;
mod faults;
mod files;
mod guard;
mod oneshot;
mod page;
mod profiles;
mod routes;
mod serve;
mod sessions;
mod table;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::app::Shared;
use crate::areas::usage;
use crate::error::Refusal;
use crate::{agents, areas};

pub(crate) use dashboard::{Doors, Journal};
use guard::Guard;

pub(crate) use faults::Faults;
pub(crate) use files::{aside, attachment, percent_encoded, stream};
pub(crate) use routes::Routes;
pub use routes::{Coverage, Route};
pub(crate) use serve::serve;
pub use table::coverage_table;

/// The largest body that is held in memory. Files have limits of their own.
const LARGEST: usize = 32 << 20;

fn all() -> Routes {
    let routes = Routes::default();
    let routes = oneshot::routes(routes);
    let routes = sessions::routes(routes);
    let routes = page::routes(routes);
    let routes = cookies::routes(routes);
    let routes = files::routes(routes);
    let routes = debug::routes(routes);
    let routes = profiles::routes(routes);
    let routes = areas::routes(routes);
    let routes = agents::routes(routes);
    let routes = dashboard::routes(routes);
    faults::routes(routes)
}

/// Every operation that is answered, and how faithfully.
pub fn coverage() -> Vec<Route> {
    all().table
}

/// Errors that the framework answers as text are answered as all others are.
async fn with_detail(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if status.as_u16() < 400 || !kind.starts_with(b"text/plain") {
        return response;
    }
    let text = to_bytes(response.into_body(), LARGEST).await.unwrap_or_default();
    Refusal::new(status, String::from_utf8_lossy(&text)).into_response()
}

/// The service.
pub(crate) fn service(app: Shared) -> Router {
    let routes = all();
    let guard = Guard { app: app.clone(), open: routes.open.into() };
    routes
        .router
        .fallback(async || Refusal::new(StatusCode::NOT_FOUND, "Not Found"))
        .method_not_allowed_fallback(async || Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"))
        .layer(middleware::from_fn_with_state(app.clone(), usage::log))
        .layer(middleware::from_fn_with_state(guard, guard::guard))
        .layer(middleware::map_response(with_detail))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(RequestBodyTimeoutLayer::new(serve::PIECE))
        .with_state(app)
}
