//! Pages read in one call each: as Markdown, as data of one's own type, and from HTML that is at hand.
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
    println!("{}", notte.scrape("https://example.com").only_main_content(true).markdown().await?);

    let contact: Contact = notte.scrape("https://example.com/contact").structured().await?;
    println!("{}", contact.email);

    let html = "<p>3 apples for 2 €</p>";
    println!("{}", notte.scrape_from_html("https://example.com", html).instructions("all prices").json().await?);
    Ok(())
}
