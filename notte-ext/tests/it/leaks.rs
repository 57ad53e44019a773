//! The leak table: ways to die, and the sessions that are left on the service afterwards.
//!
//! Every row runs in a child process of its own, against a service in this process that counts. A row ends when the
//! child has ended. The table in `src/docs/sessions-never-leak.md` is what came out: with `NOTTE_UPDATE_DOCS=1` in the
//! environment, this test writes it there.

use std::{
    future::IntoFuture,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{self, Fault, Server};
use notte_ext::{Builder, Error, ErrorKind, Notte, Session};

const CASE: &str = "NOTTE_LEAK_CASE";
const URL: &str = "NOTTE_LEAK_URL";
const LEDGER: &str = "NOTTE_LEAK_LEDGER";
const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/docs/sessions-never-leak.md");

/// What is left when the child has ended.
#[derive(Clone, Copy, PartialEq)]
enum Left {
    Nothing,
    /// Something, which a sweep stops.
    UntilSweep,
    /// One session that nobody knows the id of, and an error that says so.
    One,
}

/// A way to die: in words, what the child does, how the service behaves meanwhile, a signal from outside, and what is
/// to be left.
struct Row(&'static str, &'static str, fn(&Server), Option<&'static str>, Left);

fn well(_: &Server) {}

fn stop_hangs(server: &Server) {
    server.fail("DELETE /sessions/", vec![Fault::Refuse(500, "", ""), Fault::Slow(Duration::from_secs(120))]);
}

fn stop_fails(server: &Server) {
    server.fail("DELETE /sessions/", vec![Fault::Refuse(500, "", ""); 7]);
}

fn start_is_slow(server: &Server) {
    server.fail("POST /sessions/start", [Fault::Slow(Duration::from_millis(800))]);
}

fn start_is_lost(server: &Server) {
    server.fail("POST /sessions/start", [Fault::Cut]);
}

const TABLE: &[Row] = &[
    Row("the work in a scope succeeds", "ok", well, None, Left::Nothing),
    Row("it fails", "err", well, None, Left::Nothing),
    Row("it panics", "panic_in_scope", well, None, Left::Nothing),
    Row("`?` leaves a function that holds a guard", "question_mark", well, None, Left::Nothing),
    Row("a panic unwinds through a guard", "panic_with_guard", well, None, Left::Nothing),
    Row("the task is aborted", "task_abort", well, None, Left::Nothing),
    Row("`timeout` drops the work", "timeout", well, None, Left::Nothing),
    Row("`select!` drops the work", "select", well, None, Left::Nothing),
    Row("`timeout` drops a start that is under way", "start_dropped", start_is_slow, None, Left::Nothing),
    Row("the runtime is dropped", "runtime_drop", well, None, Left::Nothing),
    Row("the runtime is dropped during a start", "runtime_drop_in_start", start_is_slow, None, Left::Nothing),
    Row("a guard is dropped on a `current_thread` runtime", "current_thread", well, None, Left::Nothing),
    Row("a guard is dropped outside of any runtime", "outside_runtime", well, None, Left::Nothing),
    Row("the request to stop is never answered", "question_mark", stop_hangs, None, Left::Nothing),
    Row("the request to stop fails with 500, again and again", "question_mark", stop_fails, None, Left::Nothing),
    Row("SIGINT, with `stop_on_signals`", "signals_opted_in", well, Some("INT"), Left::Nothing),
    Row("SIGTERM, with `stop_on_signals`", "signals_opted_in", well, Some("TERM"), Left::Nothing),
    Row("SIGINT", "wait", well, Some("INT"), Left::UntilSweep),
    Row("SIGTERM", "wait", well, Some("TERM"), Left::UntilSweep),
    Row("SIGKILL", "wait", well, Some("KILL"), Left::UntilSweep),
    Row("`std::process::abort`", "abort", well, None, Left::UntilSweep),
    Row("`std::process::exit`", "exit", well, None, Left::UntilSweep),
    Row("the answer to a start is lost", "start_lost", start_is_lost, None, Left::One),
];

#[test]
fn every_way_to_die_leaves_what_the_table_says() {
    let rows: Vec<_> =
        TABLE.iter().enumerate().map(|(number, row)| std::thread::spawn(move || outcome(number, row))).collect();
    let (mut wrong, mut table) =
        (Vec::new(), "| what happens | sessions left | after a sweep |\n|---|---|---|\n".to_owned());
    for (Row(words, .., left), outcome) in TABLE.iter().zip(rows) {
        match outcome.join().unwrap() {
            Ok((live, swept)) => {
                let note =
                    if *left == Left::One { ", until its idle timeout; the error says that it may exist" } else { "" };
                table += &format!("| {words} | {live} | {swept}{note} |\n");
            }
            Err(error) => wrong.push(format!("{words}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    if cfg!(target_os = "linux") {
        keep_in_the_guide(&table);
    }
}

/// Holds the guide to the table, or writes it there.
fn keep_in_the_guide(table: &str) {
    let guide = std::fs::read_to_string(GUIDE).unwrap();
    let start = guide.find("| what happens").unwrap();
    let end = start + guide[start..].find("\n\n").unwrap() + 1;
    if guide[start..end] == *table {
        return;
    }
    assert!(
        std::env::var_os("NOTTE_UPDATE_DOCS").is_some(),
        "the table of {GUIDE} is out of date; NOTTE_UPDATE_DOCS=1 writes this one there:\n{table}"
    );
    std::fs::write(GUIDE, format!("{}{table}{}", &guide[..start], &guide[end..])).unwrap();
}

/// How many sessions are left, and how many a sweep leaves.
fn outcome(number: usize, Row(_, case, behave, signal, left): &Row) -> Result<(usize, usize), String> {
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
    let is_well = child.0.wait().unwrap().success();
    let live = server.live();
    let started = server.state().started;
    let swept = if cfg!(target_os = "linux") { sweep(&server, &ledger)? } else { live };
    let _ = std::fs::remove_dir_all(&ledger);
    match left {
        _ if started == 0 => Err("nothing was started".to_owned()),
        Left::Nothing if live > 0 => Err(format!("{live} of {started} left")),
        Left::UntilSweep if live == 0 => Err("nothing was left to sweep: the row proves nothing".to_owned()),
        Left::UntilSweep if cfg!(target_os = "linux") && swept > 0 => Err(format!("{swept} left by the sweep")),
        Left::One if live != 1 => Err(format!("{live} left, not 1")),
        Left::One if !is_well => Err("the error does not say that a session may exist".to_owned()),
        _ => Ok((live, swept)),
    }
}

/// How many sessions a sweep leaves. Those of others are none of its business.
fn sweep(server: &Server, ledger: &Path) -> Result<usize, String> {
    let stranger = "stranger".to_owned();
    server.state().live.insert(stranger.clone());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let notte = server.builder().ledger(ledger).build().unwrap();
    let sweep = runtime.block_on(notte.sessions().sweep()).map_err(|error| error.to_string())?;
    if !sweep.failed.is_empty() || !server.state().live.remove(&stranger) {
        return Err(format!("{sweep:?} left {:?}", server.state().live));
    }
    let again = runtime.block_on(notte.sessions().sweep()).map_err(|error| error.to_string())?;
    again.stopped.is_empty().then(|| server.live()).ok_or_else(|| "swept twice".to_owned())
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
        .args(["--exact", "leaks::child", "--ignored", "--nocapture"])
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
            Ok(())
        }),
        "select" => many.block_on(async {
            let work = notte.session().scope(async |_| std::future::pending::<Result<(), Error>>().await);
            tokio::select! {
                done = work => done,
                () = tokio::time::sleep(Duration::from_millis(300)) => Ok(()),
            }
        }),
        "start_lost" => many.block_on(async {
            let error = notte.session().await.unwrap_err();
            assert!(error.may_have_been_sent() && error.to_string().contains("may have been started"), "{error}");
            Ok(())
        }),
        "start_dropped" => many.block_on(async {
            let _ = tokio::time::timeout(Duration::from_millis(300), notte.session().into_future()).await;
            Ok(())
        }),
        "runtime_drop" | "runtime_drop_in_start" => {
            many.spawn(hanging(notte.clone()));
            if case == "runtime_drop" {
                many.block_on(until_live(&notte));
            } else {
                many.block_on(tokio::time::sleep(Duration::from_millis(300)));
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
