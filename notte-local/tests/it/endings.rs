//! However the program ends, no browser is left; and after the next start, no folder.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::support::Api;

/// What the program asks of its clients.
const KEY: &str = "hush-key";

fn program(temporary: &Path, flags: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_notte-local"))
        .args(["--port", "0"])
        .args(flags)
        .env("TMPDIR", temporary)
        .env("NOTTE_LOCAL_STATE", temporary.join("state"))
        .env("NOTTE_LOCAL_API_KEY", KEY)
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
    let entries = std::fs::read_dir(temporary).expect("the folder").flatten();
    entries.filter(|entry| entry.file_name() != "state").map(|entry| entry.path()).collect()
}

async fn eventually(what: &str, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A folder for one test, gone at its end.
struct Temporary(PathBuf);

impl Temporary {
    fn make(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("endings-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A client of the program.
struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    fn of(url: &str) -> Self {
        Self { http: reqwest::Client::new(), url: url.to_owned() }
    }

    /// Sends a request; none when the server is gone.
    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Option<Value> {
        let request = self.http.request(method.parse().expect("a method"), format!("{}{path}", self.url));
        let request = body.into_iter().fold(request.bearer_auth(KEY), |request, body| request.json(&body));
        serde_json::from_slice(&request.send().await.ok()?.error_for_status().ok()?.bytes().await.ok()?).ok()
    }

    async fn post(&self, path: &str, body: Value) -> Option<Value> {
        self.ask("POST", path, Some(body)).await
    }

    async fn session(&self, start: Value) -> String {
        let session = self.post("/sessions/start", start).await.expect("a session");
        session["session_id"].as_str().expect("an id").to_owned()
    }

    async fn act(&self, session: &str, action: Value) -> Option<Value> {
        self.post(&format!("/sessions/{session}/page/execute"), action).await
    }
}

/// A site that begins to answer and never ends, and says when it was asked.
fn endless() -> (String, UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let (asked, hear) = unbounded_channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let asked = asked.clone();
            // A browser opens more connections than it uses.
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap_or_default();
                let kind = if request[..length].starts_with(b"GET /file") { "application/x-tar" } else { "text/html" };
                let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: 1000000\r\n\r\nbegun");
                let _ = stream.write_all(head.as_bytes()).map(|()| asked.send(()));
                let _ = stream.read(&mut request);
            });
        }
    });
    (url, hear)
}

/// What the server does when it is killed.
#[derive(Debug, Clone, Copy)]
enum Work {
    Start,
    Goto,
    Download,
    Agent,
}

async fn killed(signal: &str, work: Work) {
    let temporary = Temporary::make(&format!("{signal}-{work:?}"));
    let (mut child, url) = program(&temporary.0, &[]);
    let client = Client::of(&url);
    let (site, mut asked) = endless();
    let goto = json!({"type": "goto", "url": site});
    let running = match work {
        Work::Start => {
            let running = tokio::spawn(async move { client.post("/sessions/start", json!({})).await });
            eventually("no browser is started", || processes(&temporary.0) > 0).await;
            running
        }
        Work::Goto => {
            let session = client.session(json!({})).await;
            tokio::spawn(async move { client.act(&session, goto).await })
        }
        Work::Download => {
            let session = client.session(json!({})).await;
            let done = client.act(&session, json!({"type": "goto", "url": format!("{site}file")})).await;
            assert!(done.expect("an answer")["message"].to_string().contains("download"));
            tokio::spawn(async move { client.act(&session, json!({"type": "wait", "time_ms": 30_000})).await })
        }
        Work::Agent => {
            let session = client.session(json!({})).await;
            let task = json!([goto, {"type": "wait", "time_ms": 30_000}]).to_string();
            let agent = json!({"session_id": session, "task": task, "reasoning_model": "local/script"});
            let agent = client.post("/agents/start", agent).await.expect("an agent");
            let path = format!("/agents/{}", agent["agent_id"].as_str().expect("an id"));
            tokio::spawn(async move {
                while client.ask("GET", &path, None).await.is_some_and(|agent| agent["status"] == "active") {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                None
            })
        }
    };
    if !matches!(work, Work::Start) {
        let asked = tokio::time::timeout(Duration::from_secs(20), asked.recv()).await;
        assert!(asked.is_ok(), "{work:?}: the site is not asked");
    }
    Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().expect("a signal");
    child.wait().expect("an end");
    let answer = running.await.expect("no panic");
    // A start may just have been done; all others go on for longer than any kill takes.
    let cut = matches!(work, Work::Start) || answer.is_none_or(|answer| answer["success"] == false);
    assert!(cut, "{work:?} was done");
    eventually("browsers are left", || processes(&temporary.0) == 0).await;
    let (mut next, _) = program(&temporary.0, &[]);
    let next_folder = format!("notte-local.{}.", next.id());
    let others = || {
        let folders = folders(&temporary.0).into_iter();
        folders.filter(|path| !path.to_string_lossy().contains(&next_folder)).collect::<Vec<_>>()
    };
    let begun = Instant::now();
    while !others().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{signal} {work:?}: {:?} are left", others());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Command::new("kill").arg(next.id().to_string()).status().expect("a signal");
    next.wait().expect("an end");
    eventually("the own folder is left", || folders(&temporary.0).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_signal_nor_a_kill_during_work_leaves_anything() {
    for work in [Work::Start, Work::Goto, Work::Download, Work::Agent] {
        tokio::join!(killed("TERM", work), killed("KILL", work));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_a_kill() {
    let temporary = Temporary::make("data");
    let data = temporary.0.join("data");
    let flags = ["--data", data.to_str().expect("a path")];
    let (mut child, url) = program(&temporary.0, &flags);
    let client = Arc::new(Client::of(&url));
    let profile = client.post("/profiles/create", json!({"name": "kept"})).await.expect("a profile");
    let profile = json!({"id": profile["profile_id"], "persist": true});
    let session = client.session(json!({"profile": profile})).await;
    let cookie = json!({"name": "a", "value": "1", "domain": "127.0.0.1", "path": "/", "expires": 4e9});
    client.post(&format!("/sessions/{session}/cookies"), json!({"cookies": [cookie]})).await.expect("a cookie");
    client.ask("DELETE", &format!("/sessions/{session}/stop"), None).await.expect("a stop");

    let (acknowledged, mut known) = unbounded_channel();
    for _ in 0..4 {
        let (client, acknowledged) = (client.clone(), acknowledged.clone());
        tokio::spawn(async move {
            while let Some(vault) = client.post("/vaults/create", json!({"name": "one"})).await {
                acknowledged.send(vault["vault_id"].clone()).expect("it is heard");
            }
        });
    }
    drop(acknowledged);
    let mut vaults = Vec::new();
    while let Some(vault) = known.recv().await {
        vaults.push(vault);
        if vaults.len() == 60 {
            child.kill().expect("a kill");
        }
    }
    child.wait().expect("an end");

    let (mut next, url) = program(&temporary.0, &flags);
    let client = Client::of(&url);
    let mut kept = Vec::new();
    for page in 1.. {
        let list = client.ask("GET", &format!("/vaults?page_size=100&page={page}"), None).await.expect("a list");
        let items = list["items"].as_array().expect("items");
        kept.extend(items.iter().map(|vault| vault["vault_id"].clone()));
        if items.is_empty() {
            break;
        }
    }
    let lost = vaults.iter().filter(|vault| !kept.contains(vault)).count();
    assert_eq!(lost, 0, "of {} that were acknowledged", vaults.len());
    let session = client.session(json!({"profile": profile})).await;
    let cookies = client.ask("GET", &format!("/sessions/{session}/cookies"), None).await.expect("cookies");
    assert_eq!(cookies["cookies"][0]["value"], "1");
    next.kill().expect("a kill");
    next.wait().expect("an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_keeps_the_profiles_that_are_to_be_kept() {
    let temporary = Temporary::make("signal");
    let data = temporary.0.join("data");
    let flags = ["--data", data.to_str().expect("a path")];
    let (mut child, url) = program(&temporary.0, &flags);
    let client = Client::of(&url);
    let profile = client.post("/profiles/create", json!({})).await.expect("a profile")["profile_id"].clone();
    let session = client.session(json!({"profile": {"id": profile, "persist": true}})).await;
    let cookie = json!({"name": "a", "value": "1", "domain": "shop.example", "path": "/", "expires": 4e9});
    client.post(&format!("/sessions/{session}/cookies"), json!({"cookies": [cookie]})).await.expect("a cookie");
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("a signal");
    child.wait().expect("an end");

    let (mut next, url) = program(&temporary.0, &flags);
    let path = format!("/profiles/{}", profile.as_str().expect("an id"));
    let kept = Client::of(&url).ask("GET", &path, None).await.expect("the profile");
    assert_eq!(kept["persisted_domains"], json!(["shop.example"]));
    next.kill().expect("a kill");
    next.wait().expect("an end");
}

#[test]
fn a_browser_that_is_not_there_is_refused_at_once() {
    let output = Command::new(env!("CARGO_BIN_EXE_notte-local"))
        .args(["--port", "0", "--browser", "/no/such"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.trim(), "notte-local did not start: /no/such: no such file");
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_the_server_ends_its_browsers() {
    let api = Api::start().await;
    let session = api.session().await;
    let name = PathBuf::from(&session.id);
    assert!(processes(&name) > 0);
    drop(api);
    eventually("browsers are left", || processes(&name) == 0).await;

    let api = Api::start().await;
    let start = api.http.post(api.url("/sessions/start")).bearer_auth(api.local.api_key()).json(&json!({}));
    let starting = tokio::spawn(start.send());
    let own = PathBuf::from(format!("notte-local.{}.", std::process::id()));
    eventually("no browser is started", || processes(&own) > 0).await;
    drop(api);
    let answer = starting.await.unwrap();
    assert!(answer.is_err() || answer.is_ok_and(|answer| answer.status() == 503), "it comes too late");
    eventually("the browser that was starting is left", || processes(&own) == 0).await;
}

/// Chromium makes a socket in its temporary folder, and the path of one may have about a hundred characters.
#[tokio::test(flavor = "multi_thread")]
async fn a_browsers_temporary_folder_has_room_for_the_path_of_a_socket() {
    let api = Api::start().await;
    let session = api.session().await;
    let lines = std::fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
    let browser = lines.into_iter().find(|process| {
        std::fs::read(process.join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(&session.id))
    });
    let environment = std::fs::read(browser.expect("a browser").join("environ")).expect("its environment");
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let folder = environment.split('\0').find_map(|variable| variable.strip_prefix("TMPDIR=")).expect("a folder");
    let path = Path::new(folder).join("org.chromium.Chromium.abcdef/SingletonSocket");
    let more = path.to_string_lossy().len() - std::env::temp_dir().to_string_lossy().len();
    assert!(more < 85, "{} has {more} characters beyond the temporary folder", path.display());
}
