//! `notte doctor`: what works and what does not, each with what to do; and the two health calls.

use std::time::{Duration, SystemTime};

use clap::ArgMatches;
use serde_json::{Value, json};

use crate::{
    call::Call,
    context::Context,
    error::{Error, Exit, Result},
    output::Output,
};

/// How far clocks may differ before signed requests and one-time codes suffer.
const SKEW: Duration = Duration::from_secs(30);

pub(crate) async fn health(context: &Context, _: &ArgMatches) -> Result<Output> {
    Ok(Output::json(Call::of(context.table(), "health_check")?.json(&context.keyless().await?, true).await?))
}

pub(crate) async fn ready(context: &Context, _: &ArgMatches) -> Result<Output> {
    Ok(Output::json(Call::of(context.table(), "ready_check")?.json(&context.keyless().await?, true).await?))
}

struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
    fix: &'static str,
    transient: bool,
}

impl Check {
    fn new(name: &'static str, result: Result<String, String>, fix: &'static str, transient: bool) -> Self {
        let (ok, detail) = match result {
            Ok(detail) => (true, detail),
            Err(detail) => (false, detail),
        };
        Self { name, ok, detail, fix, transient }
    }

    fn json(&self) -> Value {
        json!({"check": self.name, "ok": self.ok, "detail": self.detail, "fix": (!self.ok).then_some(self.fix), "transient": !self.ok && self.transient})
    }
}

pub(crate) async fn doctor(context: &Context, _: &ArgMatches) -> Result<Output> {
    let said = |error: Error| error.message;
    let mut checks = vec![Check::new(
        "version",
        Ok(format!("notte {}, API {}", env!("CARGO_PKG_VERSION"), context.table().version)),
        "",
        false,
    )];
    let state = crate::state::folder().map(|folder| folder.display().to_string()).map_err(said);
    checks.push(Check::new("state", state, "set NOTTE_CONFIG_DIR to a folder that you can write", false));
    #[cfg(feature = "local")]
    checks.push(Check::new(
        "browser",
        browser(),
        "install Chromium or Chrome: apt-get install chromium-headless-shell",
        false,
    ));
    let target = context.target().await;
    let key = match &target {
        Ok(target) => target
            .key
            .as_ref()
            .map(|key| format!("{} for {}", key.source.as_str(), target.url))
            .ok_or_else(|| format!("none for {}", target.url)),
        Err(error) => Err(error.message.clone()),
    };
    checks.push(Check::new("key", key, "notte auth login, or work on this machine with --local", false));
    let reach = reach(context).await;
    let skew = reach.as_ref().map_err(Clone::clone).and_then(|skew| match skew {
        Some(skew) if *skew > SKEW => Err(format!("this clock is {} s off the service's", skew.as_secs())),
        Some(skew) => Ok(format!("within {} s of the service's", skew.as_secs().max(1))),
        None => Ok("the service does not say its time".to_owned()),
    });
    let reached = reach.is_ok();
    checks.push(Check::new(
        "service",
        reach.map(|_| "is up".to_owned()),
        "check the address and the network; `notte --local` needs neither",
        true,
    ));
    if reached {
        checks.push(Check::new("clock", skew, "set the clock of this machine", false));
        let accepted = accepted(context).await.map_err(said);
        checks.push(Check::new("sign-in", accepted, "notte auth login", false));
        let ledger = ledger(context).await.map_err(said);
        checks.push(Check::new("ledger", ledger, "notte sessions sweep", false));
    }
    let failed: Vec<&str> = checks.iter().filter(|check| !check.ok).map(|check| check.name).collect();
    let value = json!({"ok": failed.is_empty(), "checks": checks.iter().map(Check::json).collect::<Vec<_>>()});
    let lines: Vec<String> = checks
        .iter()
        .map(|check| {
            let fix = if check.ok { String::new() } else { format!("\n      {}", check.fix) };
            format!("{} {}: {}{fix}", if check.ok { "ok  " } else { "FAIL" }, check.name, check.detail)
        })
        .collect();
    let output = Output::text(value, lines.join("\n"));
    if failed.is_empty() {
        return Ok(output);
    }
    context.printer.print(&output)?;
    Err(Error::new(Exit::Failed, "unhealthy", format!("failed: {}", failed.join(", "))))
}

/// Asks the service, and compares its clock with this one.
async fn reach(context: &Context) -> Result<Option<Duration>, String> {
    let notte = context.keyless().await.map_err(|error| error.message)?;
    let answer = notte
        .call(notte.api().health_check())
        .deadline(Duration::from_secs(10))
        .raw()
        .await
        .map_err(|error| error.to_string())?;
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
    let there =
        date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| SystemTime::from(date.timestamp()));
    Ok(there.map(|there| SystemTime::now().duration_since(there).unwrap_or_else(|error| error.duration())))
}

async fn accepted(context: &Context) -> Result<String> {
    Call::of(context.table(), "get_usage")?.json(context.notte().await?, false).await?;
    Ok("the service accepts the key".to_owned())
}

/// Sessions of this machine that are in the ledger; a sweep would stop those of dead processes.
async fn ledger(context: &Context) -> Result<String> {
    let live = context.names().await?.all().len();
    Ok(format!("{live} sessions have a name here"))
}

#[cfg(feature = "local")]
fn browser() -> Result<String, String> {
    notte_local::browser().map(|path| path.display().to_string())
}
