//! The demo: Notte on this machine over a real browser, and a small site, driven through notte-ext.
//!
//! `cargo xtask demo` runs it. The one argument is the folder for what it saves.
#![allow(clippy::print_stdout, reason = "a demo speaks")]

mod site;

use std::error::Error;
use std::future::Future;
use std::path::PathBuf;
use std::time::Instant;

use futures_util::TryStreamExt as _;
use notte_ext::notte_api::types::FileSource;
use notte_ext::{Action, Notte};
use notte_local::Local;
use serde::Deserialize;
use serde_json::json;
use site::Site;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// An entry of the site's list.
#[derive(Debug, Deserialize)]
struct Tea {
    name: String,
    grams: u32,
}

/// Does a step, and prints how long it took.
async fn step<T, E>(what: &str, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = Instant::now();
    let result = work.await;
    let mark = if result.is_ok() { "ok" } else { "FAILED" };
    println!("{mark:>6} {:>6} ms  {what}", begun.elapsed().as_millis());
    result
}

#[tokio::main]
async fn main() -> Outcome {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder for what is saved")?);
    std::fs::create_dir_all(&folder)?;
    let site = Site::start().await?;
    let local = step("start notte-local", Local::start()).await?;
    println!("               {} serves the API, {} the site", local.url(), site.url());
    let notte = Notte::builder().base_url(local.url()).api_key("local").build()?;

    let session =
        step("start a session: a browser of its own", async { notte.session().viewport(1000, 700).await }).await?;
    step("goto the site", session.goto(site.url())).await?;

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

    let script = json!([
        { "type": "goto", "url": site.url() },
        { "type": "fill", "selector": "[name=name]", "value": "an agent" },
        { "type": "click", "selector": "button" },
        { "type": "evaluate_js", "code": "document.querySelector('#greeting').textContent" },
    ]);
    let agent = session.agent().model("local/script");
    let run = agent.run(script.to_string()).on_step(|step| println!("               {step}"));
    let answer = step("run a scripted agent, with its log", async { run.await?.into_answer() }).await?;
    println!("               answer: {answer}");

    let id = session.id().clone();
    step("stop the session", session.stop()).await?;
    let replay = step("wait for the replay", async { notte.sessions().attach(id).replay().wait().await }).await?;
    let saved = replay.save(folder.join("replay.webm")).overwrite().await?;
    println!("               {} ({:?})", saved.path.display(), saved.video);
    Ok(())
}
