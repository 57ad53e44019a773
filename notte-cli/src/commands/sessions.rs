//! `notte sessions`: sessions that are started, named, watched, recorded and stopped.

use std::{
    io::IsTerminal as _,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Arg, ArgAction, ArgMatches, Command};
use notte_ext::{Session, export, notte_api::types};
use serde_json::{Map, Value, json};

use super::{LEAVES, call};
use crate::{
    call::Call,
    context::Context,
    error::{Error, Exit, Result},
    input,
    output::{self, Output, mask, progress, table},
    state::sessions::check_name,
};

pub(crate) fn start_arguments(command: Command) -> Command {
    let text = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let proxies = ["proxy", "proxy-country", "proxy-external-server", "proxies"];
    let hidden = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue).hide(true);
    command
        .arg(text("profile-id", "ID", "A browser profile to start from"))
        .arg(
            Arg::new("profile-persist")
                .long("profile-persist")
                .action(ArgAction::SetTrue)
                .requires("profile-id")
                .help("Saves the profile when the session ends"),
        )
        .arg(Arg::new("proxy").long("proxy").action(ArgAction::SetTrue).help("Uses the service's proxy"))
        .arg(text("proxy-country", "CODE", "Uses the service's proxy in a country").conflicts_with("proxy"))
        .arg(text("proxy-external-server", "URL", "Uses a proxy of your own").conflicts_with_all(&proxies[..2]))
        .arg(text("proxy-external-username", "NAME", "User name for it").requires("proxy-external-server"))
        .arg(text("proxy-external-password", "-|@FILE|env:NAME", "Password for it").requires("proxy-external-server"))
        .arg(hidden("no-solve-captchas").conflicts_with("=solve_captchas"))
        .arg(Arg::new("open").long("open").action(ArgAction::SetTrue).help("Opens the live view"))
        // Retired flags of the official CLI: the service refuses them or ignores them.
        .arg(hidden("headless"))
        .arg(hidden("headed"))
        .arg(hidden("use-file-storage"))
        .arg(hidden("no-use-file-storage"))
}

pub(crate) async fn start(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let name = context.globals.session.clone();
    let request = start_request(context, matches).await?;
    let started = begin(context, request, name.as_deref()).await?;
    if matches.get_flag("open") {
        open(&viewer_url(&started.session).await?)?;
    }
    Ok(started.output(context))
}

/// A session that was started, as the service described it.
pub(crate) struct Started {
    pub(crate) session: Session,
    answer: Value,
    name: Option<String>,
}

impl Started {
    fn output(self, context: &Context) -> Output {
        let Self { session, answer: mut value, name } = self;
        let id = session.id().as_str();
        let shown = name.as_deref().unwrap_or(id);
        let text = format!("session {id} is active\nuse it with: -s {shown}");
        if let Some(name) = &name {
            value["name"] = json!(name);
        }
        if !context.globals.reveal
            && let Some(operation) = context.table().find("session_start")
        {
            mask::mask(context.table(), &operation.response.schema, &mut value);
        }
        Output::text(value, text)
    }
}

/// The body of `session_start` that the flags describe.
async fn start_request(context: &Context, matches: &ArgMatches) -> Result<Map<String, Value>> {
    let leaf = LEAVES.iter().find(|leaf| leaf.words() == ["sessions", "start"]);
    let Some(leaf) = leaf else { return Err(Error::failed("`sessions start` is not in the table")) };
    let call = call(context, leaf, matches).await?;
    let mut body = call.into_body().as_object().cloned().unwrap_or_default();
    if let Some(id) = matches.get_one::<String>("profile-id") {
        body.insert("profile".to_owned(), json!({"id": id, "persist": matches.get_flag("profile-persist")}));
    }
    if matches.get_flag("no-solve-captchas") {
        body.insert("solve_captchas".to_owned(), json!(false));
    }
    if let Some(proxies) = proxies(matches)? {
        body.insert("proxies".to_owned(), proxies);
    }
    Ok(body)
}

fn proxies(matches: &ArgMatches) -> Result<Option<Value>> {
    let text = |name: &str| matches.get_one::<String>(name);
    if matches.get_flag("proxy") {
        return Ok(Some(json!(true)));
    }
    if let Some(country) = text("proxy-country") {
        return Ok(Some(json!([{"type": "notte", "country": country}])));
    }
    let Some(server) = text("proxy-external-server") else { return Ok(None) };
    let mut proxy = json!({"type": "external", "server": server});
    if let Some(name) = text("proxy-external-username") {
        proxy["username"] = json!(name);
    }
    if let Some(password) = text("proxy-external-password") {
        if !input::is_reference(password) {
            return Err(input::secret_in_arguments("proxy-external-password"));
        }
        proxy["password"] = json!(input::reference("proxy-external-password", password)?);
    }
    Ok(Some(json!([proxy])))
}

/// Starts a session that outlives this process, under a name that is free.
pub(crate) async fn begin(context: &Context, request: Map<String, Value>, name: Option<&str>) -> Result<Started> {
    let names = context.names().await?;
    let notte = context.notte().await?;
    if let Some(name) = name {
        check_name(name)?;
        if let Some(id) = names.id(name)?
            && notte.sessions().attach(id.as_str()).status().await.is_ok_and(|session| is_live(session.status.as_str()))
        {
            return Err(Error::usage(format!("the name {name:?} is taken by session {id}, which is live"))
                .hint(format!("choose another name, or `notte sessions stop -s {name}`")));
        }
    }
    let waits = request.get("wait_for_authentication") == Some(&json!(true));
    let builder = request.into_iter().fold(notte.session(), |builder, (name, value)| builder.extra(name, value));
    let builder = if waits { builder.wait_for_authentication(true) } else { builder };
    let session = builder.await?;
    // From here on it is the user's: it lives until it is stopped, or idle for too long.
    let kept = notte.sessions().attach(session.id().clone());
    let answer = serde_json::to_value(session.started()).unwrap_or_default();
    names.started(kept.id().as_str(), name)?;
    drop(session.detach());
    Ok(Started { session: kept, answer, name: name.map(ToOwned::to_owned) })
}

fn is_live(status: &str) -> bool {
    matches!(status, "active" | "authenticating" | "starting" | "pending")
}

pub(crate) fn stop_arguments(command: Command) -> Command {
    command.arg(Arg::new("id").value_name("NAME|ID").help("The session, instead of -s")).arg(
        Arg::new("all-named")
            .long("all-named")
            .action(ArgAction::SetTrue)
            .help("Stops every session that has a name here"),
    )
}

pub(crate) async fn stop(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let names = context.names().await?;
    let ids: Vec<String> = if matches.get_flag("all-named") {
        names.all().into_values().collect()
    } else if let Some(given) = matches.get_one::<String>("id") {
        vec![names.id(given)?.unwrap_or_else(|| given.clone())]
    } else {
        vec![context.session_id().await?]
    };
    let notte = context.notte().await?;
    let observations = context.observations().await?;
    for id in &ids {
        notte.sessions().attach(id.as_str()).stop().await?;
        names.stopped(id)?;
        observations.forget(id);
    }
    let text = if ids.is_empty() { "no session has a name".to_owned() } else { format!("stopped {}", ids.join(", ")) };
    Ok(Output::text(json!({"stopped": ids}), text))
}

pub(crate) async fn names(context: &Context, _: &ArgMatches) -> Result<Output> {
    let names = context.names().await?.all();
    let list: Value = names.into_iter().map(|(name, id)| json!({"name": name, "session_id": id})).collect();
    Ok(Output::table(list, &["name", "session_id"]))
}

pub(crate) async fn sweep(context: &Context, _: &ArgMatches) -> Result<Output> {
    let sweep = context.notte().await?.sessions().sweep().await?;
    let failed: Vec<Value> =
        sweep.failed.iter().map(|it| json!({"session_id": it.session_id, "error": it.error.to_string()})).collect();
    let value = json!({"stopped": sweep.stopped, "failed": failed, "kept": sweep.kept});
    if failed.is_empty() {
        let text = format!(
            "stopped {} sessions of dead processes, left {} of live ones alone",
            sweep.stopped.len(),
            sweep.kept
        );
        return Ok(Output::text(value, text));
    }
    context.printer.print(&Output::json(value))?;
    Err(Error::failed(format!("{} sessions could not be stopped", failed.len())).hint("run the sweep again"))
}

/// A table of live sessions, drawn again and again on a terminal; a line of JSON a change elsewhere.
pub(crate) async fn watch(context: &Context, _: &ArgMatches) -> Result<Output> {
    const EVERY: Duration = Duration::from_secs(2);
    let notte = context.notte().await?;
    let mut call = Call::of(context.table(), "list_sessions")?;
    call.set("only_active", true.into())?;
    let mut last = Value::Null;
    loop {
        let page = call.json(notte, context.globals.reveal).await?;
        if page != last {
            if std::io::stdout().is_terminal() {
                let shown = table::render(&page, &["session_id", "status", "created_at", "last_accessed_at"]);
                output::write(&format!("\u{1b}[2J\u{1b}[H{shown}"))?;
            } else {
                output::items(&page).into_iter().flatten().try_for_each(|item| context.printer.item(item))?;
            }
            last = page;
        }
        tokio::time::sleep(EVERY).await;
    }
}

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
async fn viewer_url(session: &Session) -> Result<String> {
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

pub(crate) fn cookies_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("file").long("file").value_name("FILE").help("Writes them with their values, readable by you alone"),
    )
}

pub(crate) async fn cookies(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let mut call = Call::of(context.table(), "session_cookies_get")?;
    call.set("session_id", context.session_id().await?.into())?;
    let file = matches.get_one::<String>("file");
    let value = call.json(context.notte().await?, context.globals.reveal || file.is_some()).await?;
    let Some(file) = file else { return Ok(Output::table(value, &["name", "value", "domain", "path"])) };
    crate::state::write(Path::new(file), &value["cookies"])?;
    let count = value["cookies"].as_array().map_or(0, Vec::len);
    Ok(Output::text(json!({"path": file, "cookies": count}), format!("{count} cookies in {file}")))
}

pub(crate) fn cookies_set_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("file")
            .long("file")
            .value_name("FILE|-")
            .required(true)
            .help("A JSON list of cookies, or {\"cookies\": […]}"),
    )
}

pub(crate) async fn cookies_set(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let mut call = Call::of(context.table(), "session_cookies_set")?;
    call.set("session_id", context.session_id().await?.into())?;
    call.set("cookies", cookie_list(matches)?)?;
    Ok(Output::json(call.json(context.notte().await?, context.globals.reveal).await?))
}

/// The cookies of `--file`, as a list or in an envelope.
pub(crate) fn cookie_list(matches: &ArgMatches) -> Result<Value> {
    let file = matches.get_one::<String>("file").map_or("-", String::as_str);
    let text = if file == "-" { input::stdin()? } else { input::reference("file", &format!("@{file}"))? };
    let mut value = input::json_text("file", &text)?;
    if value["cookies"].is_array() {
        value = value["cookies"].take();
    }
    if value.is_array() { Ok(value) } else { Err(Error::usage("the file holds no JSON list of cookies")) }
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
    let answer = call.json(context.notte().await?, context.globals.reveal).await?;
    script(&answer, matches.get_flag("rust"))
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
