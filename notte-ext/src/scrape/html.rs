//! `ScrapeHtml`: data taken out of HTML that the caller has.

use std::fmt;

use notte_api::{
    ResponseValue,
    types::{ScrapeFromHtmlRequest, ScrapeRequest, ScrapeSchemaResponse, builder},
};
use serde_json::{Value, json};

use super::{About, options, taken_out};
use crate::{Error, Notte, Result};

const OPERATION: &str = "scrape_from_html";

/// A reading of HTML that is not done yet: [`json`](Self::json), [`structured`](Self::structured) or
/// [`data`](Self::data) does it. A language model takes out what [`instructions`](Self::instructions) or a
/// [schema](Self::schema) ask for; no browser is started.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte, html: String) -> notte_ext::Result<()> {
/// let prices = notte.scrape_from_html("https://example.com", html).instructions("all prices").json().await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "HTML is read by `.json()` and its like"]
pub struct ScrapeHtml {
    notte: Notte,
    frames: Vec<(String, String)>,
    request: builder::ScrapeRequest,
    has_schema: bool,
}

impl ScrapeHtml {
    pub(crate) fn new(notte: Notte, url: String, html: String) -> Self {
        Self { notte, frames: vec![(url, html)], request: builder::ScrapeRequest::default(), has_schema: false }
    }

    /// The HTML of a frame in the page, and the address it came from.
    pub fn frame(mut self, url: impl Into<String>, html: impl Into<String>) -> Self {
        self.frames.push((url.into(), html.into()));
        self
    }

    options!();
    taken_out!(|data| data.scrape);

    /// The whole answer, with the schema that the model wrote where none was given.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn data(self) -> Result<ScrapeSchemaResponse> {
        self.fetch().await.map(ResponseValue::into_inner)
    }

    async fn fetch(self) -> Result<ResponseValue<ScrapeSchemaResponse>> {
        let Self { notte, frames, request, .. } = self;
        let refuse = |why: String| Error::invalid(why).in_operation(OPERATION);
        let frame = |(url, html): (String, String)| json!({"frameData": html, "frameUrl": url});
        let request = ScrapeRequest::try_from(request).map_err(refuse)?;
        let mut request = serde_json::to_value(request).unwrap_or_default();
        request["frames"] = frames.into_iter().map(frame).collect::<Value>();
        let request: ScrapeFromHtmlRequest =
            serde_json::from_value(request).map_err(|_| refuse("its options cannot be sent together".into()))?;
        notte.call(notte.api().scrape_from_html().body(request)).raw().await
    }

    fn about(&self) -> About {
        About { operation: OPERATION, session: None }
    }
}

impl fmt::Debug for ScrapeHtml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScrapeHtml").field("frames", &self.frames.len()).finish_non_exhaustive()
    }
}
