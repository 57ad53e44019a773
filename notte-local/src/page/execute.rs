//! Executing an action: which part of the page's machinery it goes to.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::element::{check, click, download, fill, fill_form, select, upload};
use super::navigate::{close_tab, goto, goto_new_tab, history, reload, switch_tab};
use super::observe::LOADING;
use super::{Action, Done, Driver, Failure, keys, navigate, scrape};
use crate::engine::{CdpError, HUNG, thrown};

/// The longest that a script of the caller may run.
const SCRIPT_LIMIT: Duration = Duration::from_secs(30);

/// Executes one action on the tab in front.
pub(crate) async fn execute(driver: &Driver<'_>, action: &Action) -> Result<Done, Failure> {
    if is_on_page(action)
        && let Ok(tab) = driver.browser.current().await
    {
        // What is on a page that is being left is not what the action is about.
        tab.settled(Instant::now() + LOADING).await;
    }
    let mut outcome = dispatch(driver, action).await;
    let dialogs = driver.browser.take_dialogs();
    let message = match &mut outcome {
        Ok(done) => &mut done.message,
        Err(failure) => &mut failure.message,
    };
    for dialog in &dialogs.texts {
        *message = format!("{message}; answered a dialog ({dialog})");
    }
    if dialogs.count > dialogs.texts.len() {
        *message = format!("{message} and {} more", dialogs.count - dialogs.texts.len());
    }
    outcome
}

/// Whether an action is about what the page in front shows.
fn is_on_page(action: &Action) -> bool {
    action.on().is_some()
        || matches!(
            action,
            Action::PressKey { .. }
                | Action::ScrollUp { .. }
                | Action::ScrollDown { .. }
                | Action::EvaluateJs { .. }
                | Action::Scrape(_)
                | Action::FormFill { .. }
        )
}

async fn dispatch(driver: &Driver<'_>, action: &Action) -> Result<Done, Failure> {
    let browser = driver.browser;
    match action {
        Action::Goto { url, wait_until } => goto(browser, url, wait_until.as_deref()).await,
        Action::GotoNewTab { url } => goto_new_tab(browser, url).await,
        Action::GoBack {} => history(browser, -1).await,
        Action::GoForward {} => history(browser, 1).await,
        Action::Reload {} => reload(browser).await,
        Action::CloseTab {} => close_tab(browser).await,
        Action::SwitchTab { tab_index } => switch_tab(browser, *tab_index).await,
        Action::PressKey { key } => {
            let before = navigate::Before::of(browser).await?;
            keys::press(&*browser.current().await?, key).await?;
            before.settle(browser).await;
            Ok(Done::said(format!("pressed {key}")))
        }
        Action::ScrollUp { amount, selector } => scroll(driver, -1, *amount, selector.as_deref()).await,
        Action::ScrollDown { amount, selector } => scroll(driver, 1, *amount, selector.as_deref()).await,
        Action::Wait { time_ms } => {
            tokio::time::sleep(Duration::from_millis(*time_ms)).await;
            Ok(Done::said(format!("waited {time_ms} ms")))
        }
        Action::EvaluateJs { code } => evaluate(driver, code).await,
        Action::Scrape(options) => {
            let text = scrape(browser, options).await?;
            Ok(Done { message: "scraped the page".into(), text: Some(text) })
        }
        Action::FormFill { value } => fill_form(driver, value).await,
        Action::Help { reason } => Ok(Done::said(format!("nobody is here to help: {reason}"))),
        Action::Completion { success: true, answer } => Ok(Done::said(answer)),
        Action::Completion { success: false, answer } => Err(Failure::new("TaskFailed", answer)),
        Action::EmailRead {} | Action::SmsRead {} => Err(Failure::new(
            "NoPersona",
            "there is no persona here: start an agent with a persona_id to read its inbox",
        )),
        Action::EmailVerificationRead {} | Action::CaptchaSolve {} => {
            Err(Failure::new("NotHere", "this action works on Notte's cloud only"))
        }
        Action::Click { on } => click(driver, on).await,
        Action::Check { value, on } => check(driver, on, *value).await,
        Action::Fill { value, clear_before_fill, on } => {
            fill(driver, on, value, clear_before_fill.unwrap_or(true), false).await
        }
        Action::FallbackFill { value, clear_before_fill, on } => {
            fill(driver, on, value, clear_before_fill.unwrap_or(true), true).await
        }
        Action::SelectDropdownOption { value, on } => select(driver, on, value).await,
        Action::UploadFile { file_path, on } => upload(driver, on, file_path).await,
        Action::DownloadFile { on } => download(driver, on).await,
    }
}

async fn scroll(
    driver: &Driver<'_>,
    direction: i64,
    amount: Option<u32>,
    selector: Option<&str>,
) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = navigate::Before::of(driver.browser).await?;
    let answer = tab.script("scroll", &[json!(amount), json!(direction), json!(selector)], HUNG).await?;
    if answer["error"].is_string() {
        return Err(Failure::new("ElementNotFound", format!("no element matches {selector:?}")));
    }
    // A page may bring more at its edge.
    before.settle_begun(driver.browser).await;
    match answer["moved"].as_i64().unwrap_or_default() {
        0 => {
            Err(Failure::new("EdgeReached", if direction > 0 { "already at the bottom" } else { "already at the top" }))
        }
        moved => Ok(Done::said(format!("scrolled by {moved} pixels"))),
    }
}

async fn evaluate(driver: &Driver<'_>, code: &str) -> Result<Done, Failure> {
    let tab = driver.browser.current().await?;
    let before = navigate::Before::of(driver.browser).await?;
    let run = async {
        let mut answer = tab.evaluate(code).await?;
        let said = answer["exceptionDetails"]["exception"]["description"].as_str().unwrap_or_default();
        if said.contains("Illegal return") || said.contains("await is only valid") {
            answer = tab.evaluate(&format!("(async () => {{ {code}\n }})()")).await?;
        } else if answer["result"]["type"] == "function" {
            answer = tab.evaluate(&format!("({code}\n)()")).await?;
        }
        thrown(answer)
    };
    let value = tab.patiently(SCRIPT_LIMIT, run).await.map_err(|error| match error {
        CdpError::Refused(text) => Failure::new("ScriptFailed", text),
        CdpError::Silent => Failure::new("Timeout", format!("the script ran longer than {} s", SCRIPT_LIMIT.as_secs())),
        other => other.into(),
    })?;
    let text = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    before.settle_begun(driver.browser).await;
    Ok(Done { message: "evaluated the script".into(), text: Some(text) })
}
