//! Gets an answer of a type of your own.
#![allow(clippy::print_stdout)]

use notte_ext::{
    Notte,
    schemars::{self, JsonSchema},
};

#[derive(serde::Deserialize, JsonSchema)]
struct Contact {
    /// Address for general questions.
    email: String,
    phone: Option<String>,
}

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let session = Notte::from_env()?.session().await?;
    let contact: Contact = session.agent().run_as("find out how to reach them").await?;
    println!("{} {}", contact.email, contact.phone.as_deref().unwrap_or("(no phone)"));
    session.stop().await?;
    Ok(())
}
