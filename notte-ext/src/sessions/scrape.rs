//! Scraping: what a page says, as Markdown, images, or data of a given form.

use std::fmt;

use notte_api::types::{DataSpace, ImageData, builder};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Session;
use crate::{Error, ErrorKind, Result};

const OPERATION: &str = "page_scrape";

/// A reading of a page that is not done yet: [`markdown`](Self::markdown), [`images`](Self::images),
/// [`json`](Self::json), [`json_as`](Self::json_as) or [`data`](Self::data) does it.
#[must_use = "a page is read by `.markdown()` and its like"]
pub struct Scrape<'a> {
    session: &'a Session,
    request: builder::ScrapeRequest,
}

impl<'a> Scrape<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self { session, request: builder::ScrapeRequest::default() }
    }

    /// Leaves out what surrounds the content, such as navigation and footers.
    pub fn only_main_content(mut self) -> Self {
        self.request = self.request.only_main_content(true);
        self
    }

    /// Whether the Markdown has the addresses of links.
    pub fn links(mut self, links: bool) -> Self {
        self.request = self.request.scrape_links(links);
        self
    }

    /// Reads the part of the page that this Playwright selector names.
    pub fn selector(mut self, selector: impl Into<String>) -> Self {
        self.request = self.request.selector(Into::<String>::into(selector));
        self
    }

    /// Leaves out HTML elements of these names.
    pub fn ignored_tags<S: Into<String>>(mut self, tags: impl IntoIterator<Item = S>) -> Self {
        self.request = self.request.ignored_tags(tags.into_iter().map(Into::into).collect::<Vec<String>>());
        self
    }

    /// What to take out of the page, in plain words. A language model does it; read it with [`json`](Self::json).
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.request = self.request.instructions(Into::<String>::into(instructions));
        self
    }

    /// JSON Schema of what to take out of the page. A language model does it; read it with [`json`](Self::json) or
    /// [`json_as`](Self::json_as).
    pub fn schema(mut self, schema: Value) -> Self {
        self.request = self.request.response_format(schema);
        self
    }

    /// The language model that takes the data out, as `provider/model`.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.request = self.request.model(Into::<String>::into(model));
        self
    }

    /// Shows the language model short placeholders in place of addresses. Experimental.
    pub fn link_placeholders(mut self) -> Self {
        self.request = self.request.use_link_placeholders(true);
        self
    }

    /// The page as Markdown.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn markdown(self) -> Result<String> {
        Ok(self.data().await?.markdown)
    }

    /// The images of the page. Newer servers list none.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn images(mut self) -> Result<Vec<ImageData>> {
        #[allow(deprecated, reason = "servers still take it")]
        {
            self.request = self.request.only_images(true);
        }
        Ok(self.data().await?.images.unwrap_or_default().into_vec())
    }

    /// What was taken out of the page.
    ///
    /// # Errors
    /// [`ErrorKind::Execution`] if nothing was found; it says why.
    pub async fn json(self) -> Result<Value> {
        let session = self.session;
        let failed = |why: &str| Error::execution(OPERATION, why).of_session(session.id());
        let Some(structured) = self.data().await?.structured else {
            return Err(failed("nothing was taken out of the page: neither instructions nor a schema were given?"));
        };
        if let Some(error) = structured.error.filter(|error| !error.is_empty()) {
            return Err(failed(&error.chars().take(500).collect::<String>()));
        }
        match structured.data {
            Some(data) if structured.success != Some(false) => Ok(data),
            _ => Err(failed("nothing was found on the page")),
        }
    }

    /// What was taken out of the page, as a `T`. Give [`schema`](Self::schema) the schema of `T`.
    ///
    /// # Errors
    /// As [`json`](Self::json); [`ErrorKind::Decode`] if it is no `T`.
    pub async fn json_as<T: DeserializeOwned>(self) -> Result<T> {
        let id = self.session.id();
        let data = self.json().await?;
        serde_json::from_value(data).map_err(|error| {
            let kind = match error.classify() {
                serde_json::error::Category::Data => "it does not have the form that was asked for",
                _ => "it cannot be read",
            };
            Error::new(ErrorKind::Decode, kind).in_operation(OPERATION).of_session(id).and_acted()
        })
    }

    /// The whole answer.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn data(self) -> Result<DataSpace> {
        let request = self.session.notte().api().page_scrape().session_id(self.session.id()).body_map(|_| self.request);
        self.session.call(request).await
    }
}

impl fmt::Debug for Scrape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").field("session", &self.session.id()).finish_non_exhaustive()
    }
}
