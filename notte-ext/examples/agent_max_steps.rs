//! Gives an agent few steps, and more of them if those were not enough.
#![allow(clippy::print_stdout)]

use notte_ext::{AgentState, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    for most in [3, 30] {
        let result = session.agent().max_steps(most).run("find the oldest post").await?;
        println!("{most} steps at most, {} taken: {:?}", result.steps_completed(), result.state());
        if result.state() != AgentState::MaxSteps {
            break;
        }
    }
    session.stop().await?;
    Ok(())
}
