//! What is left of a session: the live view, its video, its network log, its program.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
};

use clap::{Arg, ArgAction, ArgMatches, Command};
use notte_ext::{SessionHandle, export, notte_api::types};
use serde_json::{Value, json};

use super::super::page::value_of;
use crate::{
    call::Call,
    context::Context,
    error::{Error, Exit, Result},
    output::{Output, progress},
};

pub(crate) fn viewer_arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("print")
                .long("print")
                .action(ArgAction::SetTrue)
                .help("Prints the address; whoever has it can see the session"),
        )
        .arg(
            Arg::new("open")
                .long("open")
                .action(ArgAction::SetTrue)
                .help("Opens it in the browser of this machine (the default on a terminal)"),
        )
}

pub(crate) async fn viewer(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let session = context.session().await?;
    let url = viewer_url(&session).await?;
    if matches.get_flag("print") || context.globals.reveal {
        return Ok(Output::content(json!({"viewer_url": url}), url));
    }
    if !matches.get_flag("open") && !std::io::stdout().is_terminal() {
        return Err(Error::usage("there is no terminal to open the live view from")
            .hint("--print prints its address, which lets in whoever has it"));
    }
    open(&url)?;
    Ok(Output::text(json!({"opened": true, "session_id": session.id().as_str()}), "opened the live view"))
}

/// The address of the live view of this very session, asked of the service each time and kept nowhere.
pub(super) async fn viewer_url(session: &SessionHandle) -> Result<String> {
    let answer = serde_json::to_value(session.status().await?).unwrap_or_default();
    match answer["viewer_url"].as_str() {
        Some(url) => Ok(url.to_owned()),
        None => {
            let debug = session.debug().await?;
            let url = debug.viewer_url().map(|url| url.expose().clone());
            url.ok_or_else(|| Error::new(Exit::NotFound, "not_found", "the session has no live view"))
        }
    }
}

pub(crate) fn open(url: &str) -> Result<()> {
    webbrowser::open(url).map_err(|error| {
        Error::failed(format!("no browser could be opened: {error}")).hint("--print prints the address")
    })
}

pub(crate) fn replay_arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("path")
                .long("path")
                .value_name("FILE")
                .help("Where the video goes; by default notte-replay-<session>"),
        )
        .arg(Arg::new("file").value_name("FILE").help("As --path").conflicts_with("path"))
        .arg(
            Arg::new("no-wait")
                .long("no-wait")
                .action(ArgAction::SetTrue)
                .help("Fails at once if the video is not made yet"),
        )
        .arg(Arg::new("open").long("open").action(ArgAction::SetTrue).help("Opens the video"))
}

pub(crate) async fn replay(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let session = context.session().await?;
    let spinner = progress::spinner("waiting for the replay", context.globals.quiet);
    let replay = if matches.get_flag("no-wait") {
        session.replay().await
    } else {
        let wait = session.replay().wait();
        match context.globals.timeout {
            Some(deadline) => wait.deadline(deadline).await,
            None => wait.await,
        }
    };
    spinner.finish_and_clear();
    let given = matches.get_one::<String>("path").or_else(|| matches.get_one::<String>("file"));
    let path = given.map_or_else(|| default_name("replay", session.id().as_str(), "video"), PathBuf::from);
    let saved = replay?.save(&path).await?;
    let path = match given {
        Some(_) => saved.path,
        None => with_extension(
            &saved.path,
            saved.video.map_or("video", |video| match video {
                notte_ext::VideoFormat::Mp4 => "mp4",
                notte_ext::VideoFormat::WebM => "webm",
                notte_ext::VideoFormat::WebP => "webp",
                notte_ext::VideoFormat::Gif => "gif",
                _ => "video",
            }),
        ),
    };
    if matches.get_flag("open") {
        open(&format!("file://{}", path.canonicalize().unwrap_or_else(|_| path.clone()).display()))?;
    }
    Ok(Output::text(json!({"path": path, "bytes": saved.bytes}), format!("{}", path.display())))
}

pub(crate) fn default_name(kind: &str, session: &str, extension: &str) -> PathBuf {
    let short: String = session.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    PathBuf::from(format!("notte-{kind}-{short}.{extension}"))
}

fn with_extension(path: &Path, extension: &str) -> PathBuf {
    let renamed = path.with_extension(extension);
    match std::fs::rename(path, &renamed) {
        Ok(()) => renamed,
        Err(_) => path.to_owned(),
    }
}

pub(crate) fn network_arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("urls-only")
                .long("urls-only")
                .action(ArgAction::SetTrue)
                .help("Prints the keys of the log files alone"),
        )
        .arg(Arg::new("path").long("path").value_name("DIR").help("Saves the log files into a folder"))
}

pub(crate) async fn network(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let session = context.session().await?;
    let logs = session.network_logs().await?;
    if let Some(folder) = matches.get_one::<String>("path") {
        std::fs::create_dir_all(folder).map_err(|error| Error::file("create", Path::new(folder), &error))?;
        let mut paths = Vec::new();
        for (index, log) in logs.files.iter().enumerate() {
            let path = Path::new(folder).join(format!("network-{index:03}.jsonl"));
            paths.push(log.save(&path).await?.path);
        }
        return Ok(Output::json(json!({"paths": paths})));
    }
    let keys: Vec<&str> = logs.files.iter().map(notte_ext::NetworkLog::key).collect();
    if matches.get_flag("urls-only") {
        return Ok(Output::content(json!(keys), keys.join("\n")));
    }
    let files: Value = logs.files.iter().map(|log| json!({"key": log.key(), "size": log.size()})).collect();
    Ok(Output::table(files, &["key", "size"]))
}

pub(crate) fn code_arguments(command: Command) -> Command {
    command.arg(Arg::new("rust").long("rust").action(ArgAction::SetTrue).help("Prints a Rust program for notte-ext"))
}

pub(crate) async fn workflow_code(context: &Context, matches: &ArgMatches) -> Result<Output> {
    print_code(context, matches, true).await
}

pub(crate) async fn code(context: &Context, matches: &ArgMatches) -> Result<Output> {
    print_code(context, matches, false).await
}

async fn print_code(context: &Context, matches: &ArgMatches, as_workflow: bool) -> Result<Output> {
    let mut call = Call::of(context.table(), "get_session_script")?;
    call.set("session_id", context.session_id().await?.into())?;
    call.set("as_workflow", as_workflow.into())?;
    // What was typed is a part of the program; what came from a vault is not.
    let mut answer = call.json(context.notte().await?, true).await?;
    for typed in context.names().await?.all_typed(&context.session_id().await?) {
        let value = value_of(context, &typed).await?;
        replace(&mut answer, &value, &format!("{{{{vault.{}}}}}", typed.field));
    }
    script(&answer, matches.get_flag("rust"))
}

/// Puts a placeholder in the place of a secret, as it stands in an action or in a program.
fn replace(answer: &mut Value, secret: &str, placeholder: &str) {
    match answer {
        Value::String(text) if text == secret => placeholder.clone_into(text),
        Value::String(text) => {
            let escaped = json!(secret).to_string();
            let escaped = escaped.trim_matches('"');
            for (open, close) in [("'", "'"), ("\"", "\"")] {
                for secret in [secret, escaped] {
                    *text = text.replace(&format!("{open}{secret}{close}"), &format!("{open}{placeholder}{close}"));
                }
            }
            // A short one may be a part of any word.
            if secret.len() >= 8 {
                *text = text.replace(secret, placeholder).replace(escaped, placeholder);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, secret, placeholder)),
        Value::Object(map) => map.values_mut().for_each(|value| replace(value, secret, placeholder)),
        _ => {}
    }
}

/// The program in an answer of a script operation.
pub(crate) fn script(answer: &Value, rust: bool) -> Result<Output> {
    if rust {
        let actions = answer["json_actions"].as_array().cloned().unwrap_or_default();
        let actions: Vec<types::Action> =
            actions.into_iter().filter_map(|action| serde_json::from_value(action).ok()).collect();
        let code = export::to_rust(actions);
        return Ok(Output::content(json!({"rust": code}), code));
    }
    let code = ["python_script", "code"].iter().find_map(|name| answer[*name].as_str()).unwrap_or_default();
    Ok(Output::content(answer.clone(), code))
}
