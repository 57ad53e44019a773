//! The server on this machine: found through what it announces, started in the background when there is none.

#[cfg(feature = "local")]
pub(crate) use with::{ensure, found, log, spawn};
#[cfg(not(feature = "local"))]
pub(crate) use without::ensure;

/// Where a local server is, and its key.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) key: String,
    #[cfg_attr(not(feature = "local"), allow(dead_code))]
    pub(crate) pid: u32,
}

#[cfg(feature = "local")]
mod with {
    use std::{
        fs::OpenOptions,
        path::PathBuf,
        process::{Command, Stdio},
        time::{Duration, Instant},
    };

    use super::Server;
    use crate::{
        error::{Error, Result},
        output::Printer,
        state::{folder, lock},
    };

    const START: Duration = Duration::from_secs(20);

    /// A server that runs.
    pub(crate) fn found() -> Option<Server> {
        let server = notte_local::announced().into_iter().next()?;
        Some(Server { url: server.url, key: server.api_key, pid: server.pid })
    }

    /// A server that runs; one is started if there is none.
    pub(crate) async fn ensure(printer: &Printer) -> Result<Server> {
        if let Some(server) = found() {
            return Ok(server);
        }
        // Two commands at once start one server.
        let _lock = lock(&folder()?.join("local.lock"))?;
        if let Some(server) = found() {
            return Ok(server);
        }
        let server = spawn(&[]).await?;
        printer.note(&format!("started a local server at {}; `notte local stop` ends it", server.url));
        Ok(server)
    }

    pub(crate) fn log() -> Result<PathBuf> {
        Ok(folder()?.join("local.log"))
    }

    /// Starts this program as a server in the background, and waits until it announces itself.
    pub(crate) async fn spawn(arguments: &[String]) -> Result<Server> {
        let log = log()?;
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&log).map_err(|error| Error::file("open", &log, &error))?;
        let errors = file.try_clone().map_err(|error| Error::file("open", &log, &error))?;
        let program =
            std::env::current_exe().map_err(|error| Error::failed(format!("cannot find this program: {error}")))?;
        let mut command = Command::new(program);
        command.args(["local", "serve"]).args(arguments).stdin(Stdio::null()).stdout(file).stderr(errors);
        // It needs no key of the cloud, and it outlives the terminal.
        command.env_remove("NOTTE_API_KEY");
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child =
            command.spawn().map_err(|error| Error::failed(format!("the local server did not start: {error}")))?;
        let deadline = Instant::now() + START;
        loop {
            if let Some(server) = found().filter(|server| server.pid == child.id()) {
                return Ok(server);
            }
            let ended = child.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > deadline {
                let why = std::fs::read_to_string(&log).unwrap_or_default();
                let last = why.lines().last().unwrap_or("it did not announce itself in time").to_owned();
                return Err(Error::failed(format!("the local server did not start: {last}"))
                    .hint("`notte local logs` shows more; `notte doctor` checks the browser"));
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

#[cfg(not(feature = "local"))]
mod without {
    use super::Server;
    use crate::{
        error::{Error, Result},
        output::Printer,
    };

    pub(crate) async fn ensure(_: &Printer) -> Result<Server> {
        Err(Error::usage("this build has no local server").hint("build notte-cli with the feature `local`"))
    }
}
