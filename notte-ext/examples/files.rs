//! A file goes to a page, and what the page gives back is kept.
#![allow(clippy::print_stdout)]

use futures_util::TryStreamExt as _;
use notte_ext::{Action, Notte, notte_api::types::FileSource};

#[tokio::main]
async fn main() -> notte_ext::Result<()> {
    let notte = Notte::from_env()?;
    notte
        .session()
        .scope(async |session| {
            session.files().upload("names.csv").await?;
            session.goto("https://tools.example.com/import").await?;
            session.execute(Action::upload_file_selector("input[type=file]", "names.csv")).await?;
            session.execute(Action::download_file_selector("#report")).await?;
            let mut files = session.files().list().source(FileSource::SessionDownload).items();
            while let Some(file) = files.try_next().await? {
                let saved = session.files().download(&file).save_in(".").await?; // under a safe name
                println!("{} ({} bytes)", saved.path.display(), saved.bytes);
            }
            Ok(())
        })
        .await
}
