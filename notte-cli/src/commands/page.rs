//! `notte page`: looks at the page of a session and acts on it. Each action answers what it changed.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use notte_ext::{Session, notte_api::types};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::{LEAVES, call, sessions};
use crate::{
    call::{Answer, Call},
    context::Context,
    error::{Error, Exit, Result},
    input,
    output::{Output, mask},
    page::{Element, Page, is_element_id, marked},
    state::sessions::looks_like_id,
};

fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).value_name(value).help(help).allow_hyphen_values(true)
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// What every action takes.
pub(crate) fn plain_arguments(command: Command) -> Command {
    command.arg(switch("no-observe", "Does not look at the page afterwards"))
}

fn target(command: Command) -> Command {
    plain_arguments(command).arg(
        text("target", "ID|SELECTOR", "Id from the last observation (B3), or a Playwright selector").required(true),
    )
}

pub(crate) fn click_arguments(command: Command) -> Command {
    target(command).arg(switch("enter", "Presses Enter afterwards"))
}

pub(crate) fn fill_arguments(command: Command) -> Command {
    target(command)
        .arg(text("value", "TEXT|-|@FILE|env:NAME", "What to type"))
        .arg(Arg::new("vault-field").long("vault-field").value_name("FIELD").conflicts_with("value").help(
            "Types a field of a login that the vault has for this page: email, username, password, mfa, card_number, …",
        ))
        .arg(
            Arg::new("vault-id")
                .long("vault-id")
                .value_name("ID")
                .help("The vault; by default the only one of the account"),
        )
        .arg(switch("clear", "Empties the field first"))
        .arg(switch("enter", "Presses Enter afterwards"))
}

pub(crate) fn check_arguments(command: Command) -> Command {
    target(command).arg(
        Arg::new("value")
            .long("value")
            .value_name("true|false")
            .num_args(0..=1)
            .default_value("true")
            .default_missing_value("true")
            .value_parser(value_parser!(bool))
            .help("Whether it is to be checked"),
    )
}

pub(crate) fn select_arguments(command: Command) -> Command {
    target(command).arg(text("value", "OPTION", "The option's label or value").required(true))
}

pub(crate) fn upload_arguments(command: Command) -> Command {
    target(command)
        .arg(
            Arg::new("file")
                .long("file")
                .value_name("FILE")
                .help("A file of this machine, or the name of an uploaded one")
                .required_unless_present("path"),
        )
        .arg(text("path", "FILE", "As --file").conflicts_with("file"))
}

pub(crate) fn url_arguments(command: Command) -> Command {
    plain_arguments(command).arg(text("url", "URL", "The address").required(true))
}

pub(crate) fn goto_arguments(command: Command) -> Command {
    url_arguments(command)
}

pub(crate) fn press_arguments(command: Command) -> Command {
    plain_arguments(command).arg(text("key", "KEY", "Enter, Tab, ArrowDown, Control+a, …").required(true))
}

pub(crate) fn amount_arguments(command: Command) -> Command {
    plain_arguments(command)
        .arg(text("amount", "PIXELS", "How far; by default a page").value_parser(value_parser!(i64)))
}

pub(crate) fn wait_arguments(command: Command) -> Command {
    plain_arguments(command).arg(text("milliseconds", "MS", "How long").required(true).value_parser(value_parser!(u64)))
}

pub(crate) fn tab_arguments(command: Command) -> Command {
    plain_arguments(command)
        .arg(text("index", "INDEX", "Number of the tab, from 0").required(true).value_parser(value_parser!(i64)))
}

pub(crate) fn script_arguments(command: Command) -> Command {
    command.arg(text("code", "CODE|@FILE|-", "The script").required(true))
}

pub(crate) fn form_arguments(command: Command) -> Command {
    plain_arguments(command).arg(
        Arg::new("data")
            .long("data")
            .value_name("JSON|@FILE|-")
            .required(true)
            .help("Values by meaning: {\"email\": …, \"first_name\": …}"),
    )
}

pub(crate) fn captcha_arguments(command: Command) -> Command {
    plain_arguments(command).arg(text("type", "TYPE", "Its type, if it is known"))
}

pub(crate) fn complete_arguments(command: Command) -> Command {
    command.arg(text("answer", "ANSWER", "What was found").required(true)).arg(
        Arg::new("success")
            .long("success")
            .value_name("true|false")
            .num_args(0..=1)
            .default_value("true")
            .default_missing_value("true")
            .value_parser(value_parser!(bool))
            .help("Whether the task succeeded"),
    )
}

pub(crate) fn execute_arguments(command: Command) -> Command {
    let action = text("action", "JSON|@FILE|-", "The action, such as {\"type\": \"click\", \"id\": \"B1\"}")
        .required_unless_present("action-flag");
    plain_arguments(command)
        .arg(action)
        .arg(Arg::new("action-flag").long("action").value_name("JSON|@FILE|-").help("As ACTION"))
}

pub(crate) fn batch_arguments(command: Command) -> Command {
    command
        .arg(switch("keep-going", "Goes on after an action that failed"))
        .arg(switch("no-observe", "Does not look at the page at the end"))
}

pub(crate) fn observe_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("screenshot").long("screenshot").value_name("FILE").help("Saves the screenshot that comes with it"),
    )
}

pub(crate) fn find_arguments(command: Command) -> Command {
    let option = |name: &'static str, help: &'static str| Arg::new(name).long(name).value_name("TEXT").help(help);
    command
        .arg(option("role", "The role: button, link, textbox, …"))
        .arg(option("name", "A part of the name, whatever the case"))
        .arg(option("text", "A part of the whole line"))
}

pub(crate) fn screenshot_arguments(command: Command) -> Command {
    command
        .arg(text("file", "FILE", "Where it goes; by default notte-screenshot-<session>.jpg"))
        .arg(Arg::new("path").long("path").value_name("FILE").help("As FILE").conflicts_with("file"))
}

/// Looks at the page and remembers what it has.
pub(crate) async fn look(context: &Context, request: Option<Call<'_>>) -> Result<(Page, Value)> {
    let id = context.session_id().await?;
    let mut call = match request {
        Some(call) => call,
        None => Call::of(context.table(), "page_observe")?,
    };
    call.set("session_id", id.into())?;
    // Masked by hand below: what a field shows is what an agent has to see.
    let answer = match call.send(context.notte().await?).await? {
        Answer::Json(answer) => answer,
        Answer::Bytes(_) | Answer::Empty => Value::Null,
    };
    Ok((Page::read(&answer), answer))
}

pub(crate) async fn observe(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let request = own_call(context, &["page", "observe"], matches).await?;
    let (page, answer) = look(context, Some(request)).await?;
    context.observations().await?.keep(&context.session_id().await?, &page.seen())?;
    if let Some(path) = matches.get_one::<String>("screenshot") {
        let raw = answer.pointer("/screenshot/raw").and_then(Value::as_str).unwrap_or_default();
        save(&input::path(path)?, &decode(raw)?)?;
    }
    let elements: Vec<&Element> = page.elements.iter().collect();
    Ok(Output::content(page.json(), page.text(&elements)))
}

pub(crate) async fn find(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let (page, _) = look(context, None).await?;
    context.observations().await?.keep(&context.session_id().await?, &page.seen())?;
    let wanted = |name: &str| matches.get_one::<String>(name).map(|text| text.to_lowercase());
    let (role, name, text) = (wanted("role"), wanted("name"), wanted("text"));
    let fits = |wanted: &Option<String>, text: &str| {
        wanted.as_ref().is_none_or(|wanted| text.to_lowercase().contains(wanted.as_str()))
    };
    let found: Vec<&Element> = page
        .elements
        .iter()
        .filter(|it| fits(&role, &it.role) && fits(&name, &it.name) && fits(&text, &it.line()))
        .collect();
    if found.is_empty() {
        return Err(Error::new(Exit::NotFound, "not_found", "no element of the page fits")
            .hint("`notte page observe` lists what it has; scroll to see more"));
    }
    let json: Value = found.iter().map(|element| element.json.clone()).collect();
    Ok(Output::content(json, page.text(&found)))
}

pub(crate) async fn scrape(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let call = own_call(context, &["page", "scrape"], matches).await?;
    scraped(call.json(context.notte().await?, context.globals.reveal).await?)
}

pub(crate) async fn scrape_url(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let call = own_call(context, &["scrape"], matches).await?;
    scraped(call.json(context.notte().await?, context.globals.reveal).await?)
}

/// The data if a model took some out of the page, else its Markdown.
fn scraped(answer: Value) -> Result<Output> {
    let structured = &answer["structured"];
    if structured["success"] == false {
        let why = structured["error"].as_str().unwrap_or("the data could not be taken out of the page");
        return Err(Error::new(Exit::Action, "scrape_failed", why).done());
    }
    let data = &structured["data"];
    let text =
        if data.is_null() { answer["markdown"].as_str().unwrap_or_default().to_owned() } else { format!("{data:#}") };
    Ok(Output::content(answer, marked(&text)))
}

pub(crate) async fn screenshot(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let bytes = screenshot_bytes(context).await?;
    let path = match matches.get_one::<String>("file").or_else(|| matches.get_one::<String>("path")) {
        Some(path) => input::path(path)?,
        None => sessions::default_name("screenshot", &context.session_id().await?, image_extension(&bytes)),
    };
    save(&path, &bytes)?;
    Ok(Output::text(json!({"path": path, "bytes": bytes.len()}), format!("{}", path.display())))
}

pub(crate) async fn screenshot_bytes(context: &Context) -> Result<notte_ext::notte_api::Bytes> {
    let mut call = Call::of(context.table(), "page_screenshot")?;
    call.set("session_id", context.session_id().await?.into())?;
    let Answer::Bytes(stream) = call.send(context.notte().await?).await? else {
        return Err(Error::failed("the service sent no screenshot"));
    };
    stream.bytes().await.map_err(|error| Error::failed(error.to_string()))
}

pub(crate) fn image_mime(bytes: &[u8]) -> &'static str {
    match image_extension(bytes) {
        "png" => "image/png",
        "webp" => "image/webp",
        _ => "image/jpeg",
    }
}

fn image_extension(bytes: &[u8]) -> &'static str {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => "png",
        [b'R', b'I', b'F', b'F', ..] => "webp",
        _ => "jpg",
    }
}

/// Writes a file; a link, a device or a folder in its place is refused.
fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    if path.symlink_metadata().is_ok_and(|meta| !meta.is_file()) {
        return Err(Error::usage(format!("{} is not a file", path.display())));
    }
    std::fs::write(path, bytes).map_err(|error| Error::file("write", path, &error))
}

fn decode(base64: &str) -> Result<Vec<u8>> {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.decode(base64).map_err(|_| Error::failed("the observation has no screenshot"))
}

/// The call of a command of this file, with the flags of its operation.
async fn own_call<'t>(context: &'t Context, words: &[&str], matches: &ArgMatches) -> Result<Call<'t>> {
    let leaf = LEAVES.iter().find(|leaf| leaf.words() == words);
    let Some(leaf) = leaf else { return Err(Error::failed("the command is not in the table")) };
    call(context, leaf, matches).await
}

/// Opens an address. A name that no session has yet starts one.
pub(crate) async fn goto(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let names = context.names().await?;
    let new = match &context.globals.session {
        Some(name) => names.id(name)?.is_none() && !looks_like_id(name),
        None => names.current()?.is_none() && crate::context::is_terminal(),
    };
    if new {
        let started = sessions::begin(context, Map::new(), context.globals.session.as_deref()).await?;
        context
            .printer
            .note(&format!("started session {}; `notte sessions stop` ends it", started.session.id().as_str()));
    }
    act(context, matches, json!({"type": "goto", "url": url(matches)})).await
}

fn url(matches: &ArgMatches) -> String {
    let url = matches.get_one::<String>("url").map_or("", String::as_str);
    if url.contains("://") || url.starts_with("about:") || url.starts_with("data:") {
        url.to_owned()
    } else {
        format!("https://{url}")
    }
}

/// Defines commands whose action is made of their arguments alone.
macro_rules! actions {
    ($($name:ident => $action:expr),+ $(,)?) => {$(
        pub(crate) async fn $name(context: &Context, matches: &ArgMatches) -> Result<Output> {
            let action: fn(&ArgMatches) -> Value = $action;
            act(context, matches, action(matches)).await
        }
    )+};
}

actions! {
    new_tab => |matches| json!({"type": "goto_new_tab", "url": url(matches)}),
    back => |_| json!({"type": "go_back"}),
    forward => |_| json!({"type": "go_forward"}),
    reload => |_| json!({"type": "reload"}),
    close_tab => |_| json!({"type": "close_tab"}),
    click => |matches| on(matches, "click", json!({"press_enter": pressed(matches)})),
    download => |matches| on(matches, "download_file", json!({})),
    check => |matches| on(matches, "check", json!({"value": matches.get_one::<bool>("value")})),
    select => |matches| on(matches, "select_dropdown_option", json!({"value": matches.get_one::<String>("value")})),
    press => |matches| json!({"type": "press_key", "key": matches.get_one::<String>("key")}),
    scroll_down => |matches| json!({"type": "scroll_down", "amount": matches.get_one::<i64>("amount")}),
    scroll_up => |matches| json!({"type": "scroll_up", "amount": matches.get_one::<i64>("amount")}),
    wait => |matches| json!({"type": "wait", "time_ms": matches.get_one::<u64>("milliseconds")}),
    switch_tab => |matches| json!({"type": "switch_tab", "tab_index": matches.get_one::<i64>("index")}),
    captcha_solve => |matches| json!({"type": "captcha_solve", "captcha_type": matches.get_one::<String>("type")}),
}

fn pressed(matches: &ArgMatches) -> Option<bool> {
    matches.get_flag("enter").then_some(true)
}

/// An action on an element: an id of an observation, `@id`, or a selector.
fn on(matches: &ArgMatches, kind: &str, mut fields: Value) -> Value {
    let target = matches.get_one::<String>("target").map_or("", String::as_str);
    let id = target.strip_prefix('@').unwrap_or(target);
    fields["type"] = json!(kind);
    if is_element_id(id) {
        fields["id"] = json!(id);
    } else {
        fields["selector"] = json!(target);
    }
    crate::page::compact(fields)
}

pub(crate) async fn fill(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let value = match matches.get_one::<String>("vault-field") {
        Some(field) => vault_field(context, field, matches.get_one::<String>("vault-id")).await?,
        None => {
            let text = matches.get_one::<String>("value");
            let text = text.ok_or_else(|| {
                Error::usage("there is nothing to type").hint("pass TEXT, -, @FILE, env:NAME or --vault-field")
            })?;
            input::reference("value", text)?
        }
    };
    let clear = matches.get_flag("clear").then_some(true);
    let action =
        on(matches, "fill", json!({"value": value, "clear_before_fill": clear, "press_enter": pressed(matches)}));
    act(context, matches, action).await
}

/// A field of the login that the vault has for the page in front. It goes to the page and nowhere else.
async fn vault_field(context: &Context, field: &str, vault: Option<&String>) -> Result<String> {
    let notte = context.notte().await?;
    let vault = match vault {
        Some(vault) => vault.clone(),
        None => only_vault(context).await?,
    };
    if field.starts_with("card_") {
        let mut call = Call::of(context.table(), "vault_credit_card_get")?;
        call.set("vault_id", vault.into())?;
        let answer = call.json(notte, true).await?;
        let card = if answer["credit_card"].is_object() { &answer["credit_card"] } else { &answer };
        return card[field].as_str().map(ToOwned::to_owned).ok_or_else(|| no_field(field));
    }
    let (page, _) = look(context, None).await?;
    let site = origin(&page.url);
    if matches!(field, "mfa" | "mfa_code") {
        let login = notte.vaults().attach(vault).credentials(site).get().await?;
        return login.mfa_code()?.map(|code| code.expose().clone()).ok_or_else(|| no_field(field));
    }
    if !matches!(field, "email" | "username" | "password") {
        return Err(Error::usage(format!("a vault has no field `{field}`"))
            .hint("email, username, password, mfa, or a field of the card such as card_number"));
    }
    let mut call = Call::of(context.table(), "vault_credentials_get")?;
    call.set("vault_id", vault.into())?;
    call.set("url", site.into())?;
    let answer = call.json(notte, true).await?;
    let login = if answer["credentials"].is_object() { &answer["credentials"] } else { &answer };
    let value = login[field].as_str().map(ToOwned::to_owned);
    value.ok_or_else(|| no_field(field))
}

/// Scheme, host and port of an address: a vault need not know more of a page.
fn origin(url: &str) -> &str {
    let start = url.find("://").map_or(0, |place| place + 3);
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |place| start + place);
    &url[..end]
}

fn no_field(field: &str) -> Error {
    Error::new(Exit::NotFound, "not_found", format!("the vault has no `{field}` for this page"))
        .hint("`notte vaults credentials list` shows what it has")
}

async fn only_vault(context: &Context) -> Result<String> {
    let list = Call::of(context.table(), "list_vaults")?.json(context.notte().await?, false).await?;
    match crate::output::items(&list).map(Vec::as_slice) {
        Some([only]) => Ok(only["vault_id"].as_str().unwrap_or_default().to_owned()),
        Some([]) | None => Err(Error::usage("the account has no vault").hint("`notte vaults create`")),
        Some(_) => Err(Error::usage("the account has more than one vault").hint("pass --vault-id")),
    }
}

/// Gives a file of this machine to the page: it is uploaded to the session first.
pub(crate) async fn upload(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let file =
        matches.get_one::<String>("file").or_else(|| matches.get_one::<String>("path")).map_or("", String::as_str);
    let path = input::path(file)?;
    let name = if path.is_file() {
        context.session().await?.files().upload(&path).await?;
        path.file_name().map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned())
    } else {
        file.to_owned()
    };
    act(context, matches, on(matches, "upload_file", json!({"file_path": name}))).await
}

pub(crate) async fn eval_js(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let code = matches.get_one::<String>("code").map_or("", String::as_str);
    let code = input::reference("code", code)?;
    let result = execute_action(context, json!({"type": "evaluate_js", "code": code})).await?;
    let text = result.pointer("/data/markdown").and_then(Value::as_str).unwrap_or("null").to_owned();
    let value = serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
    Ok(Output::content(value, text))
}

pub(crate) async fn form_fill(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let data = input::json_text("data", matches.get_one::<String>("data").map_or("", String::as_str))?;
    act(context, matches, json!({"type": "form_fill", "value": data})).await
}

pub(crate) async fn complete(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let (answer, success) = (matches.get_one::<String>("answer"), matches.get_one::<bool>("success"));
    let result = execute_action(context, json!({"type": "completion", "answer": answer, "success": success})).await?;
    Ok(Output::text(json!({"success": true, "message": result["message"]}), "completed"))
}

pub(crate) async fn execute(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let action = matches.get_one::<String>("action").or_else(|| matches.get_one::<String>("action-flag"));
    let action = input::json_text("action", action.map_or("", String::as_str))?;
    act(context, matches, action).await
}

async fn act(context: &Context, matches: &ArgMatches, action: Value) -> Result<Output> {
    perform(context, action, !matches.get_flag("no-observe")).await
}

/// Runs an action, and answers what it changed on the page.
pub(crate) async fn perform(context: &Context, action: Value, observe: bool) -> Result<Output> {
    let kind = action["type"].as_str().unwrap_or_default().to_owned();
    let result = execute_action(context, crate::page::compact(action)).await?;
    let message = result["message"].as_str().unwrap_or_default().to_owned();
    let mut value = json!({"success": true, "action": kind, "message": message});
    if let Some(data) = result.get("data").filter(|data| !data.is_null()) {
        value["data"] = data.clone();
    }
    let mut text = message;
    if let Some(markdown) = value.pointer("/data/markdown").and_then(Value::as_str) {
        text = format!("{text}\n{}", marked(markdown));
    }
    if observe {
        match changes(context).await {
            Ok((page, delta)) => {
                value["page"] = json!({"url": page.url, "title": page.title});
                value["delta"] = delta.json();
                text = format!("{text}\n{}\n{}", page.head(), delta.text());
            }
            // The action is done: that the look failed does not undo it.
            Err(error) => context
                .printer
                .note(&format!("the action succeeded, and the page could not be observed: {}", error.message)),
        }
    }
    Ok(Output::content(value, text))
}

async fn changes(context: &Context) -> Result<(Page, crate::page::Delta)> {
    let (page, _) = look(context, None).await?;
    let id = context.session_id().await?;
    let observations = context.observations().await?;
    let delta = page.delta(observations.last(&id).as_ref());
    observations.keep(&id, &page.seen())?;
    Ok((page, delta))
}

/// Sends an action once. One that did not work is an error; a stale id is refused before anything is sent.
pub(crate) async fn execute_action(context: &Context, action: Value) -> Result<Value> {
    let id = context.session_id().await?;
    check_id(context, &id, &action).await?;
    let kind = action["type"].as_str().unwrap_or_default().to_owned();
    let action: types::Action = serde_json::from_value(action).map_err(|error| {
        Error::usage(format!("the action is invalid: {error}")).hint("`notte describe page_execute` lists every action")
    })?;
    let session: Session = context.session().await?;
    let result = session.try_execute(action).await?;
    let mut result = serde_json::to_value(&result).unwrap_or_default();
    if !context.globals.reveal
        && let Some(operation) = context.table().find("page_execute")
    {
        mask::mask(context.table(), &operation.response.schema, &mut result);
    }
    if result["success"] == true {
        return Ok(result);
    }
    let why =
        ["message", "exception", "code"].iter().find_map(|name| result[*name].as_str().filter(|text| !text.is_empty()));
    let mut error = Error::new(
        Exit::Action,
        "action_failed",
        format!("{kind} failed: {}", why.unwrap_or("the page did not allow it")),
    )
    .done();
    error.operation = Some("page_execute".to_owned());
    error.hint = Some("observe the page again: `notte page observe`".to_owned());
    Err(error)
}

async fn check_id(context: &Context, session: &str, action: &Value) -> Result<()> {
    let Some(id) = action["id"].as_str().filter(|id| !id.is_empty()) else { return Ok(()) };
    match context.observations().await?.last(session) {
        Some(seen) if !seen.has(id) => {
            let known: Vec<&str> = seen.elements.iter().map(|(id, _)| id.as_str()).take(20).collect();
            let known = if known.is_empty() { "no element".to_owned() } else { known.join(" ") };
            Err(Error::new(
                Exit::Usage,
                "stale_element",
                format!("the last observation has no element {id}; it has {known}"),
            )
            .hint("ids are numbered anew with each observation: `notte page observe`"))
        }
        _ => Ok(()),
    }
}

/// Runs actions as they come on stdin, a line of JSON each, and prints a line of JSON for each.
pub(crate) async fn batch(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut failed = None;
    let mut number = 0;
    while let Some(line) =
        lines.next_line().await.map_err(|error| Error::usage(format!("stdin cannot be read: {error}")))?
    {
        number += 1;
        if line.trim().is_empty() {
            continue;
        }
        let action = input::json_text(&format!("line {number}"), &line);
        let outcome = match action {
            Ok(action) => execute_action(context, action).await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(result) => context.printer.item(
                &json!({"line": number, "success": true, "message": result["message"], "data": result["data"]}),
            )?,
            Err(error) => {
                let mut item = error.json();
                item["line"] = json!(number);
                item["success"] = json!(false);
                context.printer.item(&item)?;
                failed.get_or_insert(error);
                if !matches.get_flag("keep-going") {
                    break;
                }
            }
        }
    }
    if !matches.get_flag("no-observe") && number > 0 {
        let (page, delta) = changes(context).await?;
        context.printer.item(&json!({"page": {"url": page.url, "title": page.title}, "delta": delta.json()}))?;
    }
    failed.map_or_else(|| Ok(Output::nothing()), Err)
}
