//! Asks by itself how an agent is, at its own pace.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let agent = session.agent().start("a long task").await?;
    let result = loop {
        let status = agent.status().await?;
        if status.state().is_final() {
            break status;
        }
        println!("{} steps so far", status.steps_completed());
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    println!("{:?}", result.state());
    session.stop().await?;
    Ok(())
}
