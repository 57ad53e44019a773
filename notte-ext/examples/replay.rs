//! The video of a session, once it has stopped.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use notte_ext::{Notte, SessionId};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let id: SessionId = notte
        .session()
        .scope(async |session| {
            session.goto("https://example.com").await?;
            notte_ext::Result::Ok(session.id().clone())
        })
        .await?;
    let replay = notte.sessions().attach(id).replay().wait().await?;
    let saved = replay.save("session.mp4").progress(|now| eprintln!("{} bytes", now.bytes)).await?;
    println!("{} ({:?})", saved.path.display(), saved.video);
    Ok(())
}
