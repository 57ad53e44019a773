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
    assert!(lines[1].starts_with("lost: session_start failed: ") && lines[2].starts_with("s-1 may be it"), "{printed}");
    assert_eq!((lines[3], lines.len(), server.live()), ("started s-2", 4, 1), "a candidate may be another worker's");
    assert_eq!(server.count("DELETE"), 1);
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

#[test]
fn tenant_starts_and_stops_each_session_with_its_own_key() {
    let server = Server::start();
    let printed = run("tenant", &server);
    assert_eq!(printed, "anna: 42\nben: 42\nrotating: 42\nleft: []\n");
    for method in ["POST /sessions/start", "DELETE"] {
        let state = server.state();
        let heads: Vec<_> =
            state.requests.iter().filter(|sent| sent.line.starts_with(method)).map(|sent| &sent.head).collect();
        for (head, key) in heads.iter().zip(["anna-key", "ben-key", "fresh-key"]) {
            assert!(head.contains(&format!("bearer {key}")), "{method}: {head}");
        }
        assert_eq!((heads.len(), heads[0].contains("x-tenant: anna")), (3, true));
    }
}

#[test]
fn spawn_stops_the_one_session_that_its_tasks_share() {
    let server = Server::start();
    assert_eq!(run("spawn", &server), "ok\nok\nstopped s-1\n");
    assert_eq!(server.state().started, 1);
    assert_eq!(server.live(), 0);
}

#[test]
fn hook_counts_attempts_and_sends_a_trace_context() {
    let server = Server::start();
    server.fail("DELETE", [Fault::Refuse(503, "", "")]);
    let printed = run("hook", &server);
    assert_eq!(printed, "page_execute ok: 1\nsession_start ok: 1\nsession_stop ok: 1\nsession_stop retried: 1\n");
    assert!(server.state().requests.iter().all(|sent| sent.head.contains("traceparent: 00-")));
}

#[test]
fn escape_hatch_sends_what_has_no_method() {
    let server = Server::start();
    assert_eq!(run("escape_hatch", &server), "active\n\"active\"\n");
    let body = server.last("POST").body;
    assert!(body.contains(r#""browser_type":"brave-next""#) && body.contains(r#""future_option":true"#), "{body}");
    assert!(server.state().requests.iter().any(|sent| sent.line.ends_with("?verbose=true")));
}
