//! `notte auth`: signing in where people and agents are.

use std::{io::IsTerminal as _, time::Duration};

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::sessions::open;
use crate::{
    call::Call,
    context::{Context, environment},
    error::{Error, Exit, Result},
    input,
    output::Output,
    state::credentials::{self, Source},
};

const CONSOLE: &str = "https://console.notte.cc";
const WAIT: Duration = Duration::from_secs(300);
/// The token comes in the fragment of the address, which a browser sends to nobody: a script hands it over.
const PAGE: &str = "<!doctype html><meta charset=utf-8><title>notte</title><p id=m>Signing in…</p><script>
const f=new URLSearchParams(location.hash.slice(1)||location.search.slice(1));history.replaceState(null,'','/');
fetch('/token',{method:'POST',body:JSON.stringify({token:f.get('token')||f.get('api_key'),state:f.get('state')})})
.then(r=>m.textContent=r.ok?'Signed in. You can close this page.':'This sign-in is not the one that was started.')</script>";

pub(crate) fn login_arguments(command: Command) -> Command {
    command
        .arg(
            Arg::new("with-token")
                .long("with-token")
                .action(ArgAction::SetTrue)
                .help("Reads the key from stdin, or asks for it"),
        )
        .arg(
            Arg::new("no-check")
                .long("no-check")
                .action(ArgAction::SetTrue)
                .help("Stores the key without asking the service"),
        )
}

pub(crate) fn status_arguments(command: Command) -> Command {
    command.arg(
        Arg::new("check").long("check").action(ArgAction::SetTrue).help("Asks the service whether it accepts the key"),
    )
}

pub(crate) async fn login(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let url = context.url();
    let by_hand = matches.get_flag("with-token") || !std::io::stdin().is_terminal();
    let key = if by_hand { input::secret("API key: ")? } else { loopback(context).await? };
    if key.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Error::usage("the key holds a space or a control character: it was not stored"));
    }
    if !matches.get_flag("no-check") {
        check(context, &url, &key).await?;
    }
    let source = credentials::store(&url, &key)?;
    if environment("NOTTE_API_KEY").is_some_and(|variable| variable.trim() != key) {
        context.printer.note("NOTTE_API_KEY is set to another key, which is used in place of the stored one");
    }
    let where_ = match source {
        Source::Keyring => "in the keyring".to_owned(),
        _ => format!("in {} (no keyring keeps it; only you can read the file)", credentials::file()?.display()),
    };
    Ok(Output::text(
        json!({"stored": true, "source": source.as_str(), "url": url}),
        format!("the key for {url} is stored {where_}"),
    ))
}

async fn check(context: &Context, url: &str, key: &str) -> Result<()> {
    let notte = notte_ext::Notte::builder().base_url(url).api_key(key).build()?;
    let call = Call::of(context.table(), "get_usage")?;
    match call.send(&notte).await {
        Err(error) if error.exit == Exit::Auth => {
            Err(Error::new(Exit::Auth, "auth", format!("{url} does not accept the key: it was not stored"))
                .hint("keys: https://console.notte.cc"))
        }
        Err(error) => Err(error.hint("--no-check stores the key without asking the service")),
        Ok(_) => Ok(()),
    }
}

/// Signs in through the console in a browser, which calls back on loopback.
async fn loopback(context: &Context) -> Result<String> {
    let failed = |error: std::io::Error| {
        Error::failed(format!("loopback cannot be listened on: {error}"))
            .hint("`notte auth login --with-token` takes a key from stdin")
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    let state = random_hex()?;
    let console = environment("NOTTE_CONSOLE_URL").unwrap_or_else(|| CONSOLE.to_owned());
    let address = format!("{}/auth/cli?callback=http://127.0.0.1:{port}/&state={state}", console.trim_end_matches('/'));
    context.printer.note(&format!("open this address to sign in, if no browser does:\n{address}"));
    let _ = open(&address);
    let wait = async {
        loop {
            let (stream, _) = listener.accept().await.map_err(failed)?;
            if let Some(token) = serve(stream, &state, port).await {
                return Ok(token);
            }
        }
    };
    tokio::time::timeout(WAIT, wait).await.map_err(|_| {
        Error::failed("nobody signed in within five minutes")
            .hint("`notte auth login --with-token` takes a key from stdin")
    })?
}

/// Answers one request; the token, if it brings one with the right state.
async fn serve(mut stream: TcpStream, state: &str, port: u16) -> Option<String> {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    let (head, body) = loop {
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut chunk)).await.ok()?.ok()?;
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                break (head.to_owned(), body.to_owned());
            }
        }
        if read == 0 || request.len() > 64 * 1024 {
            return None;
        }
    };
    let own_host = head.lines().any(|line| line.eq_ignore_ascii_case(&format!("host: 127.0.0.1:{port}")));
    let token = match serde_json::from_str::<Value>(&body) {
        Ok(sent) if head.starts_with("POST /token ") && own_host && sent["state"] == state => {
            sent["token"].as_str().map(ToOwned::to_owned)
        }
        _ => None,
    };
    let (status, page) = match (&token, head.starts_with("GET ")) {
        (Some(_), _) => ("204 No Content", ""),
        (None, true) => ("200 OK", PAGE),
        (None, false) => ("403 Forbidden", ""),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncache-control: no-store\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{page}",
        page.len()
    );
    let _ = stream.write_all(answer.as_bytes()).await;
    token.filter(|token| !token.is_empty())
}

/// 32 random hexadecimal digits.
pub(crate) fn random_hex() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::failed(format!("the system has no randomness: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(crate) async fn logout(context: &Context, _: &ArgMatches) -> Result<Output> {
    let url = context.url();
    let gone: Vec<&str> = credentials::forget(&url)?.into_iter().map(Source::as_str).collect();
    let left: Vec<&str> = credentials::all(&url)?.iter().map(|key| key.source.as_str()).collect();
    let mut text = if gone.is_empty() {
        format!("no key was stored for {url}")
    } else {
        format!("forgot the key in the {}", gone.join(" and the "))
    };
    if !left.is_empty() {
        text.push_str(&format!("; there is still one in the {}", left.join(" and the ")));
    }
    Ok(Output::text(json!({"forgotten": gone, "left": left}), text))
}

pub(crate) async fn status(context: &Context, matches: &ArgMatches) -> Result<Output> {
    let url = context.target().await?.url.clone();
    let keys = match &context.target().await?.key {
        Some(key) if key.source == Source::Local => vec![key.clone()],
        _ => credentials::all(&url)?,
    };
    let sources: Vec<Value> = keys
        .iter()
        .enumerate()
        .map(|(place, key)| json!({"source": key.source.as_str(), "used": place == 0, "shadowed": place > 0, "fingerprint": key.fingerprint()}))
        .collect();
    if keys.is_empty() {
        context.notte().await?;
    }
    let mut value = json!({"url": url, "sources": sources});
    let mut text = format!("service: {url}\n");
    for (place, key) in keys.iter().enumerate() {
        text.push_str(&format!(
            "{} {} (fingerprint {})\n",
            if place == 0 { "used:    " } else { "shadowed:" },
            key.source.as_str(),
            key.fingerprint()
        ));
    }
    if matches.get_flag("check") {
        Call::of(context.table(), "get_usage")?.json(context.notte().await?, false).await?;
        value["accepted"] = json!(true);
        text.push_str("the service accepts the key\n");
    }
    Ok(Output::text(value, text))
}
