//! Reading a page: what a reader sees of it, as Markdown.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::observe::LOADING;
use super::{Failure, to_markdown};
use crate::engine::{Browser, CdpError, HUNG, Realm, Tab};
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
    pub(crate) only_images: Option<bool>,
}

/// Every field that says how to read a page; `model` changes nothing here.
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

    /// Whether only the pictures are asked for, as older clients do.
    pub(crate) fn is_of_images(&self) -> bool {
        self.only_images == Some(true)
    }

    /// Whether data is to be taken out of the text, which needs a model.
    pub(crate) fn is_structured(&self) -> bool {
        self.response_format.is_some() || self.instructions.as_deref().is_some_and(|text| !text.is_empty())
    }
}

/// How long a part of the page that a selector names is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The tab in front as Markdown.
pub(crate) async fn scrape(browser: &Browser, wanted: &Scrape) -> Result<String, Failure> {
    let tab = browser.current().await?;
    tab.settled(Instant::now() + LOADING).await;
    let mut selector = wanted.selector.clone().filter(|selector| !selector.trim().is_empty());
    let mut realm = tab.root();
    let end = Instant::now() + HUNG;
    loop {
        let asked = json!({
            "selector": selector,
            "main": wanted.only_main_content.unwrap_or(false),
            "ignored": wanted.ignored_tags,
            "patience": u64::try_from(PATIENCE.as_millis()).unwrap_or_default(),
        });
        let read = async {
            tab.patiently(HUNG, tab.disclose_all(&realm)).await?;
            let mut page = match realm == tab.root() {
                true => tab.script("html", &[asked], HUNG).await?,
                false => tab.script_here(&realm, "html", &[asked]).await?,
            };
            match page["hole"].as_u64() {
                // The selector leads into a frame.
                Some(hole) => Ok(Err((tab.enter(&realm, hole).await?, page["selector"].take()))),
                None => Ok(Ok(page)),
            }
        };
        match read.await {
            Ok(Ok(page)) => return markdown(&tab, &realm, page, wanted).await,
            Ok(Err((inner, rest))) => {
                realm = inner;
                selector = rest.as_str().map(str::to_owned);
            }
            Err(CdpError::Refused(text))
                if selector.is_some() && !CdpError::Refused(text.clone()).is_lost_context() =>
            {
                return Err(Failure::new("InvalidSelector", text));
            }
            Err(error) if error.is_lost_context() && Instant::now() < end => {
                realm = tab.root();
                selector.clone_from(&wanted.selector);
                tab.settled(Instant::now() + LOADING).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn markdown(tab: &Tab, realm: &Realm, mut page: Value, wanted: &Scrape) -> Result<String, Failure> {
    if page["error"].is_string() {
        let selector = wanted.selector.as_deref().unwrap_or_default();
        let waited = PATIENCE.as_secs();
        return Err(Failure::new("ElementNotFound", format!("no element matches {selector:?} (waited {waited} s)")));
    }
    let Value::String(mut html) = page["html"].take() else { return Ok(String::new()) };
    frames(tab, realm, &page["holes"], wanted, &mut html).await;
    to_markdown(html, wanted).await
}

/// Adds what is in the frames that cannot be read from the page. One that goes away meanwhile is left out.
async fn frames(tab: &Tab, realm: &Realm, holes: &Value, wanted: &Scrape, html: &mut String) {
    for hole in holes.as_array().into_iter().flatten().filter_map(Value::as_u64) {
        let inner = async {
            let realm = tab.enter(realm, hole).await?;
            tab.patiently(HUNG, tab.disclose_all(&realm)).await?;
            let page = tab.script_here(&realm, "html", &[json!({ "ignored": wanted.ignored_tags })]).await?;
            Ok::<_, CdpError>((realm, page))
        };
        let Ok((realm, page)) = inner.await else { continue };
        html.push_str(&format!("<div>{}</div>", page["html"].as_str().unwrap_or_default()));
        Box::pin(frames(tab, &realm, &page["holes"], wanted, html)).await;
    }
}

/// The pictures that the page shows.
pub(crate) async fn images(browser: &Browser) -> Result<Value, Failure> {
    let tab = browser.current().await?;
    tab.settled(Instant::now() + LOADING).await;
    Ok(tab.script("images", &[], HUNG).await?)
}
