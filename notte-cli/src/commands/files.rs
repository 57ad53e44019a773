//! `notte files`: to and from a session, and the account's store.

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::sessions::cookie_list;
use crate::{
    call::Call,
    context::Context,
    error::{Error, Exit, Result},
    input,
    output::{Output, progress},
};

pub(crate) fn upload_arguments(command: Command) -> Command {
    command
        .arg(Arg::new("path").value_name("FILE").required(true).help("The file"))
        .arg(Arg::new("name").long("name").value_name("NAME").help("Its name there"))
}

pub(crate) async fn upload(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let path = input::path(matches.get_one::<String>("path").map_or("", String::as_str))?;
    let own = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = matches.get_one::<String>("name").cloned().unwrap_or(own);
    if context.globals.session.is_some() {
        let bar = progress::bytes("uploading", context.globals.quiet);
        let shown = bar.clone();
        let session = context.session().await?;
        let upload = session.files().upload(&path).name(name).progress(move |progress| {
            if let Some(total) = progress.total {
                shown.set_length(total);
            }
            shown.set_position(progress.bytes);
        });
        let file = upload.await;
        bar.finish_and_clear();
        return Ok(Output::json(serde_json::to_value(file?).unwrap_or_default()));
    }
    let mut call = Call::of(context.table(), "file_upload")?;
    call.set("filename", name.into())?;
    call.set("file", path.to_string_lossy().into_owned().into())?;
    Ok(Output::json(call.json(context.notte().await?, context.globals.reveal).await?))
}

pub(crate) fn list_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("from")
            .long("from")
            .value_name("WHERE")
            .value_parser(["uploads", "session"])
            .help("uploads of the account, or a session; a session if one is named"),
    )
}

pub(crate) async fn list(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let from_session = match matches.get_one::<String>("from").map(String::as_str) {
        Some(from) => from == "session",
        None => context.globals.session.is_some(),
    };
    let call = if from_session {
        let mut call = Call::of(context.table(), "list_session_files")?;
        call.set("session_id", context.session_id().await?.into())?;
        call
    } else {
        Call::of(context.table(), "file_list_uploads")?
    };
    Ok(Output::json(call.json(context.notte().await?, context.globals.reveal).await?))
}

pub(crate) fn download_arguments(command: Command) -> Command {
    command
        .arg(Arg::new("name").value_name("NAME|FILE_ID").required(true).help("The file"))
        .arg(Arg::new("path").long("path").value_name("FILE|DIR").help("Where it goes; by default this folder"))
        .arg(Arg::new("from").long("from").value_name("WHERE").hide(true))
}

pub(crate) async fn download(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let wanted = matches.get_one::<String>("name").map_or("", String::as_str);
    let session = context.session().await?;
    let files = session.files();
    let mut list = files.list().items();
    let mut found = None;
    while let Some(file) = list.next().await {
        let file = serde_json::to_value(file?).unwrap_or_default();
        if file["id"] == wanted || file["filename"] == wanted {
            found = file["id"].as_str().map(ToOwned::to_owned);
        }
    }
    let id = found.ok_or_else(|| {
        Error::new(Exit::NotFound, "not_found", format!("the session has no file {wanted:?}"))
            .hint("`notte files list -s NAME` lists them")
    })?;
    let path = input::path(matches.get_one::<String>("path").map_or(".", String::as_str))?;
    let bar = progress::spinner("downloading", context.globals.quiet);
    let download = files.download(id);
    let saved = if path.is_dir() { download.save_in(&path).await } else { download.save(&path).await };
    bar.finish_and_clear();
    let saved = saved?;
    Ok(Output::text(json!({"path": saved.path, "bytes": saved.bytes}), format!("{}", saved.path.display())))
}

pub(crate) fn profile_cookies_arguments(command: Command) -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    command
        .arg(Arg::new("id").value_name("PROFILE_ID").help("The profile"))
        .arg(option("profile-id", "ID", "As PROFILE_ID").hide(true))
        .arg(option("file", "FILE|-", "A JSON list of cookies, or {\"cookies\": […]}").required(true))
        .arg(option("source-format", "FORMAT", "chrome or playwright"))
        .arg(option("mode", "MODE", "replace or append"))
}

pub(crate) async fn profile_cookies_set(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let text = |name: &str| matches.get_one::<String>(name).map(|text| Value::from(text.as_str()));
    let id = text("id").or_else(|| text("profile-id")).ok_or_else(|| Error::usage("no profile was named"))?;
    let mut call = Call::of(context.table(), "profile_cookies_set")?;
    call.set("profile_id", id)?;
    call.set("cookies", cookie_list(matches)?)?;
    for (flag, field) in [("source-format", "source_format"), ("mode", "mode")] {
        if let Some(value) = text(flag) {
            call.set(field, value)?;
        }
    }
    Ok(Output::json(call.json(context.notte().await?, context.globals.reveal).await?))
}
