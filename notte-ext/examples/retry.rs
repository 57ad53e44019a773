//! Retries of a client, and of one call.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use notte_ext::{Notte, Retry};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let patient = Retry::standard().max_attempts(5).base(Duration::from_millis(100));
    let notte = Notte::builder().env().retry(patient).deadline(Duration::from_secs(60)).build()?;
    let before = notte.retries_left();
    notte.ready().await?;
    println!("ready after {} retries", before - notte.retries_left());

    let impatient = notte.call(notte.api().session_status().session_id("s-1"));
    match impatient.retry(Retry::none()).timeout(Duration::from_secs(5)).await {
        Ok(session) => println!("{}", session.status.as_str()),
        Err(error) if error.is_retryable() => println!("not now: {error}"),
        Err(error) => return Err(error),
    }
    Ok(())
}
