//! Who may ask: the key, where it is found, and what is refused before it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use futures_util::{SinkExt, StreamExt};
use notte_local::Local;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::support::{Api, Site};

#[tokio::test(flavor = "multi_thread")]
async fn foreign_hosts_and_origins_and_missing_keys_are_refused() {
    let api = Api::with(Local::builder().api_key("right")).await;
    let status = async |name: &str, value: &str, key: &str| {
        let request = api.http.get(api.url("/sessions")).header(name, value).bearer_auth(key);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("x-nothing", "", "right").await, 200);
    assert_eq!(status("x-nothing", "", "wrong").await, 401);
    assert_eq!(status("host", "evil.example", "right").await, 403);
    assert_eq!(status("origin", "https://evil.example", "right").await, 403);
    assert_eq!(status("origin", "null", "right").await, 403);
    assert_eq!(api.http.get(api.url("/health")).send().await.unwrap().status(), 200);
    assert_eq!(api.http.get(api.url("/sessions")).send().await.unwrap().status(), 401);
    assert!(api.local.url().starts_with("http://127.0.0.1:"), "loopback unless an address is given");
}

#[tokio::test]
async fn a_server_without_a_key_of_its_own_takes_its_random_one_only() {
    let (first, second) = (Api::start().await, Api::start().await);
    assert_eq!(first.send("GET", "/sessions", None).await.0, 200);
    for wrong in ["any", "", second.local.api_key()] {
        let asked = first.http.get(first.url("/sessions")).bearer_auth(wrong).send().await.unwrap();
        assert_eq!(asked.status(), 401, "{wrong:?}");
    }
    assert!(!format!("{:?}", first.local).contains(first.local.api_key()), "{:?}", first.local);
    assert!(Local::builder().api_key(" ").start().await.is_err(), "an empty key is none");
}

/// The program with a state directory of its own; killed when dropped.
struct Program {
    child: Child,
    said: Vec<String>,
    state: PathBuf,
}

impl Program {
    /// Starts it, and reads so many lines.
    fn start(name: &str, lines: usize, set: impl FnOnce(&mut Command, &Path)) -> Self {
        let state = std::env::temp_dir().join(format!("door-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&state).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_notte-local"));
        command.args(["--port", "0"]).env("NOTTE_LOCAL_STATE", &state).env_remove("NOTTE_LOCAL_API_KEY");
        set(&mut command, &state);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().take(lines).map(Result::unwrap).collect();
        Self { child, said, state }
    }

    fn url(&self) -> &str {
        &self.said[0]
    }

    fn announcement(&self) -> PathBuf {
        let port = self.url().rsplit_once(':').unwrap().1;
        self.state.join("servers").join(format!("{port}.json"))
    }

    async fn status(&self, key: &str) -> u16 {
        let request = reqwest::Client::new().get(format!("{}/sessions", self.url())).bearer_auth(key);
        request.send().await.unwrap().status().as_u16()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.state);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_program_prints_its_random_key_and_only_its_user_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let mut program = Program::start("random", 2, |_, _| ());
    let file = program.announcement();
    let announced: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let key = announced["api_key"].as_str().unwrap().to_owned();
    assert_eq!(program.said[1], format!("export NOTTE_API_URL={} NOTTE_API_KEY={key}", program.url()));
    assert_eq!((program.status(&key).await, program.status("local").await), (200, 401));
    assert_eq!(announced["url"], program.url());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "others could read it");
    Command::new("kill").arg(program.child.id().to_string()).status().unwrap();
    assert!(program.child.wait().unwrap().success());
    assert!(!file.exists(), "it is withdrawn");
}

#[tokio::test]
async fn a_key_comes_from_a_file_or_the_environment_and_from_no_flag() {
    let named = Program::start("file", 1, |command, state| {
        let file = state.join("key");
        std::fs::write(&file, "from-file\n").unwrap();
        command.arg("--api-key-file").arg(file).env("NOTTE_LOCAL_API_KEY", "from-environment");
    });
    assert_eq!((named.status("from-file").await, named.status("from-environment").await), (200, 401));
    let set = Program::start("environment", 1, |command, _| {
        command.env("NOTTE_LOCAL_API_KEY", "from-environment");
    });
    assert_eq!(set.status("from-environment").await, 200);
    let flag = Command::new(env!("CARGO_BIN_EXE_notte-local")).args(["--api-key", "seen-by-all"]).output().unwrap();
    assert_eq!(flag.status.code(), Some(2), "everybody on the machine sees a flag");
    let missing =
        Command::new(env!("CARGO_BIN_EXE_notte-local")).args(["--api-key-file", "/no/such"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("/no/such"));
}

/// A tool on a session's browser.
struct Tool(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Tool {
    async fn at(url: &Value) -> Self {
        Self(tokio_tungstenite::connect_async(url.as_str().unwrap()).await.unwrap().0)
    }

    /// Asks one thing; the answer, none when the tool is let go.
    async fn ask(&mut self, command: &str) -> Option<Value> {
        self.0.send(Message::text(command)).await.unwrap();
        let id = serde_json::from_str::<Value>(command).unwrap()["id"].clone();
        while let Some(Ok(message)) = self.0.next().await {
            let Message::Text(text) = message else { continue };
            let answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == id {
                return Some(answer);
            }
        }
        None
    }

    async fn call(&mut self, method: &str, params: Value) -> Option<Value> {
        self.ask(&json!({"id": 1, "method": method, "params": params}).to_string()).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_gets_at_pages_and_at_no_file_and_no_other_session() {
    let (api, site) = (Api::start().await, Site::start().await);
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    let (mut tool, mut other) = (Tool::at(&session.start["cdp_url"]).await, Tool::at(&session.start["cdp_url"]).await);
    for (method, params) in [
        ("Target.createTarget", json!({"url": "file:///etc/passwd"})),
        ("Extensions.loadUnpacked", json!({"path": "/tmp"})),
        ("Tethering.bind", json!({"port": 9})),
    ] {
        let answer = tool.call(method, params).await.unwrap();
        assert!(answer["error"]["message"].is_string(), "{method}: {answer}");
    }
    // As a parser reads it, and not as it is written.
    let hidden = r#"{"id": 2, "method": "Target.createTarg\u0065t", "params": {"url": "f\u0069le:///etc/passwd"}}"#;
    assert!(tool.ask(hidden).await.unwrap()["error"].is_object());

    let targets = tool.call("Target.getTargets", json!({})).await.unwrap();
    let page = &targets["result"]["targetInfos"][0]["targetId"];
    let attached = tool.call("Target.attachToTarget", json!({"targetId": page})).await.unwrap();
    let own = &attached["result"]["sessionId"];
    let title = |session: &Value| json!({"id": 3, "method": "Runtime.evaluate", "sessionId": session, "params": {"expression": "document.title"}});
    assert_eq!(tool.ask(&title(own).to_string()).await.unwrap()["result"]["result"]["value"], "List");
    assert!(other.ask(&title(own).to_string()).await.unwrap()["error"].is_object(), "a session of another tool");
    let file = json!({"id": 4, "method": "Page.navigate", "sessionId": own, "params": {"url": "file:///etc/passwd"}});
    assert!(tool.ask(&file.to_string()).await.unwrap()["error"].is_object());

    let folder = std::env::temp_dir().join(format!("door-downloads-{}", std::process::id()));
    let behavior = json!({"behavior": "allow", "downloadPath": folder, "eventsEnabled": true});
    assert!(tool.call("Browser.setDownloadBehavior", behavior).await.unwrap()["result"].is_object());
    let expression =
        format!("const a=document.createElement('a');a.download='x';a.href='{}';a.click()", site.at("/download"));
    let click = json!({"id": 5, "method": "Runtime.evaluate", "sessionId": own, "params": {"expression": expression}});
    tool.ask(&click.to_string()).await.unwrap();
    let files = async || api.get(&session.path("/files")).await["total"].clone();
    for _ in 0..500 {
        if files().await == 1 {
            break;
        }
    }
    assert_eq!((files().await, folder.exists()), (json!(1), false), "a download is the session's");

    assert_eq!(other.ask(r#"{"id": 6, "method": "Browser.clos\u0065"}"#).await, None, "it is let go");
    assert_eq!(session.js("document.title").await, "List", "the session goes on");
    let debug = api.get(&session.path("/debug")).await;
    let mut on_page = Tool::at(&debug["tabs"][0]["ws_url"]).await;
    let evaluate = json!({"expression": "document.title"});
    assert_eq!(on_page.call("Runtime.evaluate", evaluate).await.unwrap()["result"]["result"]["value"], "List");
    assert!(on_page.call("Page.navigate", json!({"url": "file:///etc/passwd"})).await.unwrap()["error"].is_object());
}

/// The processes of a session's browser: its folder is in their command lines.
#[cfg(target_os = "linux")]
fn browser_of(session: &str) -> Vec<PathBuf> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let is_its = |process: &PathBuf| {
        std::fs::read(process.join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(session))
    };
    processes.filter(is_its).collect()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_listens_on_no_port() {
    let api = Api::start().await;
    let session = api.session().await;
    let browser = browser_of(&session.id);
    assert!(!browser.is_empty());
    let sockets: Vec<String> = browser
        .iter()
        .flat_map(|process| std::fs::read_dir(process.join("fd")).into_iter().flatten().flatten())
        .filter_map(|file| std::fs::read_link(file.path()).ok())
        .filter_map(|file| Some(file.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .collect();
    assert!(!sockets.is_empty(), "its descriptors can be read");
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in std::fs::read_to_string(table).unwrap_or_default().lines().skip(1) {
            let fields: Vec<&str> = line.split_whitespace().collect();
            // 0A is a socket that listens.
            assert!(fields[3] != "0A" || !sockets.iter().any(|socket| socket == fields[9]), "it listens: {line}");
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_knows_nothing_of_the_servers_environment() {
    let program = Program::start("environ", 1, |command, _| {
        command
            .env("NOTTE_LOCAL_API_KEY", "hush-key")
            .env("NOTTE_LOCAL_LLM_KEY", "hush-model")
            .env("AWS_SECRET", "hush");
    });
    let start = reqwest::Client::new().post(format!("{}/sessions/start", program.url())).bearer_auth("hush-key");
    let started: Value = start.json(&json!({})).send().await.unwrap().json().await.unwrap();
    let browser = browser_of(started["session_id"].as_str().unwrap());
    assert!(!browser.is_empty());
    for process in browser {
        let environment = String::from_utf8_lossy(&std::fs::read(process.join("environ")).unwrap()).into_owned();
        assert!(environment.contains("PATH=") && !environment.contains("hush"), "{environment}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cannot_use_a_key_that_its_session_sends() {
    let (api, site) = (Api::start().await, Site::start().await);
    let asked = async |headers: &[(&str, &str)]| {
        let request = api.http.get(api.url("/vaults")).bearer_auth(api.local.api_key());
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap().status().as_u16()
    };
    let own = api.local.url().to_owned();
    for (headers, status) in [
        (vec![("origin", &*own), ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")], 200),
        (vec![("origin", &*site.url)], 403),
        (vec![("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")], 403),
        (vec![("sec-fetch-site", "same-site"), ("sec-fetch-mode", "cors")], 403),
        (vec![("sec-fetch-site", "none"), ("sec-fetch-mode", "navigate")], 403),
        (vec![("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "navigate")], 403),
    ] {
        assert_eq!(asked(&headers).await, status, "{headers:?}");
    }
    let text = api.http.post(api.url("/vaults/create")).bearer_auth(api.local.api_key()).body("{}");
    assert_eq!(text.send().await.unwrap().status(), 422, "a form can send text");

    let header = json!({"authorization": format!("Bearer {}", api.local.api_key())});
    let session = api.session_with(json!({"extra_http_headers": header})).await;
    session.goto(&site.at("/")).await;
    let post = format!(
        "fetch('{own}/vaults/create', {{method: 'POST', mode: 'no-cors', body: '{{}}'}}).then(() => 'sent', () => 'failed')"
    );
    assert_eq!(session.js(&post).await, "sent");
    session.js(&format!("fetch('{own}/vaults/create', {{mode: 'no-cors'}}).catch(() => 0).then(String)")).await;
    assert_eq!(api.get("/vaults").await["items"], json!([]), "the page made a vault");
    session.act(json!({"type": "goto", "url": format!("{own}/vaults")})).await;
    let shown = session.js("document.body.innerText").await;
    assert!(shown.contains("refused") && !shown.contains("items"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_browsers_nor_the_server_connect_to_metadata_addresses_unless_told() {
    let api = Api::start().await;
    let metadata = "169.254.169.254";
    let proxy = json!([{"type": "external", "server": format!("http://{metadata}:3128")}]);
    for (path, body, field) in [
        ("/sessions/start", json!({"cdp_url": format!("ws://{metadata}/")}), "cdp_url"),
        ("/sessions/start", json!({"proxies": proxy}), "proxies"),
        ("/scrape", json!({"url": format!("http://{metadata}/latest")}), "url"),
        ("/scrape", json!({"url": "http://metadata.google.internal/"}), "url"),
    ] {
        let (status, answer) = api.send("POST", path, Some(body)).await;
        assert!(status == 422 && answer["detail"][0]["loc"][1] == field, "{path}: {status} {answer}");
        assert!(answer.to_string().contains("--allow-link-local"), "{answer}");
    }
    let llm = Local::builder().llm(&format!("http://{metadata}/v1"), "m", None).unwrap().start().await;
    assert!(llm.unwrap_err().to_string().contains("--allow-link-local"));
    // A page leads there, too.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let leads = axum::response::Redirect::temporary(&format!("http://{metadata}/latest"));
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, axum::Router::new().fallback(async || leads)).await });
    let session = api.session().await;
    for address in [format!("http://{metadata}/"), "http://2852039166/".to_owned(), url] {
        let answer = session.act(json!({"type": "goto", "url": address})).await;
        assert!(answer["message"].as_str().unwrap().contains("ERR_NAME_NOT_RESOLVED"), "{address}: {answer}");
    }
    let told = Local::builder().allow_link_local(true).llm(&format!("http://{metadata}/v1"), "m", None).unwrap();
    assert!(told.start().await.is_ok());
}

#[cfg(target_os = "linux")]
#[test]
fn a_browser_without_its_sandbox_is_said_aloud() {
    use std::os::unix::fs::MetadataExt;
    let state = std::env::temp_dir().join(format!("door-root-{}", std::process::id()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_notte-local"));
    command.args(["--port", "0"]).env("NOTTE_LOCAL_STATE", &state).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    child.kill().unwrap();
    let said = String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr).into_owned();
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    assert_eq!(said.contains("without their sandbox"), is_root, "{said}");
    let _ = std::fs::remove_dir_all(&state);
}

#[tokio::test]
async fn every_route_but_a_few_asks_for_the_key() {
    let api = Api::start().await;
    let mut open = Vec::new();
    for route in notte_local::coverage() {
        let path = route.path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        for path in [path.clone(), format!("{path}/")] {
            let asked = api.http.request(route.method.clone(), api.url(&path)).send().await.unwrap();
            if asked.status() != 401 && !open.contains(&route.path) {
                open.push(route.path);
            }
        }
    }
    open.sort_unstable();
    // What tells nothing, and what opens with a token. The dashboard asks for its cookie.
    let expected = [
        "/agents/{agent_id}/debug/logs",
        "/functions/{function_id}/code/{version}",
        "/health",
        "/ready",
        "/sessions/{session_id}/debug/cdp",
        "/sessions/{session_id}/debug/logs",
        "/sessions/{session_id}/debug/page/{target}",
        "/sessions/{session_id}/debug/recording",
        "/sessions/{session_id}/links/{name}",
        "/sessions/{session_id}/viewer",
        "/storage/uploads/{filename}/content",
    ];
    assert_eq!(open, expected);
}
