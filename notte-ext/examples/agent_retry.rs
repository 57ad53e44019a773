//! Runs an agent again when it fails: each time in a fresh session, and not for ever.
#![allow(clippy::print_stdout)]

use notte_ext::{ErrorKind, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    for attempt in 1..=3 {
        let answer = notte.session().scope(async |session| session.agent().run("book a table").await?.into_answer());
        match answer.await {
            Ok(answer) => {
                println!("attempt {attempt}: {answer}");
                return Ok(());
            }
            Err(error) if error.kind() == ErrorKind::Agent => println!("attempt {attempt}: {error}"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
