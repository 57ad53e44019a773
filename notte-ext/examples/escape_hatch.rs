//! Reaches what has no method yet: a field of a request, a generated operation, any path of the API.
#![allow(clippy::print_stdout)]

use notte_ext::{Notte, Result, notte_api::reqwest::Method};

#[tokio::main]
async fn main() -> Result<()> {
    let notte = Notte::from_env()?;
    let session =
        notte.session().request(|request| request.browser_type("brave-next")).extra("future_option", true).await?;

    let status = notte.call(notte.api().session_status().session_id(session.id())).await?;
    println!("{}", status.status.as_str());

    let path = format!("/sessions/{}", session.id());
    let raw = notte.request(Method::GET, path).query("verbose", "true").await?;
    println!("{}", raw["status"]);

    session.stop().await?;
    Ok(())
}
