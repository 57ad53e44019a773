//! Stops an agent. The action that runs is finished first.
#![allow(clippy::print_stdout)]

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let agent = session.agent().start("read all the news there are").await?;
    let status = agent.stop().wait().await?;
    println!("{:?} after {} steps", status.state(), status.steps_completed());
    session.stop().await?;
    Ok(())
}
