//! `notte run -- CMD`: a session for the length of one command.

use std::process::Stdio;

use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use crate::{
    context::Context,
    error::{Error, Exit, Result},
    output::{Output, event},
};

pub(crate) fn arguments(command: Command) -> Command {
    command.arg(
        Arg::new("command")
            .value_name("CMD")
            .num_args(1..)
            .required(true)
            .trailing_var_arg(true)
            .allow_hyphen_values(true)
            .help("What to run; it finds the session in NOTTE_SESSION_ID"),
    )
}

pub(crate) async fn run(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let words: Vec<&String> = matches.get_many::<String>("command").into_iter().flatten().collect();
    let Some((program, rest)) = words.split_first() else { return Err(Error::usage("there is no command to run")) };
    let mut signal = std::pin::pin!(crate::signals::ended());
    // A guard: whatever ends this function stops the session, and the ledger knows it if nothing can.
    let session = tokio::select! {
        session = context.notte().await?.session() => session?,
        _ = &mut signal => return Err(Error::new(Exit::Interrupted, "interrupted", "interrupted by the user")),
    };
    if context.printer.is_machine() && !context.globals.quiet {
        event(&json!({"event": "session", "session_id": session.id().as_str()}));
    } else {
        context.printer.note(&format!("session {}", session.id().as_str()));
    }
    let mut command = tokio::process::Command::new(program);
    command.args(rest).env("NOTTE_SESSION_ID", session.id().as_str()).stdin(Stdio::inherit()).kill_on_drop(true);
    if context.globals.local {
        command.env("NOTTE_LOCAL", "1");
    }
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            session.stop().await?;
            return Err(Error::usage(format!("{program} cannot be run: {error}")));
        }
    };
    let status = loop {
        tokio::select! {
            status = child.wait() => break status,
            number = &mut signal => {
                forward(child.id(), number);
                signal.set(crate::signals::ended());
            }
        }
    };
    session.stop().await?;
    let status = status.map_err(|error| Error::failed(format!("{program} was lost: {error}")))?;
    Ok(Output { exit: code(status), ..Output::nothing() })
}

/// Passes a signal on; a terminal sends SIGINT to the whole group by itself, which a second one does not change.
fn forward(child: Option<u32>, signal: i32) {
    let Some(id) = child else { return };
    #[cfg(unix)]
    let _ = std::process::Command::new("kill").args([format!("-{signal}"), id.to_string()]).status();
    #[cfg(not(unix))]
    let _ = (signal, id);
}

/// The exit code as a shell sees it: 128 and the signal for a command that one ended.
fn code(status: std::process::ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(1);
    }
    status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
