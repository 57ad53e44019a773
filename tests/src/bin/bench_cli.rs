//! Measures the command line against a stub on loopback and against notte-local; prints JSON for `cargo xtask bench cli`.
//! Tokens are counted as characters divided by four, rounded up.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Instant;

use axum::Router;
use axum::http::header;
use axum::response::Html;
use axum::routing::get;
use notte_local::Local;
use serde_json::{Value, json};

const RUNS: usize = 30;
const LIST: &str = r#"{"items": [], "page": 1, "page_size": 10, "has_next": false, "has_previous": false}"#;

/// Three fixed pages: an article, a list of 60 links, a form of 40 fields.
fn pages() -> [(&'static str, String); 3] {
    let repeated = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let more = "<button onclick=\"this.insertAdjacentHTML('afterend', '<button>New</button>')\">More</button>";
    let article = repeated(30, &|n| {
        format!("<p>Paragraph {n} of an article that says a little about tea. <a href='#{n}'>Source {n}</a></p>")
    });
    let list = repeated(60, &|n| format!("<li><a href='/{n}'>Entry number {n}</a>"));
    let form = repeated(40, &|n| format!("<label>Field {n} <input name=f{n}></label>"));
    [
        ("article", format!("<h1>Article</h1>{more}{article}")),
        ("list", format!("{more}<ul>{list}</ul>")),
        ("form", format!("<form>{form}</form>{more}")),
    ]
}

struct Notte {
    program: PathBuf,
    url: String,
    key: String,
    home: tempfile::TempDir,
}

impl Notte {
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(&self.program);
        command.args(arguments).env("NOTTE_API_URL", &self.url).env("NOTTE_API_KEY", &self.key);
        command.env("NOTTE_CONFIG_DIR", self.home.path()).env("NOTTE_NO_KEYRING", "1");
        command.output().expect("the program runs")
    }

    fn tokens(&self, arguments: &[&str]) -> usize {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).chars().count().div_ceil(4)
    }
}

/// The median of many runs, in milliseconds.
fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

#[tokio::main]
async fn main() {
    let program = PathBuf::from(std::env::args().nth(1).expect("the path of the program"));
    let mut router =
        Router::new().route("/sessions", get(async || ([(header::CONTENT_TYPE, "application/json")], LIST)));
    for (name, html) in pages() {
        router = router.route(&format!("/{name}"), get(async move || Html(html)));
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let site = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let local = Local::start().await.expect("a server");
    let home = || tempfile::TempDir::new().expect("a folder");
    let stub = Notte { program: program.clone(), url: site.clone(), key: "k".to_owned(), home: home() };
    let real =
        Notte { program: program.clone(), url: local.url().to_owned(), key: local.api_key().to_owned(), home: home() };
    let result = tokio::task::spawn_blocking(move || measure(&program, &stub, &real, &site)).await.expect("a result");
    println!("{result}");
}

fn measure(program: &Path, stub: &Notte, real: &Notte, site: &str) -> Value {
    let curl = || {
        let list = format!("{site}/sessions");
        let output = Command::new("curl").args(["-s", "-H", "authorization: Bearer k", &list]).output();
        assert!(output.expect("curl").status.success());
    };
    let size = std::fs::metadata(program).map_or(0, |meta| meta.len());
    let pages: Vec<Value> = pages()
        .iter()
        .map(|(name, _)| {
            real.tokens(&["-s", name, "page", "goto", &format!("{site}/{name}")]);
            let observe = real.tokens(&["-s", name, "page", "observe"]);
            let delta = real.tokens(&["-s", name, "page", "click", "text=More"]);
            let scrape = real.tokens(&["-s", name, "page", "scrape"]);
            real.run(&["sessions", "stop", name]);
            json!({"page": name, "observe": observe, "delta": delta, "scrape": scrape})
        })
        .collect();
    json!({
        "version_ms": median(|| drop(stub.run(&["--version"]))),
        "list_ms": median(|| drop(stub.run(&["sessions", "list"]))),
        "curl_ms": median(curl),
        "size_mb": size as f64 / 1e6,
        "pages": pages,
    })
}
