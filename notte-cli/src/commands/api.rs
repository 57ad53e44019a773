//! `notte api` and `notte describe`: every operation of the API, from the table.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};

use crate::{
    call::{Answer, Call},
    context::Context,
    error::{Error, Result},
    input,
    output::{Output, mask},
    table::{Operation, Table},
};

pub(crate) fn arguments(command: Command) -> Command {
    command
        .arg(Arg::new("operation").value_name("OPERATION").required(true).help("Its id: `notte describe` lists them"))
        .arg(
            Arg::new("param")
                .long("param")
                .short('p')
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help("A parameter, or a field of the body; VALUE may be @FILE, -, env:NAME"),
        )
        .arg(Arg::new("body").long("body").value_name("JSON|@FILE|-").help("The body"))
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Prints what would be sent, without secrets"),
        )
        .arg(Arg::new("output-file").long("output-file").value_name("FILE").help("Where bytes go; by default stdout"))
}

pub(crate) async fn send(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let id = matches.get_one::<String>("operation").map_or("", String::as_str).replace('-', "_");
    let mut call = Call::of(context.table(), &id)?;
    if let Some(body) = matches.get_one::<String>("body") {
        call.set_body(input::json_text("body", body)?)?;
    }
    for pair in matches.get_many::<String>("param").into_iter().flatten() {
        let (name, value) =
            pair.split_once('=').ok_or_else(|| Error::usage(format!("`--param {pair}` is not NAME=VALUE")))?;
        call.set_text(name, value)?;
    }
    if call.check().is_err()
        && let Ok(session) = context.session_id().await
    {
        let _ = call.set("session_id", session.into());
    }
    if matches.get_flag("dry-run") {
        call.check()?;
        return Ok(Output::json(call.preview()));
    }
    match call.send(context.notte().await?).await? {
        Answer::Json(mut value) => {
            if !context.globals.reveal {
                mask::mask(context.table(), &call.operation.response.schema, &mut value);
            }
            Ok(Output::json(value))
        }
        Answer::Empty => Ok(Output::json(json!({"success": true}))),
        Answer::Bytes(mut stream) => {
            let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
            let mut sink: Box<dyn std::io::Write> = match matches.get_one::<String>("output-file") {
                Some(path) => {
                    Box::new(std::fs::File::create(path).map_err(|error| Error::file("write", path.as_ref(), &error))?)
                }
                None => Box::new(std::io::stdout()),
            };
            while let Some(chunk) = stream.chunk().await.map_err(|error| failed(&error))? {
                sink.write_all(&chunk).map_err(|error| failed(&error))?;
            }
            sink.flush().map_err(|error| failed(&error))?;
            Ok(Output::nothing())
        }
    }
}

pub(crate) fn describe_arguments(command: Command) -> Command {
    command.arg(Arg::new("operation").value_name("OPERATION|TAG").help("An operation, or an area such as sessions"))
}

pub(crate) async fn describe(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let table = context.table();
    let Some(wanted) = matches.get_one::<String>("operation") else { return Ok(list(table, None)) };
    let id = wanted.replace('-', "_");
    match table.find(&id) {
        Some(operation) => Ok(described(table, operation)),
        None if table.operations.iter().any(|operation| operation.tag == id) => Ok(list(table, Some(&id))),
        None => Err(crate::call::unknown(table, wanted)),
    }
}

fn list(table: &Table, tag: Option<&str>) -> Output {
    let operations = table.operations.iter().filter(|operation| tag.is_none_or(|tag| operation.tag == tag));
    let items: Vec<Value> = operations
        .map(|operation| {
            json!({"id": operation.id, "area": operation.tag, "effect": operation.effect, "command": command(&operation.id), "summary": operation.summary})
        })
        .collect();
    let value = json!({"version": table.version, "items": items});
    Output::table(value, &["id", "area", "effect", "command"])
}

/// The command that stands for an operation.
pub(crate) fn command(id: &str) -> String {
    let leaf = super::LEAVES.iter().find(|leaf| leaf.operation == Some(id));
    leaf.map_or_else(|| format!("notte api {id}"), |leaf| format!("notte {}", leaf.words().join(" ")))
}

fn described(table: &Table, operation: &Operation) -> Output {
    let value = json!({
        "id": operation.id, "method": operation.method, "path": operation.path, "area": operation.tag,
        "effect": operation.effect, "description": operation.description, "command": command(&operation.id),
        "input": table.input_schema(operation), "output": table.closed(&operation.response.schema),
    });
    let mut text = format!(
        "{} ({})\n{} {}\n\n{}\n\n",
        operation.id,
        operation.effect,
        operation.method,
        operation.path,
        operation.description.as_deref().unwrap_or_default()
    );
    for field in table.fields(operation) {
        let need = if field.required { "required" } else { "optional" };
        let choices = if field.choices.is_empty() { String::new() } else { format!(" [{}]", field.choices.join(", ")) };
        text.push_str(
            &format!("  {} ({:?}, {need}){choices}: {}\n", field.name, field.holds, field.description.replace('`', ""))
                .to_string(),
        );
    }
    text.push_str(&format!("\ncommand: {}\n", command(&operation.id)));
    Output::text(value, text)
}
