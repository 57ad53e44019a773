//! A persona that signs up somewhere and reads the mail that confirms it.

#![allow(clippy::print_stdout)]

use std::time::Duration;

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let persona = notte.personas().create().vault(true).await?;
    println!("{} signs up", persona.info().await?.email);
    persona.add_credentials("https://shop.example.com").await?;

    let mails = persona.emails().only_unread(true).wait().deadline(Duration::from_secs(120)).await?;
    for mail in &mails {
        println!("{}: {}", mail.subject, mail.links().join(" "));
    }
    persona.delete().await
}
