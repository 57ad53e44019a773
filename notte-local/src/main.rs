//! The program: flags in, a server until a signal.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use notte_local::Local;

/// The Notte API on this machine, over a real headless Chromium.
#[derive(Parser)]
#[command(version)]
struct Flags {
    /// Port to listen on.
    #[arg(long, default_value_t = 8765)]
    port: u16,
    /// Address to listen on; one that others can reach needs --api-key.
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
    /// Browser to start; the best that is installed unless given.
    #[arg(long)]
    browser: Option<PathBuf>,
    /// Key that clients have to send; any will do unless given.
    #[arg(long)]
    api_key: Option<String>,
    /// Sessions that may be active at once.
    #[arg(long, default_value_t = 50)]
    max_sessions: usize,
}

#[tokio::main]
#[allow(clippy::print_stdout, clippy::print_stderr, reason = "a program speaks to its user")]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let flags = Flags::parse();
    let mut builder = Local::builder().port(flags.port).address(flags.address).max_sessions(flags.max_sessions);
    if let Some(browser) = flags.browser {
        builder = builder.browser(browser);
    }
    if let Some(key) = flags.api_key {
        builder = builder.api_key(key);
    }
    let signalled = signalled();
    let mut local = match builder.start().await {
        Ok(local) => local,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", local.url());
    tokio::select! {
        () = local.wait() => ExitCode::FAILURE,
        () = signalled => ExitCode::SUCCESS,
    }
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
