//! Metadata of operations, and the traits with which a request is sent on any client.

use crate::{Client, Error, ResponseValue};

/// The effect of sending an operation twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// It changes nothing.
    Read,
    /// Sending it twice has the same effect as sending it once.
    Idempotent,
    /// Sending it twice may start, create or charge twice.
    Costly,
    /// It acts on a live page, where a repeated action may have another effect.
    Page,
}

/// Metadata of an operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct OperationMeta {
    /// The id, such as `session_start`.
    pub id: &'static str,
    /// The method, such as `POST`.
    pub method: &'static str,
    /// The path template, such as `/sessions/{session_id}`.
    pub path: &'static str,
    /// The area of the API that it belongs to.
    pub tag: &'static str,
    /// The effect of sending it twice.
    pub effect: Effect,
    /// Whether the API key is sent with it.
    pub auth: bool,
    /// Whether its request or its response can contain a secret.
    pub secret: bool,
    /// A header, besides `Authorization`, in which the key is sent.
    pub key_header: Option<&'static str>,
    /// Whether it accepts an `Idempotency-Key` header.
    pub idempotency_key: bool,
    /// Whether its response is a page object `{items, page, page_size, has_next, has_previous}`, in place of which a
    /// bare array is accepted too.
    pub page: bool,
    /// Whether a successful response may have a top-level `detail`. If not, a response that has one is an error.
    pub detail_ok: bool,
}

/// A request that can be sent on any client. Every builder implements it.
pub trait SendOnce: Sized + Send {
    /// The operation.
    const META: &'static OperationMeta;

    /// The type of the response.
    type Output: Send;

    /// Returns the operation of this request: [`META`](Self::META), unless one type is used for many operations.
    fn meta(&self) -> &'static OperationMeta {
        Self::META
    }

    /// Sends the request on `client`, whichever client it was built on.
    fn send_on(self, client: &Client) -> impl Future<Output = Result<ResponseValue<Self::Output>, Error>> + Send;
}

/// A request that can be sent again. All can, except uploads, whose body can be read only once.
pub trait Operation: SendOnce + Clone {}

impl<T: SendOnce + Clone> Operation for T {}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const META: OperationMeta = OperationMeta {
        id: "session_status",
        method: "GET",
        path: "/sessions/{session_id}",
        tag: "sessions",
        effect: Effect::Read,
        auth: true,
        secret: false,
        key_header: None,
        idempotency_key: false,
        page: false,
        detail_ok: false,
    };
}
