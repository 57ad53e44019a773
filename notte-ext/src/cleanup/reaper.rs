//! The reaper: a thread with a runtime and connections of its own, which outlives every runtime of the caller.

use std::{future::Future, io, pin::Pin, sync::Arc, thread::ThreadId, time::Duration};

use tokio::{
    sync::{
        OwnedSemaphorePermit,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    task::JoinSet,
    time::Instant,
};

use super::{CloseReason, Core, signals, stop};
use crate::ErrorKind;

/// How long a session that was let go of is tried to be stopped.
const BOUND: Duration = Duration::from_secs(120);
/// An answer to a stop that takes longer is not waited for: sending it again is safe.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the reaper is asked to do.
pub(super) enum Job {
    /// Stop a session. Its slot is free when it has ended.
    Stop { id: String, reason: CloseReason, slot: Option<OwnedSemaphorePermit> },
    /// Run this to its end, whatever becomes of whoever wants its result.
    Run(Pin<Box<dyn Future<Output = ()> + Send>>),
    /// Say when nothing is under way.
    Flush(Box<dyn FnOnce() + Send>),
}

/// Starts the thread. It ends when nobody can ask it for anything any more, and everything is done.
pub(super) fn spawn(core: Arc<Core>) -> io::Result<(UnboundedSender<Job>, ThreadId)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let signals = core.stop_on_signals.then(|| signals::Signals::listen(&runtime)).transpose()?;
    let (sender, jobs) = unbounded_channel();
    let thread = std::thread::Builder::new()
        .name("notte-reaper".into())
        .spawn(move || runtime.block_on(run(core, jobs, signals)))?;
    Ok((sender, thread.thread().id()))
}

async fn run(core: Arc<Core>, mut jobs: UnboundedReceiver<Job>, mut signals: Option<signals::Signals>) {
    let mut tasks = JoinSet::new();
    let mut waiting: Vec<Box<dyn FnOnce() + Send>> = Vec::new();
    loop {
        if tasks.is_empty() && jobs.is_empty() {
            waiting.drain(..).for_each(|tell| tell());
        }
        tokio::select! {
            job = jobs.recv() => match job {
                Some(Job::Stop { id, reason, slot }) => {
                    let core = Arc::clone(&core);
                    tasks.spawn(async move {
                        reap(&core, &id, reason).await;
                        drop(slot);
                    });
                }
                Some(Job::Run(task)) => {
                    tasks.spawn(task);
                }
                Some(Job::Flush(tell)) => waiting.push(tell),
                None => break,
            },
            Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            exit_code = signals::next(&mut signals) => match signals::stop_all_and_exit(&core, exit_code).await {},
        }
    }
    while tasks.join_next().await.is_some() {}
    waiting.drain(..).for_each(|tell| tell());
}

/// Stops a session that was let go of, and does not give up at the first trouble.
pub(super) async fn reap(core: &Core, id: &str, reason: CloseReason) {
    let end = Instant::now() + BOUND;
    let mut pause = Duration::from_millis(250);
    loop {
        let mut policy = core.policy.clone();
        policy.timeout = policy.timeout.min(PATIENCE);
        policy.deadline = end.saturating_duration_since(Instant::now());
        let Err(error) = stop(&core.client, &core.budget, policy, id, reason).await else {
            core.forget(id);
            tracing::debug!(session = id, "stopped");
            return;
        };
        let hopeless = matches!(error.kind(), ErrorKind::Auth | ErrorKind::Config | ErrorKind::InvalidRequest);
        let next = Instant::now() + pause;
        if hopeless || next >= end {
            tracing::error!(session = id, error = %error, "cannot be stopped; it lives until its idle timeout");
            return;
        }
        tracing::debug!(session = id, error = %error, "not stopped yet");
        tokio::time::sleep_until(next).await;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}
