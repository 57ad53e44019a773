//! The web searched, and a question answered with its sources.

#![allow(clippy::print_stdout)]

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    for hit in notte.search("browser agents").results().await?.hits() {
        println!("{} {}", hit.title, hit.url);
    }
    let answer = notte.search("what is a browser agent?").depth("deep").answer().await?;
    println!("{} ({} sources)", answer.text(), answer.sources().len());
    Ok(())
}
