//! The program: flags in, a server until a signal.

use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use notte_local::{Local, StartError};

/// The Notte API on this machine, over a real headless Chromium.
#[derive(Parser)]
#[command(version)]
struct Flags {
    /// Port to listen on.
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Address to listen on. It is plain http: for another one than loopback put something that speaks TLS before it.
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// Browser to start; the best that is installed unless given.
    #[arg(long)]
    browser: Option<PathBuf>,
    /// Selenium Grid 4 to take browsers from, such as http://localhost:4444; with a password better in the environment:
    /// NOTTE_LOCAL_GRID.
    #[arg(long, conflicts_with = "browsers")]
    grid: Option<String>,
    /// Browsers that run already, to take in turn: addresses of their DevTools protocol, separated by commas.
    #[arg(long, value_delimiter = ',')]
    browsers: Vec<String>,
    /// What the ids of sessions and agents begin with, for a proxy before several servers.
    #[arg(long)]
    instance: Option<String>,
    /// File with the key that clients have to send, else NOTTE_LOCAL_API_KEY in the environment, else a random one, which
    /// is printed.
    #[arg(long)]
    api_key_file: Option<PathBuf>,
    /// Directory to keep state in; in memory unless given.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Endpoint of a language model that speaks OpenAI's chat completions, such as http://localhost:11434/v1. Its key,
    /// if it needs one, comes from the environment: NOTTE_LOCAL_LLM_KEY.
    #[arg(long, requires = "llm_model")]
    llm_url: Option<String>,
    /// Name of the model there.
    #[arg(long, requires = "llm_url")]
    llm_model: Option<String>,
    /// Lets browsers and the server itself connect to link-local and metadata addresses, such as 169.254.169.254.
    #[arg(long)]
    allow_link_local: bool,
    /// Sessions that may be active at once.
    #[arg(long, default_value_t = 50)]
    max_sessions: usize,
    /// Prints what is answered, and how faithfully, and ends.
    #[arg(long)]
    coverage: bool,
}

#[tokio::main]
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let flags = Flags::parse();
    if flags.coverage {
        print!("{}", notte_local::coverage_table());
        return ExitCode::SUCCESS;
    }
    let signalled = signalled();
    let key = match key(flags.api_key_file.as_deref()) {
        Ok(key) => key,
        Err(reason) => {
            eprintln!("notte-local did not start: {reason}");
            return ExitCode::FAILURE;
        }
    };
    let random = key.is_none();
    let mut local = match start(flags, key).await {
        Ok(local) => local,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = local.announce() {
        tracing::warn!(%error, "other programs do not find this server by themselves");
    }
    println!("{}", local.url());
    if random {
        println!("export NOTTE_API_URL={} NOTTE_API_KEY={}", local.url(), local.api_key());
    }
    // Who reads the lines above may have closed the pipe.
    let _ = writeln!(std::io::stdout(), "dashboard: {}", local.dashboard_link());
    tokio::select! {
        () = local.wait() => ExitCode::FAILURE,
        () = signalled => {
            // Not dropped at once: sessions may have a profile to keep.
            drop(tokio::time::timeout(Duration::from_secs(5), local.end()).await);
            ExitCode::SUCCESS
        }
    }
}

async fn start(flags: Flags, key: Option<String>) -> Result<Local, StartError> {
    let mut builder = Local::builder()
        .port(flags.port)
        .address(flags.address)
        .max_sessions(flags.max_sessions)
        .allow_link_local(flags.allow_link_local);
    if let Some(browser) = flags.browser {
        builder = builder.browser(browser);
    }
    let grid = flags.grid.or_else(|| std::env::var("NOTTE_LOCAL_GRID").ok().filter(|url| !url.is_empty()));
    if !flags.browsers.is_empty() {
        builder = builder.browsers(&flags.browsers)?;
    } else if let Some(grid) = grid {
        builder = builder.grid(&grid)?;
    }
    if let Some(name) = flags.instance {
        builder = builder.instance(&name)?;
    }
    if let Some(key) = key {
        builder = builder.api_key(key);
    }
    if let Some(directory) = flags.data {
        builder = builder.data(directory);
    }
    if let Some((url, model)) = flags.llm_url.zip(flags.llm_model) {
        builder = builder.llm(&url, &model, std::env::var("NOTTE_LOCAL_LLM_KEY").ok())?;
    }
    builder.start().await
}

/// The key that was given, without the line break at its end.
fn key(file: Option<&Path>) -> Result<Option<String>, String> {
    let given = match file {
        Some(file) => Some(std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?),
        None => std::env::var("NOTTE_LOCAL_API_KEY").ok(),
    };
    Ok(given.map(|key| key.trim().to_owned()))
}

/// Returns at a signal to end; heard from the moment that this is called.
fn signalled() -> impl Future<Output = ()> {
    #[cfg(unix)]
    let term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
    async move {
        #[cfg(unix)]
        if let Some(mut term) = term {
            tokio::select! {
                _ = term.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}
