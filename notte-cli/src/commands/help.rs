//! Help, the exit codes, completions, man pages, the version.

use std::path::Path;

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::env::Shells;
use serde_json::{Value, json};

use crate::{
    cli,
    context::Context,
    error::{EXITS, Error, Result},
    output::Output,
};

pub(crate) fn arguments(command: Command) -> Command {
    command.arg(Arg::new("topic").value_name("COMMAND|exit-codes").num_args(0..).help("What to explain"))
}

pub(crate) async fn help(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let words: Vec<&str> = matches.get_many::<String>("topic").into_iter().flatten().map(String::as_str).collect();
    if matches!(words[..], ["exit-codes" | "errors"] | ["exit", "codes"]) {
        return Ok(exit_codes());
    }
    let mut command = cli::tree(context.table());
    command.build();
    for word in &words {
        let Some(next) = command.find_subcommand(word).cloned() else {
            return Err(Error::usage(format!("`notte {}` is not a command", words.join(" ")))
                .hint("`notte --help` lists the commands"));
        };
        command = next;
    }
    let text = command.render_long_help().to_string();
    Ok(Output::content(json!({"help": text}), text))
}

fn exit_codes() -> Output {
    let list: Value = EXITS
        .iter()
        .map(|(code, name, meaning, next)| json!({"code": code, "name": name, "meaning": meaning, "next": next}))
        .collect();
    let lines: Vec<String> =
        EXITS.iter().map(|(code, name, meaning, next)| format!("{code:>3}  {name}: {meaning} {next}")).collect();
    Output::text(list, lines.join("\n"))
}

pub(crate) async fn version(context: &Context, _: &ArgMatches) -> Result<Output> {
    let version = env!("CARGO_PKG_VERSION");
    Ok(Output::text(
        json!({"version": version, "api": context.table().version}),
        format!("notte {version} (API {})", context.table().version),
    ))
}

pub(crate) async fn clear(context: &Context, _: &ArgMatches) -> Result<Output> {
    context.names().await?.clear()?;
    if let Some(folder) = Context::state_folder() {
        let _ = std::fs::remove_dir_all(folder.join("observed"));
    }
    Ok(Output::text(json!({"cleared": true}), "forgot the names and observations of sessions; the sessions live on"))
}

pub(crate) fn completions_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("shell")
            .value_name("SHELL")
            .required(true)
            .value_parser(["bash", "elvish", "fish", "powershell", "zsh"])
            .help("The shell"),
    )
}

/// The script that makes a shell ask this program, so that completions fit the installed version.
pub(crate) async fn completions(_: &Context, matches: &ArgMatches) -> Result<Output> {
    let name = matches.get_one::<String>("shell").map_or("bash", String::as_str);
    let shells = Shells::builtins();
    let shell = shells.completer(name).ok_or_else(|| Error::usage(format!("there are no completions for {name}")))?;
    let mut script = Vec::new();
    shell
        .write_registration("COMPLETE", "notte", "notte", "notte", &mut script)
        .map_err(|error| Error::failed(error.to_string()))?;
    let script = String::from_utf8_lossy(&script).into_owned();
    Ok(Output::content(json!({"script": script}), script))
}

pub(crate) fn man_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("folder")
            .value_name("DIR")
            .required(true)
            .value_parser(value_parser!(String))
            .help("Where the pages go"),
    )
}

pub(crate) async fn man(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let folder = Path::new(matches.get_one::<String>("folder").map_or(".", String::as_str));
    std::fs::create_dir_all(folder).map_err(|error| Error::file("create", folder, &error))?;
    clap_mangen::generate_to(cli::tree(context.table()), folder)
        .map_err(|error| Error::file("write", folder, &error))?;
    Ok(Output::text(json!({"folder": folder}), format!("man pages in {}", folder.display())))
}
