//! One handler for the whole process: when it is asked to end, it stops the sessions of every client, and then ends it.

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use tokio::{
    runtime::Runtime,
    sync::{
        mpsc::{UnboundedSender, WeakUnboundedSender},
        oneshot,
    },
};

use super::reaper::Job;

/// Whoever sent the signal will not wait much longer.
const BOUND: Duration = Duration::from_secs(10);
const SIGINT: i32 = 2;
#[cfg(unix)]
const SIGTERM: i32 = 15;

static HANDLER: Mutex<Handler> = Mutex::new(Handler { listens: false, clients: Vec::new() });

struct Handler {
    listens: bool,
    /// The reapers of all clients. It keeps none of them going.
    clients: Vec<WeakUnboundedSender<Job>>,
}

/// Has the sessions of a client stopped too when a signal ends the process.
pub(super) fn add(reaper: &UnboundedSender<Job>) {
    let mut handler = HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
    handler.clients.retain(|client| client.strong_count() > 0);
    handler.clients.push(reaper.downgrade());
}

/// Takes the signals over. They stay taken over for as long as the process lives.
pub(super) fn listen() -> io::Result<()> {
    let mut handler = HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
    if handler.listens {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let signals = Signals::listen(&runtime)?;
    std::thread::Builder::new().name("notte-signals".into()).spawn(move || runtime.block_on(wait(signals)))?;
    handler.listens = true;
    Ok(())
}

async fn wait(mut signals: Signals) {
    let signal = signals.next().await;
    let reapers: Vec<_> = {
        let handler = HANDLER.lock().unwrap_or_else(PoisonError::into_inner);
        handler.clients.iter().filter_map(WeakUnboundedSender::upgrade).collect()
    };
    let stopped = reapers.iter().map(|reaper| {
        let (done, stopped) = oneshot::channel();
        // A reaper that has ended has stopped everything.
        let _ = reaper.send(Job::StopAll(done));
        stopped
    });
    if tokio::time::timeout(BOUND, join_all(stopped)).await.is_err() {
        tracing::error!("not every session was stopped before the process ended");
    }
    // As a shell writes it.
    std::process::exit(128 + signal);
}

/// The signals that ask a process to end.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    fn listen(runtime: &Runtime) -> io::Result<Self> {
        let _entered = runtime.enter();
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
        }
        #[cfg(windows)]
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> i32 {
        tokio::select! {
            _ = self.interrupt.recv() => SIGINT,
            _ = self.terminate.recv() => SIGTERM,
        }
    }

    #[cfg(windows)]
    async fn next(&mut self) -> i32 {
        self.interrupt.recv().await;
        SIGINT
    }
}
