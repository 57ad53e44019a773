//! Acting on an element: waiting until it can be acted on, then doing what the action says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::action::On;
use super::navigate::Before;
use super::{Done, Driver, Failure, input, keys};
use crate::engine::{CdpError, HUNG, Tab};

/// How long a download may take at least.
const DOWNLOAD: Duration = Duration::from_secs(60);

/// How long a page may take after a click to ask for a file.
const CHOOSER: Duration = Duration::from_secs(2);

/// An element that is ready: where it is, and what it is.
struct Ready {
    x: f64,
    y: f64,
    kind: String,
    checked: bool,
}

/// The element as `notte.find` understands it.
fn target(driver: &Driver<'_>, on: &On) -> Result<Value, Failure> {
    if let Some(selector) = on.selector() {
        let (frames, selectors) = selector.sources();
        if selectors.iter().all(|source| source.trim().is_empty()) {
            return Err(Failure::new("InvalidSelector", "the selector is empty"));
        }
        return Ok(json!({ "frames": frames, "selectors": selectors }));
    }
    if on.id().starts_with("form:") || on.id() == "entry" {
        return Ok(json!({ "id": on.id() }));
    }
    let known = driver.known.get(on.id()).ok_or_else(|| {
        Failure::new(
            "ElementNotFound",
            format!("there is no element {:?} in the last observation: observe the page again", on.id()),
        )
    })?;
    Ok(json!({ "id": on.id(), "frames": known.frames, "selectors": known.selectors }))
}

fn named(on: &On) -> String {
    match on.selector() {
        Some(selector) => selector.sources().1.first().cloned().unwrap_or_default(),
        None => on.id().to_owned(),
    }
}

/// Waits until the element can be acted on: to `"click"` it, until a click reaches it, and to `"fill"` it, until it takes text.
async fn ready(driver: &Driver<'_>, tab: &Tab, on: &On, to: &str) -> Result<Ready, Failure> {
    let target = target(driver, on)?;
    let patience = Duration::from_millis(on.patience());
    let end = Instant::now() + patience;
    let left = || u64::try_from(end.saturating_duration_since(Instant::now()).as_millis()).unwrap_or(u64::MAX);
    let run = async {
        // A navigation ends the script; the time that is left shrinks with every new one.
        loop {
            match tab.script_once("ready", &[target.clone(), json!(left()), json!(to)]).await {
                Err(error) if error.is_lost_context() && Instant::now() < end => {
                    tab.lose_world();
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                other => return other,
            }
        }
    };
    let answer = tab.patiently(patience + Duration::from_secs(2), run).await.map_err(|error| match error {
        CdpError::Refused(text) if !error.is_lost_context() => {
            Failure::new("InvalidSelector", format!("{}: {text}", named(on)))
        }
        CdpError::Silent => {
            Failure::new("Timeout", format!("the page does not answer: {} was not found in time", named(on)))
        }
        other => other.into(),
    })?;
    if let Some(error) = answer["error"].as_str() {
        let kind = match error {
            "several" => "SeveralElements",
            "hidden" => "ElementHidden",
            "disabled" => "ElementDisabled",
            "fixed" => "NotFillable",
            "covered" => "ElementCovered",
            "moving" => "ElementMoving",
            _ => "ElementNotFound",
        };
        let reason = answer["reason"].as_str().unwrap_or_default();
        let waited = if error == "several" { String::new() } else { format!(" (waited {} ms)", on.patience()) };
        return Err(Failure::new(kind, format!("{}: {reason}{waited}", named(on))));
    }
    if let Some(only) = driver.only {
        let origin = answer["origin"].as_str().filter(|origin| *origin != "null").unwrap_or_default();
        if only.password && answer["secret"] != true {
            return Err(Failure::new("NoPasswordField", format!("{}: a password is typed into password fields only", named(on))));
        }
        if !only.allows(origin) {
            let message = format!("{}: nothing is typed here, since it is for another site than {origin:?}", named(on));
            return Err(Failure::new("OtherSite", message));
        }
    }
    Ok(Ready {
        x: answer["x"].as_f64().unwrap_or_default(),
        y: answer["y"].as_f64().unwrap_or_default(),
        kind: answer["kind"].as_str().unwrap_or_default().to_owned(),
        checked: answer["checked"].as_bool().unwrap_or_default(),
    })
}

/// Clicks the element, again where it had moved away before the click arrived.
async fn press(driver: &Driver<'_>, tab: &Tab, on: &On) -> Result<(), Failure> {
    let deadline = Instant::now() + Duration::from_millis(on.patience());
    loop {
        let at = ready(driver, tab, on, "click").await?;
        if at.kind == "file" {
            return Err(Failure::new("NotClickable", format!("{} takes files: use upload_file", named(on))));
        }
        let aim = async {
            input::point(tab, at.x, at.y).await?;
            tab.script_once("aim", &[]).await
        };
        let aimed = match tab.patiently(HUNG, aim).await {
            Ok(aimed) => aimed == true,
            // Another page came meanwhile; the element may be on that one.
            Err(error) if error.is_lost_context() => false,
            Err(error) => return Err(error.into()),
        };
        let after = |error| Failure::after(error, &format!("after the click on {}", named(on)));
        if aimed && click_lands(tab, &at).await.map_err(after)? {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(Failure::new("ElementMoving", format!("{} moves away from every click", named(on))));
        }
    }
}

/// Whether a click at the element reached it.
async fn click_lands(tab: &Tab, at: &Ready) -> Result<bool, CdpError> {
    let landed = async {
        input::click(tab, at.x, at.y).await?;
        tab.script_once("landed", &[]).await
    };
    match tab.patiently(HUNG, landed).await {
        Ok(landed) => Ok(landed == true),
        Err(error @ (CdpError::Silent | CdpError::Crashed | CdpError::Closed)) => Err(error),
        // The page or its tab is gone: this very click left it.
        Err(_) => Ok(true),
    }
}

async fn here(tab: &Tab, function: &str, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(tab.script_here(function, arguments).await?)
}

async fn finish(tab: &Tab, on: &On) -> Result<(), Failure> {
    if on.press_enter.unwrap_or(false) {
        keys::press(tab, "Enter").await?;
    }
    Ok(())
}

pub(super) async fn click(driver: &Driver<'_>, on: &On) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    press(driver, &tab, on).await?;
    if on.press_enter.unwrap_or(false) {
        keys::press(&tab, "Enter").await?;
        before.settle(driver.browser).await;
    } else {
        before.settle_begun(driver.browser).await;
    }
    let moved = driver.browser.current().await?.target != tab.target;
    Ok(Done::said(format!("clicked {}{}", named(on), if moved { ", which opened a new tab" } else { "" })))
}

pub(super) async fn check(driver: &Driver<'_>, on: &On, value: bool) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let at = ready(driver, &tab, on, "check").await?;
    if at.kind != "check" {
        return Err(Failure::new("NotCheckable", format!("{} is no checkbox, switch or radio button", named(on))));
    }
    if at.checked != value {
        press(driver, &tab, on).await?;
        if here(&tab, "now", &[]).await? != Value::Bool(value) {
            return Err(Failure::new("NotChecked", format!("{} did not change when it was clicked", named(on))));
        }
    }
    finish(&tab, on).await?;
    Ok(Done::said(format!("{} is {}checked", named(on), if value { "" } else { "un" })))
}

pub(super) async fn fill(driver: &Driver<'_>, on: &On, value: &str, clear: bool) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    let at = ready(driver, &tab, on, "fill").await?;
    match at.kind.as_str() {
        "text" => write(driver, &tab, on, value, clear).await?,
        "set" if here(&tab, "set", &[json!(value)]).await? == Value::Bool(false) => {
            return Err(unfit(on));
        }
        "set" => {}
        "select" => choose(driver, &tab, on, value).await?,
        "file" => attach(&tab, on, stored(driver, value)?).await?,
        other => {
            return Err(Failure::new(
                "NotFillable",
                format!("{} is a {other} element: it cannot be filled", named(on)),
            ));
        }
    }
    if on.press_enter.unwrap_or(false) {
        finish(&tab, on).await?;
        before.settle(driver.browser).await;
    }
    Ok(Done::said(format!("filled {}", named(on))))
}

/// Types into the field that was found last; into the one in its place where the page puts one there first.
async fn write(driver: &Driver<'_>, tab: &Tab, on: &On, value: &str, clear: bool) -> Result<(), Failure> {
    let deadline = Instant::now() + Duration::from_millis(on.patience());
    while Instant::now() < deadline {
        let filled = if driver.only.is_some() && !value.is_empty() {
            // Another page may come at any time, so finding the field and typing what is for one site only are one step.
            here(tab, "type", &[json!(value), json!(clear)]).await?
        } else {
            insert(tab, value, clear).await?
        };
        match filled {
            Value::Bool(true) => return Ok(()),
            Value::Bool(false) => return Err(unfit(on)),
            _ => ready(driver, tab, on, "fill").await?,
        };
    }
    Err(Failure::new("ElementMoving", format!("{} is another one every time it is filled", named(on))))
}

/// Types as the keyboard does; answers as `notte.filled`.
async fn insert(tab: &Tab, value: &str, clear: bool) -> Result<Value, Failure> {
    match here(tab, "focus", &[json!(clear)]).await? {
        Value::Null => return Ok(Value::Null),
        _ if !value.is_empty() => drop(tab.input("Input.insertText", json!({ "text": value })).await?),
        _ if !clear => return Ok(Value::Bool(true)),
        length if length == 0 => {}
        _ => keys::press(tab, "Backspace").await?,
    }
    match tab.script_here("filled", &[json!(value)]).await {
        // What was typed led to another page.
        Err(error) if error.is_lost_context() => Ok(Value::Bool(true)),
        other => Ok(other?),
    }
}

fn unfit(on: &On) -> Failure {
    Failure::new("InvalidValue", format!("{} does not take this value", named(on)))
}

/// Selects an option of the list that was found last; the page may bring it a moment later.
async fn choose(driver: &Driver<'_>, tab: &Tab, on: &On, value: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + Duration::from_millis(on.patience());
    loop {
        let answer = here(tab, "select", &[json!(value)]).await?;
        let others = match &answer["error"] {
            Value::Null => return Ok(()),
            others => others,
        };
        if Instant::now() > deadline {
            let name = named(on);
            return Err(if answer["disabled"] == true {
                Failure::new("ElementDisabled", format!("{name}: this option is disabled"))
            } else {
                Failure::new("OptionNotFound", format!("{name} has no such option; it has {others}"))
            });
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        ready(driver, tab, on, "fill").await?;
    }
}

pub(super) async fn select(driver: &Driver<'_>, on: &On, value: &str) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    let at = ready(driver, &tab, on, "select").await?;
    if at.kind == "select" {
        choose(driver, &tab, on, value).await?;
    } else {
        // A list made of other elements: open it, then click the entry.
        press(driver, &tab, on).await?;
        let deadline = Instant::now() + Duration::from_millis(on.patience());
        while here(&tab, "entry", &[json!(value)]).await? != Value::Bool(true) {
            if Instant::now() > deadline {
                return Err(Failure::new("OptionNotFound", format!("{} shows no such option", named(on))));
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        press(driver, &tab, &On::known_as("entry".into())).await?;
    }
    finish(&tab, on).await?;
    before.settle(driver.browser).await;
    Ok(Done::said(format!("selected in {}", named(on))))
}

fn stored<'a>(driver: &Driver<'a>, name: &str) -> Result<&'a PathBuf, Failure> {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or_default();
    driver.uploads.get(name).or_else(|| driver.uploads.get(bare)).ok_or_else(|| {
        Failure::new("FileNotFound", format!("{name:?} is not among the files of this session: upload it first"))
    })
}

/// Gives a file to the input that was found last.
async fn attach(tab: &Tab, on: &On, file: &PathBuf) -> Result<(), Failure> {
    let input = tab.last_element().await?;
    give(tab, on, file, json!({ "objectId": input })).await
}

async fn give(tab: &Tab, on: &On, file: &PathBuf, mut input: Value) -> Result<(), Failure> {
    input["files"] = json!([file]);
    tab.input("DOM.setFileInputFiles", input)
        .await
        .map_err(|error| Failure::new("NotFillable", format!("{} takes no files: {error}", named(on))))?;
    Ok(())
}

/// Clicks the element, and gives the file to the input that the page then asks the user to choose for.
async fn answer(driver: &Driver<'_>, tab: &Tab, on: &On, file: &PathBuf) -> Result<(), Failure> {
    let catch =
        async |enabled: bool| tab.call("Page.setInterceptFileChooserDialog", json!({ "enabled": enabled })).await;
    catch(true).await?;
    let pressed = press(driver, tab, on).await;
    let asked = if pressed.is_ok() { tab.asked_for_files(Instant::now() + CHOOSER).await } else { None };
    catch(false).await?;
    pressed?;
    let Some(input) = asked else {
        return Err(Failure::new("NotFillable", format!("{} leads to no input that takes files", named(on))));
    };
    give(tab, on, file, json!({ "backendNodeId": input })).await
}

pub(super) async fn upload(driver: &Driver<'_>, on: &On, name: &str) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    let file = stored(driver, name)?;
    ready(driver, &tab, on, "upload").await?;
    // What the user sees is often a label or a button beside the input that takes the file.
    if here(&tab, "file", &[]).await? == Value::Bool(true) {
        attach(&tab, on, file).await?;
    } else {
        answer(driver, &tab, on, file).await?;
    }
    before.settle(driver.browser).await;
    Ok(Done::said(format!("uploaded {name}")))
}

pub(super) async fn download(driver: &Driver<'_>, on: &On) -> Result<Done, Failure> {
    let mut downloads = driver.browser.downloads();
    let known = downloads.borrow_and_update().len();
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    driver.browser.take_downloads().await?;
    press(driver, &tab, on).await?;
    let began = Instant::now();
    let first = downloads.wait_for(|all| all.len() > known);
    let Ok(Ok(_)) = timeout_at(began + Duration::from_millis(on.patience()), first).await else {
        return Err(Failure::new("NoDownload", format!("clicking {} began no download", named(on))));
    };
    let ended = downloads.wait_for(|all| all.iter().skip(known).any(|file| file.done || file.failed));
    let name = match timeout_at(began + DOWNLOAD, ended).await {
        Ok(Ok(all)) => all.iter().skip(known).find(|file| file.done).map(|file| file.name.clone()),
        _ => return Err(Failure::new("Timeout", "the download did not end in time")),
    };
    before.settle_begun(driver.browser).await;
    match name {
        Some(name) => Ok(Done::said(format!("downloaded {name}"))),
        None => Err(Failure::new("NoDownload", "the download was cancelled")),
    }
}

pub(super) async fn fill_form(driver: &Driver<'_>, values: &BTreeMap<String, String>) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let keys: Vec<&String> = values.keys().collect();
    let missing = tab.script("form", &[json!(keys)], HUNG).await?;
    if missing.as_array().is_some_and(|missing| !missing.is_empty()) {
        return Err(Failure::new("ElementNotFound", format!("the page has no field for {missing}")));
    }
    for (key, value) in values {
        fill(driver, &On::known_as(format!("form:{key}")), value, true).await?;
    }
    Ok(Done::said(format!("filled {} fields", values.len())))
}
