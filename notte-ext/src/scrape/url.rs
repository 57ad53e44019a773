//! `ScrapeUrl`: the page at an address, read in one call.

use std::{fmt, time::Duration};

use notte_api::{
    ResponseValue,
    types::{DataSpace, GlobalScrapeRequest, ScrapeRequest, builder},
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{About, options, readings};
use crate::{Error, Notte, Result, SessionBuilder};

const OPERATION: &str = "scrape_webpage";
/// A browser is started for it, and stopped.
const LONGEST: Duration = Duration::from_secs(180);

/// A reading of the page at an address that is not done yet: [`markdown`](Self::markdown), [`links`](Self::links),
/// [`images`](Self::images), [`json`](Self::json), [`structured`](Self::structured) or [`data`](Self::data) does it.
///
/// The service starts a browser for it and stops it. Where more is to be done than to open one page, a
/// [session](Notte::session) is what to use.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// println!("{}", notte.scrape("https://example.com").only_main_content(true).markdown().await?);
/// # Ok(())
/// # }
/// ```
#[must_use = "a page is read by `.markdown()` and its like"]
pub struct ScrapeUrl {
    notte: Notte,
    url: String,
    session: Option<SessionBuilder>,
    request: builder::ScrapeRequest,
    has_schema: bool,
    deadline: Duration,
}

impl ScrapeUrl {
    pub(crate) fn new(notte: Notte, url: String) -> Self {
        let deadline = notte.policy().deadline.max(LONGEST);
        Self { notte, url, session: None, request: builder::ScrapeRequest::default(), has_schema: false, deadline }
    }

    /// What the browser is to be like: the options of a session that is never started.
    ///
    /// ```no_run
    /// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
    /// let browser = notte.session().proxies(true).viewport(1280, 720);
    /// let text = notte.scrape("https://example.com").browser(browser).markdown().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn browser(mut self, session: SessionBuilder) -> Self {
        self.session = Some(session);
        self
    }

    /// How long it may take in all; at least three minutes if this is not set.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    options!();
    readings!();

    /// A call that may have been made is not repeated: it costs a browser.
    async fn fetch(self) -> Result<ResponseValue<DataSpace>> {
        let Self { notte, url, session, request, deadline, .. } = self;
        let refuse = |why: String| Error::invalid(why).in_operation(OPERATION);
        let mut fields = match session {
            Some(mut session) => self::fields(&session.take_request()?),
            None => Map::new(),
        };
        fields.extend(self::fields(&ScrapeRequest::try_from(request).map_err(refuse)?));
        fields.insert("url".into(), url.into());
        let request: GlobalScrapeRequest = serde_json::from_value(Value::Object(fields))
            .map_err(|_| refuse("its options cannot be sent together".into()))?;
        notte.call(notte.api().scrape_webpage().body(request)).timeout(deadline).deadline(deadline).raw().await
    }

    fn about(&self) -> About {
        About { operation: OPERATION, session: None }
    }
}

/// The fields of a request as they are sent.
fn fields(request: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(request) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

impl fmt::Debug for ScrapeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScrapeUrl").finish_non_exhaustive()
    }
}
