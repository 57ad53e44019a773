//! A service on a real socket that keeps count: which sessions live, what was asked, and what goes wrong on purpose.

pub mod agents;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use notte_ext::{Builder, Notte, Retry};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub const KEY: &str = "key-7f3a-marker";
/// A session that never existed.
pub const UNKNOWN: &str = "s-unknown";

/// Runs this test once more, in a process of its own, whose logs and signals it has for itself: `true` in there.
pub fn alone(test: &str) -> bool {
    const ALONE: &str = "NOTTE_TEST_ALONE";
    if std::env::var_os(ALONE).is_some() {
        return true;
    }
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", test, "--nocapture"]).env(ALONE, test).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answers this instead, and does nothing.
    Refuse(u16, &'static str, &'static str),
    /// Answers this JSON with 200, and does nothing.
    Say(String),
    /// Does it after so long.
    Slow(Duration),
    /// Does it, and never answers.
    Stall,
    /// Does it, and cuts the connection.
    Cut,
    /// Does it, and says that it failed.
    DoneBut(u16),
    /// Does it, and says so in a damaged way: what is sent, and whether more was promised.
    Damaged(fn(&str) -> String, bool),
}

#[derive(Clone, Debug)]
pub struct Request {
    /// `GET /path?query`.
    pub line: String,
    pub head: String,
    pub body: String,
}

#[derive(Default)]
pub struct State {
    pub live: BTreeSet<String>,
    pub started: usize,
    pub most: usize,
    pub requests: Vec<Request>,
    faults: Vec<(String, VecDeque<Fault>)>,
}

/// Serves on threads of its own until the end of the process: it outlives every runtime of a test.
#[derive(Clone)]
pub struct Server {
    pub url: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let (send, receive) = std::sync::mpsc::channel();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                send.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serve(stream, Arc::clone(&shared)));
                }
            });
        });
        Self { url: receive.recv().unwrap(), state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The next requests that begin like this go wrong like this.
    pub fn fail(&self, line: &str, faults: impl IntoIterator<Item = Fault>) -> &Self {
        self.state().faults.push((line.to_owned(), faults.into_iter().collect()));
        self
    }

    pub fn live(&self) -> usize {
        self.state().live.len()
    }

    /// How many requests began like this.
    pub fn count(&self, line: &str) -> usize {
        self.state().requests.iter().filter(|request| request.line.starts_with(line)).count()
    }

    pub fn last(&self, line: &str) -> Request {
        self.state().requests.iter().rfind(|request| request.line.starts_with(line)).unwrap().clone()
    }

    /// Waits until so many sessions live, and says how many do.
    pub fn settle(&self, live: usize) -> usize {
        let end = Instant::now() + Duration::from_secs(20);
        while self.live() != live && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        self.live()
    }

    pub fn builder(&self) -> Builder {
        builder(&self.url)
    }

    pub fn notte(&self) -> Notte {
        self.builder().build().unwrap()
    }
}

/// A client that loses no time.
pub fn builder(url: &str) -> Builder {
    let retry = Retry::standard().base(Duration::from_millis(5)).overload_base(Duration::from_millis(5));
    Notte::builder().api_key(KEY).base_url(url).retry(retry).timeout(Duration::from_secs(3))
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(request) = read(&mut stream).await else { return };
    let fault = {
        let mut state = state.lock().unwrap();
        state.requests.push(request.clone());
        let fault = state.faults.iter_mut().find(|(line, left)| request.line.starts_with(line) && !left.is_empty());
        fault.and_then(|(_, left)| left.pop_front())
    };
    match &fault {
        Some(Fault::Refuse(status, headers, body)) => return answer(stream, *status, headers, body.as_bytes()).await,
        Some(Fault::Say(body)) => return answer(stream, 200, "", body.as_bytes()).await,
        Some(Fault::Slow(time)) => tokio::time::sleep(*time).await,
        _ => {}
    }
    let (status, body) = handle(&request, &mut state.lock().unwrap());
    match fault {
        Some(Fault::Stall) => std::future::pending().await,
        Some(Fault::Cut) => drop(stream),
        Some(Fault::Damaged(damage, cut)) => {
            let body = damage(&String::from_utf8(body).unwrap());
            let headers = if cut { "content-length: 99999\r\n" } else { "" };
            answer(stream, status, headers, body.as_bytes()).await;
        }
        Some(Fault::DoneBut(status)) => answer(stream, status, "", b"{\"detail\":\"oops\"}").await,
        _ => answer(stream, status, "", &body).await,
    }
}

pub fn session(id: &str, status: &str) -> String {
    format!(
        r#"{{"session_id":"{id}","status":"{status}","created_at":"2099-01-02T03:04:05Z","last_accessed_at":"2099-01-02T03:04:05Z"}}"#
    )
}

fn handle(request: &Request, state: &mut State) -> (u16, Vec<u8>) {
    let (method, target) = request.line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
    let now = r#""started_at":"2025-01-02T03:04:05Z","ended_at":"2025-01-02T03:04:05Z""#;
    let text = match (method, parts.as_slice()) {
        ("POST", ["sessions", "start"]) => {
            state.started += 1;
            let id = format!("s-{}", state.started);
            state.live.insert(id.clone());
            state.most = state.most.max(state.live.len());
            session(&id, "active")
        }
        ("DELETE", ["sessions", id, "stop"]) => {
            // With another key, it is as if there were no such session.
            if !request.head.contains(&format!("bearer {KEY}")) || !state.live.remove(*id) {
                return (404, br#"{"detail":"gone"}"#.to_vec());
            }
            session(id, "closed")
        }
        ("GET", ["sessions"]) => {
            let page: usize = query.split('&').find_map(|part| part.strip_prefix("page=")?.parse().ok()).unwrap_or(1);
            let live: Vec<_> = state.live.iter().map(|id| session(id, "active")).collect();
            let items: Vec<_> = live.iter().skip((page - 1) * 2).take(2).cloned().collect();
            let more = page * 2 < live.len();
            format!(
                r#"{{"items":[{}],"page":{page},"page_size":2,"has_next":{more},"has_previous":false}}"#,
                items.join(",")
            )
        }
        ("GET", ["sessions", id]) if *id == UNKNOWN => return (404, br#"{"detail":"no such session"}"#.to_vec()),
        ("GET", ["sessions", id]) => session(id, if state.live.contains(*id) { "active" } else { "closed" }),
        ("GET", ["asked", method]) => {
            state.requests.iter().filter(|request| request.line.starts_with(method)).count().to_string()
        }
        ("GET", ["sessions", _, "offset"]) => r#"{"offset":7}"#.into(),
        ("GET", ["sessions", _, "cookies"]) => {
            r#"{"cookies":[{"name":"a","value":"hunter2","domain":"x","path":"/","httpOnly":true}]}"#.into()
        }
        ("POST", ["sessions", _, "cookies"]) => r#"{"success":true,"message":"ok"}"#.into(),
        ("GET", ["sessions", _, "debug"]) => {
            r#"{"debug_url":"https://d?token=hunter2","tabs":[],"ws":{"cdp":"wss://c?token=hunter2","logs":"wss://l","recording":"wss://r"}}"#.into()
        }
        ("POST", ["sessions", _, "page", "execute"]) => {
            let success = !request.body.contains("no-such");
            let data = if request.body.contains("evaluate_js") { r#","data":{"markdown":"42"}"# } else { "" };
            let message = if success { "ok" } else { "no such\\nelement" };
            format!(r#"{{"action":{},"success":{success},"message":"{message}",{now}{data}}}"#, request.body)
        }
        ("POST", ["sessions", _, "page", "observe"]) => format!(
            r#"{{"metadata":{{"title":"Example","url":"https://e.com/","tabs":[],"viewport":{{"scroll_x":0,"scroll_y":0,"viewport_width":1,"viewport_height":1,"total_width":1,"total_height":1}}}},
            "screenshot":{{"raw":""}},"space":{{"actions":[],"browser_actions":[],"description":"","markdown":"",
            "interaction_actions":[{{"type":"click","id":"B3","selector":"internal:role=button","future":1}}]}},{now}}}"#
        ),
        ("POST", ["sessions", _, "page", "scrape"]) if request.body.contains("response_format") => {
            r#"{"markdown":"","structured":{"success":true,"data":{"email":"a@b.c"}}}"#.into()
        }
        ("POST", ["sessions", _, "page", "scrape"]) if request.body.contains("only_images") => {
            r#"{"markdown":"","images":[{"url":"https://e.com/a.png"}]}"#.into()
        }
        ("POST", ["sessions", _, "page", "scrape"]) => r##"{"markdown":"# Example"}"##.into(),
        ("POST", ["sessions", _, "page", "screenshot"]) => return (200, b"\xff\xd8\xff\xe0picture".to_vec()),
        ("GET", ["health" | "ready"]) => r#"{"status":"ok"}"#.into(),
        _ => return (404, br#"{"detail":"no such route"}"#.to_vec()),
    };
    (200, text.into_bytes())
}

async fn answer(mut stream: TcpStream, status: u16, headers: &str, body: &[u8]) {
    let length =
        if headers.contains("content-length") { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = format!("HTTP/1.1 {status} X\r\n{headers}{length}connection: close\r\n\r\n");
    // A client that has gone does not listen.
    let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
    let _ = stream.shutdown().await;
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    let mut more = async |bytes: &mut Vec<u8>| {
        let n = stream.read(&mut buffer).await.ok()?;
        bytes.extend_from_slice(&buffer[..n]);
        (n > 0).then_some(())
    };
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        more(&mut bytes).await?;
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?.to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    while bytes.len() < head + length {
        more(&mut bytes).await?;
    }
    let line = String::from_utf8_lossy(&bytes).lines().next()?.trim_end_matches(" HTTP/1.1").to_owned();
    Some(Request { line, head: text, body: String::from_utf8_lossy(&bytes[head..]).into_owned() })
}
