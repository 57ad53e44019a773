//! The examples of vaults, personas and search, run against the test server.

#![allow(clippy::unwrap_used)]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::{Fault, KEY, Server};

/// Runs an example, and gives what it prints.
fn run(server: &Server, name: &str) -> String {
    // Beside this test, where cargo builds the examples of the package it tests.
    let folder = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "run `cargo test` for the whole package: it builds the examples");
    let mut command = Command::new(program);
    let output = command.env("NOTTE_API_KEY", KEY).env("NOTTE_API_URL", &server.url).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn server<const N: usize>(answers: [(&str, Value); N]) -> Server {
    let server = Server::start();
    for (line, answer) in answers {
        server.fail(line, [Fault::Say(answer.to_string())]);
    }
    server
}

#[test]
fn vault() {
    let login = json!({"email": "ada@example.com", "password": "hunter2", "mfa_secret": "JBSWY3DPEHPK3PXP"});
    let server = server([
        ("POST /vaults/create", json!({"vault_id": "v-1", "name": "shop", "created_at": "2025-01-02T03:04:05Z"})),
        ("POST /vaults/v-1/credentials", json!({"status": "success"})),
        ("GET /vaults/v-1/credentials", json!({ "credentials": login })),
        ("DELETE /vaults/v-1", json!({"status": "success"})),
    ]);
    assert_eq!(run(&server, "vault"), "ada@example.com logs in with a code of 6 digits\n");
    assert!(server.last("POST /sessions/start").body.contains(r#""vault_id":"v-1""#));
    assert_eq!(server.live(), 0);
}

#[test]
fn persona() {
    let persona = json!({"persona_id": "p-1", "email": "ada@notte.cc", "vault_id": "v-1"});
    let mail = json!({
        "email_id": "m-1", "subject": "Welcome", "created_at": "2025-01-02T03:04:05Z",
        "text_content": "Confirm: https://shop.example.com/confirm",
    });
    let server = server([
        ("POST /personas/create", persona.clone()),
        ("GET /personas/p-1/emails", json!([mail])),
        ("GET /personas/p-1", persona.clone()),
        ("GET /personas/p-1", persona),
        ("POST /vaults/v-1/credentials", json!({"status": "success"})),
        ("DELETE /personas/p-1", json!({"status": "success"})),
    ]);
    assert_eq!(run(&server, "persona"), "ada@notte.cc signs up\nWelcome: https://shop.example.com/confirm\n");
}

#[test]
fn search() {
    let server = server([
        ("POST /search", json!({"results": [{"title": "Notte", "url": "https://notte.cc"}]})),
        ("POST /search", json!({"answer": "A program.", "sources": []})),
    ]);
    assert_eq!(run(&server, "search"), "Notte https://notte.cc\nA program. (0 sources)\n");
}
