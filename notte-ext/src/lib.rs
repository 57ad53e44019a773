//! Browser sessions of Notte for Rust services.

#![doc = include_str!("../README.md")]

pub mod actions;
mod areas;
mod builder;
mod call;
mod cleanup;
mod client;
pub mod docs;
mod error;
pub mod export;
mod functions;
mod ids;
mod pages;
mod personas;
mod retry;
mod search;
mod secrets;
mod sessions;
mod usage;
mod vaults;

pub use actions::Action;
pub use builder::Builder;
pub use call::Call;
pub use cleanup::{Shutdown, Sweep, SweepFailure};
pub use client::Notte;
pub use error::{Error, ErrorKind, Result};
pub use functions::{
    Function, FunctionCreate, FunctionDownload, FunctionEdit, FunctionList, FunctionRollback, FunctionSchedule,
    FunctionUpdate, Functions, Run, RunBuilder, RunEvent, RunEvents, RunList, RunPayload, RunUpdate,
};
pub use ids::{AgentId, FileId, FunctionId, PersonaId, ProfileId, RunId, SessionId, VaultId};
/// The generated client, with every type of the API.
pub use notte_api;
pub use personas::{Email, Message, MessageWait, Messages, Persona, PersonaBuilder, PersonaList, Personas};
pub use retry::Retry;
pub use search::{Search, SearchAnswer, SearchHit, SearchResults};
pub use secrets::Secrets;
pub use sessions::{
    ImageFormat, Observe, Page, Scrape, Screenshot, Session, SessionBuilder, SessionDebug, SessionList, Sessions,
};
pub use usage::{Usage, UsageLogList};
pub use vaults::{Login, Vault, VaultCard, VaultEntry, VaultList, Vaults, generate_password};
