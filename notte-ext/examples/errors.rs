//! Handles a start that fails: waits, reports what may have been started, or gives up.
#![allow(clippy::print_stdout)]

use std::time::{Duration, SystemTime};

use notte_ext::{ErrorKind, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let before = SystemTime::now();
    loop {
        // A session that is lost costs no more than its idle timeout.
        match notte.session().idle_timeout(Duration::from_secs(60)).await {
            Ok(session) => {
                println!("started {}", session.id());
                session.stop().await?;
                return Ok(());
            }
            Err(error) if error.is_rate_limited() => {
                println!("waiting: {error}");
                tokio::time::sleep(error.retry_after().unwrap_or(Duration::from_secs(60))).await;
            }
            Err(error) if error.may_have_been_sent() => {
                println!("lost: {error}");
                // Any of them may be a session of another worker with the same key, so none is stopped here.
                for candidate in notte.sessions().started_since(before).await? {
                    println!("{} may be it; it ends with its idle timeout", candidate.session_id);
                }
            }
            Err(error) if error.kind() == ErrorKind::Auth => {
                println!("a key from https://console.notte.cc is needed: {error}");
                return Err(error);
            }
            Err(error) => return Err(error),
        }
    }
}
