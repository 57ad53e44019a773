//! The examples of vaults, personas, functions, search and scraping, run against the test server.

use std::process::Command;

use crate::support::{Fault, KEY, Server};
use serde_json::{Value, json};

/// Runs an example, and gives what it prints.
fn run(server: &Server, name: &str, arguments: &[&str]) -> String {
    // Beside this test, where cargo builds the examples of the package it tests.
    let folder = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "run `cargo test` for the whole package: it builds the examples");
    let mut command = Command::new(program);
    let output = command.args(arguments).env("NOTTE_API_KEY", KEY).env("NOTTE_API_URL", &server.url).output().unwrap();
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
    assert_eq!(run(&server, "vault", &[]), "ada@example.com logs in with a code of 6 digits\n");
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
    assert_eq!(run(&server, "persona", &[]), "ada@notte.cc signs up\nWelcome: https://shop.example.com/confirm\n");
}

#[test]
fn function() {
    let info = json!({
        "function_id": "f-1", "created_at": "2025-01-02T03:04:05Z", "updated_at": "2025-01-02T03:04:05Z",
        "latest_version": "v1", "versions": ["v1"], "status": "active",
    });
    let result = json!({"function_id": "f-1", "function_run_id": "r-1", "status": "closed", "result": {"price": 83}});
    let server = server([
        (
            "POST /functions/f-1/runs/create",
            json!({"function_id": "f-1", "function_run_id": "r-1", "created_at": "2025-01-02"}),
        ),
        ("POST /functions/f-1/schedule", json!({"status": "scheduled"})),
        ("DELETE /functions/f-1", json!({"status": "success"})),
    ]);
    let says = [json!({"type": "log", "message": "looking"}), json!({"type": "result", "message": result.to_string()})];
    let says = says.map(|event| format!("data: {event}\n\n")).concat();
    server.fail("POST /functions/f-1/runs/r-1", [Fault::Say(says)]);
    server.fail("POST /functions", [Fault::Say(info.to_string())]);
    let path = std::env::temp_dir().join(format!("notte-example-{}.py", std::process::id()));
    std::fs::write(&path, "def run(city): ...").unwrap();
    let printed = run(&server, "function", &[path.to_str().unwrap()]);
    std::fs::remove_file(&path).unwrap();
    assert!(printed.starts_with("log: looking\nresult: {\"price\":83}\ncurl -X POST"), "{printed}");
    assert!(!printed.contains(KEY));
}

#[test]
fn search() {
    let server = server([
        ("POST /search", json!({"results": [{"title": "Notte", "url": "https://notte.cc"}]})),
        ("POST /search", json!({"answer": "A program.", "sources": []})),
    ]);
    assert_eq!(run(&server, "search", &[]), "Notte https://notte.cc\nA program. (0 sources)\n");
}

#[test]
fn scrape() {
    let found = |data: Value| json!({"success": true, "data": data});
    let server = server([
        ("POST /scrape_from_html", json!({"model_schema": {"success": true}, "scrape": found(json!(["2 €"]))})),
        ("POST /scrape", json!({"markdown": "# Example"})),
        ("POST /scrape", json!({"markdown": "", "structured": found(json!({"email": "ada@example.com"}))})),
    ]);
    assert_eq!(run(&server, "scrape", &[]), "# Example\nada@example.com\n[\"2 €\"]\n");
}
