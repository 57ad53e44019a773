//! Stops the sessions of a client when the process is asked to end, for whoever opted in.

use std::{convert::Infallible, future::pending, io, time::Duration};

use futures_util::future::join_all;
use tokio::{runtime::Runtime, time::Instant};

use super::{CloseReason, Core, reaper::reap};

/// Whoever sent the signal will not wait much longer.
const BOUND: Duration = Duration::from_secs(10);
const SIGINT: i32 = 2;
#[cfg(unix)]
const SIGTERM: i32 = 15;

/// The signals that ask a process to end.
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    pub(super) fn listen(runtime: &Runtime) -> io::Result<Self> {
        let _entered = runtime.enter();
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
        }
        #[cfg(not(unix))]
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => SIGINT,
            _ = self.terminate.recv() => SIGTERM,
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> i32 {
        match tokio::signal::ctrl_c().await {
            Ok(()) => SIGINT,
            Err(_) => pending().await,
        }
    }
}

/// The exit code for the next signal, as a shell writes it.
pub(super) async fn next(signals: &mut Option<Signals>) -> i32 {
    match signals {
        Some(signals) => 128 + signals.next().await,
        None => pending().await,
    }
}

/// Stops what lives, and ends the process.
pub(super) async fn stop_all_and_exit(core: &Core, exit_code: i32) -> Infallible {
    let end = Instant::now() + BOUND;
    loop {
        let live = core.live.ids();
        let all = join_all(live.iter().map(|id| reap(core, id, CloseReason::Error)));
        let stopped = tokio::time::timeout_at(end, all).await.is_ok();
        if core.live.len() == 0 || !stopped || Instant::now() >= end {
            std::process::exit(exit_code);
        }
        // Tried, and still there: not at full speed.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
