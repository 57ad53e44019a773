//! `notte sessions`: sessions that are started, named, watched, recorded and stopped.

mod record;

use std::{io::IsTerminal as _, path::Path, time::Duration};

use clap::{Arg, ArgAction, ArgMatches, Command};
use notte_ext::SessionHandle;
use serde_json::{Map, Value, json};

use super::call_of;
use crate::{
    call::Call,
    context::Context,
    error::{Error, Result},
    input,
    output::{self, Output, mask, table},
    state::sessions::check_name,
};

pub(crate) use self::record::{
    code, code_arguments, default_name, network, network_arguments, open, replay, replay_arguments, script, viewer,
    viewer_arguments, workflow_code,
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
        open(&record::viewer_url(&started.session).await?)?;
    }
    Ok(started.output(context))
}

/// A session that was started, as the service described it.
pub(crate) struct Started {
    pub(crate) session: SessionHandle,
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
    let call = call_of(context, &["sessions", "start"], matches).await?;
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

/// Whether `-s` is the name of a session that does not live any more.
pub(crate) async fn has_ended(context: &Context) -> bool {
    let (Some(name), Ok(names)) = (&context.globals.session, context.names().await) else { return false };
    let Ok(Some(id)) = names.id(name) else { return false };
    let Ok(notte) = context.notte().await else { return false };
    match notte.sessions().attach(id.as_str()).status().await {
        Ok(session) => !is_live(session.status.as_str()),
        Err(error) => error.is_not_found(),
    }
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
