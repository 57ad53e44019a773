//! The leak table: ways to die, and the sessions that are left on the service afterwards.
//!
//! Every row runs in a child process of its own, against a service in this process that counts. A row ends when the
//! child has ended.

#![allow(clippy::unwrap_used)]

mod support;

use std::{
    future::IntoFuture,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use notte_ext::{Builder, Error, ErrorKind, Notte, Session};
use support::{Fault, Server};

const CASE: &str = "NOTTE_LEAK_CASE";
const URL: &str = "NOTTE_LEAK_URL";
const LEDGER: &str = "NOTTE_LEAK_LEDGER";

/// What is left when the child has ended.
#[derive(Clone, Copy, PartialEq)]
enum Left {
    Nothing,
    /// Something, which a sweep stops.
    UntilSweep,
    /// One session that nobody knows the id of.
    One,
}

/// The way to die, how the service behaves meanwhile, a signal from outside, and what is left.
type Row = (&'static str, fn(&Server), Option<&'static str>, Left);

fn well(_: &Server) {}

fn stop_hangs(server: &Server) {
    server.fail("DELETE /sessions/", vec![Fault::Refuse(500, "", ""), Fault::Slow(Duration::from_secs(120))]);
}

fn stop_fails(server: &Server) {
    server.fail("DELETE /sessions/", vec![Fault::Refuse(500, "", ""); 7]);
}

fn start_is_slow(server: &Server) {
    server.fail("POST /sessions/start", [Fault::Slow(Duration::from_millis(400))]);
}

fn start_is_lost(server: &Server) {
    server.fail("POST /sessions/start", [Fault::Cut]);
}

const TABLE: &[Row] = &[
    ("ok", well, None, Left::Nothing),
    ("err", well, None, Left::Nothing),
    ("question_mark", well, None, Left::Nothing),
    ("panic_in_scope", well, None, Left::Nothing),
    ("panic_with_guard", well, None, Left::Nothing),
    ("task_abort", well, None, Left::Nothing),
    ("timeout", well, None, Left::Nothing),
    ("start_dropped", start_is_slow, None, Left::Nothing),
    ("runtime_drop", well, None, Left::Nothing),
    ("runtime_drop_in_start", start_is_slow, None, Left::Nothing),
    ("current_thread", well, None, Left::Nothing),
    ("outside_runtime", well, None, Left::Nothing),
    ("question_mark", stop_hangs, None, Left::Nothing),
    ("question_mark", stop_fails, None, Left::Nothing),
    ("signals_opted_in", well, Some("INT"), Left::Nothing),
    ("signals_opted_in", well, Some("TERM"), Left::Nothing),
    ("wait", well, Some("TERM"), Left::UntilSweep),
    ("wait", well, Some("KILL"), Left::UntilSweep),
    ("abort", well, None, Left::UntilSweep),
    ("exit", well, None, Left::UntilSweep),
    ("question_mark", start_is_lost, None, Left::One),
];

#[test]
fn every_way_to_die_leaves_what_the_table_says() {
    let rows: Vec<_> =
        TABLE.iter().enumerate().map(|(number, row)| std::thread::spawn(move || (row, outcome(number, row)))).collect();
    let wrong: Vec<_> = rows
        .into_iter()
        .map(|row| row.join().unwrap())
        .filter_map(|((case, _, signal, _), outcome)| Some(format!("{case} {signal:?}: {}", outcome.err()?)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn outcome(number: usize, (case, behave, signal, left): &Row) -> Result<(), String> {
    let server = Server::start();
    behave(&server);
    let ledger = std::env::temp_dir().join(format!("notte-leaks-{}-{number}", std::process::id()));
    let mut child = Running(spawn(case, &server.url, &ledger));
    if let Some(signal) = signal {
        wait_for(|| server.live() == 3).ok_or("three sessions never lived")?;
        // The last one is in the ledger by the time the child says so.
        wait_for(|| ledger.join("ready").exists()).ok_or("the child never got ready")?;
        Command::new("kill").args([&format!("-{signal}"), &child.0.id().to_string()]).status().unwrap();
    }
    wait_for(|| child.0.try_wait().unwrap().is_some()).ok_or("the child did not end")?;
    let started = server.state().started;
    let live = server.live();
    let verdict = match left {
        _ if started == 0 => Err("nothing was started".to_owned()),
        Left::Nothing if live > 0 => Err(format!("{live} of {started} left")),
        Left::One if live != 1 => Err(format!("{live} left, not 1")),
        Left::UntilSweep if live == 0 => Err("nothing was left to sweep: the row proves nothing".to_owned()),
        Left::UntilSweep => sweep(&server, &ledger),
        _ => Ok(()),
    };
    let _ = std::fs::remove_dir_all(&ledger);
    verdict
}

fn sweep(server: &Server, ledger: &Path) -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let stranger = "stranger".to_owned();
    server.state().live.insert(stranger.clone());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let notte = server.builder().ledger(ledger).build().unwrap();
    let sweep = runtime.block_on(notte.sessions().sweep()).map_err(|error| error.to_string())?;
    let left: Vec<_> = server.state().live.iter().cloned().collect();
    if left != [stranger] || !sweep.failed.is_empty() {
        return Err(format!("{sweep:?} left {left:?}"));
    }
    let again = runtime.block_on(notte.sessions().sweep()).map_err(|error| error.to_string())?;
    again.stopped.is_empty().then_some(()).ok_or_else(|| "swept twice".to_owned())
}

/// A child that does not outlive its row.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already where the row came to its end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_for(mut condition: impl FnMut() -> bool) -> Option<()> {
    let end = Instant::now() + Duration::from_secs(40);
    while Instant::now() < end {
        if condition() {
            return Some(());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

fn spawn(case: &str, url: &str, ledger: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(CASE, case)
        .env(URL, url)
        .env(LEDGER, ledger)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The child: it dies the way it is told to.
#[test]
#[ignore = "run by the table, in a process of its own"]
fn child() {
    let Ok(case) = std::env::var(CASE) else { return };
    let ledger = PathBuf::from(std::env::var(LEDGER).unwrap());
    let builder = support::builder(&std::env::var(URL).unwrap()).ledger(&ledger).drop_wait(Duration::from_secs(30));
    let many = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let one = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let builder = if case == "signals_opted_in" { builder.stop_on_signals() } else { builder };
    let notte = builder.build().unwrap();
    // The process ends with what this returns or throws.
    let _ = match case.as_str() {
        "ok" => many.block_on(scoped(&notte, "ok")),
        "err" => many.block_on(scoped(&notte, "err")),
        "panic_in_scope" => many.block_on(scoped(&notte, "panic")),
        "question_mark" => many.block_on(failing(&notte)),
        "panic_with_guard" => many.block_on(async {
            let _session = notte.session().await?;
            panic!("as planned");
        }),
        "task_abort" => many.block_on(async {
            let task = tokio::spawn(hanging(notte.clone()));
            until_live(&notte).await;
            task.abort();
            drop(task.await);
            Ok(())
        }),
        "timeout" => many.block_on(async {
            let _ = tokio::time::timeout(Duration::from_millis(300), hanging(notte.clone())).await;
            let work = notte.session().scope(async |_| std::future::pending::<Result<(), Error>>().await);
            tokio::select! {
                done = work => done,
                () = tokio::time::sleep(Duration::from_millis(300)) => Ok(()),
            }
        }),
        "start_dropped" => many.block_on(async {
            let _ = tokio::time::timeout(Duration::from_millis(100), notte.session().into_future()).await;
            Ok(())
        }),
        "runtime_drop" | "runtime_drop_in_start" => {
            many.spawn(hanging(notte.clone()));
            if case == "runtime_drop" {
                many.block_on(until_live(&notte));
            } else {
                many.block_on(tokio::time::sleep(Duration::from_millis(100)));
            }
            drop(many);
            Ok(())
        }
        "current_thread" => one().block_on(async {
            drop(notte.session().await?);
            failing(&notte).await
        }),
        "outside_runtime" => {
            let session = one().block_on(notte.session().into_future());
            std::thread::spawn(move || drop(session)).join().unwrap();
            Ok(())
        }
        "signals_opted_in" | "wait" => many.block_on(async {
            let _sessions = three(&notte).await?;
            std::fs::write(ledger.join("ready"), "").unwrap();
            std::future::pending().await
        }),
        "abort" => {
            let _sessions = many.block_on(three(&notte));
            std::process::abort();
        }
        "exit" => {
            let _sessions = many.block_on(three(&notte));
            std::process::exit(0);
        }
        unknown => panic!("{unknown}"),
    };
}

async fn three(notte: &Notte) -> Result<Vec<Session>, Error> {
    Ok(vec![notte.session().await?, notte.session().await?, notte.session().await?])
}

async fn scoped(notte: &Notte, end: &str) -> Result<(), Error> {
    let work = notte.session().scope(async |session| match end {
        "ok" => session.goto("https://e.com").await.map(drop),
        "err" => session.sessions_that_fail().await,
        _ => panic!("as planned"),
    });
    work.await
}

async fn failing(notte: &Notte) -> Result<(), Error> {
    let session = notte.session().await?;
    session.sessions_that_fail().await
}

async fn hanging(notte: Notte) -> Result<(), Error> {
    let _session = notte.session().await?;
    std::future::pending().await
}

async fn until_live(notte: &Notte) {
    while notte.live_sessions() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

trait Failing {
    async fn sessions_that_fail(&self) -> Result<(), Error>;
}

impl Failing for Session {
    async fn sessions_that_fail(&self) -> Result<(), Error> {
        self.evaluate_js("no-such").await.map(drop)
    }
}

/// `scope` is used under `tokio::spawn`: its future has to travel.
#[tokio::test(flavor = "multi_thread")]
async fn a_scope_can_be_spawned() {
    let server = Server::start();
    let notte = server.notte();
    let url = String::from("https://e.com");
    let task = tokio::spawn(async move {
        notte.session().scope(async |session| session.goto(url.as_str()).await.map(|result| result.success)).await
    });
    assert!(task.await.unwrap().unwrap());
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn a_scope_tells_the_service_why_it_ended_and_its_body_has_the_last_word() {
    let server = Server::start();
    let notte = server.notte();
    scoped(&notte, "ok").await.unwrap();
    assert!(!server.last("DELETE").line.contains("error"));
    server.fail("DELETE", vec![Fault::Refuse(401, "", "")]);
    let error = scoped(&notte, "err").await.unwrap_err();
    assert_eq!(error.operation(), Some("page_execute"));
    assert_eq!(error.failed_stop().unwrap().kind(), ErrorKind::Auth);
    assert!(error.to_string().contains("its session is not stopped yet: session_stop failed: 401"), "{error}");
    assert!(server.last("DELETE").line.contains("close_reason=error"));
    assert_eq!(server.settle(0), 0, "the stop is tried again");
}

#[tokio::test]
async fn a_stop_that_is_dropped_goes_on() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    server.fail("DELETE", [Fault::Slow(Duration::from_millis(300))]);
    let _ = tokio::time::timeout(Duration::from_millis(50), session.stop()).await;
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn shutdown_reports_what_is_still_held() {
    let server = Server::start();
    let notte = server.notte();
    let held = notte.session().await.unwrap();
    drop(notte.session().await.unwrap());
    let report = notte.shutdown(Duration::from_secs(10)).await;
    assert_eq!(report.left, [held.id().as_str()]);
    held.stop().await.unwrap();
}

#[tokio::test]
async fn a_sweep_leaves_the_sessions_of_running_processes_alone() {
    let server = Server::start();
    let folder = std::env::temp_dir().join(format!("notte-sweep-{}", std::process::id()));
    let keeping: Builder = server.builder().ledger(&folder);
    let notte = keeping.build().unwrap();
    let session = notte.session().await.unwrap();
    let sweep = notte.sessions().sweep().await.unwrap();
    assert_eq!((sweep.stopped.len(), sweep.failed.len(), server.live()), (0, 0, 1));
    session.stop().await.unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(server.notte().sessions().sweep().await.is_err(), "without a ledger there is nothing to sweep");
}
