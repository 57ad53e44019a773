//! What to do about a start that fails: wait, look for what may have been started, or give up.
#![allow(clippy::print_stdout)]

use std::time::{Duration, SystemTime};

use notte_ext::{ErrorKind, Notte};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let before = SystemTime::now();
    loop {
        match notte.session().await {
            Ok(session) => {
                println!("started {}", session.id());
                return session.stop().await;
            }
            Err(error) if error.is_rate_limited() => {
                println!("waiting: {error}");
                tokio::time::sleep(error.retry_after().unwrap_or(Duration::from_secs(60))).await;
            }
            Err(error) if error.may_have_been_sent() => {
                println!("lost: {error}");
                for candidate in notte.sessions().started_since(before).await? {
                    println!("{} may be it", candidate.session_id);
                    notte.sessions().adopt(candidate.session_id).stop().await?;
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
