//! A service that ends in an orderly way: work is dropped, its browsers are stopped, and what is left is told.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use notte_ext::{Notte, Result, Session};

#[tokio::main]
async fn main() -> Result<()> {
    let notte = Notte::builder().env().max_live_sessions(10).build()?;
    tokio::select! {
        done = serve(&notte) => return done,
        _ = tokio::signal::ctrl_c() => {}
    }
    println!("ending");
    let report = notte.shutdown(Duration::from_secs(20)).await;
    println!("left: {:?}", report.left);
    Ok(())
}

async fn serve(notte: &Notte) -> Result<()> {
    let watch = async |session: &Session| loop {
        println!("{} steps so far", session.offset().await?);
        tokio::time::sleep(Duration::from_secs(3600)).await;
    };
    notte.session().scope(watch).await
}
