//! Shows the steps of an agent as it takes them.
#![allow(clippy::print_stdout)]

use notte_ext::{AgentStatus, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let agent = session.agent().start("compare the three plans").await?;
    let mut logs = agent.logs();
    while let Some(step) = logs.next().await {
        println!("{}", step?);
    }
    println!("{:?}", logs.ended().map(AgentStatus::state));

    // The same in one call: `run` follows the steps too.
    session.agent().run("compare them again").print_logs().await?.into_answer()?;
    session.stop().await?;
    Ok(())
}
