//! Fleets over sockets: how many sessions there are, which jobs are tried again, and that none is left.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use notte_ext::{Error, ErrorKind, FleetState, Result, SessionHandle};
use tokio::sync::{Barrier, Notify};

use crate::support::{Fault, Server};

const START: &str = "POST /sessions/start";

async fn offset(session: &SessionHandle) -> Result<i64> {
    session.offset().await
}

#[tokio::test]
async fn every_job_ends_once_in_a_session_of_its_own_and_none_is_left() {
    let server = Server::start();
    let mut results = server.notte().fleet().concurrency(3).run(0..20, |session, job: i32| async move {
        offset(&session).await?;
        Ok(job * 2)
    });
    let mut jobs = Vec::new();
    while let Some(finished) = results.next().await {
        assert_eq!((finished.result.unwrap(), finished.attempts), (finished.job * 2, 1));
        assert!(finished.session.is_some());
        jobs.push(finished.job);
    }
    jobs.sort_unstable();
    assert_eq!(jobs, (0..20).collect::<Vec<_>>());
    assert_eq!((server.live(), server.state().started), (0, 20));
    assert!(server.state().most <= 3, "{} at a time", server.state().most);
    let FleetState { sessions, done, failed, .. } = results.state();
    assert_eq!((sessions, done, failed), (0, 20, 0));
}

#[tokio::test]
async fn results_come_as_jobs_end_and_the_stream_can_be_driven_by_a_task() {
    let server = Server::start();
    let gate = Arc::new(Notify::new());
    let (notte, open) = (server.notte(), Arc::clone(&gate));
    let order = tokio::spawn(async move {
        let gate = &gate;
        let mut results = notte.fleet().concurrency(2).run(["slow", "fast"], |session, job: &str| async move {
            offset(&session).await?;
            if job == "slow" {
                gate.notified().await;
            }
            Ok(())
        });
        let mut order = Vec::new();
        while let Some(finished) = results.next().await {
            order.push(finished.job);
            open.notify_one();
        }
        order
    });
    assert_eq!(order.await.unwrap(), ["fast", "slow"]);
}

#[tokio::test]
async fn a_full_service_lowers_the_concurrency_and_every_job_is_done_all_the_same() {
    let server = Server::start();
    let full = || Fault::Refuse(429, "retry-after: 0.01\r\n", r#"{"detail":"too many sessions"}"#);
    let lowest = Arc::new(AtomicUsize::new(usize::MAX));
    let seen = Arc::clone(&lowest);
    // More refusals than one call retries by itself.
    server.fail(START, std::iter::repeat_with(full).take(12));
    let mut results = server
        .notte()
        .fleet()
        .concurrency(4)
        .progress(move |state| {
            seen.fetch_min(state.limit, Ordering::Relaxed);
        })
        .run(0..30, |session, _: i32| async move { offset(&session).await });
    let mut done = 0;
    while let Some(finished) = results.next().await {
        assert!(finished.result.is_ok(), "{:?}", finished.result);
        done += 1;
    }
    assert_eq!((done, server.live(), lowest.load(Ordering::Relaxed)), (30, 0, 1));
    assert_eq!(results.state().limit, 4, "it finds its way back up");
}

#[tokio::test]
async fn results_that_are_dropped_leave_no_session() {
    let server = Server::start();
    let notte = server.notte();
    let running = Arc::new(Barrier::new(4));
    let all = Arc::clone(&running);
    let all = &*all;
    let mut results = notte.fleet().concurrency(3).warm(1).run(0..9, |session, _: i32| async move {
        offset(&session).await?;
        all.wait().await;
        std::future::pending::<Result<()>>().await
    });
    tokio::select! {
        _ = results.next() => panic!("no job ends"),
        _ = running.wait() => {}
    }
    assert!(server.live() >= 3);
    drop(results);
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn a_drained_fleet_finishes_what_runs_and_begins_nothing() {
    let server = Server::start();
    let gate = Arc::new(Notify::new());
    let open = Arc::clone(&gate);
    let begun = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&begun);
    let (count, gate) = (&*count, &*gate);
    let mut results = server.notte().fleet().concurrency(2).run(0.., |session, job: i32| async move {
        count.fetch_add(1, Ordering::Relaxed);
        offset(&session).await?;
        if job > 0 {
            gate.notified().await;
        }
        Ok(())
    });
    assert_eq!(results.next().await.unwrap().job, 0);
    results.drain(Duration::from_secs(20));
    open.notify_waiters();
    open.notify_one();
    let mut cancelled = 0;
    while let Some(finished) = results.next().await {
        open.notify_waiters();
        match finished.result {
            Ok(()) => {}
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Cancelled);
                cancelled += 1;
            }
        }
    }
    assert!(begun.load(Ordering::Relaxed) <= 3, "{begun:?} jobs were begun");
    assert!(cancelled >= 1, "jobs that were taken and not begun say so");
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn a_job_that_does_not_finish_in_the_grace_is_given_up_and_its_session_stopped() {
    let server = Server::start();
    let notte = server.notte();
    let (reached, here) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let signal = Arc::clone(&reached);
    let (signal, here) = (&*signal, &*here);
    let mut results = notte.fleet().concurrency(1).run([()], |session, (): ()| async move {
        offset(&session).await?;
        signal.notify_one();
        here.notified().await;
        Ok(())
    });
    tokio::select! {
        _ = results.next() => panic!("it does not end"),
        () = reached.notified() => {}
    }
    results.drain(Duration::ZERO);
    assert_eq!(results.next().await.unwrap().result.unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(results.next().await.is_none());
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());
    assert_eq!(server.live(), 0);
}

async fn attempts(server: &Server, repeatable: bool, faults: impl IntoIterator<Item = Fault>) -> (u32, Option<Error>) {
    server.fail("POST /sessions/s-", faults);
    let fleet = server.notte().fleet().attempts(3);
    let fleet = if repeatable { fleet.repeatable() } else { fleet };
    let mut results = fleet.run([()], |session, (): ()| async move { session.goto("https://e.com").await });
    let finished = results.next().await.unwrap();
    (finished.attempts, finished.result.err())
}

#[tokio::test]
async fn a_job_is_tried_again_where_nothing_can_be_done_twice() {
    let server = Server::start();
    let cut = || Fault::Cut;
    let (tried, error) = attempts(&server, false, [cut()]).await;
    assert!(tried == 1 && error.unwrap().may_have_been_sent(), "the action may have been done");
    assert_eq!(attempts(&server, true, [cut(), cut()]).await.0, 3, "the jobs may be done twice");
    let wrong = || Fault::Refuse(422, "", r#"{"detail":"wrong"}"#);
    let (tried, error) = attempts(&server, true, [wrong()]).await;
    assert_eq!((tried, error.unwrap().kind()), (1, ErrorKind::InvalidRequest));
    assert_eq!(server.settle(0), 0);
}

#[tokio::test]
async fn a_start_whose_answer_was_lost_is_not_made_again() {
    let server = Server::start();
    server.fail(START, [Fault::Cut]);
    let mut results =
        server.notte().fleet().attempts(3).run([()], |session, (): ()| async move { offset(&session).await });
    let finished = results.next().await.unwrap();
    assert!(finished.result.unwrap_err().may_have_been_sent());
    assert_eq!((finished.attempts, server.state().started), (1, 1));
}

#[tokio::test]
async fn a_job_has_a_deadline_of_its_own() {
    let server = Server::start();
    let fleet = server.notte().fleet().job_deadline(Duration::from_millis(300));
    let mut results = fleet.run([()], |session, (): ()| async move {
        offset(&session).await?;
        std::future::pending::<Result<()>>().await
    });
    assert_eq!(results.next().await.unwrap().result.unwrap_err().kind(), ErrorKind::Deadline);
    drop(results);
    assert_eq!(server.settle(0), 0);
}

#[tokio::test]
async fn a_stream_of_jobs_without_an_end_is_read_as_there_is_room() {
    let server = Server::start();
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let jobs = std::iter::repeat_with(move || count.fetch_add(1, Ordering::Relaxed));
    let mut results =
        server.notte().fleet().concurrency(2).run(jobs, |session, _: usize| async move { offset(&session).await });
    for finished in 1..=10 {
        results.next().await.unwrap().result.unwrap();
        let taken = taken.load(Ordering::Relaxed);
        assert!(taken <= finished + 4, "{taken} jobs were taken when {finished} had ended");
    }
}

#[tokio::test]
async fn warm_sessions_are_ready_before_their_jobs_and_stopped_without_one() {
    let server = Server::start();
    let ready = Arc::new(Notify::new());
    let signal = Arc::clone(&ready);
    let fleet = server.notte().fleet().concurrency(3).warm(2).progress(move |state| {
        if state.ready == 2 {
            signal.notify_one();
        }
    });
    // No job comes before two sessions are ready, and the first one takes one of them.
    let waits = Arc::clone(&ready);
    let jobs = futures_util::stream::once(async move { waits.notified().await });
    let mut results = fleet.run_stream(jobs, |session, (): ()| async move { Ok(session.id().clone()) });
    let finished = results.next().await.unwrap();
    assert!(["s-1", "s-2"].contains(&finished.result.unwrap().as_str()), "a ready session was there");
    assert!(results.next().await.is_none());
    assert_eq!((server.settle(0), results.state().ready), (0, 0));
}

#[tokio::test]
async fn a_fleet_starts_no_more_sessions_than_it_may() {
    let server = Server::start();
    let fleet = server.notte().fleet().concurrency(2).max_sessions(3);
    let mut results = fleet.run(0..10, |session, _: i32| async move { offset(&session).await });
    let (mut done, mut cancelled) = (0, 0);
    while let Some(finished) = results.next().await {
        match finished.result {
            Ok(_) => done += 1,
            Err(error) if error.kind() == ErrorKind::Cancelled => cancelled += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!((done, server.state().started), (3, 3));
    assert!(cancelled > 0 && results.state().draining);
    assert_eq!(server.live(), 0);
}
