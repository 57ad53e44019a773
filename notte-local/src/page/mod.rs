//! Working on a page: seeing it, acting on it, reading it.

mod action;
mod describe;
mod element;
mod execute;
mod input;
mod keys;
mod markdown;
mod navigate;
mod observe;
mod ready;
mod scrape;

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::engine::{Browser, CdpError};
use crate::site::Only;

pub(crate) use action::{Action, Selector};
pub(crate) use describe::{complete, named, templates};
pub(crate) use execute::execute;
pub(crate) use markdown::to_markdown;
pub(crate) use observe::observe;
pub(crate) use scrape::{Scrape, images, scrape};

/// Where an element was when it was observed: enough to find it again on a page that was drawn anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    /// The frames to go through, outermost first.
    frames: Vec<String>,
    css: String,
    /// Its id in its own document.
    key: String,
    /// How many of the frames cannot be read from the page.
    depth: usize,
    /// What tells it from another one in its place.
    was: Value,
    /// As answers give them: what finds it in another session too.
    selector: Value,
    label: Value,
}

/// What actions work with.
pub(crate) struct Driver<'a> {
    pub(crate) browser: &'a Browser,
    /// The elements of the last observation, by id.
    pub(crate) known: &'a HashMap<String, Known>,
    /// The files that were uploaded to the session, by name and by id.
    pub(crate) uploads: &'a HashMap<String, PathBuf>,
    /// Where the action may type only; anywhere, where it is not there.
    pub(crate) only: Option<&'a Only>,
}

/// What an action that worked has to say.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) message: String,
    /// Text for `data.markdown`.
    pub(crate) text: Option<String>,
}

impl Done {
    fn said(message: impl Into<String>) -> Self {
        Self { message: message.into(), text: None }
    }
}

/// Why an action did not work: an answer, not an error of the call.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Name of the kind, e.g. `ElementNotFound`.
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// An error, and when it came.
    fn after(error: CdpError, when: &str) -> Self {
        let mut failure = Self::from(error);
        failure.message = format!("{} {when}", failure.message);
        failure
    }

    /// The answer's `exception_detail`.
    pub(crate) fn detail(&self) -> Value {
        json!({
            "error_type": self.kind,
            "dev_message": self.message,
            "user_message": self.message,
            "agent_message": self.message,
            "should_retry_later": matches!(self.kind, "Timeout" | "PageUnreachable" | "PageChanged"),
            "should_notify_team": false,
        })
    }
}

impl From<CdpError> for Failure {
    fn from(error: CdpError) -> Self {
        let kind = match error {
            CdpError::Closed => "BrowserGone",
            CdpError::Crashed => "PageCrashed",
            CdpError::TabClosed => "TabClosed",
            CdpError::Silent => "Timeout",
            CdpError::Refused(_) if error.is_lost_context() => {
                return Self::new("PageChanged", "the page was left for another one meanwhile");
            }
            CdpError::Refused(_) => "BrowserRefused",
        };
        Self::new(kind, error.to_string())
    }
}
