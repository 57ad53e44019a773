//! Client for the Notte API: every operation, exactly as it is on the wire.
//!
//! Each operation is a method of [`Client`] that returns a [`builder`]. Responses are decoded tolerantly: whatever is
//! newer than this client is kept ([`wire::Open`], [`wire::Extra`], [`wire::List`]) and reported as a `tracing` event
//! of target `notte_api::unknown`. Printed output never contains a key or another secret.
//!
//! This crate neither retries requests nor stops sessions by itself. [`OperationMeta::effect`], [`Operation`] and
//! [`Error::may_have_been_sent`] are the means with which a layer above, such as `notte-ext`, does both. Calls need a
//! tokio runtime with I/O and time enabled.
//!
//! ```no_run
//! use notte_api::{Client, types::{GotoAction, SessionStatus}};
//!
//! # async fn example() -> Result<(), notte_api::Error> {
//! let notte = Client::from_env()?;
//! let session = notte.session_start().body_map(|start| start.idle_timeout_minutes(2)).send().await?;
//! assert_eq!(session.status, SessionStatus::Active);
//!
//! let goto = GotoAction::builder().url("https://example.com");
//! notte.page_execute().session_id(&session.session_id).body(goto).send().await?;
//! let page = notte.page_scrape().session_id(&session.session_id).send().await?;
//! println!("{}", page.markdown);
//!
//! notte.session_stop().session_id(&session.session_id).send().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//! - `rustls` (default) or `native-tls`: the TLS implementation. With neither, only plain http works.
//! - `httpmock`: typed mocks of every operation.

#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated code names the wire types the way other crates do; a document may need none of them.
#[allow(unused_extern_crates)]
extern crate self as notte_api;

mod base_url;
mod client;
mod error;
mod fetch;
#[rustfmt::skip]
mod generated;
mod hooks;
#[cfg(feature = "httpmock")]
pub mod mock;
mod operation;
mod part;
mod raw;
mod redirect;
mod request;
mod response;
mod response_value;
mod runtime;
mod stream;
#[cfg(test)]
mod test_log;
pub mod wire;

pub use bytes::Bytes;
pub use client::ClientBuilder;
pub use error::{Error, ErrorKind};
pub use fetch::{Fetch, Put};
pub use generated::{Client, OPERATIONS, OPERATIONS_JSON, builder, types};
pub use operation::{Effect, Operation, OperationMeta, SendOnce};
pub use part::Part;
pub use raw::Raw;
pub use reqwest;
pub use response_value::ResponseValue;
pub use runtime::CallOptions;
pub use stream::ByteStream;
