//! Reading a page: what a reader sees of it, as Markdown.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Failure, to_markdown};
use crate::engine::{Browser, HUNG};
use crate::error::Refusal;
use crate::input;

/// What to read of a page, and how. Serves the requests and the action alike.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Scrape {
    pub(crate) selector: Option<String>,
    pub(crate) scrape_links: Option<bool>,
    pub(crate) scrape_images: Option<bool>,
    pub(crate) ignored_tags: Option<Vec<String>>,
    pub(crate) only_main_content: Option<bool>,
    pub(crate) use_link_placeholders: Option<bool>,
    pub(crate) instructions: Option<String>,
    pub(crate) response_format: Option<Value>,
}

/// Every field that says how to read a page; `model` and `only_images` change nothing here.
const FIELDS: &[&str] = &[
    "selector",
    "scrape_links",
    "scrape_images",
    "ignored_tags",
    "only_main_content",
    "response_format",
    "instructions",
    "model",
    "use_link_placeholders",
    "only_images",
];

impl Scrape {
    /// Takes its fields out of a request, and leaves the others.
    pub(crate) fn take(fields: &mut Map<String, Value>) -> Result<Self, Refusal> {
        let own = FIELDS.iter().filter_map(|name| fields.remove_entry(*name)).collect();
        input::read(&["body"], Value::Object(own))
    }

    /// Whether data is to be taken out of the text, which needs a model.
    pub(crate) fn is_structured(&self) -> bool {
        self.response_format.is_some() || self.instructions.as_deref().is_some_and(|text| !text.is_empty())
    }
}

/// The tab in front as Markdown.
pub(crate) async fn scrape(browser: &Browser, wanted: &Scrape) -> Result<String, Failure> {
    let tab = browser.current().await?;
    let asked = json!({
        "selector": wanted.selector,
        "main": wanted.only_main_content.unwrap_or(false),
        "ignored": wanted.ignored_tags,
    });
    let mut page = tab.script("html", &[asked], HUNG).await?;
    if page["error"].is_string() {
        let selector = wanted.selector.as_deref().unwrap_or_default();
        return Err(Failure::new("ElementNotFound", format!("no element matches {selector:?}")));
    }
    let Value::String(html) = page["html"].take() else { return Ok(String::new()) };
    to_markdown(html, wanted).await
}
