//! Tells what became of an agent. One that failed is a result, not an error.
#![allow(clippy::print_stdout)]

use notte_ext::{AgentState, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let result = session.agent().run("log in and read the invoice").await?;
    match result.state() {
        AgentState::Completed => println!("done: {}", result.answer().unwrap_or_default()),
        AgentState::Failed => println!("could not: {}", result.answer().unwrap_or("it does not say why")),
        AgentState::MaxSteps => println!("used up its {} steps", result.steps_completed()),
        AgentState::Stopped => println!("was stopped"),
        state => println!("is {state:?}"),
    }
    session.stop().await?;
    Ok(())
}
