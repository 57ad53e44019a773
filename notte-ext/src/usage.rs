//! `notte.usage()`: what was used and what it cost, and the log of calls.

use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};

use notte_api::types::{UsageLogPage, UsageResponse};

use crate::{Error, Listing, Notte, Result};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What the account used in a month: `.await` asks for it, for the current month unless told otherwise.
///
/// ```no_run
/// # async fn example(notte: notte_ext::Notte) -> notte_ext::Result<()> {
/// println!("{} so far", notte.usage().await?.total_cost);
/// println!("{} in May", notte.usage().month(2025, 5).await?.total_cost);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "usage is asked for by `.await`"]
pub struct Usage {
    notte: Notte,
    month: Option<(u16, u8)>,
}

impl Usage {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte, month: None }
    }

    /// Of this month, counted from 1.
    pub fn month(mut self, year: u16, month: u8) -> Self {
        self.month = Some((year, month));
        self
    }

    /// The log of the account's calls, of all time.
    pub fn logs(self) -> UsageLogList {
        Listing::new(self.notte, None)
    }

    fn period(&self) -> Result<Option<String>> {
        let Some((year, month)) = self.month else { return Ok(None) };
        let name = usize::from(month).checked_sub(1).and_then(|index| MONTHS.get(index));
        let wrong = || Error::invalid(format!("month must be between 1 and 12, not {month}")).in_operation("get_usage");
        Ok(Some(format!("{} {year}", name.ok_or_else(wrong)?)))
    }
}

impl IntoFuture for Usage {
    type Output = Result<UsageResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<UsageResponse>> + Send>>;

    /// Asks for it.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.notte.call(self.notte.api().get_usage().period(self.period()?)).await })
    }
}

/// The log of the account's calls.
pub type UsageLogList = Listing<UsageLogPage>;
