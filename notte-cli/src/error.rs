//! The one error of the program: what is printed on stderr, and the exit code it ends with.

use std::fmt;

use notte_ext::ErrorKind;
use serde_json::{Value, json};

/// What a process ends with. `notte help exit-codes` prints [`EXITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    Auth = 4,
    Limit = 5,
    Action = 6,
    Unknown = 7,
    Running = 8,
    Interrupted = 130,
}

/// Every exit code, what it means and what to do.
pub(crate) const EXITS: &[(u8, &str, &str, &str)] = &[
    (0, "ok", "The command succeeded.", "Go on."),
    (
        1,
        "failed",
        "The command or the service failed.",
        "Read `error.code` and `error.hint`; retry if `error.retryable`.",
    ),
    (
        2,
        "usage",
        "The command, a parameter or a file is invalid. Nothing was sent, or the service refused it.",
        "Correct the command; `--help` and `notte describe` list what is accepted.",
    ),
    (3, "not_found", "There is no object of this id.", "List the objects; a session that ended is gone."),
    (4, "auth", "There is no key, or it is not accepted.", "Run `notte auth status`, then `notte auth login`."),
    (5, "limit", "Too many requests or sessions, or the service is full.", "Wait, or stop sessions; then retry."),
    (6, "action_failed", "An action ran on the page and failed.", "Observe the page again and choose another action."),
    (
        7,
        "unknown_outcome",
        "The request was sent and its outcome is unknown.",
        "Do not repeat it. Check the state first: `notte page observe`, `notte sessions list`.",
    ),
    (
        8,
        "still_running",
        "The work goes on in the service; the wait ended.",
        "Run the command in `error.hint` to resume waiting.",
    ),
    (130, "interrupted", "The user interrupted the command.", "Sessions that it started were stopped."),
];

/// How far the request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reached {
    None,
    Unknown,
    Done,
}

impl Reached {
    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Unknown => "unknown",
            Self::Done => "done",
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) exit: Exit,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    pub(crate) operation: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) retryable: bool,
    pub(crate) reached: Reached,
}

pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            code,
            message: message.into(),
            hint: None,
            operation: None,
            status: None,
            request_id: None,
            retryable: false,
            reached: Reached::None,
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, "failed", message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn done(mut self) -> Self {
        self.reached = Reached::Done;
        self
    }

    /// A file of this machine could not be read or written.
    pub(crate) fn file(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(Exit::Usage, "file", format!("cannot {what} {}: {error}", path.display()))
    }

    /// The shape that is printed.
    pub(crate) fn json(&self) -> Value {
        json!({ "error": {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "operation": self.operation,
            "status": self.status,
            "request_id": self.request_id,
            "retryable": self.retryable,
            "outcome": self.reached.as_str(),
        }})
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<notte_ext::Error> for Error {
    fn from(error: notte_ext::Error) -> Self {
        let reached = match (error.may_have_been_sent(), error.kind()) {
            (false, _) => Reached::None,
            (true, ErrorKind::Execution | ErrorKind::Agent | ErrorKind::NotActive | ErrorKind::Decode) => Reached::Done,
            (true, _) => Reached::Unknown,
        };
        let (exit, code) = if reached == Reached::Unknown && !error.is_retryable() {
            (Exit::Unknown, "unknown_outcome")
        } else {
            of_kind(error.kind())
        };
        Self {
            exit,
            code,
            hint: hint(exit, &error),
            operation: error.operation().map(ToOwned::to_owned),
            status: error.status(),
            request_id: error.request_id().map(ToOwned::to_owned),
            retryable: error.is_retryable(),
            reached,
            message: error.to_string(),
        }
    }
}

fn of_kind(kind: ErrorKind) -> (Exit, &'static str) {
    match kind {
        ErrorKind::Config => (Exit::Usage, "config"),
        ErrorKind::InvalidRequest => (Exit::Usage, "invalid_request"),
        ErrorKind::File => (Exit::Usage, "file"),
        ErrorKind::Auth => (Exit::Auth, "auth"),
        ErrorKind::NotFound => (Exit::NotFound, "not_found"),
        ErrorKind::RateLimited => (Exit::Limit, "rate_limited"),
        ErrorKind::Overloaded => (Exit::Limit, "overloaded"),
        ErrorKind::Execution => (Exit::Action, "action_failed"),
        ErrorKind::Agent => (Exit::Failed, "agent_failed"),
        ErrorKind::NotActive => (Exit::Failed, "session_not_active"),
        ErrorKind::Conflict => (Exit::Failed, "conflict"),
        ErrorKind::Connect => (Exit::Failed, "connect"),
        ErrorKind::Timeout | ErrorKind::Deadline => (Exit::Failed, "timeout"),
        ErrorKind::Transport => (Exit::Failed, "transport"),
        ErrorKind::Decode => (Exit::Failed, "decode"),
        _ => (Exit::Failed, "server"),
    }
}

fn hint(exit: Exit, error: &notte_ext::Error) -> Option<String> {
    let text = match exit {
        Exit::Unknown => "the outcome is unknown: check the state before you repeat the command",
        Exit::Auth => "`notte auth status` shows which key is used; `notte auth login` stores one",
        Exit::NotFound => "list the objects that exist; a session that ended is gone",
        Exit::Action => "observe the page again: its elements may have changed",
        Exit::Limit => {
            let wait = error.retry_after().map(|wait| format!("wait {} s, or stop a session", wait.as_secs().max(1)));
            return Some(wait.unwrap_or_else(|| "wait, or stop a session".to_owned()));
        }
        _ if error.kind() == ErrorKind::Connect => "check the address: `notte doctor` tests it",
        _ => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_exit_code_is_documented_once() {
        let codes: Vec<u8> = EXITS.iter().map(|(code, ..)| *code).collect();
        let all = [
            Exit::Failed,
            Exit::Usage,
            Exit::NotFound,
            Exit::Auth,
            Exit::Limit,
            Exit::Action,
            Exit::Unknown,
            Exit::Running,
            Exit::Interrupted,
        ];
        assert_eq!(codes[1..], all.map(|exit| exit as u8));
    }

    #[test]
    fn the_shape_of_an_error_has_every_field() {
        let json = Error::usage("x").hint("y").json();
        let fields: Vec<&String> = json["error"].as_object().unwrap().keys().collect();
        assert_eq!(fields, ["code", "hint", "message", "operation", "outcome", "request_id", "retryable", "status"]);
    }
}
