//! Runs several agents at once, each in a session of its own, on one thread.
#![allow(clippy::print_stdout)]

use futures_util::future::try_join_all;
use notte_ext::Notte;

#[tokio::main(flavor = "current_thread")]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let tasks = ["the price of plan A", "the price of plan B", "the price of plan C"];
    let answers = try_join_all(
        tasks.iter().map(|task| notte.session().scope(async |session| session.agent().run(*task).await?.into_answer())),
    )
    .await?;
    for (task, answer) in tasks.iter().zip(answers) {
        println!("{task}: {answer}");
    }
    Ok(())
}
