//! Waits for an agent for so long and no longer.
#![allow(clippy::print_stdout)]

use std::{future::IntoFuture as _, time::Duration};

use notte_ext::{AgentStatus, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let agent = session.agent().start("a task without an end").await?;
    match agent.wait().deadline(Duration::from_millis(500)).await {
        Ok(result) => println!("{:?}", result.state()),
        Err(error) if error.is_timeout() => {
            println!("{:?}, stopping it", error.agent().map(AgentStatus::state));
            agent.stop().await?.state();
        }
        Err(error) => return Err(error),
    }
    // A run that is dropped stops its agent by itself.
    let run = session.agent().run("another one").into_future();
    let ended = tokio::time::timeout(Duration::from_millis(500), run).await;
    println!("{}", if ended.is_ok() { "done" } else { "dropped" });
    session.stop().await?;
    Ok(())
}
