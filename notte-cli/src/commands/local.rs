//! `notte local`: the API on this machine, in this binary.

use clap::{Arg, ArgMatches, Command, value_parser};

use crate::{context::Context, error::Result, output::Output};

pub(crate) fn start_arguments(command: Command) -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    command
        .arg(option("port", "PORT", "Port to listen on; by default a free one").value_parser(value_parser!(u16)))
        .arg(option("browser", "FILE", "Browser to start; by default the best that is installed"))
        .arg(option("data", "DIR", "Where vaults, personas, profiles and functions are kept; by default in memory"))
        .arg(
            option("llm-url", "URL", "Language model of agents: an endpoint of chat completions").requires("llm-model"),
        )
        .arg(option("llm-model", "NAME", "Its name there").requires("llm-url"))
        .arg(option("max-sessions", "N", "Sessions that may be active at once").value_parser(value_parser!(usize)))
}

pub(crate) fn logs_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("lines")
            .long("lines")
            .short('n')
            .value_name("N")
            .default_value("100")
            .value_parser(value_parser!(usize))
            .help("How many lines"),
    )
}

#[cfg(feature = "local")]
pub(crate) use with::{logs, serve, start, status, stop};
#[cfg(not(feature = "local"))]
pub(crate) use without::{logs, serve, start, status, stop};

#[cfg(feature = "local")]
mod with {
    use std::time::{Duration, Instant};

    use notte_local::Local;
    use serde_json::json;

    use super::{ArgMatches, Context, Output, Result};
    use crate::{
        error::{Error, Exit},
        state::local::{found, log, spawn},
    };

    pub(crate) async fn start(context: &Context, matches: &ArgMatches) -> Result<Output> {
        if let Some(server) = found() {
            return Ok(Output::text(
                json!({"url": server.url, "pid": server.pid, "started": false}),
                format!("it runs already, at {}", server.url),
            ));
        }
        let mut arguments = Vec::new();
        for name in ["browser", "data", "llm-url", "llm-model"] {
            if let Some(value) = matches.get_one::<String>(name) {
                arguments.extend([format!("--{name}"), value.clone()]);
            }
        }
        if let Some(port) = matches.get_one::<u16>("port") {
            arguments.extend(["--port".to_owned(), port.to_string()]);
        }
        if let Some(most) = matches.get_one::<usize>("max-sessions") {
            arguments.extend(["--max-sessions".to_owned(), most.to_string()]);
        }
        let server = spawn(&arguments).await?;
        context.printer.note("use it with: notte --local …");
        Ok(Output::text(json!({"url": server.url, "pid": server.pid, "started": true}), server.url))
    }

    pub(crate) async fn status(_: &Context, _: &ArgMatches) -> Result<Output> {
        let server = found().ok_or_else(none)?;
        Ok(Output::text(
            json!({"url": server.url, "pid": server.pid}),
            format!("{} (process {})", server.url, server.pid),
        ))
    }

    fn none() -> Error {
        Error::new(Exit::NotFound, "not_found", "no local server runs").hint("`notte local start` starts one")
    }

    /// Asks the server to end, and waits until it has.
    pub(crate) async fn stop(_: &Context, _: &ArgMatches) -> Result<Output> {
        let server = found().ok_or_else(none)?;
        #[cfg(unix)]
        let asked = std::process::Command::new("kill").args(["-TERM", &server.pid.to_string()]).status();
        #[cfg(not(unix))]
        let asked = std::process::Command::new("taskkill").args(["/PID", &server.pid.to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            return Err(Error::failed(format!("the process {} could not be asked to end", server.pid)));
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while found().is_some_and(|it| it.pid == server.pid) {
            if Instant::now() > deadline {
                return Err(Error::failed(format!("the process {} did not end within ten seconds", server.pid)));
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        Ok(Output::text(json!({"stopped": server.pid}), "stopped the local server"))
    }

    pub(crate) async fn logs(_: &Context, matches: &ArgMatches) -> Result<Output> {
        let path = log()?;
        let text = std::fs::read_to_string(&path).map_err(|error| Error::file("read", &path, &error))?;
        let most = matches.get_one::<usize>("lines").copied().unwrap_or(100);
        let lines: Vec<&str> = text.lines().collect();
        let last = lines[lines.len().saturating_sub(most)..].join("\n");
        Ok(Output::content(json!({"path": path, "lines": last.lines().collect::<Vec<_>>()}), last))
    }

    /// Serves in this process until a signal.
    pub(crate) async fn serve(context: &Context, matches: &ArgMatches) -> Result<Output> {
        let signalled = crate::signals::ended();
        let mut builder = Local::builder();
        let text = |name: &str| matches.get_one::<String>(name);
        if let Some(port) = matches.get_one::<u16>("port") {
            builder = builder.port(*port);
        }
        if let Some(browser) = text("browser") {
            builder = builder.browser(browser);
        }
        if let Some(data) = text("data") {
            builder = builder.data(data);
        }
        if let Some(most) = matches.get_one::<usize>("max-sessions") {
            builder = builder.max_sessions(*most);
        }
        let failed = |error: &dyn std::fmt::Display| Error::failed(error.to_string());
        if let Some((url, model)) = text("llm-url").zip(text("llm-model")) {
            builder =
                builder.llm(url, model, std::env::var("NOTTE_LOCAL_LLM_KEY").ok()).map_err(|error| failed(&error))?;
        }
        let mut local = builder.start().await.map_err(|error| failed(&error))?;
        local.announce().map_err(|error| failed(&error))?;
        context.printer.note(&format!("serving at {}; use it with: notte --local …", local.url()));
        tokio::select! {
            () = local.wait() => return Err(Error::failed("the server ended by itself")),
            _ = signalled => {}
        }
        // Sessions may have a profile to keep.
        let _ = tokio::time::timeout(Duration::from_secs(5), local.end()).await;
        Ok(Output::nothing())
    }
}

#[cfg(not(feature = "local"))]
mod without {
    use super::{ArgMatches, Context, Output, Result};
    use crate::error::Error;

    macro_rules! refused {
        ($($name:ident),+) => {$(
            pub(crate) async fn $name(_: &Context, _: &ArgMatches) -> Result<Output> {
                Err(Error::usage("this build has no local server").hint("build notte-cli with the feature `local`"))
            }
        )+};
    }

    refused!(logs, serve, start, status, stop);
}
