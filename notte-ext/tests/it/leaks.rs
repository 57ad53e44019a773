//! The leak table: ways to die, and the sessions that are left on the service afterwards.
//!
//! Every row runs in a child process of its own, against a service in this process that counts. A row ends when the
//! child has ended. The table in `src/docs/sessions-never-leak.md` is what came out: with `NOTTE_UPDATE_DOCS=1` in the
//! environment, this test writes it there.

use std::{
    future::IntoFuture,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{self, Fault, Server, UNKNOWN};
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

/// A way to die.
struct Row {
    words: &'static str,
    /// What the child does.
    case: &'static str,
    /// How the service behaves meanwhile.
    behave: fn(&Server),
    /// What others do while the child lives, once it says that it is ready.
    meanwhile: fn(&Server, &Path),
    /// What ends it from outside.
    signal: Option<&'static str>,
    /// What others do when it has ended.
    afterwards: fn(&Server, &Path),
    left: Left,
}

const fn row(words: &'static str, case: &'static str) -> Row {
    Row { words, case, behave: well, meanwhile: nothing, signal: None, afterwards: nothing, left: Left::Nothing }
}

impl Row {
    const fn behave(self, behave: fn(&Server)) -> Self {
        Self { behave, ..self }
    }

    const fn signal(self, signal: &'static str) -> Self {
        Self { signal: Some(signal), ..self }
    }

    const fn left(self, left: Left) -> Self {
        Self { left, ..self }
    }

    const fn meanwhile(self, meanwhile: fn(&Server, &Path)) -> Self {
        Self { meanwhile, ..self }
    }

    const fn afterwards(self, afterwards: fn(&Server, &Path)) -> Self {
        Self { afterwards, ..self }
    }
}

fn nothing(_: &Server, _: &Path) {}

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

fn start_is_slower(server: &Server) {
    server.fail("POST /sessions/start", [Fault::Slow(Duration::from_secs(4))]);
}

fn start_is_damaged(server: &Server) {
    server.fail("POST /sessions/start", [Fault::Damaged(|body| body[..body.len() - 1].to_owned(), true)]);
}

fn stop_is_slow(server: &Server) {
    server.fail("DELETE /sessions/", vec![Fault::Slow(Duration::from_millis(1500)); 2]);
}

fn sweep_with_another_key(server: &Server, ledger: &Path) {
    let notte = server.builder().api_key("another").ledger(ledger).build().unwrap();
    let sweep = tokio::runtime::Runtime::new().unwrap().block_on(notte.sessions().sweep()).unwrap();
    assert_eq!((sweep.stopped.len(), sweep.failed.len(), sweep.kept), (0, 0, 3), "{sweep:?}");
}

fn sweep_from_another_namespace(server: &Server, ledger: &Path) {
    let unshared = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
    let tried = Command::new("unshare").args(unshared).arg("true").status();
    if !tried.is_ok_and(|status| status.success()) {
        return;
    }
    let mut command = Command::new("unshare");
    command.args(unshared).arg(std::env::current_exe().unwrap());
    assert!(child_of(&mut command, "sweep", &server.url, ledger).status().unwrap().success());
    assert_eq!(server.live(), 3, "a sweep in another PID namespace stopped what lives in this one");
}

const TABLE: &[Row] = &[
    row("the work in a scope succeeds", "ok"),
    row("it fails", "err"),
    row("it panics", "panic_in_scope"),
    row("`?` leaves a function that holds a guard", "question_mark"),
    row("a panic unwinds through a guard", "panic_with_guard"),
    row("the task is aborted", "task_abort"),
    row("`timeout` drops the work", "timeout"),
    row("`select!` drops the work", "select"),
    row("`timeout` drops a start that is under way", "start_dropped").behave(start_is_slow),
    row("a start meets its own deadline", "start_deadline").behave(start_is_slower),
    row("a start meets the timeout of an attempt", "start_timeout").behave(start_is_slower),
    row("the response to a start is damaged", "start_damaged").behave(start_is_damaged),
    row("the runtime is dropped", "runtime_drop"),
    row("the runtime is dropped during a start", "runtime_drop_in_start").behave(start_is_slow),
    row("a guard is dropped on a `current_thread` runtime", "current_thread"),
    row("a guard is dropped outside of any runtime", "outside_runtime"),
    row("guard and client are dropped inside a runtime that ends then", "inside_runtime").behave(stop_is_slow),
    row("a client in a `static`, after `shutdown`", "static_client").behave(stop_is_slow),
    row("the request to stop is never answered", "question_mark").behave(stop_hangs),
    row("the request to stop fails with 500, again and again", "question_mark").behave(stop_fails),
    row("SIGINT, with `stop_on_signals`", "signals_opted_in").signal("INT"),
    row("SIGTERM, with `stop_on_signals`", "signals_opted_in").signal("TERM"),
    row("SIGTERM, with `stop_on_signals`, during a start", "signals_in_start").behave(start_is_slower).signal("TERM"),
    row("SIGTERM, with `stop_on_signals` at one of two clients", "signals_two_clients")
        .behave(stop_is_slow)
        .signal("TERM"),
    row("SIGINT", "wait").signal("INT").left(Left::UntilSweep),
    row("SIGTERM", "wait").signal("TERM").left(Left::UntilSweep),
    row("SIGKILL", "wait").signal("KILL").left(Left::UntilSweep),
    row("SIGKILL, and a sweep with another key comes first", "wait")
        .signal("KILL")
        .afterwards(sweep_with_another_key)
        .left(Left::UntilSweep),
    row("SIGKILL, after a sweep in another PID namespace that found it alive", "wait")
        .meanwhile(sweep_from_another_namespace)
        .signal("KILL")
        .left(Left::UntilSweep),
    row("`std::process::abort`", "abort").left(Left::UntilSweep),
    row("`std::process::exit`", "exit").left(Left::UntilSweep),
    row("the answer to a start is lost", "start_lost").behave(start_is_lost).left(Left::One),
];

#[test]
fn every_way_to_die_leaves_what_the_table_says() {
    let rows: Vec<_> =
        TABLE.iter().enumerate().map(|(number, row)| std::thread::spawn(move || outcome(number, row))).collect();
    let (mut wrong, mut table) =
        (Vec::new(), "| what happens | sessions left | after a sweep |\n|---|---|---|\n".to_owned());
    for (Row { words, left, .. }, outcome) in TABLE.iter().zip(rows) {
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
fn outcome(number: usize, row: &Row) -> Result<(usize, usize), String> {
    let server = Server::start();
    (row.behave)(&server);
    let ledger = std::env::temp_dir().join(format!("notte-leaks-{}-{number}", std::process::id()));
    let mut child = Running(spawn(row.case, &server.url, &ledger));
    if let Some(signal) = row.signal {
        // Its sessions live, and are in the ledger, by the time the child says so.
        wait_for(|| ledger.join("ready").exists()).ok_or("the child never got ready")?;
        (row.meanwhile)(&server, &ledger);
        Command::new("kill").args([&format!("-{signal}"), &child.0.id().to_string()]).status().unwrap();
    }
    wait_for(|| child.0.try_wait().unwrap().is_some()).ok_or("the child did not end")?;
    let is_well = child.0.wait().unwrap().success();
    (row.afterwards)(&server, &ledger);
    let live = server.live();
    let started = server.state().started;
    let swept = sweep(&server, &ledger)?;
    let _ = std::fs::remove_dir_all(&ledger);
    match row.left {
        _ if started == 0 => Err("nothing was started".to_owned()),
        Left::Nothing if live > 0 => Err(format!("{live} of {started} left")),
        Left::UntilSweep if live == 0 => Err("nothing was left to sweep: the row proves nothing".to_owned()),
        Left::UntilSweep if swept > 0 => Err(format!("{swept} left by the sweep")),
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
    let own = std::env::current_exe().unwrap();
    // What starts the tests may ignore SIGINT, as a shell does for what it runs in the background; children inherit that.
    let mut command = if cfg!(target_os = "linux") { Command::new("env") } else { Command::new(&own) };
    if cfg!(target_os = "linux") {
        command.arg("--default-signal=INT").arg(&own);
    }
    child_of(&mut command, case, url, ledger).spawn().unwrap()
}

/// A command that runs the child, with this in its way.
fn child_of<'a>(command: &'a mut Command, case: &str, url: &str, ledger: &Path) -> &'a mut Command {
    command
        .args(["--exact", "leaks::child", "--ignored", "--nocapture"])
        .env(CASE, case)
        .env(URL, url)
        .env(LEDGER, ledger)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
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
    let builder = if case.starts_with("signals") { builder.stop_on_signals() } else { builder };
    let builder = if case == "start_timeout" { builder.timeout(Duration::from_secs(2)) } else { builder };
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
            let _ = tokio::time::timeout(Duration::from_secs(5), hanging(notte.clone())).await;
            Ok(())
        }),
        "select" => many.block_on(async {
            let work = notte.session().scope(async |_| std::future::pending::<Result<(), Error>>().await);
            tokio::select! {
                done = work => done,
                () = until_live(&notte) => Ok(()),
            }
        }),
        "start_lost" => many.block_on(async {
            let error = notte.session().await.unwrap_err();
            assert!(error.may_have_been_sent() && error.to_string().contains("may have been started"), "{error}");
            Ok(())
        }),
        "start_dropped" => many.block_on(async {
            tokio::select! {
                _ = notte.session().into_future() => panic!("it was to be slow"),
                _ = tokio::task::spawn_blocking(until_asked) => Ok(()),
            }
        }),
        "runtime_drop" | "runtime_drop_in_start" => {
            many.spawn(hanging(notte.clone()));
            if case == "runtime_drop" {
                many.block_on(until_live(&notte));
            } else {
                until_asked();
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
        "start_deadline" => many.block_on(async {
            let error = notte.session().deadline(Duration::from_secs(2)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Deadline);
            Ok(())
        }),
        "start_timeout" => many.block_on(async {
            assert_eq!(notte.session().await.unwrap_err().kind(), ErrorKind::Timeout);
            Ok(())
        }),
        "start_damaged" => many.block_on(async { notte.session().await.map(drop) }),
        "inside_runtime" => many.block_on(async move {
            let _client = notte;
            let _session = _client.session().await?;
            Ok(())
        }),
        "static_client" => {
            static CLIENT: std::sync::OnceLock<Notte> = std::sync::OnceLock::new();
            let notte = CLIENT.get_or_init(|| notte);
            many.block_on(async {
                drop(notte.session().await?);
                assert!(notte.shutdown(Duration::from_secs(30)).await.is_clean());
                Ok(())
            })
        }
        "sweep" => many.block_on(async {
            let sweep = notte.sessions().sweep().await?;
            assert_eq!((sweep.stopped.len(), sweep.failed.len(), sweep.kept), (0, 0, 3), "{sweep:?}");
            Ok(())
        }),
        "signals_in_start" => many.block_on(async {
            let start = tokio::spawn(notte.session().into_future());
            tokio::task::spawn_blocking(until_asked).await.unwrap();
            std::fs::write(ledger.join("ready"), "").unwrap();
            start.await.unwrap().map(drop)
        }),
        "signals_two_clients" => many.block_on(async {
            let other = support::builder(&std::env::var(URL).unwrap()).build().unwrap();
            let _sessions = (other.session().await?, other.session().await?, notte.session().await?);
            std::fs::write(ledger.join("ready"), "").unwrap();
            std::future::pending().await
        }),
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

/// Waits until the service was asked to start something.
fn until_asked() {
    let url = std::env::var(URL).unwrap();
    let address = url.trim_start_matches("http://");
    loop {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /asked/POST HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        if !answer.ends_with("\r\n\r\n0") {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
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
async fn a_scope_that_succeeded_gives_its_value_even_if_the_stop_fails() {
    let server = Server::start();
    let notte = server.notte();
    server.fail("DELETE", vec![Fault::Refuse(401, "", "")]);
    let value = notte.session().scope(async |_| Ok::<_, Error>(7)).await.unwrap();
    assert_eq!((value, server.settle(0)), (7, 0), "the stop is tried again in the background");
}

#[tokio::test]
async fn a_start_whose_answer_is_damaged_but_names_the_session_is_stopped_by_that_name() {
    type Damage = (fn(&str) -> String, bool);
    let damages: [Damage; 4] = [
        (|body| body[..body.len() - 9].to_owned(), true),
        (|body| format!("{body} and more"), false),
        (|body| body.replacen('{', r#"{"cost":NaN,"#, 1), false),
        (|body| body.replacen('{', &format!(r#"{{"status":7,"noise":"{}","#, "x".repeat(100_000)), 1), false),
    ];
    for (damage, cut) in damages {
        let server = Server::start();
        server.fail("POST /sessions/start", [Fault::Damaged(damage, cut)]);
        let error = server.notte().session().await.unwrap_err();
        assert_eq!((server.settle(0), error.session_id()), (0, Some("s-1")), "{error}");
        assert!(server.last("DELETE").line.contains("s-1"));
    }
}

#[tokio::test]
async fn a_refusal_that_names_a_session_stops_nothing() {
    let server = Server::start();
    let notte = server.notte();
    let other = notte.session().await.unwrap();
    server.fail("POST /sessions/start", [Fault::Refuse(409, "", r#"{"detail":"in use","session_id":"s-1"}"#)]);
    notte.session().await.unwrap_err();
    assert!(notte.shutdown(Duration::from_millis(500)).await.left.len() == 1);
    assert_eq!((server.live(), server.count("DELETE")), (1, 0));
    other.stop().await.unwrap();
}

#[tokio::test]
async fn an_answer_to_a_stop_that_says_nothing_is_no_stop() {
    for nothing in ["<html>ok</html>", "{}", ""] {
        let server = Server::start();
        let notte = server.notte();
        let session = notte.session().await.unwrap();
        server.fail("DELETE", [Fault::Say(nothing.to_owned())]);
        session.stop().await.unwrap_err();
        assert_eq!(server.settle(0), 0, "{nothing:?}: the stop is tried again in the background");
    }
}

#[tokio::test]
async fn a_stop_of_an_attached_session_goes_on_in_the_background() {
    let server = Server::start();
    let notte = server.notte();
    let id = notte.session().await.unwrap().detach();
    server.fail("DELETE", vec![Fault::Refuse(500, "", ""); 4]);
    notte.sessions().attach(&id).stop().await.unwrap_err();
    assert_eq!(server.settle(0), 0);
    let id = notte.session().await.unwrap().detach();
    server.fail("DELETE", [Fault::Slow(Duration::from_millis(300))]);
    let _ = tokio::time::timeout(Duration::from_millis(50), notte.sessions().attach(&id).stop()).await;
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());
    assert_eq!(server.live(), 0);
}

#[tokio::test]
async fn stopping_a_session_that_nobody_knows_is_an_error() {
    let server = Server::start();
    let notte = server.notte();
    let (attached, adopted) = (notte.sessions().attach(UNKNOWN), notte.sessions().adopt(UNKNOWN));
    for stopped in [attached.stop().await, adopted.stop().await] {
        let error = stopped.unwrap_err();
        assert_eq!((error.kind(), error.session_id()), (ErrorKind::NotFound, Some(UNKNOWN)));
    }
    assert!(notte.shutdown(Duration::from_secs(10)).await.is_clean());
}

#[tokio::test]
async fn dropping_the_last_handle_in_a_runtime_does_not_block_it() {
    let server = Server::start();
    let notte = server.notte();
    let session = notte.session().await.unwrap();
    server.fail("DELETE", [Fault::Slow(Duration::from_secs(2))]);
    drop(notte);
    let start = Instant::now();
    drop(session);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(server.settle(0), 0);
}

#[test]
fn a_session_of_another_pid_namespace_is_never_swept() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    // Its process has ended, and left its ledger: only where it ran can be known.
    let line =
        format!(r#"{{"event":"started","session":"s-1","url":"{}","key":"k","host":"boot pid:[1]"}}"#, server.url);
    std::fs::write(folder.path().join("a.jsonl"), line).unwrap();
    let notte = server.builder().ledger(folder.path()).build().unwrap();
    let sweep = tokio::runtime::Runtime::new().unwrap().block_on(notte.sessions().sweep()).unwrap();
    assert_eq!((sweep.stopped.len(), sweep.failed.len(), sweep.kept), (0, 0, 1));
    assert_eq!(server.count("DELETE"), 0);
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
