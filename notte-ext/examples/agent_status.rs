//! Looks at an agent while it works.
#![allow(clippy::print_stdout)]

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let session = notte.session().await?;
    let id = session.agent().start("a long task").await?.id().clone();
    // Anywhere else, by its id alone:
    let status = notte.agents().attach(&id).status().await?;
    println!("{:?} after {} steps", status.state(), status.steps_completed());
    session.stop().await?;
    Ok(())
}
