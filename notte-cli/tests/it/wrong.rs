//! Wrong input: one clear error, the right exit code, nothing sent that should not be.

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::stage::{Stage, TOKEN};

#[test]
fn every_wrong_input_is_one_clear_error() {
    let stage = Stage::new();
    let wrong: &[(&[&str], &str)] = &[
        (&["api", "no_such_thing"], "there is no operation"),
        (&["api", "vault_update"], "needs vault_id"),
        (&["api", "session_status", "-p", "nonsense"], "is not NAME=VALUE"),
        (&["api", "session_status", "-p", "colour=red"], "has no parameter `colour`"),
        (&["api", "session_start", "--body", "{"], "is not valid JSON"),
        (&["api", "session_start", "-p", "idle_timeout_minutes=soon"], "is not an integer"),
        (&["api", "health_check", "--body", "{}"], "takes no body"),
        (&["sessions", "list", "--jq", ".["], "the jq expression is invalid"),
        (&["sessions", "list", "--jq", ".items | .x"], "the jq expression"),
        (&["sessions", "list", "-o", "xml"], "there is no output format"),
        (&["sessions", "start", "-s", "no spaces"], "cannot name a session"),
        (&["sessions", "bogus"], "unrecognized subcommand"),
        (&["page", "click"], "required"),
        (&["page", "click", "B1"], "no session was named"),
        (&["-s", "x", "page", "execute", "{\"type\":"], "is not valid JSON"),
        (&["functions", "schedule", "f", "--cron", "0 9 * * *"], "six fields"),
        (&["vaults", "delete", "v"], "was not confirmed"),
        (&["describe", "nonsense"], "there is no operation"),
        (&["secrets", "set", "NAME", "plain-text"], "is a secret"),
        (&["sessions", "start", "--cdp-url", "ws://plain"], "is a secret"),
        (&["--timeout", "-5", "health"], "seconds"),
        (&["files", "upload", "no-such-file"], "no-such-file"),
        (&["functions", "create", "no-such-file.py"], "no-such-file.py"),
    ];
    for (arguments, said) in wrong {
        let done = stage.run(arguments);
        assert_eq!(done.code, 2, "{arguments:?}: {done:?}");
        assert_eq!((done.stdout.as_str(), done.stderr.lines().count()), ("", 1), "{arguments:?}: {done:?}");
        assert!(done.error()["message"].as_str().unwrap().contains(said), "{arguments:?}: {done:?}");
    }
    assert_eq!(stage.live(), 0);
}

#[test]
fn a_guess_is_answered_with_the_command() {
    let stage = Stage::new();
    for (guess, command) in [("goto", "page goto"), ("observe", "page observe"), ("login", "auth login")] {
        let done = stage.run(&[guess]).fails(2, "usage");
        assert!(done.error()["hint"].as_str().unwrap().contains(command), "{done:?}");
    }
    stage.run(&["session", "list"]).ok();
}

#[test]
fn what_is_not_there_or_not_allowed_has_its_own_exit_code() {
    let stage = Stage::new();
    stage.run(&["sessions", "status", "-s", "0b54f4a0-95ba-4e6a-8c54-1c5d1c1b7a11"]).fails(3, "not_found");
    stage.run(&["-s", "unknown", "page", "observe"]).fails(3, "not_found");
    stage.open("gone");
    let id = stage.run(&["sessions", "names", "--jq", ".[0].session_id"]).ok().stdout.trim().to_owned();
    stage.run(&["sessions", "stop", "gone"]).ok();
    let ended = stage.run(&["-s", &id, "page", "observe"]);
    assert!(matches!(ended.code, 1..=3), "{ended:?}");

    let mut keyless = stage.command(&["sessions", "list"]);
    keyless.env_remove("NOTTE_API_KEY");
    stage.finish(keyless, "").fails(4, "no_key");
    let mut wrong = stage.command(&["sessions", "list"]);
    wrong.env("NOTTE_API_KEY", TOKEN);
    stage.finish(wrong, "").fails(4, "auth");
    let mut nowhere = stage.command(&["sessions", "list"]);
    nowhere.env("NOTTE_API_URL", "http://127.0.0.1:9");
    let done = stage.finish(nowhere, "").fails(1, "connect");
    assert_eq!(done.error()["outcome"], "none");
    let mut mistyped = stage.command(&["sessions", "list"]);
    mistyped.env("NOTTE_API_URL", "api.notte.cc");
    stage.finish(mistyped, "").fails(2, "config");
}

#[test]
fn an_outcome_that_is_unknown_is_said_to_be_and_a_refusal_is_none() {
    let stage = Stage::new();
    stage.open("faults");
    let button = stage.id("faults", "More");
    let click = ["-s", "faults", "page", "click", &button];
    stage.fault(&json!({"operation": "page_execute", "reset": true}));
    let lost = stage.run(&click).fails(7, "unknown_outcome");
    assert_eq!((&lost.error()["outcome"], &lost.error()["retryable"]), (&json!("unknown"), &json!(false)));
    stage.fault(&json!({"operation": "session_start", "times": 9, "status": 429}));
    let full = stage.run(&["sessions", "start"]).fails(5, "rate_limited");
    assert_eq!(full.error()["outcome"], "none");
    stage.fault(&json!({"operation": "vault_create", "status": 500}));
    stage.run(&["vaults", "create", "v"]).fails(7, "unknown_outcome");
    stage.fault(&json!({"operation": "session_status", "times": 9, "delay_ms": 20_000}));
    let started = Instant::now();
    let slow = stage.run(&["-s", "faults", "sessions", "status", "--timeout", "0.5"]);
    assert_eq!((slow.code, &slow.error()["retryable"]), (1, &json!(true)), "{slow:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[cfg(unix)]
#[test]
fn a_machine_without_a_browser_is_told_what_to_install() {
    let stage = Stage::new();
    let run = |arguments: &[&str], path: &str| {
        let mut command = stage.command(arguments);
        command.env_remove("NOTTE_API_KEY").env_remove("NOTTE_API_URL").env("PATH", path);
        stage.finish(command, "")
    };
    let done = run(&["--local", "sessions", "start"], "").fails(2, "invalid_request");
    assert!(done.error()["message"].as_str().unwrap().contains("no browser found: install one"), "{done:?}");
    run(&["local", "stop"], &std::env::var("PATH").unwrap()).ok();
}

#[test]
fn a_name_whose_session_has_ended_is_free_again() {
    let stage = Stage::new();
    stage.open("again");
    let id = stage.run(&["sessions", "names", "--jq", ".[0].session_id"]).ok().stdout.trim().to_owned();
    stage.run(&["api", "session_stop", "-p", &format!("session_id={id}")]).ok();
    let opened = stage.open("again");
    assert!(opened.stderr.contains("has ended") && opened.stdout.contains("Tea house"), "{opened:?}");
}

#[test]
fn an_id_that_was_not_observed_is_refused_before_anything_is_sent() {
    let stage = Stage::new();
    stage.open("stale");
    let done = stage.run(&["-s", "stale", "page", "click", "B77"]).fails(2, "stale_element");
    assert!(done.error()["message"].as_str().unwrap().contains("it has L1"), "{done:?}");
    let offset = || stage.run(&["-s", "stale", "sessions", "offset", "--jq", ".offset"]).ok().stdout;
    let before = offset();
    stage.run(&["-s", "stale", "page", "click", "@B77"]).fails(2, "stale_element");
    assert_eq!(offset(), before);
    let failed = stage.run(&["-s", "stale", "page", "eval-js", "nonsense("]).fails(6, "action_failed");
    assert_eq!(failed.error()["outcome"], "done");
}

#[test]
fn the_end_of_input_is_never_a_yes() {
    let stage = Stage::new();
    let vault = stage.run(&["vaults", "create", "v"]).ok().json()["vault_id"].as_str().unwrap().to_owned();
    stage.run(&["vaults", "delete", &vault]).fails(2, "usage");
    stage.run_with(&["vaults", "delete", &vault], "y\n").fails(2, "usage");
    stage.run(&["vaults", "delete", &vault, "--yes"]).ok();
}

#[cfg(unix)]
#[test]
fn a_closed_stdout_is_no_panic() {
    let stage = Stage::new();
    for arguments in [&["describe", "-o", "json"][..], &["help"], &["--help"], &["skill", "show"]] {
        let mut child = stage
            .command(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let done = stage.wait(child);
        assert!(!done.stderr.contains("panicked"), "{done:?}");
        assert_eq!((done.code, done.stderr.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn state_that_cannot_be_read_is_started_anew_and_a_home_that_is_no_folder_is_said() {
    let stage = Stage::new();
    stage.open("a");
    let file = stage.path(".notte/rust/sessions.json");
    fs::write(&file, "{ nonsense").unwrap();
    stage.run(&["sessions", "names"]).ok();
    let mut homeless = stage.command(&["sessions", "names"]);
    fs::write(stage.path("file"), "").unwrap();
    homeless.env("NOTTE_CONFIG_DIR", stage.path("file"));
    stage.finish(homeless, "").fails(2, "file");
}
