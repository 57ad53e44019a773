//! A notte-local, a site, and the program with a home of its own. When a stage is dropped, nothing that was printed or
//! written may hold one of its secrets.

use std::{
    cell::RefCell,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use axum::{
    Router,
    http::header,
    response::Html,
    routing::{get, post},
};
use notte_local::Local;
use serde_json::Value;
use tempfile::TempDir;

/// What must never be seen.
pub(crate) const PASSWORD: &str = "hunter2-password";
pub(crate) const TOKEN: &str = "hunter2-token";
pub(crate) const COOKIE: &str = "hunter2-cookie";

const PAGE: &str = r##"<!doctype html><meta charset="utf-8"><title>Tea house</title><h1>Tea house</h1>
<a href="/login">Sign in</a> <a href="/file" download="prices.csv">Prices</a>
<form onsubmit="event.preventDefault(); greeting.textContent = 'Welcome, ' + this.elements.name.value + '!'">
<label>Your name <input name="name"></label> <button>Greet</button></form>
<p id="greeting">Nobody is here.</p><label>Your list <input type="file" onchange="greeting.textContent = this.files[0].name"></label>
<button type="button" onclick="extra.insertAdjacentHTML('beforeend', '<button>Order Assam</button>')">More</button><div id="extra"></div>
<ul><li>Assam, 4<li>Sencha, 7</ul>"##;

const LOGIN: &str = r#"<!doctype html><title>Sign in</title><form onsubmit="event.preventDefault(); said.textContent = this.elements.p.value.length + ' characters for ' + this.elements.u.value">
<label>User <input name="u"></label><label>Password <input name="p" type="password"></label><button>Enter</button></form><p id="said"></p>"#;

pub(crate) struct Stage {
    runtime: tokio::runtime::Runtime,
    local: Option<Local>,
    pub(crate) site: String,
    pub(crate) home: TempDir,
    seen: RefCell<String>,
}

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    /// stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error of stderr's last line.
    #[track_caller]
    pub(crate) fn error(&self) -> Value {
        let last = self.stderr.lines().last().unwrap_or_else(|| panic!("{self:?}"));
        let json: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        json["error"].clone()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn fails(self, code: i32, name: &str) -> Self {
        assert_eq!((self.code, self.error()["code"].as_str()), (code, Some(name)), "{self:?}");
        assert_eq!(self.stderr.matches("\"error\":{").count(), 1, "one error: {self:?}");
        self
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (site, local) = runtime.block_on(async {
            let router = Router::new()
                .route("/", get(async || Html(PAGE)))
                .route("/login", get(async || Html(LOGIN)))
                .route("/file", get(async || ([(header::CONTENT_DISPOSITION, "attachment; filename=prices.csv")], "tea,price\n")))
                .route("/v1/chat/completions", post(async || r#"{"choices": [{"message": {"role": "assistant", "content": "{\"teas\": [\"Assam\", \"Sencha\"]}"}}]}"#));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let site = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, router).await });
            let local = Local::builder().llm(&format!("{site}/v1"), "stub", None).unwrap().start().await.unwrap();
            (site, local)
        });
        let home = TempDir::new().unwrap();
        Self { runtime, local: Some(local), site, home, seen: RefCell::default() }
    }

    pub(crate) fn url(&self) -> &str {
        self.local.as_ref().map_or("", Local::url)
    }

    pub(crate) fn key(&self) -> &str {
        self.local.as_ref().map_or("", Local::api_key)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The program with a clean environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        for secret in [self.key(), PASSWORD, TOKEN, COOKIE] {
            assert!(!arguments.iter().any(|argument| argument.contains(secret)), "a secret among the arguments");
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_notte"));
        command.args(arguments).env_clear().current_dir(self.home.path());
        for name in ["PATH", "SYSTEMROOT", "TMPDIR"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command
            .env("HOME", self.home.path())
            .env("NOTTE_NO_KEYRING", "1")
            .env("NOTTE_LOCAL_STATE", self.path("local-state"))
            .env("NOTTE_API_URL", self.url())
            .env("NOTTE_API_KEY", self.key());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        self.run_with(arguments, "")
    }

    /// Runs it with a text on stdin.
    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &str) -> Done {
        self.finish(self.command(arguments), stdin)
    }

    pub(crate) fn finish(&self, mut command: Command, stdin: &str) -> Done {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A program that does not read stdin has closed it.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        self.done(&child.wait_with_output().unwrap())
    }

    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) fn wait(&self, child: Child) -> Done {
        self.done(&child.wait_with_output().unwrap())
    }

    fn done(&self, output: &Output) -> Done {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        self.seen.borrow_mut().push_str(&format!("{stdout}\n{stderr}\n"));
        #[cfg(unix)]
        let signal = std::os::unix::process::ExitStatusExt::signal(&output.status).map(|signal| 128 + signal);
        #[cfg(not(unix))]
        let signal = None;
        Done { code: output.status.code().or(signal).unwrap_or(-1), stdout, stderr }
    }

    /// A session of this name on the page of the site.
    #[track_caller]
    pub(crate) fn open(&self, name: &str) -> Done {
        self.run(&["-s", name, "page", "goto", &self.site]).ok()
    }

    /// The id of the element whose line has this text.
    #[track_caller]
    pub(crate) fn id(&self, session: &str, text: &str) -> String {
        let done = self.run(&["-s", session, "page", "find", "--text", text, "-o", "json"]).ok();
        done.json()[0]["id"].as_str().unwrap().to_owned()
    }

    /// Orders what goes wrong with the next answers of an operation.
    pub(crate) fn fault(&self, fault: &Value) {
        let sent = self.runtime.block_on(async {
            let client = notte_ext::notte_api::reqwest::Client::new();
            client.post(format!("{}/local/faults", self.url())).bearer_auth(self.key()).json(fault).send().await
        });
        assert!(sent.unwrap().status().is_success());
    }

    /// How many sessions live.
    pub(crate) fn live(&self) -> usize {
        let list = self.run(&["sessions", "list", "--only-active"]).ok().json();
        list["items"].as_array().unwrap().iter().filter(|session| session["status"] == "active").count()
    }

    /// Waits until so many sessions live.
    #[track_caller]
    pub(crate) fn until_live(&self, count: usize) {
        for _ in 0..200 {
            if self.live() == count {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{} sessions live, not {count}", self.live());
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let key = self.key().to_owned();
        self.runtime.block_on(async { self.local.take() });
        if std::thread::panicking() {
            return;
        }
        for secret in [key.as_str(), PASSWORD, TOKEN, COOKIE] {
            assert!(!self.seen.borrow().contains(secret), "{secret} was printed");
            if let Some(file) = holds(self.home.path(), secret) {
                panic!("{secret} is in {}", file.display());
            }
        }
    }
}

/// A file below a folder that holds a text; what a test wrote itself is named `own-…`.
fn holds(folder: &Path, text: &str) -> Option<PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let path = entry.path();
        let own = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("own-"));
        if path.is_dir() {
            holds(&path, text)
        } else {
            let bytes = std::fs::read(&path).ok()?;
            (!own && String::from_utf8_lossy(&bytes).contains(text)).then_some(path)
        }
    })
}
