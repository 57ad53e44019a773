//! Pages: seen, worked on, read as text and as data, with files in and out.

use axum::{Router, routing::post};
use futures_util::TryStreamExt as _;
use notte_ext::{
    Action, ErrorKind, ImageFormat,
    notte_api::types::FileSource,
    schemars::{self, JsonSchema},
};
use notte_local::Local;
use serde::Deserialize;
use serde_json::json;

use crate::end_to_end::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_seen_worked_on_and_read() {
    let stage = Stage::set().await;
    let session = stage.notte.session().await.unwrap();
    session.goto(stage.site.url()).await.unwrap();
    let page = session.observe().await.unwrap();
    assert_eq!((page.title(), page.url()), ("Tea house", stage.site.url()));
    assert_eq!(page.screenshot().unwrap().format(), Some(ImageFormat::Jpeg));
    session.execute(Action::fill("I1", "Ada")).await.unwrap();
    session.execute(page.matching("Greet").next().unwrap()).await.unwrap();
    let text = session.scrape().selector("#greeting").markdown().await.unwrap();
    assert_eq!(text, "Welcome, Ada!");
    assert!(session.scrape().markdown().await.unwrap().contains("* Sencha, 100 g"));
    assert_eq!(session.screenshot().await.unwrap().format(), Some(ImageFormat::Jpeg));

    let fetched = session.fetch(stage.site.url()).await.unwrap();
    assert!(fetched.is_success() && fetched.text().contains("Tea house"), "{fetched:?}");
    let bytes = session.fetch("data:application/octet-stream;base64,AP+AgQ==").await.unwrap();
    assert_eq!(bytes.body.as_ref(), [0x00, 0xff, 0x80, 0x81], "what is not text arrives as it is");

    let missing = Action::click_selector("#nowhere").timeout(std::time::Duration::from_millis(100));
    let looked = session.try_execute(missing.clone()).await.unwrap();
    assert!(!looked.success && looked.message.contains("no element matches"), "{}", looked.message);
    let failed = session.execute(missing).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Execution);
    assert!(page.action("B99").is_err(), "an id that was not observed");
    session.stop().await.unwrap();
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Stock {
    teas: Vec<Tea>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Tea {
    name: String,
    grams: u32,
}

/// An endpoint that speaks OpenAI's chat completions, and reads the list of the site.
async fn model() -> String {
    let complete = async |body: String| {
        let asked = body.contains("Sencha, 100 g") && body.contains("grams");
        let data = json!({ "teas": [{ "name": "Sencha", "grams": 100 }] });
        let said = if asked { data.to_string() } else { "the list was not shown".into() };
        json!({ "choices": [{ "message": { "role": "assistant", "content": said } }] }).to_string()
    };
    let router = Router::new().route("/v1/chat/completions", post(complete));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_read_as_a_type() {
    let stage = Stage::with(Local::builder().llm(&model().await, "tiny", None).unwrap()).await;
    let session = stage.notte.session().await.unwrap();
    session.goto(stage.site.url()).await.unwrap();
    let stock: Stock = session.scrape().structured().await.unwrap();
    assert_eq!(stock.teas, [Tea { name: "Sencha".into(), grams: 100 }]);
    session.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_into_the_page_and_come_out_of_it() {
    let stage = Stage::set().await;
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own.csv");
    std::fs::write(&own, "tea\nMate\n").unwrap();
    let session = stage.notte.session().await.unwrap();
    session.goto(stage.site.url()).await.unwrap();
    let uploaded = session.files().upload(&own).await.unwrap();
    session.execute(Action::upload_file_selector("[type=file]", uploaded.filename)).await.unwrap();
    assert_eq!(session.scrape().selector("#greeting").markdown().await.unwrap(), "own.csv, 9 bytes");

    session.execute(Action::download_file_selector("#file")).await.unwrap();
    let listed = session.files().list().source(FileSource::SessionDownload).items();
    let files: Vec<_> = listed.try_collect().await.unwrap();
    let saved = session.files().download(&files[0]).save_in(folder.path()).await.unwrap();
    assert_eq!(saved.path, folder.path().join("prices.csv"));
    assert!(std::fs::read_to_string(saved.path).unwrap().contains("Sencha,7"));
    session.stop().await.unwrap();
}
