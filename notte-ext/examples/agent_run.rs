//! Runs an agent and waits for its answer.
#![allow(clippy::print_stdout)]

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let answer = notte
        .session()
        .scope(async |session| {
            let result = session.agent().max_steps(10).run("go to notte.cc and say what the product is").await?;
            result.into_answer() // a failed agent becomes an error here
        })
        .await?;
    println!("{answer}");
    Ok(())
}
