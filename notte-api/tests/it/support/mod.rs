//! A scripted HTTP server on a real socket: one reply per connection, every request kept.

use std::sync::{Arc, Mutex};

use notte_api::{Client, ClientBuilder};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub const KEY: &str = "key-7f3a-marker";

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
pub const SESSION: &str = r#"{"session_id":"s-1","status":"active","created_at":"2025-01-02T03:04:05.5",
    "last_accessed_at":"2025-01-02T03:04:05Z","idle_timeout_minutes":3.0,"max_duration_minutes":15,"timeout_minutes":3}"#;

/// What the server does with a connection after it has read the request.
pub enum Reply {
    /// Sends this and closes.
    Raw(String),
    /// Sends this and then nothing, without closing.
    Stall(String),
}

/// A reply with a JSON body.
pub fn json(status: u16, body: &str) -> Reply {
    answer(status, "content-type: application/json\r\n", body)
}

/// A reply with these header lines, each ended by `\r\n`.
pub fn answer(status: u16, headers: &str, body: &str) -> Reply {
    Reply::Raw(format!(
        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

pub fn redirect(status: u16, location: &str) -> Reply {
    answer(status, &format!("location: {location}\r\n"), "")
}

pub struct Server {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

#[derive(Clone, Debug)]
pub struct Request {
    /// `GET /path?query`.
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Server {
    pub async fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let replies: Vec<_> = replies.into_iter().collect();
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut stalled = Vec::new();
            for reply in replies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let request = read(&mut stream).await;
                seen.lock().unwrap().push(request);
                let (Reply::Raw(text) | Reply::Stall(text)) = &reply;
                stream.write_all(text.as_bytes()).await.unwrap();
                match reply {
                    Reply::Raw(_) => stream.shutdown().await.unwrap_or_default(),
                    Reply::Stall(_) => stalled.push(stream),
                }
            }
            std::future::pending::<()>().await;
            drop(stalled);
        });
        Self { url, requests }
    }

    pub fn builder(&self) -> ClientBuilder {
        Client::builder().api_key(KEY).base_url(&self.url)
    }

    pub fn client(&self) -> Client {
        self.builder().build().unwrap()
    }

    /// The requests so far, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        more(stream, &mut bytes).await;
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let mut lines = text.lines();
    let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut request = Request { line, headers, body: String::new() };
    if request.header("transfer-encoding") == Some("chunked") {
        while !bytes.ends_with(b"0\r\n\r\n") {
            more(stream, &mut bytes).await;
        }
    } else {
        let length: usize = request.header("content-length").map_or(0, |length| length.parse().unwrap());
        while bytes.len() < head + length {
            more(stream, &mut bytes).await;
        }
    }
    request.body = String::from_utf8_lossy(&bytes[head..]).into_owned();
    request
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) {
    let mut buffer = [0; 8192];
    let n = stream.read(&mut buffer).await.unwrap();
    assert!(n > 0, "the client closed the connection in the middle of a request");
    bytes.extend_from_slice(&buffer[..n]);
}
