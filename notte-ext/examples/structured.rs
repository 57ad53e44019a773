//! What a page says, as a type of your own.
#![allow(clippy::print_stdout)]

use notte_ext::{
    Notte,
    schemars::{self, JsonSchema},
};

#[derive(serde::Deserialize, JsonSchema)]
struct Contact {
    /// Where to write to.
    email: String,
}

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let contact: Contact = notte
        .session()
        .scope(async |session| {
            session.goto("https://example.com/contact").await?;
            session.scrape().structured().await
        })
        .await?;
    println!("{}", contact.email);
    Ok(())
}
