//! Acting on an element: waiting until it can be acted on, then doing what the action says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::action::On;
use super::navigate::Before;
use super::ready::{Place, Sought, press, ready};
use super::{Done, Driver, Failure, keys};
use crate::engine::{HUNG, Tab};

/// How long a download may take at least.
const DOWNLOAD: Duration = Duration::from_secs(60);

/// How long a page may take after a click to ask for a file.
const CHOOSER: Duration = Duration::from_secs(2);

async fn here(tab: &Tab, place: &Place, function: &str, arguments: &[Value]) -> Result<Value, Failure> {
    Ok(tab.script_here(&place.realm, function, arguments).await?)
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
    let sought = Sought::of(driver, &tab, on)?;
    press(driver, &tab, &sought).await?;
    finish(&tab, on).await?;
    before.settle_begun(driver.browser).await;
    let moved = driver.browser.current().await?.target != tab.target;
    let tail = if moved { ", which opened a new tab" } else { "" };
    Ok(Done::said(format!("clicked {}{tail}", sought.name)))
}

pub(super) async fn check(driver: &Driver<'_>, on: &On, value: bool) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    let sought = Sought::of(driver, &tab, on)?;
    let name = &sought.name;
    let at = ready(driver, &tab, &sought, "check").await?;
    if at.kind != "check" {
        return Err(Failure::new("NotCheckable", format!("{name} is no checkbox, switch or radio button")));
    }
    if at.checked != value {
        let at = press(driver, &tab, &sought).await?;
        let now = match tab.script_here(&at.place.realm, "now", &[]).await {
            // The page that it was on is gone, by this very click.
            Err(error) if error.is_lost_context() => Value::Bool(value),
            now => now?,
        };
        if now != Value::Bool(value) {
            return Err(Failure::new("NotChecked", format!("{name} did not change when it was clicked")));
        }
    }
    finish(&tab, on).await?;
    before.settle(driver.browser).await;
    Ok(Done::said(format!("{name} is {}checked", if value { "" } else { "un" })))
}

/// What is typed, and how.
struct Text<'a> {
    value: &'a str,
    /// Whether it takes the place of what the field holds.
    clear: bool,
    /// Whether every character is a key that the page hears.
    keys: bool,
}

pub(super) async fn fill(driver: &Driver<'_>, on: &On, value: &str, clear: bool, keys: bool) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    let sought = Sought::of(driver, &tab, on)?;
    fill_in(driver, &tab, &sought, &Text { value, clear, keys }).await?;
    finish(&tab, on).await?;
    before.settle(driver.browser).await;
    Ok(Done::said(format!("filled {}", sought.name)))
}

/// Fills the element; again on the next page, where that comes before anything was typed.
async fn fill_in(driver: &Driver<'_>, tab: &Tab, sought: &Sought, text: &Text<'_>) -> Result<(), Failure> {
    let deadline = Instant::now() + sought.patience;
    loop {
        match fill_once(driver, tab, sought, text).await {
            Err(failure) if failure.kind == "PageChanged" && Instant::now() < deadline => {}
            other => return other,
        }
    }
}

async fn fill_once(driver: &Driver<'_>, tab: &Tab, sought: &Sought, text: &Text<'_>) -> Result<(), Failure> {
    let at = ready(driver, tab, sought, "fill").await?;
    match at.kind.as_str() {
        "text" => write(driver, tab, sought, at.place, text).await,
        "set" if here(tab, &at.place, "set", &[json!(text.value)]).await? == Value::Bool(false) => Err(unfit(sought)),
        "set" => Ok(()),
        "select" => choose(driver, tab, sought, at.place, text.value).await,
        "list" => pick(driver, tab, sought, text.value).await,
        "file" => attach(tab, sought, &at.place, stored(driver, text.value)?).await,
        other => {
            let message = format!("{} is a {other} element: it cannot be filled", sought.name);
            Err(Failure::new("NotFillable", message))
        }
    }
}

/// Types into the field that was found last; into the one in its place where the page puts one there first.
async fn write(
    driver: &Driver<'_>,
    tab: &Tab,
    sought: &Sought,
    mut place: Place,
    text: &Text<'_>,
) -> Result<(), Failure> {
    let deadline = Instant::now() + sought.patience;
    while Instant::now() < deadline {
        let filled = if driver.only.is_some() && !text.value.is_empty() {
            // Another page may come at any time, so finding the field and typing what is for one site only are one step.
            here(tab, &place, "type", &[json!(text.value), json!(text.clear), json!(text.keys)]).await?
        } else {
            insert(tab, &place, text).await?
        };
        match filled {
            Value::Bool(true) => return Ok(()),
            Value::Bool(false) => return Err(unfit(sought)),
            _ => place = ready(driver, tab, sought, "fill").await?.place,
        }
    }
    Err(Failure::new("ElementMoving", format!("{} is another one every time it is filled", sought.name)))
}

/// Types as the keyboard does; answers as `notte.filled`.
async fn insert(tab: &Tab, place: &Place, text: &Text<'_>) -> Result<Value, Failure> {
    let value = text.value;
    let focused = here(tab, place, "focus", &[json!(text.clear), json!(value)]).await?;
    let keys = text.keys || focused["keyed"] == true;
    match focused {
        Value::Null | Value::Bool(_) => return Ok(focused),
        _ if !value.is_empty() && keys => keys::write(tab, value).await?,
        _ if !value.is_empty() => drop(tab.input("Input.insertText", json!({ "text": value })).await?),
        _ if !text.clear => return Ok(Value::Bool(true)),
        focused if focused["length"] == 0 => {}
        _ => keys::press(tab, "Backspace").await?,
    }
    match tab.script_here(&place.realm, if keys { "typed" } else { "filled" }, &[json!(value)]).await {
        // What was typed led to another page.
        Err(error) if error.is_lost_context() => Ok(Value::Bool(true)),
        other => Ok(other?),
    }
}

fn unfit(sought: &Sought) -> Failure {
    Failure::new("InvalidValue", format!("{} does not take this value", sought.name))
}

/// Selects an option of the list that was found last; the page may bring it a moment later.
async fn choose(driver: &Driver<'_>, tab: &Tab, sought: &Sought, mut place: Place, value: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + sought.patience;
    loop {
        let answer = here(tab, &place, "select", &[json!(value)]).await?;
        let others = match &answer["error"] {
            Value::Null => return Ok(()),
            others => others,
        };
        if Instant::now() > deadline {
            let name = &sought.name;
            return Err(if answer["disabled"] == true {
                Failure::new("ElementDisabled", format!("{name}: this option is disabled"))
            } else {
                Failure::new("OptionNotFound", format!("{name} has no such option; it has {others}"))
            });
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        place = ready(driver, tab, sought, "fill").await?.place;
    }
}

/// Selects in a list that is made of other elements: opens it, then clicks the entry.
async fn pick(driver: &Driver<'_>, tab: &Tab, sought: &Sought, value: &str) -> Result<(), Failure> {
    let at = press(driver, tab, sought).await?;
    let deadline = Instant::now() + sought.patience;
    while here(tab, &at.place, "entry", &[json!(value)]).await? != Value::Bool(true) {
        if Instant::now() > deadline {
            return Err(Failure::new("OptionNotFound", format!("{} shows no such option", sought.name)));
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    press(driver, tab, &Sought::known_in(&at.place, "entry")).await.map(drop)
}

pub(super) async fn select(driver: &Driver<'_>, on: &On, value: &str) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    let sought = Sought::of(driver, &tab, on)?;
    let at = ready(driver, &tab, &sought, "select").await?;
    if at.kind == "select" {
        choose(driver, &tab, &sought, at.place, value).await?;
    } else {
        pick(driver, &tab, &sought, value).await?;
    }
    finish(&tab, on).await?;
    before.settle(driver.browser).await;
    Ok(Done::said(format!("selected in {}", sought.name)))
}

fn stored<'a>(driver: &Driver<'a>, name: &str) -> Result<&'a PathBuf, Failure> {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or_default();
    driver.uploads.get(name).or_else(|| driver.uploads.get(bare)).ok_or_else(|| {
        Failure::new("FileNotFound", format!("{name:?} is not among the files of this session: upload it first"))
    })
}

/// Gives a file to the input that was found last.
async fn attach(tab: &Tab, sought: &Sought, place: &Place, file: &PathBuf) -> Result<(), Failure> {
    let given = tab.give_files(&place.realm, &json!([file])).await;
    given.map_err(|error| Failure::new("NotFillable", format!("{} takes no files: {error}", sought.name)))
}

/// Clicks the element, and gives the file to the input that the page then asks the user to choose for.
async fn answer(driver: &Driver<'_>, tab: &Tab, sought: &Sought, file: &PathBuf) -> Result<(), Failure> {
    let catch =
        async |enabled: bool| tab.call("Page.setInterceptFileChooserDialog", json!({ "enabled": enabled })).await;
    catch(true).await?;
    let pressed = press(driver, tab, sought).await;
    let asked = if pressed.is_ok() { tab.asked_for_files(Instant::now() + CHOOSER).await } else { None };
    catch(false).await?;
    pressed?;
    let name = &sought.name;
    let Some(input) = asked else {
        return Err(Failure::new("NotFillable", format!("{name} leads to no input that takes files")));
    };
    let given = tab.input("DOM.setFileInputFiles", json!({ "backendNodeId": input, "files": [file] })).await;
    given.map(drop).map_err(|error| Failure::new("NotFillable", format!("{name} takes no files: {error}")))
}

pub(super) async fn upload(driver: &Driver<'_>, on: &On, name: &str) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = Before::of(driver.browser).await?;
    let file = stored(driver, name)?;
    let sought = Sought::of(driver, &tab, on)?;
    let at = ready(driver, &tab, &sought, "upload").await?;
    // What the user sees is often a label or a button beside the input that takes the file.
    if here(&tab, &at.place, "file", &[]).await? == Value::Bool(true) {
        attach(&tab, &sought, &at.place, file).await?;
    } else {
        answer(driver, &tab, &sought, file).await?;
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
    let sought = Sought::of(driver, &tab, on)?;
    press(driver, &tab, &sought).await?;
    let began = Instant::now();
    let first = downloads.wait_for(|all| all.len() > known);
    let Ok(Ok(_)) = timeout_at(began + sought.patience, first).await else {
        return Err(Failure::new("NoDownload", format!("clicking {} began no download", sought.name)));
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
    let before = Before::of(driver.browser).await?;
    let keys: Vec<&String> = values.keys().collect();
    let missing = tab.script("form", &[json!(keys)], HUNG).await?;
    if missing.as_array().is_some_and(|missing| !missing.is_empty()) {
        return Err(Failure::new("ElementNotFound", format!("the page has no field for {missing}")));
    }
    for (key, value) in values {
        let sought = Sought::known_as(&tab, &format!("form:{key}"));
        fill_in(driver, &tab, &sought, &Text { value, clear: true, keys: false }).await?;
    }
    before.settle(driver.browser).await;
    Ok(Done::said(format!("filled {} fields", values.len())))
}
