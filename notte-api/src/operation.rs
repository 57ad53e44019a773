//! What is known about every operation, and how one is sent on a client of the caller's choice.

use crate::{Client, Error, ResponseValue};

/// What it costs to send an operation twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// It changes nothing.
    Read,
    /// Sent twice, it leaves what sending it once leaves.
    Idempotent,
    /// Sent twice, it may start, create or charge twice.
    Costly,
    /// It acts on a live page, where a repeated action may do something else.
    Page,
}

/// What is known about an operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct OperationMeta {
    /// Its id, such as `session_start`.
    pub id: &'static str,
    /// Its method, such as `POST`.
    pub method: &'static str,
    /// Its path template, such as `/sessions/{session_id}`.
    pub path: &'static str,
    /// The area it belongs to.
    pub tag: &'static str,
    /// What it costs to send it twice.
    pub effect: Effect,
    /// Whether the key goes with it.
    pub auth: bool,
    /// Whether its request or its answer can hold a secret.
    pub secret: bool,
    /// A header, beside `Authorization`, in which it wants the key.
    pub key_header: Option<&'static str>,
    /// Whether it takes an `Idempotency-Key` header.
    pub idempotency_key: bool,
    /// Whether its answer is a page `{items, page, page_size, has_next, has_previous}`, for which a bare array is read
    /// as well.
    pub page: bool,
    /// Whether a success may have a top-level `detail`. Where it may not, an answer that has one is a refusal.
    pub detail_ok: bool,
}

/// A request that can be sent on any client; every builder is one.
pub trait SendOnce: Sized + Send {
    /// The operation.
    const META: &'static OperationMeta;

    /// What it answers.
    type Output: Send;

    /// The operation of this request. It is [`META`](Self::META), but where one type stands for many operations.
    fn meta(&self) -> &'static OperationMeta {
        Self::META
    }

    /// Sends it on `client`, whichever client it was built on.
    fn send_on(self, client: &Client) -> impl Future<Output = Result<ResponseValue<Self::Output>, Error>> + Send;
}

/// A request that can be sent again, as all can but uploads, whose body is read only once.
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
