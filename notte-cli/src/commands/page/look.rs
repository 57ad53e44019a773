//! Looking at a page: elements, text, data, screenshots.

use std::path::Path;

use clap::ArgMatches;
use serde_json::{Value, json};

use super::super::{call_of, sessions};
use crate::{
    call::{Answer, Call},
    context::Context,
    error::{Error, Exit, Result},
    input,
    output::Output,
    page::{Element, Page, marked},
};

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
    let request = call_of(context, &["page", "observe"], matches).await?;
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
    let call = call_of(context, &["page", "scrape"], matches).await?;
    scraped(call.json(context.notte().await?, context.globals.reveal).await?)
}

pub(crate) async fn scrape_url(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let call = call_of(context, &["scrape"], matches).await?;
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
