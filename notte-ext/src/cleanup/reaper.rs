//! The reaper: a thread with a runtime and connections of its own, which outlives every runtime of the caller.

use std::{collections::BTreeSet, future::Future, io, pin::Pin, sync::Arc, thread::ThreadId, time::Duration};

use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    task::JoinSet,
    time::Instant,
};

use super::{CloseReason, Core, lease::Slot, stop};
use crate::{ErrorKind, SessionId, call::Caller};

/// How long a session that was dropped is tried to be stopped.
const BOUND: Duration = Duration::from_secs(120);
/// A response to a stop that takes longer is not waited for: sending it again is safe.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the reaper is asked to do.
pub(super) enum Job {
    /// Stop a session. Its slot is free when it has ended.
    Stop { id: SessionId, reason: CloseReason, slot: Option<Slot>, caller: Arc<Caller> },
    /// Run this to its end, whatever becomes of whoever wants its result.
    Run(Pin<Box<dyn Future<Output = ()> + Send>>),
    /// Stop whatever lives, and say when nothing does.
    StopAll(oneshot::Sender<()>),
    /// Say when nothing is under way.
    Flush(Box<dyn FnOnce() + Send>),
}

/// Starts the thread. It ends when nobody can ask it for anything any more, and everything is done.
pub(super) fn spawn(core: Arc<Core>) -> io::Result<(UnboundedSender<Job>, ThreadId)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (sender, jobs) = unbounded_channel();
    let thread =
        std::thread::Builder::new().name("notte-reaper".into()).spawn(move || runtime.block_on(run(core, jobs)))?;
    Ok((sender, thread.thread().id()))
}

async fn run(core: Arc<Core>, mut jobs: UnboundedReceiver<Job>) {
    let mut tasks = JoinSet::new();
    let mut waiting: Vec<Box<dyn FnOnce() + Send>> = Vec::new();
    loop {
        if tasks.is_empty() && jobs.is_empty() && !waiting.is_empty() {
            core.flush_ledger().await;
            waiting.drain(..).for_each(|tell| tell());
        }
        tokio::select! {
            job = jobs.recv() => match job {
                Some(Job::Stop { id, reason, slot, caller }) => {
                    let core = Arc::clone(&core);
                    tasks.spawn(async move {
                        reap(&core, &id, reason, &caller).await;
                        drop(slot);
                    });
                }
                Some(Job::Run(task)) => {
                    tasks.spawn(task);
                }
                Some(Job::StopAll(done)) => {
                    let core = Arc::clone(&core);
                    tasks.spawn(async move {
                        stop_all(&core).await;
                        // Whoever asked may have run out of time.
                        let _ = done.send(());
                    });
                }
                Some(Job::Flush(tell)) => waiting.push(tell),
                None => break,
            },
            Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
        }
    }
    while tasks.join_next().await.is_some() {}
    core.flush_ledger().await;
    waiting.drain(..).for_each(|tell| tell());
}

/// Stops a session that was dropped, and does not give up at the first trouble.
async fn reap(core: &Core, id: &SessionId, reason: CloseReason, caller: &Caller) {
    let end = Instant::now() + BOUND;
    let mut pause = Duration::from_millis(250);
    loop {
        let mut caller = Caller::clone(caller);
        caller.policy.timeout = caller.policy.timeout.min(PATIENCE);
        caller.policy.deadline = end.saturating_duration_since(Instant::now());
        let Err(error) = stop(caller, id, reason, true).await else {
            core.forget(id);
            tracing::debug!(session = id.as_str(), "stopped");
            return;
        };
        let hopeless = matches!(error.kind(), ErrorKind::Auth | ErrorKind::Config | ErrorKind::InvalidRequest);
        let next = Instant::now() + pause;
        if hopeless || next >= end {
            tracing::error!(session = id.as_str(), %error, "cannot be stopped; it lives until its idle timeout");
            return;
        }
        tracing::debug!(session = id.as_str(), %error, "not stopped yet");
        tokio::time::sleep_until(next).await;
        pause = (pause * 2).min(Duration::from_secs(10));
    }
}

/// Stops every session of the client, those too whose start is under way.
async fn stop_all(core: &Arc<Core>) {
    core.close();
    let (mut seen, mut stops) = (BTreeSet::new(), JoinSet::new());
    loop {
        // Before the sessions: a start that ends has its session among them.
        let starting = core.is_starting();
        for (id, caller) in core.live.all() {
            if seen.insert(id.clone()) {
                let core = Arc::clone(core);
                stops.spawn(async move { reap(&core, &id, CloseReason::Error, &caller).await });
            }
        }
        if stops.is_empty() && !starting {
            return core.flush_ledger().await;
        }
        tokio::select! {
            Some(_) = stops.join_next(), if !stops.is_empty() => {}
            () = tokio::time::sleep(Duration::from_millis(20)) => {}
        }
    }
}
