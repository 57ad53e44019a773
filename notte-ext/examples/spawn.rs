//! Shares one session between tasks: handles work in it, the guard stops it.
#![allow(clippy::print_stdout)]

use notte_ext::{Error, Notte, Result};
use tokio::task::JoinSet;

#[tokio::main]
async fn main() -> Result<()> {
    let notte = Notte::from_env()?;
    let session = notte.session().await?;
    let mut tasks = JoinSet::new();
    for url in ["https://example.com/a", "https://example.com/b"] {
        let handle = session.handle();
        tasks.spawn(async move { handle.goto(url).await });
    }
    while let Some(done) = tasks.join_next().await {
        // A task that panicked is an error of our own.
        let result = done.map_err(Error::other)??;
        println!("{}", result.message);
    }
    let stopped = session.stop().await?;
    println!("stopped {}", stopped.id());
    Ok(())
}
