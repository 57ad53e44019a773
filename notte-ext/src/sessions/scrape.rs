//! Scraping: what a page says, as Markdown, images, or data of a given form.

use std::fmt;

use notte_api::types::{DataSpace, ImageData, builder};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Link, Session, links::links};
use crate::{Error, ErrorKind, Result};

const OPERATION: &str = "page_scrape";

/// A reading of a page that is not done yet: [`markdown`](Self::markdown), [`links`](Self::links),
/// [`images`](Self::images), [`json`](Self::json), [`structured`](Self::structured) or [`data`](Self::data) does it.
#[must_use = "a page is read by `.markdown()` and its like"]
pub struct Scrape<'a> {
    session: &'a Session,
    request: builder::ScrapeRequest,
    has_schema: bool,
}

impl<'a> Scrape<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self { session, request: builder::ScrapeRequest::default(), has_schema: false }
    }

    /// Leaves out what surrounds the content, such as navigation and footers.
    pub fn only_main_content(mut self) -> Self {
        self.request = self.request.only_main_content(true);
        self
    }

    /// Whether the Markdown has the addresses of links.
    pub fn scrape_links(mut self, links: bool) -> Self {
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
    /// [`structured`](Self::structured).
    pub fn schema(mut self, schema: Value) -> Self {
        self.request = self.request.response_format(schema);
        self.has_schema = true;
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

    /// The links of the page, in its order, as its Markdown has them.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn links(self) -> Result<Vec<Link>> {
        Ok(links(&self.scrape_links(true).markdown().await?))
    }

    /// The images of the page. Newer servers list none.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn images(self) -> Result<Vec<ImageData>> {
        Ok(self.only_images().data().await?.images.unwrap_or_default().into_vec())
    }

    /// Reads nothing but images. Newer servers list none; [`images`](Self::images) does it by itself.
    pub fn only_images(mut self) -> Self {
        #[allow(deprecated, reason = "servers still take it")]
        {
            self.request = self.request.only_images(true);
        }
        self
    }

    /// Whether images are listed beside the Markdown; [`data`](Self::data) has them. Going away.
    pub fn scrape_images(mut self, images: bool) -> Self {
        #[allow(deprecated, reason = "servers still take it")]
        {
            self.request = self.request.scrape_images(images);
        }
        self
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

    /// What was taken out of the page, as a `T`. The schema of `T` is sent, unless [another](Self::schema) was given.
    ///
    /// ```no_run
    /// use notte_ext::schemars::{self, JsonSchema};
    ///
    /// #[derive(serde::Deserialize, JsonSchema)]
    /// struct Product {
    ///     name: String,
    ///     price: f64,
    /// }
    ///
    /// # async fn example(session: notte_ext::Session) -> notte_ext::Result<()> {
    /// let product: Product = session.scrape().structured().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`json`](Self::json); [`ErrorKind::Decode`] if it is no `T`.
    pub async fn structured<T: DeserializeOwned + JsonSchema>(mut self) -> Result<T> {
        if !self.has_schema {
            self = self.schema(schemars::schema_for!(T).to_value());
        }
        let id = self.session.id();
        let data = self.json().await?;
        serde_json::from_value(data).map_err(|_| {
            let message = "it does not have the form that was asked for";
            Error::new(ErrorKind::Decode, message).in_operation(OPERATION).of_session(id).and_acted()
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
