//! The table of operations: every route is entered together with how faithful it is.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};

use crate::app::Shared;
use crate::error::Refusal;

/// How faithfully an operation is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// As Notte's cloud does, as far as clients can tell.
    Faithful,
    /// It works, but for what the text says.
    Partial(&'static str),
    /// It answers a 4xx, for the reason in the text.
    Refused(&'static str),
}

/// An operation that is answered.
#[derive(Debug, Clone)]
pub struct Route {
    /// The operation's id in Notte's API; empty for what is this server's own.
    pub operation: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path, with parameters in braces.
    pub path: &'static str,
    /// How faithful the answers are.
    pub coverage: Coverage,
}

/// The routes while they are collected.
#[derive(Default)]
pub(crate) struct Routes {
    pub(super) router: Router<Shared>,
    pub(super) table: Vec<Route>,
    /// Paths that ask for no key.
    pub(super) open: Vec<&'static str>,
}

impl Routes {
    /// Adds an operation. The path is served with and without a slash at its end.
    pub(crate) fn on<H, T>(
        mut self,
        operation: &'static str,
        method: &Method,
        path: &'static str,
        coverage: Coverage,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Shared>,
        T: 'static,
    {
        let filter = MethodFilter::try_from(method.clone()).unwrap_or(MethodFilter::GET);
        self.router =
            self.router.route(path, on(filter, handler.clone())).route(&format!("{path}/"), on(filter, handler));
        self.table.push(Route { operation, method: method.clone(), path, coverage });
        self
    }

    /// Lets everybody use the operation that was added last: it tells nothing, or its address carries a token.
    pub(crate) fn open(mut self) -> Self {
        self.open.extend(self.table.last().map(|route| route.path));
        self
    }

    /// Adds an operation that works on Notte's cloud only.
    pub(crate) fn refuse(
        self,
        operation: &'static str,
        method: &Method,
        path: &'static str,
        reason: &'static str,
    ) -> Self {
        self.on(operation, method, path, Coverage::Refused(reason), async move || Refusal::not_here(reason))
    }
}
