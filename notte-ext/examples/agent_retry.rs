//! Runs an agent again when it fails: each time in a fresh session, after a pause, and not forever.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use notte_ext::{ErrorKind, Notte};

const ATTEMPTS: u32 = 3;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let mut attempt = 1;
    loop {
        let answer = notte.session().scope(async |session| session.agent().run("book a table").await?.into_answer());
        match answer.await {
            Ok(answer) => {
                println!("attempt {attempt}: {answer}");
                return Ok(());
            }
            Err(error) if error.kind() == ErrorKind::Agent && attempt < ATTEMPTS => {
                println!("attempt {attempt}: {error}");
                tokio::time::sleep(Duration::from_millis(250) * 2_u32.pow(attempt)).await;
                attempt += 1;
            }
            Err(error) => return Err(error),
        }
    }
}
