//! Starts an agent, does something else, and waits for it then.
#![allow(clippy::print_stdout)]

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let agent = session.agent().start("collect the titles of the front page").await?;
    println!("started");
    // … whatever there is to do meanwhile …
    let result = agent.wait().await?;
    println!("{:?}: {}", result.state(), result.answer().unwrap_or_default());
    session.stop().await?;
    Ok(())
}
