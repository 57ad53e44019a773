//! However the program ends, no browser is left; and after the next start, no folder.

#![cfg(target_os = "linux")]

mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

fn program(temporary: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_notte-local"))
        .args(["--port", "0"])
        .env("TMPDIR", temporary)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("an output")).read_line(&mut line).expect("an address");
    (child, line.trim().to_owned())
}

/// Processes whose command line names the folder.
fn processes(folder: &Path) -> usize {
    let lines = std::fs::read_dir("/proc")
        .expect("/proc")
        .flatten()
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    let name = folder.to_string_lossy().into_owned();
    lines.filter(|line| String::from_utf8_lossy(line).contains(&name)).count()
}

fn folders(temporary: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(temporary).expect("the folder").flatten().map(|entry| entry.path()).collect()
}

fn eventually(what: &str, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_signal_nor_a_kill_leaves_anything() {
    for signal in ["TERM", "KILL"] {
        let temporary = std::env::temp_dir().join(format!("endings-{signal}-{}", std::process::id()));
        std::fs::create_dir_all(&temporary).unwrap();
        let (mut child, url) = program(&temporary);
        let http = reqwest::Client::new();
        let post = |path: String, body: Value| http.post(format!("{url}{path}")).bearer_auth("any").json(&body).send();
        let text = post("/sessions/start".into(), json!({})).await.unwrap().text().await.unwrap();
        let session: Value = serde_json::from_str(&text).unwrap();
        assert!(processes(&temporary) > 0, "{session}");
        let busy = format!("/sessions/{}/page/execute", session["session_id"].as_str().unwrap());
        let work = tokio::spawn(post(busy, json!({"type": "wait", "time_ms": 20_000})));
        tokio::time::sleep(Duration::from_millis(100)).await;
        Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        child.wait().unwrap();
        assert!(work.await.unwrap().is_err(), "the connection breaks");
        eventually("browsers are left", || processes(&temporary) == 0);
        let (mut next, _) = program(&temporary);
        eventually("folders are left", || folders(&temporary).len() == 1);
        Command::new("kill").arg(next.id().to_string()).status().unwrap();
        next.wait().unwrap();
        eventually("the own folder is left", || folders(&temporary).is_empty());
        std::fs::remove_dir_all(&temporary).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_no_secret() {
    let temporary = std::env::temp_dir().join(format!("endings-log-{}", std::process::id()));
    std::fs::create_dir_all(&temporary).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_notte-local"))
        .args(["--port", "0", "--api-key", "hush-key"])
        .env("TMPDIR", &temporary)
        .env("RUST_LOG", "trace")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut log = child.stderr.take().unwrap();
    let reading = std::thread::spawn(move || std::io::read_to_string(&mut log).unwrap());
    let http = reqwest::Client::new();
    let url = line.trim().to_owned();
    let post = |path: String, body: Value| http.post(format!("{url}{path}")).bearer_auth("hush-key").json(&body).send();
    let proxy = json!({"type": "external", "server": "http://127.0.0.1:1", "username": "u", "password": "hush-proxy"});
    let start = json!({"proxies": [proxy], "block_ads": true, "extra_http_headers": {"x": "hush-header"}});
    let session: Value =
        serde_json::from_str(&post("/sessions/start".into(), start).await.unwrap().text().await.unwrap()).unwrap();
    let id = session["session_id"].as_str().unwrap();
    for action in [
        json!({"type": "goto", "url": "data:text/html,<input>"}),
        json!({"type": "fill", "selector": "input", "value": "hush-value"}),
        json!({"type": "goto", "url": "http://nowhere.example/?token=hush-token"}),
    ] {
        post(format!("/sessions/{id}/page/execute"), action).await.unwrap();
    }
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    child.wait().unwrap();
    let log = reading.join().unwrap();
    assert!(log.contains("block_ads"), "there is a log: {log}");
    let token = session["cdp_url"].as_str().unwrap().split("token=").nth(1).unwrap();
    assert!(!log.contains("hush-") && !log.contains(token), "{log}");
    std::fs::remove_dir_all(&temporary).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_server_ends_its_browsers() {
    let api = support::Api::start().await;
    let session = api.session().await;
    let name = PathBuf::from(&session.id);
    assert!(processes(&name) > 0);
    drop(api);
    eventually("browsers are left", || processes(&name) == 0);
}
