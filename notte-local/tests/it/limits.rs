//! What nobody may take all of: connections, memory and the disk.

use std::time::Duration;

use futures_util::stream;
use notte_local::Local;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Api, Site};

/// What the server says after this much of a request, until it closes the connection.
async fn said(api: &Api, sent: &str) -> String {
    let mut stream = TcpStream::connect(api.local.url().trim_start_matches("http://")).await.unwrap();
    stream.write_all(sent.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_keeps_the_server_waiting_is_closed() {
    let api = Api::start().await;
    let begun = tokio::time::Instant::now();
    for head in ["", "GET /heal", "GET /health HTTP/1.1\r\nHost: localhost\r\nX-"] {
        assert!(!said(&api, head).await.contains("200"), "{head:?}");
    }
    let idle = said(&api, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(idle.contains("200 OK"), "{idle}");
    let key = api.local.api_key();
    let body = format!(
        "POST /sessions/start HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"
    );
    let refused = said(&api, &body).await;
    assert!(refused.contains(" 400 ") || refused.contains(" 408 "), "{refused}");
    assert!(begun.elapsed() < Duration::from_secs(600), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn heads_that_never_end_keep_nobody_out() {
    let api = Api::start().await;
    let mut held = Vec::new();
    for _ in 0..256 {
        let mut stream = TcpStream::connect(api.local.url().trim_start_matches("http://")).await.unwrap();
        stream.write_all(b"GET /heal").await.unwrap();
        held.push(stream);
    }
    assert_eq!(api.send("GET", "/sessions", None).await.0, 200);
}

async fn upload(api: &Api, path: &str, bytes: usize) -> (u16, Value) {
    let part = reqwest::multipart::Part::bytes(vec![b'x'; bytes]).file_name("x.bin");
    let form = reqwest::multipart::Form::new().part("file", part);
    let answer = api.http.post(api.url(path)).bearer_auth(api.local.api_key()).multipart(form).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_holds_no_more_than_its_quota_and_ended_ones_make_room() {
    let api = Api::with(Local::builder().file_quota(1000, 2500)).await;
    let (first, second, third) = (api.session().await, api.session().await, api.session().await);
    let files = |session: &str| format!("/sessions/{session}/files");
    assert_eq!(upload(&api, &files(&first.id), 600).await.0, 200);
    let (status, refused) = upload(&api, &files(&first.id), 600).await;
    assert!(status == 413 && refused["detail"].as_str().unwrap().contains("1000 bytes"), "{status} {refused}");
    assert_eq!(upload(&api, &files(&first.id), 1100).await.0, 413, "more than any session may hold");
    assert_eq!(upload(&api, &files(&second.id), 900).await.0, 200);
    assert_eq!(upload(&api, &files(&third.id), 1000).await.0, 200);
    let fourth = api.session().await;
    assert_eq!(upload(&api, &files(&fourth.id), 500).await.0, 413, "the others are active");
    first.stop().await;
    second.stop().await;
    assert_eq!(upload(&api, &files(&fourth.id), 500).await.0, 200);
    let total = async |session: &str| api.get(&files(session)).await["total"].clone();
    assert_eq!(
        (total(&first.id).await, total(&third.id).await, total(&fourth.id).await),
        (json!(0), json!(1), json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_cannot_fill_the_disk_with_downloads() {
    let api = Api::with(Local::builder().file_quota(1 << 20, 8 << 20)).await;
    let site = Site::start().await;
    let session = api.session().await;
    session.goto(&site.at("/list")).await;
    session.js("const a=document.createElement('a');a.download='x';a.href='/flood';a.click();0").await;
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    // It is over when the browser asks the site for no more.
    while !site.flood_ended() {
        assert!(std::time::Instant::now() < deadline, "the download goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(api.get(&session.path("/files")).await["total"], 0);
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn files_go_to_the_disk_and_back_without_being_held_in_memory() {
    const SIZE: usize = 96 << 20;
    let api = Api::start().await;
    let session = api.session().await;
    let peak = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
    };
    let before = peak();
    let pieces = (0..SIZE >> 16).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 1 << 16]));
    let body = reqwest::Body::wrap_stream(stream::iter(pieces));
    let part = reqwest::multipart::Part::stream_with_length(body, SIZE as u64).file_name("big.bin");
    let form = reqwest::multipart::Form::new().part("file", part);
    let send = api.http.post(api.url(&session.path("/files"))).bearer_auth(api.local.api_key()).multipart(form);
    let kept: Value = send.send().await.unwrap().error_for_status().unwrap().json().await.unwrap();
    assert_eq!(kept["size"], SIZE);
    let path = session.path(&format!("/files/{}", kept["id"].as_str().unwrap()));
    let mut back = api.http.get(api.url(&path)).bearer_auth(api.local.api_key()).send().await.unwrap();
    assert_eq!(back.content_length(), Some(SIZE as u64));
    let mut length = 0;
    while let Some(piece) = back.chunk().await.unwrap() {
        length += piece.len();
    }
    assert_eq!(length, SIZE);
    assert!(peak() - before < SIZE / 2, "{} MB more than before", (peak() - before) >> 20);
}
