//! Leaves nothing behind: no agent that works for nobody, no browser that nobody looks at.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let session = notte.session().await?;
    let agent = session.agent().start("a task that is given up").await?.stop_on_drop();
    println!("{}", agent.id());
    drop(agent); // stopped in the background
    drop(session); // as well
    let report = notte.shutdown(Duration::from_secs(10)).await;
    println!("{}", if report.is_clean() { "nothing is left" } else { "something is left" });
    Ok(())
}
