//! Scraping the page of a session.

use std::fmt;

use notte_api::types::{DataSpace, builder};

use super::Session;
use crate::{
    Result,
    scrape::{About, options, readings},
};

/// A reading of a page that is not done yet: [`markdown`](Self::markdown), [`links`](Self::links),
/// [`images`](Self::images), [`json`](Self::json), [`structured`](Self::structured) or [`data`](Self::data) does it.
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

    options!();
    readings!();

    /// The whole answer.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn data(self) -> Result<DataSpace> {
        let request = self.session.notte().api().page_scrape().session_id(self.session.id()).body_map(|_| self.request);
        self.session.call(request).await
    }

    fn about(&self) -> About {
        About { operation: "page_scrape", session: Some(self.session.id().clone()) }
    }
}

impl fmt::Debug for Scrape<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scrape").field("session", &self.session.id()).finish_non_exhaustive()
    }
}
