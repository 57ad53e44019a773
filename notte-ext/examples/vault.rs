//! A login in a vault: kept, used by a session, read with its one-time code, deleted.

#![allow(clippy::print_stdout)]

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    let vault = notte.vaults().create("shop").await?;
    let site = "https://shop.example.com";
    vault.credentials(site).email("ada@example.com").generated_password().mfa_secret("JBSWY3DPEHPK3PXP").add().await?;

    let login = vault.credentials(site).get().await?;
    println!("{} logs in with a code of {} digits", login.email().unwrap_or("nobody"), {
        login.mfa_code()?.map_or(0, |code| code.expose().len())
    });

    // A session that may fill it in, without anybody seeing it.
    notte.session().vault(vault.id()).scope(async |session| session.goto(site).await.map(drop)).await?;
    vault.delete().await // or keep it: a handle deletes nothing
}
