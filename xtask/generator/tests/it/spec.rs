//! `spec diff`, `fetch`, `adopt` and `verify`: exit codes, one clear line for whatever is wrong, and nothing written then.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::root;

fn spec(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-generator"));
    command.arg("spec").args(arguments).current_dir(root()).env_remove("NOTTE_API_KEY").output().expect("xtask runs")
}

fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spec").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a scratch folder");
    folder
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

/// Expects this exit code, and one line on standard error with all of `says`.
fn refused(arguments: &[&str], code: i32, says: &[&str]) {
    let output = spec(arguments);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.starts_with("error: ") && !errors.contains("panicked"), "{errors}");
    for expected in says {
        assert!(errors.contains(expected), "`{expected}` is not in: {errors}");
    }
}

/// Answers every request with these bytes, and closes.
fn server(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(&answer);
        }
    });
    format!("http://{address}/openapi.json")
}

fn answer(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

const DOCUMENT: &str = r#"{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"operationId": "a",
    "parameters": [{"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}}], "responses": {"204": {"description": "done"}}}}}}"#;

fn other_api(title: &str, word: &str) -> String {
    let paths: Vec<String> = (1..=4)
        .map(|n| format!(r#""/{word}{n}/{word}": {{"get": {{"operationId": "{word}_{n}_{word}", "responses": {{"204": {{"description": "done"}}}}}}}}"#))
        .collect();
    format!(
        r#"{{"openapi": "3.0.3", "info": {{"title": "{title}", "version": "1"}}, "paths": {{{}}}}}"#,
        paths.join(",")
    )
}

#[test]
fn the_exit_code_of_diff_follows_the_threshold() {
    let folder = scratch("threshold");
    let old = written(&folder, "old.json", DOCUMENT);
    let new = written(&folder, "new.json", &DOCUMENT.replace("\"default\": 1", "\"default\": 2"));
    let code = |threshold: &str| spec(&["diff", &old, &new, "--fail-on", threshold]).status.code();
    assert_eq!(
        ["none", "wire", "compile", "behaviour", "any"].map(code),
        [Some(0), Some(0), Some(0), Some(1), Some(1)],
    );
    assert_eq!(spec(&["diff", &old, &old, "--fail-on", "any"]).status.code(), Some(0));
    assert_eq!(spec(&["diff", &old]).status.code(), Some(2));
    let with = |key: &str| {
        let text = DOCUMENT.replace("\"operationId\"", &format!("\"{key}\": 1, \"operationId\""));
        let unknown = written(&folder, &format!("{key}.json"), &text);
        spec(&["diff", &old, &unknown, "--fail-on", "none"]).status.code()
    };
    assert_eq!(with("maxLength"), Some(4), "a keyword where no rule expects it");
    assert_eq!(with("surprise"), Some(0), "a key that no specification defines");
}

#[test]
fn a_git_revision_is_a_document() {
    let output = spec(&["diff", "HEAD:openapi/notte-openapi.yml", "openapi/notte-openapi.yml", "--fail-on", "any"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    refused(&["diff", "HEAD:no/such/file.yml", "openapi/notte-openapi.yml"], 3, &["no/such/file.yml", "git"]);
}

#[test]
fn the_consumers_lines_are_named() {
    let folder = scratch("consumer");
    let old = written(&folder, "old.json", DOCUMENT);
    let new = written(&folder, "new.json", &DOCUMENT.replace("\"page\"", "\"number\""));
    std::fs::create_dir_all(folder.join("consumer/src")).expect("created");
    written(
        &folder.join("consumer/src"),
        "main.rs",
        "// .page(0) in a remark\nlet call = client.a()\n    .page(1);\nlet page = 2;\n",
    );
    let consumer = folder.join("consumer").display().to_string();
    let output = spec(&["diff", &old, &new, "--full", "--consumer", &consumer]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("main.rs:3 may use notte_api::builder::A::page"), "{text}");
    assert!(!text.contains("main.rs:1") && !text.contains("main.rs:4"), "{text}");
    refused(&["diff", &old, &new, "--consumer", "no/such/folder"], 2, &["no/such/folder"]);
}

#[test]
fn what_is_no_document_is_said_so() {
    let folder = scratch("no-document");
    let good = written(&folder, "good.json", DOCUMENT);
    for (name, text, says) in [
        ("words.json", "just some words", "words.json"),
        ("html.json", "<!doctype html><html></html>", "HTML"),
        ("empty.json", "", "empty"),
        ("cut.json", &DOCUMENT[..80], "cut.json"),
    ] {
        let bad = written(&folder, name, text);
        refused(&["diff", &good, &bad], 3, &[says]);
        refused(&["diff", &bad, &good], 3, &[says]);
        refused(&["adopt", &bad], 3, &[says]);
    }
    refused(&["diff", &good, "no/such/file.json"], 3, &["no/such/file.json"]);
    refused(&["adopt", "no/such/file.json"], 3, &["no/such/file.json"]);
}

#[test]
fn two_different_apis_are_not_compared() {
    let folder = scratch("strangers");
    let first = written(&folder, "first.json", &other_api("Apples", "apple"));
    let second = written(&folder, "second.json", &other_api("Trains", "station_platform"));
    refused(&["diff", &first, &second], 2, &["two different APIs", "Apples", "Trains"]);
    refused(&["adopt", &first], 2, &["another API", "Apples"]);
}

#[test]
fn what_cannot_be_fetched_is_said_and_nothing_is_written() {
    let folder = scratch("fetch");
    let to = folder.join("incoming.json").display().to_string();
    let closed = TcpListener::bind("127.0.0.1:0").expect("bound").local_addr().expect("an address");
    let huge = "x".repeat(21 * 1024 * 1024);
    for (url, says) in [
        (format!("http://{closed}/openapi.json"), "cannot be fetched"),
        ("http://no-such-host.invalid/openapi.json".to_owned(), "cannot be fetched"),
        (server(answer("404 Not Found", "")), "answers 404"),
        (server(answer("200 OK\r\ncontent-type: text/html", "<html></html>")), "HTML"),
        (server(answer("200 OK", "{\"a\": 1}")), "openapi"),
        (server(answer("200 OK\r\ncontent-length: 209715200", "{")), "larger than 20 MB"),
        (server(answer("200 OK", &huge)), "larger than 20 MB"),
        (server(answer("200 OK\r\ncontent-length: 9999", DOCUMENT)), "cut off"),
    ] {
        refused(&["fetch", &url, "--to", &to], 3, &[says, &url]);
        assert_eq!(std::fs::read_dir(&folder).expect("the folder").count(), 0, "{url}: something was written");
        refused(&["adopt", &url], 3, &[says]);
    }
}

#[test]
fn a_document_is_fetched_once() {
    let folder = scratch("fetched");
    let path = folder.join("incoming.json");
    let to = path.display().to_string();
    let url = server(answer("200 OK\r\netag: \"1\"", DOCUMENT));
    let fetch = |url: &str| spec(&["fetch", url, "--to", &to]);
    assert!(fetch(&url).status.success());
    assert_eq!(std::fs::read_to_string(&path).expect("written"), DOCUMENT);
    let origin = std::fs::read_to_string(path.with_extension("toml")).expect("the origin");
    assert!(origin.contains(&url) && origin.contains("etag") && origin.contains("sha256"), "{origin}");
    // A server that knows the tag answers 304, and then the file stays.
    let unchanged = server(answer("304 Not Modified", ""));
    let moved = origin.replace(&url, &unchanged);
    std::fs::write(path.with_extension("toml"), &moved).expect("written");
    let output = fetch(&unchanged);
    assert!(String::from_utf8_lossy(&output.stdout).contains("not changed"));
    assert_eq!(std::fs::read_to_string(&path).expect("there"), DOCUMENT);
    assert_eq!(std::fs::read_to_string(path.with_extension("toml")).expect("there"), moved);
}

#[test]
fn a_document_that_lost_operations_is_refused() {
    let text = std::fs::read_to_string(root().join("openapi/notte-openapi.yml")).expect("the document");
    let folder = scratch("shrunk");
    // As cut off between two paths.
    let half = text.lines().position(|line| line.starts_with("  /sessions")).expect("a path");
    let shrunk = written(&folder, "shrunk.yml", &(text.lines().take(half).collect::<Vec<_>>().join("\n") + "\n"));
    let output = spec(&["adopt", &shrunk]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(
        errors.contains("operations are gone, more than a fifth") && errors.contains("--allow-shrinking"),
        "{errors}"
    );
}

#[test]
fn a_conflict_is_shown_with_both_values_and_stops_an_adoption() {
    let text = std::fs::read_to_string(root().join("openapi/notte-openapi.yml")).expect("the document");
    let expected = "Returns the health status of the Notte API.";
    assert!(text.contains(expected));
    let folder = scratch("conflict");
    let changed = written(&folder, "changed.yml", &text.replace(expected, "Says whether it works."));
    let output = spec(&["adopt", &changed]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let page = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(page.contains("10-wire-health.yaml#0") && page.contains("decide whose words to keep, once"), "{page}");
    assert!(page.lines().count() < 100, "{page}");
    let all = std::fs::read_to_string(root().join("target/spec-adopt.md")).expect("all of it");
    assert!(
        all.contains("Says whether it works.") && all.contains(expected) && all.contains("# What changed"),
        "{all}"
    );
    assert_eq!(std::fs::read_to_string(root().join("openapi/notte-openapi.yml")).expect("there"), text);
}

#[test]
fn recorded_answers_are_held_against_the_document() {
    let folder = scratch("tape");
    let tape = folder.display().to_string();
    refused(&["verify", "--tape", &tape], 2, &["no recorded answer"]);
    refused(&["verify"], 2, &["NOTTE_API_KEY"]);
    written(&folder, "health_check.json", r#"{"status": "healthy"}"#);
    assert_eq!(spec(&["verify", "--tape", &tape]).status.code(), Some(0));
    written(&folder, "health_check.odd.json", r#"{"status": 1, "mood": "fine"}"#);
    written(&folder, "no_such_call.json", "{}");
    let output = spec(&["verify", "--tape", &tape]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    for expected in [
        "health_check.odd.json: /status: a number",
        "/mood: unknown field",
        "no_such_call.json",
        "3 answers, 3 differences",
    ] {
        assert!(errors.contains(expected), "`{expected}` is not in: {errors}");
    }
}
