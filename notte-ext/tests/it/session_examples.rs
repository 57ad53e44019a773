//! The examples of sessions, run against the test server.

use std::{path::Path, process::Command};

use crate::support::{Fault, KEY, Server};
use serde_json::json;

/// Runs an example in a folder, and gives what it prints.
fn run(server: &Server, name: &str, folder: &Path) -> String {
    // Beside this test, where cargo builds the examples of the package it tests.
    let examples = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let program = examples.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "run `cargo test` for the whole package: it builds the examples");
    let mut command = Command::new(program);
    command.current_dir(folder).env("NOTTE_API_KEY", KEY).env("NOTTE_API_URL", &server.url);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(server.live(), 0);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn files() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("names.csv"), "Ada\n").unwrap();
    let file = json!({"id": "f-1", "session_id": "s-1", "filename": "../report.txt", "mime_type": "text/plain", "size": 2,
        "checksum": "c", "created_at": "2025-01-02", "expires_at": "2025-01-03", "source": "session_download"});
    let page = || Fault::Say(json!({"files": [file], "total": 1, "limit": 100, "offset": 0}).to_string());
    server.fail("POST /sessions/s-1/files", [Fault::Say(file.to_string())]);
    server.fail("GET /sessions/s-1/files?", [page(), page()]);
    server.fail("GET /sessions/s-1/files/f-1", [Fault::Refuse(200, "", "ok")]);
    assert_eq!(run(&server, "files", folder.path()).replace('\\', "/"), "./report.txt (2 bytes)\n");
    assert_eq!(std::fs::read(folder.path().join("report.txt")).unwrap(), b"ok");
}

#[test]
fn replay() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let linked = json!({"mp4_url": format!("{}/v.mp4", server.url), "expires_at": "x"});
    server.fail("GET /sessions/s-1/replay", [Fault::Say(linked.to_string())]);
    server.fail("GET /v.mp4", [Fault::Refuse(200, "", "\0\0\0\x18ftypmp42")]);
    assert_eq!(run(&server, "replay", folder.path()), "session.mp4 (Some(Mp4))\n");
}

#[test]
fn authoring() {
    let server = Server::start();
    let recorded =
        json!({"json_actions": [{"type": "goto", "url": "https://example.com"}, {"type": "click", "selector": "#go"}]});
    server.fail("GET /sessions/s-1/workflow/code", [Fault::Say(recorded.to_string())]);
    let program = run(&server, "authoring", Path::new("."));
    assert!(program.contains(r##"session.execute(Action::click_selector("#go")).await?;"##), "{program}");
}

#[test]
fn structured() {
    let server = Server::start();
    assert_eq!(run(&server, "structured", Path::new(".")), "a@b.c\n");
}
