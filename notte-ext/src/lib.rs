//! Browser sessions and web agents of Notte for Rust services.

#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod actions;
pub mod agents;
mod areas;
mod attempt;
mod builder;
mod call;
mod cleanup;
mod client;
pub mod docs;
mod error;
pub mod export;
mod fleet;
mod functions;
mod ids;
mod keys;
mod managed_auth;
mod options;
mod pages;
mod personas;
mod profiles;
mod request;
mod retry;
mod save;
mod scrape;
mod search;
mod secrets;
mod sessions;
mod usage;
mod vaults;
mod wait;
pub mod workflow;

pub use actions::Action;
pub use agents::{
    Agent, AgentBuilder, AgentFallback, AgentState, AgentStatus, Agents, FallbackOutcome, FallbackPage, Step,
};
pub use attempt::{Attempt, AttemptEnd, Next, OnAttempt};
pub use builder::Builder;
pub use call::Call;
pub use cleanup::{Shutdown, Sweep, SweepFailure};
pub use client::Notte;
pub use error::{Error, ErrorKind, Result};
pub use fleet::{Finished, Fleet, FleetResults, FleetState};
pub use functions::{
    Function, FunctionCreate, FunctionDownload, FunctionEdit, FunctionList, FunctionRollback, FunctionRun,
    FunctionRunBuilder, FunctionRunList, FunctionSchedule, FunctionUpdate, Functions, RunEvent, RunEvents, RunPayload,
    RunUpdate,
};
pub use ids::{AgentId, FileId, FunctionId, PersonaId, ProfileId, RunId, SessionId, VaultId};
pub use managed_auth::{AuthConnection, AuthLogin, ManagedAuth};
/// The generated client, with every type of the API.
pub use notte_api;
pub use options::Options;
pub use pages::{Items, Listing, Pages};
pub use personas::{Email, Message, MessageWait, Messages, Persona, PersonaBuilder, PersonaList, Personas};
pub use profiles::{CreateProfile, DuplicateProfile, ImportState, Profile, ProfileList, Profiles, SetProfileCookies};
pub use request::Request;
pub use retry::Retry;
pub use save::{Download, Progress, Save, Saved, VideoFormat};
/// JSON Schemas of your own types, for answers of a given form.
pub use schemars;
pub use scrape::{ScrapeHtml, ScrapeUrl};
pub use search::{Search, SearchAnswer, SearchHit, SearchResults};
pub use secrets::Secrets;
pub use sessions::{
    ExecuteFile, ExternalProxy, FetchResponse, FileDownload, FileList, Files, ImageFormat, Link, NetworkLog,
    NetworkLogs, NetworkLogsRequest, NotteProxy, Observe, Page, PageFetch, Proxies, Replay, ReplayRequest, ReplayWait,
    SaveProfile, ScrapePage, Screenshot, ScreenshotType, Script, Session, SessionBuilder, SessionDebug, SessionHandle,
    SessionList, Sessions, Stopped, TailnetProxy, Upload, WaitForAuth, WorkflowCode,
};
pub use usage::{Usage, UsageLogList};
pub use vaults::{Login, Vault, VaultCard, VaultEntry, VaultList, Vaults, generate_password};
pub use wait::Waited;
pub use workflow::Workflow;
