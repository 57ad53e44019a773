//! Makes do with less when an agent does not do its task.
#![allow(clippy::print_stdout)]

use notte_ext::{AgentStatus, ErrorKind, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    session.goto("https://example.com").await?;
    let summary = match session.agent().run("sum up the page in one sentence").await?.into_answer() {
        Ok(answer) => answer,
        Err(error) if error.kind() == ErrorKind::Agent => {
            let state = error.agent().map(AgentStatus::state);
            format!("{} ({state:?})", session.evaluate_js("document.title").await?)
        }
        Err(error) => return Err(error),
    };
    println!("{summary}");
    session.stop().await?;
    Ok(())
}
