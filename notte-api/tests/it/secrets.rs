//! Planted secrets must be found in nothing that prints: no `Debug`, no `Display`, no error chain, no log line.
use std::{
    error::Error as _,
    fmt::{Debug, Write as _},
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::{KEY, Reply, SESSION, Server, alone, answer, redirect};
use notte_api::{CallOptions, Client, Error, types};
use tracing_subscriber::{fmt::MakeWriter, util::SubscriberInitExt as _};

const PASSWORD: &str = "hunter2-marker";
const COOKIE: &str = "cookie-marker";
const HEADER: &str = "header-marker";
const FIELD: &str = "field-marker";
const TOKEN: &str = "token-marker";
const PLANTED: [&str; 6] = [KEY, PASSWORD, COOKIE, HEADER, FIELD, TOKEN];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn prints<T: Debug>(printed: &mut String, outcome: Result<T, Error>) {
    match outcome {
        Ok(value) => writeln!(printed, "{value:?} {value:#?}").unwrap(),
        Err(error) => {
            writeln!(printed, "{error} {error:#} {error:?} {error:#?}").unwrap();
            let mut cause = error.source();
            while let Some(error) = cause {
                writeln!(printed, "{error} {error:?}").unwrap();
                cause = error.source();
            }
            writeln!(printed, "{:?} {:?} {:?}", error.detail(), error.json_path(), error.request_id()).unwrap();
        }
    }
}

/// An answer that repeats everything it can get hold of.
fn echo(status: u16, body: &str) -> Reply {
    let headers =
        format!("set-cookie: {COOKIE}\r\nx-echo: {KEY}\r\nx-request-id: r-{KEY}\r\ncontent-type: application/json\r\n");
    answer(status, &headers, body)
}

fn replies(password: &str) -> Vec<Reply> {
    let url = format!("wss://u:{TOKEN}@cdp.notte.cc/{TOKEN}?token={TOKEN}");
    vec![
        echo(
            200,
            &SESSION.replacen(
                '{',
                &format!(r#"{{"cdp_url":"{url}","brand_new":"{FIELD}","steps":[{{"x":"{FIELD}"}}],"#),
                1,
            ),
        ),
        echo(200, &SESSION.replace("active", FIELD)),
        echo(200, &SESSION.replace("\"2025-01-02T03:04:05.5\"", &format!("\"{FIELD}\""))),
        echo(200, &SESSION.replace("\"s-1\"", &format!("{{\"{FIELD}\":1}}")).replace(FIELD, "name")),
        echo(200, &format!(r#"{{"session_id":"{FIELD}""#)),
        echo(200, &format!(r#"{{"session_id":"{FIELD}"}} {FIELD}"#)),
        echo(200, &format!(r#"{{"detail":"bad key {KEY}, bad password {password}, see {url}"}}"#)),
        echo(401, &format!(r#"{{"detail":"bad key {KEY}, bad password {password}, see {url}"}}"#)),
        echo(401, &format!("bad key {KEY}, bad password {password}")),
        echo(401, &format!("<html><title>bad key {KEY}, bad password {password}</title>{FIELD}</html>")),
        echo(
            422,
            &format!(
                r#"{{"detail":[{{"loc":["body","credentials"],"msg":"'{password}' is weak","input":"{FIELD}","ctx":{{"x":"{FIELD}"}}}}]}}"#
            ),
        ),
        echo(503, ""),
        redirect(307, &format!("https://u:{TOKEN}@127.0.0.1:9/{TOKEN}?token={TOKEN}")),
        redirect(302, &format!("http://127.0.0.1:9/{TOKEN}?token={TOKEN}")),
        Reply::Raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{{\"{FIELD}\":\"{FIELD}")),
        Reply::Raw(format!("{FIELD}\r\n\r\n")),
        Reply::Stall(format!("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{{\"{FIELD}\":\"{FIELD}")),
    ]
}

#[tokio::test]
async fn no_secret_is_printed_or_logged_whatever_the_answer() {
    if !alone("secrets::no_secret_is_printed_or_logged_whatever_the_answer") {
        return;
    }
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // Takes the records of the `log` crate, which reqwest writes, as well.
    subscriber.init();

    let mut printed = String::new();
    for number in 0..replies("").len() {
        // The first replies are sessions; the third operation answers something else.
        for operation in 0..if number < 4 { 2 } else { 3 } {
            // A server can repeat what it was sent. A password that it never got from us is out of our sight.
            let password = if operation == 2 { PASSWORD } else { "1234" };
            let server = Server::start(replies(password).into_iter().skip(number).take(1)).await;
            // Asks for what would log whole requests; it is not given.
            let http = || notte_api::reqwest::Client::builder().connection_verbose(true);
            let builder = server.builder().http(http).timeout(Duration::from_millis(300));
            writeln!(printed, "{builder:?}").unwrap();
            let options = CallOptions::new().header("x-mine", HEADER);
            let client = builder.build().unwrap().with_options(options.clone());
            writeln!(printed, "{client:?} {options:?}").unwrap();
            match operation {
                0 => prints(&mut printed, client.session_status().session_id("s-1").send().await),
                1 => prints(&mut printed, client.session_status().session_id("s-1").send_bytes().await),
                _ => {
                    let body = format!(
                        r#"{{"url":"https://a.b","credentials":{{"username":"anna","password":"{PASSWORD}"}}}}"#
                    );
                    let body: types::AddCredentialsRequest = serde_json::from_str(&body).unwrap();
                    writeln!(printed, "{body:?}").unwrap();
                    prints(&mut printed, client.vault_credentials_add().vault_id("v-1").body(body).send().await);
                }
            }
        }
    }
    prints(&mut printed, Client::new(format!("{KEY}\n")));
    prints(&mut printed, Client::builder().api_key(KEY).base_url(format!("https://u:{TOKEN}@h")).build());

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("operation=\"session_status\"") && logged.contains("unknown field"), "{logged}");
    assert!(logged.contains("reqwest::connect"), "records of reqwest are captured: {logged}");
    for secret in PLANTED {
        for line in printed.lines().chain(logged.lines()) {
            assert!(!line.contains(secret), "{secret} in {line}");
        }
    }
}

#[tokio::test]
async fn what_is_secret_is_still_there_for_who_asks() {
    let server = Server::start([echo(401, &format!("bad key {KEY}"))]).await;
    let error = server.client().session_status().session_id("s-1").send().await.unwrap_err();
    assert_eq!(error.body().unwrap(), format!("bad key {KEY}").as_bytes());
    assert_eq!(error.headers().unwrap()["set-cookie"], COOKIE);
    assert_eq!(error.detail(), Some("bad key …"));
}
