//! `notte page`: looks at the page of a session and acts on it. Each action answers what it changed.

mod arguments;
mod fill;
mod look;

use clap::ArgMatches;
use notte_ext::notte_api::types;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::sessions;
use crate::{
    context::Context,
    error::{Error, Exit, Result},
    input,
    output::{Output, mask},
    page::{Page, is_element_id, marked},
    state::sessions::looks_like_id,
};

pub(crate) use self::{
    arguments::*,
    fill::{fill, upload, value_of},
    look::{find, image_mime, observe, scrape, scrape_url, screenshot, screenshot_bytes},
};
use look::look;

/// Opens an address. A name that no session has yet starts one.
pub(crate) async fn goto(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let names = context.names().await?;
    let new = match &context.globals.session {
        Some(name) => names.id(name)?.is_none() && !looks_like_id(name),
        None => names.current()?.is_none() && crate::context::is_terminal(),
    };
    if new {
        begin(context).await?;
    }
    let action = json!({"type": "goto", "url": url(matches)});
    match act(context, matches, action.clone()).await {
        // A name whose session has ended is free: nothing can have been done there.
        Err(error) if context.globals.session.is_some() && !new && sessions::has_ended(context).await => {
            context.printer.note(&format!("the session of this name has ended: {}", error.message));
            begin(context).await?;
            act(context, matches, action).await
        }
        result => result,
    }
}

async fn begin(context: &Context) -> Result<()> {
    let started = sessions::begin(context, Map::new(), context.globals.session.as_deref()).await?;
    let id = started.session.id().as_str();
    context.printer.note(&format!("started session {id}; `notte sessions stop` ends it"));
    Ok(())
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
            Ok((page, delta, moved)) => {
                value["page"] = json!({"url": page.url, "title": page.title});
                value["delta"] = delta.json();
                let head = if moved { format!("{}\n", page.head()) } else { String::new() };
                text = format!("{text}\n{head}{}", delta.text());
            }
            // The action is done: that the look failed does not undo it.
            Err(error) => context
                .printer
                .note(&format!("the action succeeded, and the page could not be observed: {}", error.message)),
        }
    }
    Ok(Output::content(value, text))
}

/// The page, what changed on it, and whether its address or title did.
async fn changes(context: &Context) -> Result<(Page, crate::page::Delta, bool)> {
    let (page, _) = look(context, None).await?;
    let id = context.session_id().await?;
    let observations = context.observations().await?;
    let before = observations.last(&id);
    let (delta, seen) = (page.delta(before.as_ref()), page.seen());
    observations.keep(&id, &seen)?;
    let moved = delta.whole || before.is_none_or(|before| before.head != seen.head);
    Ok((page, delta, moved))
}

/// Sends an action once. One that did not work is an error; a stale id is refused before anything is sent.
pub(crate) async fn execute_action(context: &Context, action: Value) -> Result<Value> {
    let id = context.session_id().await?;
    check_id(context, &id, &action).await?;
    let kind = action["type"].as_str().unwrap_or_default().to_owned();
    let action: types::Action = serde_json::from_value(action).map_err(|error| {
        Error::usage(format!("the action is invalid: {error}")).hint("`notte describe page_execute` lists every action")
    })?;
    let session = context.session().await?;
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
        let (page, delta, _) = changes(context).await?;
        context.printer.item(&json!({"page": {"url": page.url, "title": page.title}, "delta": delta.json()}))?;
    }
    failed.map_or_else(|| Ok(Output::nothing()), Err)
}
