//! The examples of this folder's subjects run, and do what they say.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::support::{Fault, KEY, Server};

fn example(name: &str, server: &Server) -> Command {
    // Beside this test, where cargo builds the examples of the package it tests.
    let folder: PathBuf = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "run `cargo test` for the whole package: it builds the examples");
    let mut command = Command::new(program);
    command.env("NOTTE_API_KEY", KEY).env("NOTTE_API_URL", &server.url);
    command
}

/// Runs an example, and gives what it prints.
fn run(name: &str, server: &Server) -> String {
    let output = example(name, server).output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const START: &str = "POST /sessions/start";

#[test]
fn errors_waits_and_finds_what_may_have_been_started() {
    let server = Server::start();
    server.fail(START, vec![Fault::Refuse(429, "retry-after: 0.1\r\n", r#"{"detail":"slow down"}"#); 3]);
    server.fail(START, [Fault::Cut]);
    let printed = run("errors", &server);
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].starts_with("waiting: session_start failed: 429 slow down (3 attempts"), "{printed}");
    assert!(lines[1].starts_with("lost: session_start failed: ") && lines[2] == "s-1 may be it", "{printed}");
    assert_eq!((lines[3], lines.len(), server.live()), ("started s-2", 4, 0), "{printed}");
}

#[test]
fn retry_counts_what_it_took() {
    let server = Server::start();
    server.fail("GET /ready", [Fault::Refuse(500, "", ""), Fault::Cut]);
    server.fail("GET /sessions/s-1", [Fault::Refuse(503, "", r#"{"detail":"busy"}"#)]);
    let printed = run("retry", &server);
    assert_eq!(printed, "ready after 2 retries\nnot now: session_status failed: 503 busy\n");
}

#[cfg(unix)]
#[test]
fn shutdown_leaves_nothing() {
    let server = Server::start();
    let mut program = example("shutdown", &server).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "7 steps so far");
    Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap();
    let rest: Vec<_> = lines.map(Result::unwrap).collect();
    assert!(program.wait().unwrap().success());
    assert_eq!(rest, ["ending", "left: []"]);
    assert_eq!(server.state().started, 1);
    assert_eq!(server.live(), 0);
}

#[test]
fn blocking_stops_both_of_its_sessions() {
    let server = Server::start();
    assert_eq!(run("blocking", &server), "# Example\n");
    assert_eq!(server.state().started, 2);
    assert_eq!(server.live(), 0);
}
