//! What notte-local costs over driving the same browser by hand: both do the same work in turns, and what each took is
//! printed as JSON.
#![allow(clippy::print_stdout, reason = "it is a program")]

mod by_hand;
mod processes;
mod site;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use by_hand::Browser;
use notte_ext::notte_api::reqwest::Client;
use notte_local::Local;
use notte_tests::site::Site;
use serde_json::{Value, json};

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// How often each is started.
const STARTS: usize = 7;
/// How often the way through the page is gone.
const ROUNDS: usize = 25;
/// Sessions whose memory is looked at.
const CROWD: usize = 4;
const VIEWPORT: (u32, u32) = (1280, 720);

/// What took how long, in milliseconds.
#[derive(Default)]
struct Times(BTreeMap<&'static str, Vec<f64>>);

impl Times {
    async fn of<T>(&mut self, what: &'static str, work: impl Future<Output = Result<T>>) -> Result<T> {
        let begun = Instant::now();
        let done = work.await?;
        self.0.entry(what).or_default().push(begun.elapsed().as_secs_f64() * 1000.0);
        Ok(done)
    }

    fn medians(&self) -> Value {
        let median = |times: &Vec<f64>| {
            let mut sorted = times.clone();
            sorted.sort_by(f64::total_cmp);
            sorted[sorted.len() / 2]
        };
        self.0
            .iter()
            .map(|(what, times)| ((*what).to_owned(), json!(median(times))))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

/// notte-local over plain HTTP.
struct Server {
    local: Local,
    http: Client,
}

impl Server {
    async fn ask(&self, path: &str, body: Value) -> Result<Value> {
        let url = format!("{}{path}", self.local.url());
        let answer =
            self.http.post(url).bearer_auth(self.local.api_key()).json(&body).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    async fn start(&self) -> Result<String> {
        let size = json!({ "viewport_width": VIEWPORT.0, "viewport_height": VIEWPORT.1 });
        let session = self.ask("/sessions/start", size).await?;
        Ok(session["session_id"].as_str().ok_or("no session")?.to_owned())
    }

    async fn stop(&self, session: &str) -> Result {
        let url = format!("{}/sessions/{session}/stop", self.local.url());
        self.http.delete(url).bearer_auth(self.local.api_key()).send().await?.error_for_status()?;
        Ok(())
    }

    async fn execute(&self, session: &str, action: Value) -> Result {
        let done = self.ask(&format!("/sessions/{session}/page/execute"), action).await?;
        if done["success"] == true { Ok(()) } else { Err(done["message"].to_string().into()) }
    }

    /// The way through the page.
    async fn walk(&self, session: &str, times: &mut Times, url: &str, round: usize) -> Result {
        times.of("goto", self.execute(session, json!({ "type": "goto", "url": url }))).await?;
        let page = format!("/sessions/{session}/page");
        let (observe, scrape) = (format!("{page}/observe"), format!("{page}/scrape"));
        let seen = times.of("observe", self.ask(&observe, json!({ "max_nb_actions": 1000 }))).await?;
        let found = seen["space"]["interaction_actions"].as_array().map_or(0, Vec::len);
        if found != site::ELEMENTS || !seen["screenshot"]["raw"].is_string() {
            return Err(format!("{found} elements were observed").into());
        }
        let click = json!({ "type": "click", "selector": format!("#b{round}") });
        times.of("click", self.execute(session, click)).await?;
        let page = times.of("scrape", self.ask(&scrape, json!({}))).await?;
        check(page["markdown"].as_str().unwrap_or_default(), round)
    }
}

/// The page has to have been clicked, and read.
fn check(markdown: &str, round: usize) -> Result {
    let expected = [format!("clicked {round}"), site::LAST.to_owned()];
    match expected.iter().find(|part| !markdown.contains(part.as_str())) {
        None => Ok(()),
        Some(part) => Err(format!("{part:?} is not on the page").into()),
    }
}

async fn by_hand(browser: &mut Browser, times: &mut Times, url: &str, round: usize) -> Result {
    times.of("goto", browser.goto(url)).await?;
    let (found, _) = times.of("observe", browser.observe()).await?;
    if found != site::ELEMENTS {
        return Err(format!("{found} elements were observed by hand").into());
    }
    times.of("click", browser.click(&format!("#b{round}"))).await?;
    check(&times.of("scrape", browser.scrape()).await?, round)
}

/// Megabytes that a browser with the page costs: everything that this process and its children grew by.
async fn crowd(server: &Server, program: &Path, url: &str) -> Result<(f64, f64)> {
    let before = processes::megabytes()?;
    let mut sessions = Vec::new();
    for round in 0..CROWD {
        let session = server.start().await?;
        server.walk(&session, &mut Times::default(), url, round).await?;
        sessions.push(session);
    }
    let ours = processes::megabytes()? - before;
    for session in sessions {
        server.stop(&session).await?;
    }
    let before = processes::megabytes()?;
    let mut browsers = Vec::new();
    for round in 0..CROWD {
        let mut browser = Browser::start(program, VIEWPORT).await?;
        by_hand(&mut browser, &mut Times::default(), url, round).await?;
        browsers.push(browser);
    }
    let theirs = processes::megabytes()? - before;
    Ok((ours / CROWD as f64, theirs / CROWD as f64))
}

#[tokio::main]
async fn main() -> Result {
    let site = Site::of(site::page()).await?;
    let server = Server { local: Local::start().await?, http: Client::new() };
    let first = server.start().await?;
    let program = processes::browser()?;
    server.stop(&first).await?;
    let (mut ours, mut theirs) = (Times::default(), Times::default());
    for _ in 0..STARTS {
        let session = ours.of("start", server.start()).await?;
        server.stop(&session).await?;
        theirs.of("start", Browser::start(&program, VIEWPORT)).await?.stop().await?;
    }
    let session = server.start().await?;
    let mut browser = Browser::start(&program, VIEWPORT).await?;
    for round in 0..ROUNDS {
        server.walk(&session, &mut ours, site.url(), round).await?;
        // The picture for the replay is taken after the walk, and not while the other one walks.
        tokio::time::sleep(Duration::from_millis(400)).await;
        by_hand(&mut browser, &mut theirs, site.url(), round).await?;
    }
    server.stop(&session).await?;
    browser.stop().await?;
    let (mut ours, mut theirs) = (ours.medians(), theirs.medians());
    let (with, without) = crowd(&server, &program, site.url()).await?;
    (ours["memory"], theirs["memory"]) = (with.into(), without.into());
    println!("{}", json!({ "notte-local": ours, "by hand": theirs, "elements": site::ELEMENTS }));
    Ok(())
}
