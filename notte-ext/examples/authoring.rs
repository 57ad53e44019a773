//! Work on the live page, then export what was done as a program.
#![allow(clippy::print_stdout)]

use notte_ext::{Notte, export};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let script = notte
        .session()
        .scope(async |session| {
            session.goto("https://example.com").await?;
            let page = session.observe().await?;
            session.execute(page.action("B3")?).await?; // an id that the page has
            session.workflow_code().await
        })
        .await?;
    println!("{}", export::to_rust(script.actions()?));
    Ok(())
}
