//! The quickstart of the README: the headlines of a page, as Markdown.
#![allow(clippy::print_stdout)]

use notte_ext::Notte;

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let page = std::env::args().nth(1).unwrap_or_else(|| "https://news.ycombinator.com".to_owned());
    let notte = Notte::from_env()?; // NOTTE_API_KEY, NOTTE_API_URL
    let headlines = notte
        .session()
        .scope(async |session| {
            session.goto(page).await?;
            session.scrape().only_main_content(true).markdown().await
        })
        .await?; // the browser is stopped, whatever happened
    println!("{headlines}");
    Ok(())
}
