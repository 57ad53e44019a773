//! Reads everything there is in a result, and in its steps.
#![allow(clippy::print_stdout)]

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let result = session.agent().url("https://example.com").run("open the first link").await?;
    println!("agent {} in session {}: {:?}", result.agent_id(), result.session_id(), result.success());
    for step in result.steps().iter().filter(|step| step.is_agent_step()) {
        println!("{} to {}", step.action_kind().unwrap_or("?"), step.next_goal().unwrap_or("?"));
    }
    // Actions can be executed again, without an agent.
    let actions: Vec<_> = result.steps().iter().filter_map(notte_ext::Step::action).collect();
    println!("{} entries with an action, {} of them steps", actions.len(), result.steps_completed());
    session.stop().await?;
    Ok(())
}
