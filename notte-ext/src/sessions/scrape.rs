//! Scraping the page of a session.

use std::fmt;

use notte_api::{
    ResponseValue,
    types::{DataSpace, builder},
};

use super::SessionHandle;
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
pub struct ScrapePage<'a> {
    session: &'a SessionHandle,
    request: builder::ScrapeRequest,
    has_schema: bool,
}

impl<'a> ScrapePage<'a> {
    pub(super) fn new(session: &'a SessionHandle) -> Self {
        Self { session, request: builder::ScrapeRequest::default(), has_schema: false }
    }

    options!();
    readings!();

    async fn fetch(self) -> Result<ResponseValue<DataSpace>> {
        let request = self.session.notte().api().page_scrape().session_id(self.session.id()).body_map(|_| self.request);
        self.session.notte().call(request).raw().await.map_err(|error| error.of_session(self.session.id()))
    }

    fn about(&self) -> About {
        About { operation: "page_scrape", session: Some(self.session.id().clone()) }
    }
}

impl fmt::Debug for ScrapePage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScrapePage").field("session", &self.session.id()).finish_non_exhaustive()
    }
}
