//! Without async: a runtime on the calling thread.
#![allow(clippy::print_stdout)]

use std::future::IntoFuture as _;

use notte_ext::Notte;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let notte = Notte::from_env()?;
    let markdown = runtime.block_on(notte.session().scope(async |session| {
        session.goto("https://example.com").await?;
        session.scrape().markdown().await
    }))?;
    println!("{markdown}");

    // A guard lives between the calls, and stops its session wherever it is dropped.
    let session = runtime.block_on(notte.session().into_future())?;
    runtime.block_on(session.goto("https://example.com"))?;
    drop(session);
    drop(runtime);
    Ok(())
}
