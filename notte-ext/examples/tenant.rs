//! Acts for many tenants with one client: each has a key of its own, and all share connections and clean-up.
#![allow(clippy::print_stdout)]

use std::time::Duration;

use notte_ext::{Notte, Options, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let notte = Notte::builder().env().max_live_sessions(20).build()?;
    for (tenant, key) in [("anna", "anna-key"), ("ben", "ben-key")] {
        let theirs = notte.with_key(key)?.with_options(Options::new().header("x-tenant", tenant));
        println!("{tenant}: {}", title(&theirs).await?);
    }
    // A handle whose key can expire asks for the next one when the service refuses it.
    let rotating = notte.with_key_provider(async || Ok::<_, std::io::Error>("fresh-key"));
    println!("rotating: {}", title(&rotating).await?);
    println!("left: {:?}", notte.shutdown(Duration::from_secs(20)).await.left);
    Ok(())
}

async fn title(notte: &Notte) -> Result<String> {
    let scope = notte.session().scope(async |session| {
        session.goto("https://example.com").await?;
        session.evaluate_js("document.title").await
    });
    scope.await
}
