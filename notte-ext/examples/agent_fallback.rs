//! Executes known actions, and lets an agent finish when one of them does not work.
#![allow(clippy::print_stdout)]

use notte_ext::{Action, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let outcome = session
        .fallback("add the item to the cart")
        .max_steps(5)
        .scope(async |page| {
            page.goto("https://shop.example.com").await?;
            page.execute(Action::click_selector("#no-such-button")).await?;
            page.execute(Action::click_selector("#checkout")).await
        })
        .await?;
    println!("{} (agent used: {})", outcome.success(), outcome.agent_used());
    session.stop().await?;
    Ok(())
}
