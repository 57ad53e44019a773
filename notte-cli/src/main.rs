//! `notte`: browser sessions, page control and agents of Notte on the command line.

mod call;
mod cli;
mod commands;
mod context;
mod error;
mod input;
mod mcp;
mod output;
mod page;
#[cfg(test)]
mod parity;
mod signals;
mod skill;
mod state;
mod table;

use std::{ffi::OsString, process::ExitCode, time::Duration};

use clap::error::{ContextKind, ErrorKind as ClapKind};
use notte_ext::notte_api::Effect;

use crate::{
    commands::Leaf,
    context::{Context, Globals},
    error::{Error, Exit, Result},
    output::Output,
    table::Table,
};

/// What agents type, and what it is called here.
const GUESSES: &[(&str, &str)] = &[
    ("goto", "page goto"),
    ("open", "page open"),
    ("navigate", "page goto"),
    ("click", "page click"),
    ("fill", "page fill"),
    ("type", "page fill"),
    ("press", "page press"),
    ("observe", "page observe"),
    ("snapshot", "page observe"),
    ("screenshot", "page screenshot"),
    ("eval", "page eval-js"),
    ("start", "sessions start"),
    ("stop", "sessions stop"),
    ("list", "sessions list"),
    ("login", "auth login"),
    ("logout", "auth logout"),
    ("status", "sessions status"),
    ("task", "agents run"),
    ("upload", "files upload"),
    ("download", "files download"),
    ("schema", "describe"),
    ("operations", "describe"),
    ("serve", "local start"),
    ("credentials", "vaults credentials"),
    ("completion", "completions"),
];

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // The one command that needs nothing at all.
    if arguments.len() == 2 && (arguments[1] == "--version" || arguments[1] == "-V") {
        return finish(output::write(concat!("notte ", env!("CARGO_PKG_VERSION"), "\n")), true);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return finish(Err(Error::failed(format!("the runtime did not start: {error}"))), true),
    };
    if std::env::var_os("COMPLETE").is_some() {
        commands::complete();
        return ExitCode::SUCCESS;
    }
    let wants_machine = !std::io::IsTerminal::is_terminal(&std::io::stderr());
    let table = Table::load();
    let matches = match cli::tree(&table).try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return finish(usage(&error), wants_machine),
    };
    let parsed =
        Globals::read(&matches).and_then(|globals| Ok((Context::new(globals, table)?, cli::chosen(&matches)?)));
    let (context, (leaf, inner)) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return finish(Err(error), wants_machine),
    };
    if matches.get_flag("verbose") {
        let filter = tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::DEBUG);
        let _ = filter.try_init();
    }
    let machine = context.printer.is_machine();
    let result = runtime.block_on(run(&context, leaf, inner));
    // The last handle of the client waits for sessions that are being stopped.
    drop(context);
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => finish(Err(error), machine),
    }
}

/// Runs the command until it is done, out of time, or interrupted.
async fn run(context: &Context, leaf: &'static Leaf, matches: &clap::ArgMatches) -> Result<u8> {
    let work = commands::run(context, leaf, matches);
    let result = if leaf.handles_signals() {
        work.await
    } else {
        let limit = context.globals.timeout.map_or(Duration::MAX, |limit| limit + Duration::from_secs(2));
        tokio::select! {
            result = work => result,
            signal = signals::ended() => return Err(interrupted(signal)),
            () = tokio::time::sleep(limit) => return Err(out_of_time(leaf)),
        }
    };
    let output: Output = result?;
    context.printer.print(&output)?;
    Ok(output.exit)
}

fn interrupted(signal: i32) -> Error {
    const TERMINATE: i32 = 15;
    let mut error = Error::new(Exit::Interrupted, "interrupted", "interrupted by the user");
    if signal == TERMINATE {
        error.message = "asked to end".to_owned();
    }
    error
}

/// What only reads can be repeated; of anything else the outcome is unknown.
fn out_of_time(leaf: &Leaf) -> Error {
    let meta = leaf.operation.and_then(table::meta);
    let message = "the time of --timeout ran out";
    if meta.is_some_and(|meta| meta.effect == Effect::Read) {
        let mut error = Error::new(Exit::Failed, "timeout", message);
        error.retryable = true;
        return error;
    }
    let mut error = Error::new(Exit::Unknown, "unknown_outcome", message);
    error.reached = error::Reached::Unknown;
    error.hint("check the state before you repeat the command")
}

/// What clap refuses, in the one shape of errors; help and version are no errors.
fn usage(error: &clap::Error) -> Result<()> {
    if matches!(
        error.kind(),
        ClapKind::DisplayHelp | ClapKind::DisplayVersion | ClapKind::DisplayHelpOnMissingArgumentOrSubcommand
    ) {
        output::write(&error.render().ansi().to_string())?;
        return if error.kind() == ClapKind::DisplayHelpOnMissingArgumentOrSubcommand {
            Err(Error::usage("a command is missing"))
        } else {
            Ok(())
        };
    }
    let text = error.render().to_string();
    let first: Vec<&str> =
        text.lines().take_while(|line| !line.is_empty() && !line.starts_with("Usage")).map(str::trim).collect();
    let refused = Error::usage(first.join(" ").trim_start_matches("error: ").to_owned());
    let given = error.get(ContextKind::InvalidSubcommand).map(ToString::to_string);
    let guess = given
        .and_then(|given| GUESSES.iter().find(|(name, _)| *name == given))
        .map(|(_, command)| format!("did you mean `notte {command}`?"));
    let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: ").map(ToOwned::to_owned));
    Err(refused
        .hint(guess.or(tip).unwrap_or_else(|| "`notte --help` lists the commands; each has its own --help".to_owned())))
}

fn finish(result: Result<()>, machine: bool) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::error(&error, machine);
            // Whoever closed stdout has what it wanted.
            if error.code == "closed_stdout" { ExitCode::SUCCESS } else { ExitCode::from(error.exit as u8) }
        }
    }
}
