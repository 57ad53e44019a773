//! The examples of an agent's life, run against a scripted service.

use std::process::Command;

use crate::support::agents::{End, KEY, Script, Service, step};
use serde_json::json;

/// Runs an example, and gives what it prints and the service it ran against. No session may be left.
fn run<const N: usize>(name: &str, scripts: [Script; N]) -> (String, Service) {
    let server = Service::start(scripts);
    // Beside this test, where cargo builds the examples of the package it tests.
    let folder = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(format!("agent_{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "run `cargo test` for the whole package: it builds the examples");
    let output = Command::new(program).env("NOTTE_API_KEY", KEY).env("NOTTE_API_URL", &server.url).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(server.state().live.is_empty());
    (String::from_utf8(output.stdout).unwrap(), server)
}

fn failed(answer: &str) -> Script {
    Script::new(2).outcome(json!({"success": false, "answer": answer}))
}

fn exhausted(steps: usize) -> Script {
    let mut script = failed("no steps left");
    script.steps = (0..steps).map(|number| step(number, "click")).collect();
    script.until = steps;
    script
}

#[test]
fn a_run() {
    let (printed, server) = run("run", [Script::new(2)]);
    assert_eq!(printed, "42\n");
    assert_eq!(server.body("POST /agents/start")["max_steps"], 10);
}

#[test]
fn start_then_wait() {
    assert_eq!(run("start", [Script::new(2).cut(0, End::NoToken)]).0, "started\nCompleted: 42\n");
}

#[test]
fn agents_in_parallel() {
    let (printed, server) = run("parallel", [Script::new(2)]);
    assert_eq!(printed, "the price of plan A: 42\nthe price of plan B: 42\nthe price of plan C: 42\n");
    assert_eq!((server.count("POST /sessions/start"), server.count("POST /agents/start")), (3, 3));
}

#[test]
fn every_state() {
    assert_eq!(run("states", [Script::new(2)]).0, "done: 42\n");
    assert_eq!(run("states", [failed("no invoice")]).0, "could not: no invoice\n");
    assert_eq!(run("states", [exhausted(20)]).0, "used up its 20 steps\n");
    let mut stopped = exhausted(1);
    stopped.outcome = json!({});
    assert_eq!(run("states", [stopped]).0, "was stopped\n");
}

#[test]
fn max_steps() {
    let (printed, _) = run("max_steps", [exhausted(3), Script::new(7)]);
    assert_eq!(printed, "3 steps at most, 3 taken: MaxSteps\n30 steps at most, 7 taken: Completed\n");
}

#[test]
fn status() {
    assert_eq!(run("status", [Script::new(5).endless()]).0, "Running after 1 steps\n");
}

#[test]
fn live_logs() {
    let (printed, server) = run("live_logs", [Script::new(2)]);
    let steps = "click: goal 0\ncompletion: goal 1\n";
    assert_eq!(printed, format!("{steps}Some(Completed)\n{steps}"));
    assert_eq!(server.state().stream_heads.len(), 2);
}

#[test]
fn polling() {
    let script = Script { polls: 2, ..Script::new(3).cut(0, End::NoToken) };
    assert_eq!(run("polling", [script]).0, "1 steps so far\n2 steps so far\nCompleted\n");
}

#[test]
fn stop() {
    let (printed, server) = run("stop", [Script::new(9).endless()]);
    assert_eq!((printed.as_str(), server.count("DELETE /agents")), ("Stopped after 1 steps\n", 1));
}

#[test]
fn timeout() {
    let (printed, server) = run("timeout", [Script::new(9).endless()]);
    assert_eq!(printed, "Some(Running), stopping it\ndropped\n");
    assert_eq!(server.count("DELETE /agents"), 2);
}

#[test]
fn details() {
    let printed = "agent a-0001 in session s-1: Some(true)\nclick to goal 0\ncompletion to goal 1\n\
                   4 entries with an action, 2 of them steps\n";
    assert_eq!(run("details", [Script::new(2)]).0, printed);
}

#[test]
fn degradation() {
    assert_eq!(run("degrade", [Script::new(2)]).0, "42\n");
    assert_eq!(run("degrade", [failed("hunter2")]).0, "Example (Some(Failed))\n");
}

#[test]
fn retry() {
    let (printed, server) = run("retry", [failed("full"), failed("full"), Script::new(2)]);
    let refused = "agent_run failed: the agent could not do its task";
    assert_eq!(printed, format!("attempt 1: {refused}\nattempt 2: {refused}\nattempt 3: 42\n"));
    assert_eq!(server.count("POST /sessions/start"), 3);
}

#[test]
fn fallback() {
    let (printed, server) = run("fallback", [Script::new(2)]);
    assert_eq!(printed, "true (agent used: true)\n");
    assert_eq!(server.count("POST /sessions/s-1/page/execute"), 2);
}

#[test]
fn a_structured_answer() {
    let script = Script::new(2).outcome(json!({"success": true, "answer": r#"{"email":"a@b.c"}"#}));
    assert_eq!(run("structured", [script]).0, "a@b.c (no phone)\n");
}

#[test]
fn clean_up() {
    let (printed, server) = run("cleanup", [Script::new(9).endless()]);
    assert_eq!(printed, "a-0001\nnothing is left\n");
    assert_eq!((server.count("DELETE /agents"), server.count("DELETE /sessions")), (1, 1));
}
