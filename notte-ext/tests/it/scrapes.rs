//! One-shot scrapes over a real socket: of an address, and of HTML.
use std::time::Duration;

use crate::support::{Fault, Server};
use notte_ext::{
    ErrorKind,
    notte_api::types::BrowserType,
    schemars::{self, JsonSchema},
};
use serde_json::{Value, json};

#[derive(Debug, serde::Deserialize, JsonSchema)]
struct Contact {
    email: String,
}

fn say(server: &Server, line: &str, answer: &Value) {
    server.fail(line, [Fault::Say(answer.to_string())]);
}

fn sent(server: &Server) -> Value {
    serde_json::from_str(&server.last("POST").body).unwrap()
}

fn found() -> Value {
    json!({"success": true, "data": {"email": "ada@e.com"}})
}

#[tokio::test]
async fn an_address_is_read_with_every_option_of_browser_and_page() {
    let server = Server::start();
    let notte = server.notte();
    say(&server, "POST /scrape", &json!({"markdown": "# Example [a](/b)"}));
    assert_eq!(notte.scrape("https://e.com").markdown().await.unwrap(), "# Example [a](/b)");
    assert_eq!(sent(&server), json!({"url": "https://e.com"}));
    say(&server, "POST /scrape", &json!({"markdown": "", "images": [{"url": "https://e.com/a.png"}]}));
    let browser =
        notte.session().browser(BrowserType::Chrome).viewport(1280, 720).idle_timeout(Duration::from_secs(61));
    let browser = browser.extra_http_header("x-a", "b").proxies(true).extra("newer", 1);
    let scrape = notte.scrape("https://e.com").browser(browser).only_main_content(true).scrape_links(false);
    let scrape = scrape.selector("main").ignored_tags(["nav"]).instructions("i").schema(json!({"type": "object"}));
    let scrape = scrape.model("openai/gpt-4o").link_placeholders(true).scrape_images(true);
    assert_eq!(scrape.images().await.unwrap().len(), 1);
    let expected = json!({
        "url": "https://e.com", "browser_type": "chrome", "viewport_width": 1280, "viewport_height": 720,
        "idle_timeout_minutes": 2, "extra_http_headers": {"x-a": "b"}, "proxies": true, "newer": 1,
        "only_main_content": true, "scrape_links": false, "selector": "main", "ignored_tags": ["nav"],
        "instructions": "i", "response_format": {"type": "object"}, "model": "openai/gpt-4o",
        "use_link_placeholders": true, "scrape_images": true, "only_images": true,
    });
    assert_eq!(sent(&server), expected);
    say(&server, "POST /scrape", &json!({"markdown": "[a](https://e.com/b)"}));
    assert_eq!(notte.scrape("https://e.com").links().await.unwrap()[0].url, "https://e.com/b");
}

#[tokio::test]
async fn a_limit_of_the_browser_is_checked_before_anything_is_sent() {
    let server = Server::start();
    let notte = server.notte();
    let scrape = notte.scrape("https://e.com").browser(notte.session().idle_timeout(Duration::from_secs(3600)));
    assert_eq!(scrape.markdown().await.unwrap_err().kind(), ErrorKind::InvalidRequest);
    assert_eq!(server.count("POST"), 0);
}

#[tokio::test]
async fn data_is_taken_out_of_an_address_once() {
    let server = Server::start();
    let notte = server.notte();
    say(&server, "POST /scrape", &json!({"markdown": "", "structured": found()}));
    let contact: Contact = notte.scrape("https://e.com").structured().await.unwrap();
    assert_eq!(contact.email, "ada@e.com");
    assert_eq!(sent(&server)["response_format"]["required"], json!(["email"]));
    say(&server, "POST /scrape", &json!({"markdown": "", "structured": found()}));
    let error = notte.scrape("https://e.com").schema(json!({})).structured::<u8>().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && !format!("{error:?}").contains("ada"), "{error}");
    say(&server, "POST /scrape", &json!({"markdown": "", "structured": {"error": "no\nsuch thing"}}));
    let error = notte.scrape("https://e.com").instructions("x").json().await.unwrap_err();
    assert_eq!(error.to_string(), "scrape_webpage failed: no such thing");
    server.fail("POST /scrape", [Fault::DoneBut(500)]);
    let before = server.count("POST");
    assert!(notte.scrape("https://e.com").markdown().await.unwrap_err().may_have_been_sent());
    assert_eq!(server.count("POST"), before + 1, "a browser is not bought twice");
}

#[tokio::test]
async fn data_is_taken_out_of_html() {
    let server = Server::start();
    let notte = server.notte();
    let answer = json!({"model_schema": {"success": true, "model_schema": {}}, "scrape": found()});
    server.fail("POST /scrape_from_html", (0..2).map(|_| Fault::Say(answer.to_string())));
    let scrape = notte.scrape_from_html("https://e.com", "<p>").frame("https://f.com", "<b>").only_main_content(true);
    assert_eq!(scrape.instructions("the address").json().await.unwrap(), json!({"email": "ada@e.com"}));
    let expected = json!({
        "frames": [
            {"frameUrl": "https://e.com", "frameData": "<p>"}, {"frameUrl": "https://f.com", "frameData": "<b>"},
        ],
        "instructions": "the address", "only_main_content": true,
    });
    assert_eq!(sent(&server), expected);
    let contact: Contact = notte.scrape_from_html("https://e.com", "<p>").structured().await.unwrap();
    assert_eq!(contact.email, "ada@e.com");
    say(&server, "POST /scrape_from_html", &json!({"model_schema": {"success": false, "error": "no"}}));
    let error = notte.scrape_from_html("https://e.com", "").json().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Execution);
}
