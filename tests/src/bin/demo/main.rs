//! The demo: Notte on this machine over a real browser, and a small site, driven through notte-ext.
//!
//! `cargo xtask demo` runs it, and checks its arguments: the folder for what it saves, then `--cloud` to run against the
//! service of `NOTTE_API_KEY` and `NOTTE_API_URL`, `--task TEXT` for an agent, `--llm-url URL` and `--llm-model NAME`.
#![allow(clippy::print_stdout, reason = "a demo speaks")]

use std::error::Error;
use std::future::Future;
use std::path::PathBuf;
use std::time::Instant;

use futures_util::TryStreamExt as _;
use notte_ext::notte_api::types::FileSource;
use notte_ext::{Action, Notte, Session};
use notte_local::Local;
use notte_tests::site::{PAGE, Site};
use serde::Deserialize;
use serde_json::json;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// An entry of the site's list.
#[derive(Debug, Deserialize)]
struct Tea {
    name: String,
    grams: u32,
}

/// What the command line asks for.
#[derive(Default)]
struct Options {
    cloud: bool,
    task: Option<String>,
    llm_url: Option<String>,
    llm_model: Option<String>,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut options = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--cloud" => options.cloud = true,
                "--task" => options.task = words.next(),
                "--llm-url" => options.llm_url = words.next(),
                "--llm-model" => options.llm_model = words.next(),
                _ => return Err(format!("unknown option `{word}`; see `cargo xtask help`").into()),
            }
        }
        Ok(options)
    }
}

/// Does a step, and prints how long it took.
async fn step<T, E>(what: &str, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = Instant::now();
    let result = work.await;
    let mark = if result.is_ok() { "ok" } else { "FAILED" };
    println!("{mark:>6} {:>6} ms  {what}", begun.elapsed().as_millis());
    result
}

/// Where the demo takes place unless it is the cloud.
struct Place {
    local: Local,
    site: Site,
}

impl Place {
    async fn make(options: &Options) -> Outcome<Self> {
        let site = Site::start().await?;
        let mut local = Local::builder();
        if let (Some(url), Some(model)) = (&options.llm_url, &options.llm_model) {
            local = local.llm(url, model, std::env::var("NOTTE_LOCAL_LLM_KEY").ok())?;
        }
        let local = step("start notte-local", local.start()).await?;
        println!("               {} serves the API, {} the site", local.url(), site.url());
        Ok(Self { local, site })
    }
}

/// A browser elsewhere cannot come to a site on this machine, so the site comes to it.
async fn write_site(session: &Session) -> notte_ext::Result<()> {
    session.goto("https://example.com").await?;
    let write = format!("document.open(); document.write({}); document.close()", json!(PAGE));
    session.evaluate_js(write).await.map(drop)
}

/// Runs an agent on the task, or on a script that needs no model.
async fn run_agent(session: &Session, task: Option<&str>, url: &str) -> Outcome {
    let script = json!([
        { "type": "goto", "url": url },
        { "type": "fill", "selector": "[name=name]", "value": "an agent" },
        { "type": "click", "selector": "button" },
        { "type": "evaluate_js", "code": "document.querySelector('#greeting').textContent" },
    ]);
    let (agent, task, what) = match task {
        Some(task) => (session.agent(), task.to_owned(), "run an agent on the task, with its log"),
        None => (session.agent().model("local/script"), script.to_string(), "run a scripted agent, with its log"),
    };
    let run = agent.run(task).on_step(|step| println!("               {step}"));
    let answer = step(what, async { run.await?.into_answer() }).await?;
    println!("               answer: {answer}");
    Ok(())
}

#[tokio::main]
async fn main() -> Outcome {
    let mut words = std::env::args().skip(1);
    let folder = PathBuf::from(words.next().ok_or("name a folder for what is saved")?);
    let options = Options::parse(words)?;
    std::fs::create_dir_all(&folder)?;
    let place = if options.cloud { None } else { Some(Place::make(&options).await?) };
    let notte = match &place {
        Some(Place { local, .. }) => Notte::builder().base_url(local.url()).api_key(local.api_key()).build()?,
        None => Notte::from_env()?,
    };

    let session =
        step("start a session: a browser of its own", async { notte.session().viewport(1000, 700).await }).await?;
    match &place {
        Some(Place { site, .. }) => drop(step("goto the site", session.goto(site.url())).await?),
        None => step("goto a public page, and write the site into it", write_site(&session)).await?,
    }

    let page = step("observe the page", async { session.observe().await }).await?;
    for action in page.element_actions() {
        let action = serde_json::to_value(action)?;
        let text = |name: &str| action[name].as_str().unwrap_or_default().to_owned();
        println!("               | {:<3} | {:<22} | {}", text("id"), text("type"), text("text_label"));
    }

    step("fill the form", session.execute(Action::fill_selector("[name=name]", "Ada"))).await?;
    step("click its button", session.execute(Action::click_selector("button"))).await?;
    println!("               {}", session.evaluate_js("document.querySelector('#greeting').textContent").await?);

    let markdown =
        step("scrape the list as Markdown", async { session.scrape().selector("#teas").markdown().await }).await?;
    for line in markdown.lines() {
        println!("               {line}");
    }
    let read = "JSON.stringify([...document.querySelectorAll('#teas li')].map(li => \
                ({ name: li.dataset.name, grams: Number(li.dataset.grams) })))";
    let teas: Vec<Tea> = serde_json::from_str(&step("read the list as a type", session.evaluate_js(read)).await?)?;
    for Tea { name, grams } in teas {
        println!("               {grams:>4} g of {name}");
    }

    let picture = step("take a screenshot", session.screenshot()).await?;
    let path = folder.join("screenshot.jpg");
    std::fs::write(&path, picture.bytes())?;
    println!("               {}", path.display());

    step("download a file", session.execute(Action::download_file_selector("#file"))).await?;
    let mut files = session.files().list().source(FileSource::SessionDownload).items();
    while let Some(file) = files.try_next().await? {
        let saved = session.files().download(&file).save_in(&folder).overwrite().await?;
        println!("               {} ({} bytes)", saved.path.display(), saved.bytes);
    }

    match (&place, options.task.as_deref()) {
        (Some(Place { site, .. }), task) => run_agent(&session, task, site.url()).await?,
        (None, Some(task)) => run_agent(&session, Some(task), "").await?,
        (None, None) => println!("  skip            a scripted agent: the model local/script is notte-local's"),
    }

    let id = session.id().clone();
    step("stop the session", session.stop()).await?;
    let replay = step("wait for the replay", async { notte.sessions().attach(id).replay().wait().await }).await?;
    let video = if place.is_some() { "replay.webm" } else { "replay.mp4" };
    let saved = replay.save(folder.join(video)).overwrite().await?;
    println!("               {} ({:?})", saved.path.display(), saved.video);
    Ok(())
}
