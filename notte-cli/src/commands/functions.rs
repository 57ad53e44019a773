//! `notte functions`: runs of functions, judged by their result, and their sources.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use notte_ext::RunEvent;
use serde_json::{Map, Value, json};

use super::call_of;
use crate::{
    call::Call,
    context::{Context, environment},
    error::{Error, Exit, Result},
    input,
    output::{self, Output},
};

fn id_arguments(command: Command) -> Command {
    command
        .arg(Arg::new("id").value_name("FUNCTION_ID").help("The function [env: NOTTE_FUNCTION_ID]"))
        .arg(Arg::new("function-id").long("function-id").value_name("ID").hide(true).help("As FUNCTION_ID"))
}

fn variables_arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("var")
                .long("var")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("A variable of the function"),
        )
        .arg(Arg::new("vars").long("vars").value_name("JSON|@FILE|-").help("All variables as a JSON object"))
}

pub(crate) fn run_arguments(command: Command) -> Command {
    let switch =
        |name: &'static str, help: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).help(help);
    variables_arguments(id_arguments(command))
        .arg(switch("no-stream", "Shows no log lines"))
        .arg(switch("no-wait", "Returns the id of the run at once"))
        .arg(Arg::new("wait-timeout").long("wait-timeout").value_name("SECONDS").hide(true).help("As --timeout"))
}

pub(crate) fn schedule_arguments(command: Command) -> Command {
    variables_arguments(id_arguments(command)).arg(
        Arg::new("cron")
            .long("cron")
            .value_name("EXPR")
            .required(true)
            .help("Six fields: minute, hour, day of month, month, day of week, year"),
    )
}

pub(crate) fn metadata_arguments(command: Command) -> Command {
    command.arg(Arg::new("wait").long("wait").action(ArgAction::SetTrue).help("Waits until the run has ended"))
}

pub(crate) fn download_arguments(command: Command) -> Command {
    id_arguments(command)
        .arg(Arg::new("file").value_name("FILE").help("Where it goes; - prints it"))
        .arg(Arg::new("version").long("version").value_name("VERSION").help("Which version; by default the latest"))
}

fn function_id(matches: &ArgMatches) -> Result<String> {
    let given = matches.get_one::<String>("function-id").or_else(|| matches.get_one::<String>("id")).cloned();
    given
        .or_else(|| environment("NOTTE_FUNCTION_ID"))
        .ok_or_else(|| Error::usage("no function was named").hint("`notte functions list` lists them"))
}

fn variables(matches: &ArgMatches) -> Result<Map<String, Value>> {
    let mut variables = match matches.get_one::<String>("vars") {
        Some(text) => match input::json_text("vars", text)? {
            Value::Object(map) => map,
            _ => return Err(Error::usage("`--vars` is not a JSON object")),
        },
        None => Map::new(),
    };
    for pair in matches.get_many::<String>("var").into_iter().flatten() {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| Error::usage(format!("`--var {pair}` is not NAME=VALUE")))?;
        variables.insert(name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| json!(value)));
    }
    Ok(variables)
}

pub(crate) async fn run(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let function = context.notte().await?.functions().attach(function_id(matches)?);
    // The run exists before it starts, so that it can be found whatever happens to this process.
    let run = function.create_run(false).await?;
    let id = run.id().as_str().to_owned();
    let resume = format!("notte functions run-metadata {} {id} --wait", function.id().as_str());
    let builder =
        function.run().run_id(run.id().clone()).variables(variables(matches)?).stream(true).allow_failure(true);
    let builder = match context.globals.timeout {
        Some(limit) => builder.deadline(limit),
        None => builder.deadline(Duration::from_secs(3600)),
    };
    let mut events = builder.events().await?;
    if matches.get_flag("no-wait") {
        return Ok(Output::text(
            json!({"function_run_id": id, "function_id": function.id().as_str()}),
            format!("run {id} works\nresume with: {resume}"),
        ));
    }
    context.printer.note(&format!("run {id}; resume with: {resume}"));
    while let Some(event) = events.next().await {
        match event? {
            RunEvent::Log(line) if !matches.get_flag("no-stream") && !context.globals.quiet => {
                if context.printer.is_machine() {
                    output::event(&json!({"event": "log", "line": line}));
                } else {
                    context.printer.note(&line);
                }
            }
            RunEvent::Result(result) => return ended(serde_json::to_value(&*result).unwrap_or_default()),
            _ => {}
        }
    }
    Err(Error::new(Exit::Running, "still_running", format!("the run {id} still works")).hint(resume))
}

/// A run is judged by its result: `status` says only that it ended.
fn ended(result: Value) -> Result<Output> {
    let failed = result["status"].as_str().is_some_and(|status| matches!(status, "failed" | "error" | "stopped"));
    if failed {
        let why = ["result", "message", "error"]
            .iter()
            .find_map(|name| result[*name].as_str())
            .unwrap_or("the function failed")
            .to_owned();
        return Err(Error::new(Exit::Failed, "function_failed", why).done());
    }
    Ok(Output::json(result))
}

pub(crate) async fn run_metadata(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let call = call_of(context, &["functions", "run-metadata"], matches).await?;
    let notte = context.notte().await?;
    let limit = context.globals.timeout.unwrap_or(Duration::from_secs(3600));
    let poll = async {
        loop {
            let run = call.json(notte, context.globals.reveal).await?;
            if !matches.get_flag("wait") || run["status"] != "active" {
                return Ok(run);
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    };
    match tokio::time::timeout(limit, poll).await {
        Ok(run) => run.map(Output::json),
        Err(_) => {
            Err(Error::new(Exit::Running, "still_running", "the run still works").hint("run the same command again"))
        }
    }
}

pub(crate) async fn schedule(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let mut call = Call::of(context.table(), "function_schedule_set")?;
    let cron = matches.get_one::<String>("cron").map_or("", String::as_str);
    if cron.split_whitespace().count() != 6 {
        return Err(Error::usage(format!("a schedule has six fields, and {cron:?} does not"))
            .hint("minute hour day-of-month month day-of-week year: \"0 9 * * ? *\" is 9:00 each day"));
    }
    call.set("function_id", function_id(matches)?.into())?;
    call.set("cron", cron.into())?;
    call.set("variables", Value::Object(variables(matches)?))?;
    Ok(Output::json(call.json(context.notte().await?, context.globals.reveal).await?))
}

pub(crate) async fn download(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let function = context.notte().await?.functions().attach(function_id(matches)?);
    let download = match matches.get_one::<String>("version") {
        Some(version) => function.download().version(version),
        None => function.download(),
    };
    // With `--function-id` the only position is the file.
    let named = matches.get_one::<String>("function-id").is_some() || environment("NOTTE_FUNCTION_ID").is_some();
    let file = matches.get_one::<String>("file").or_else(|| matches.get_one::<String>("id").filter(|_| named));
    match file.map(String::as_str) {
        None | Some("-") => {
            let text = download.text().await?;
            Ok(Output::content(json!({"source": text}), text))
        }
        Some(path) => {
            download.save(path).await?;
            Ok(Output::text(json!({"path": path}), path))
        }
    }
}
