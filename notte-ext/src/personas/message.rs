//! Mails and text messages of a persona: read, and waited for.

use std::{
    fmt,
    future::{Future, IntoFuture},
    marker::PhantomData,
    ops::Deref,
    pin::Pin,
    time::Duration,
};

use super::Persona;
use crate::{
    Error, Result,
    wait::{Polled, Schedule, poll},
};
use linkify::{LinkFinder, LinkKind};
use notte_api::{
    types::{EmailResponse, SmsResponse},
    wire::{IsoDuration, List},
};

const DEADLINE: Duration = Duration::from_secs(60);
const INTERVAL: Duration = Duration::from_secs(5);
const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
const MOST: u32 = 100;

/// A mail. It derefs to the whole of it. `Debug` shows nothing of what it says: codes and links that log in, often.
#[derive(Clone, PartialEq)]
pub struct Email(EmailResponse);

impl Email {
    /// The web addresses in its text, in their order: the link that confirms a registration, for one.
    pub fn links(&self) -> Vec<&str> {
        let text = self.0.text_content.as_deref().unwrap_or_default();
        let links = LinkFinder::new().kinds(&[LinkKind::Url]).links(text).map(|link| link.as_str()).collect::<Vec<_>>();
        links.into_iter().filter(|link| link.starts_with("https://") || link.starts_with("http://")).collect()
    }

    /// The whole mail.
    pub fn into_inner(self) -> EmailResponse {
        self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EmailResponse { email_id, sender_email, created_at, .. } = &self.0;
        f.debug_struct("Email")
            .field("email_id", email_id)
            .field("sender_email", sender_email)
            .field("created_at", created_at)
            .finish_non_exhaustive()
    }
}

impl Deref for Email {
    type Target = EmailResponse;

    fn deref(&self) -> &EmailResponse {
        &self.0
    }
}

/// What a persona gets: an [`Email`] or an [`SmsResponse`].
pub trait Message: sealed::Listed {}

impl Message for Email {}

impl Message for SmsResponse {}

mod sealed {
    use std::future::Future;

    use super::{List, Persona, Query, Result};

    pub trait Listed: Sized + Send + 'static {
        const OPERATION: &'static str;

        fn list(persona: &Persona, query: Query) -> impl Future<Output = Result<List<Self>>> + Send;
    }
}

#[derive(Debug, Clone, Default)]
pub struct Query {
    limit: Option<u32>,
    within: Option<Duration>,
    only_unread: Option<bool>,
}

impl sealed::Listed for Email {
    const OPERATION: &'static str = "persona_emails_list";

    async fn list(persona: &Persona, query: Query) -> Result<List<Self>> {
        let request = persona.notte.api().persona_emails_list().persona_id(&persona.id);
        let request = request.limit(query.limit).timedelta(query.within.map(IsoDuration::from));
        let answer = persona.notte.call(request.only_unread(query.only_unread)).await?;
        Ok(answer.map(Email))
    }
}

impl sealed::Listed for SmsResponse {
    const OPERATION: &'static str = "persona_sms_list";

    async fn list(persona: &Persona, query: Query) -> Result<List<Self>> {
        let request = persona.notte.api().persona_sms_list().persona_id(&persona.id);
        let request = request.limit(query.limit).timedelta(query.within.map(IsoDuration::from));
        let answer = persona.notte.call(request.only_unread(query.only_unread)).await?;
        Ok(answer)
    }
}

/// The messages of a persona, not asked for yet: `.await` lists them, [`wait`](Self::wait) waits until there are some.
///
/// A message that this version cannot decode is in [`List::odd`].
///
/// Reading marks messages as read. With [`only_unread`](Self::only_unread), those of an answer that was lost on its way
/// do not come again: use [`within`](Self::within) where none may be missed.
#[derive(Debug, Clone)]
#[must_use = "messages are read by `.await` or `.wait().await`"]
pub struct Messages<'a, M> {
    persona: &'a Persona,
    query: Query,
    unchecked: bool,
    kind: PhantomData<fn() -> M>,
}

impl<'a, M: Message> Messages<'a, M> {
    pub(super) fn new(persona: &'a Persona) -> Self {
        Self { persona, query: Query::default(), unchecked: false, kind: PhantomData }
    }

    /// How many messages to list at most, up to 100.
    pub fn limit(mut self, most: u32) -> Self {
        self.query.limit = Some(most);
        self
    }

    /// Only those that came within so long before now.
    pub fn within(mut self, time: Duration) -> Self {
        self.query.within = Some(time);
        self
    }

    /// Whether to list only those that were not listed before.
    pub fn only_unread(mut self, only: bool) -> Self {
        self.query.only_unread = Some(only);
        self
    }

    /// Leaves limits to the service to check.
    pub fn unchecked(mut self) -> Self {
        self.unchecked = true;
        self
    }

    /// Waits until there are such messages.
    pub fn wait(self) -> MessageWait<'a, M> {
        MessageWait { messages: self, deadline: DEADLINE, interval: INTERVAL }
    }

    async fn list(&self) -> Result<List<M>> {
        if let Some(limit) = self.query.limit.filter(|limit| !self.unchecked && !(1..=MOST).contains(limit)) {
            let why = format!("limit must be between 1 and {MOST}, not {limit}");
            return Err(Error::invalid(why).in_operation(M::OPERATION));
        }
        M::list(self.persona, self.query.clone()).await
    }
}

impl<'a, M: Message> IntoFuture for Messages<'a, M> {
    type Output = Result<List<M>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<List<M>>> + Send + 'a>>;

    /// Lists the messages, the newest ones if there are more than the limit.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.list().await })
    }
}

/// A wait for messages that has not begun: `.await` looks for them again and again, until there are some.
///
/// Dropping the future only stops waiting.
#[derive(Debug, Clone)]
#[must_use = "a wait begins with `.await`"]
pub struct MessageWait<'a, M> {
    messages: Messages<'a, M>,
    deadline: Duration,
    interval: Duration,
}

impl<'a, M: Message> MessageWait<'a, M> {
    /// How long to wait at most; by default 60 s. The last look is taken then.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long to wait between two looks; by default 5 s, at least 0.1 s.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval.max(SHORTEST_INTERVAL);
        self
    }

    async fn wait(self) -> Result<List<M>> {
        let Self { messages, deadline, interval } = self;
        let messages = &messages;
        let schedule = Schedule { deadline: Some(deadline), max_polls: None, interval: Some(interval) };
        let waited = poll(M::OPERATION, schedule, || async move {
            let found = messages.list().await?;
            Ok(if found.is_empty() && found.odd().is_empty() { Polled::NotYet(None) } else { Polled::Ready(found) })
        });
        waited.await.map_err(|error| error.into_parts().0)
    }
}

impl<'a, M: Message> IntoFuture for MessageWait<'a, M> {
    type Output = Result<List<M>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<List<M>>> + Send + 'a>>;

    /// Waits.
    ///
    /// The error is of kind [`Deadline`](crate::ErrorKind::Deadline) if nothing came in time. A look that failed and may
    /// succeed later does not end the wait.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_the_web_addresses_of_the_text() {
        let text =
            "Confirm (https://e.com/c?t=1&u=2), or see <http://e.com/help>. ftp://e.com mail a@e.com https://e.com/x.";
        let mail = serde_json::json!({
            "created_at": "2025-01-02T03:04:05Z", "email_id": "m-1", "subject": "Hi", "text_content": text,
        });
        let mail = Email(serde_json::from_value(mail).unwrap());
        assert_eq!(mail.links(), ["https://e.com/c?t=1&u=2", "http://e.com/help", "https://e.com/x"]);
        assert_eq!(mail.subject, "Hi");
        let empty = serde_json::json!({"created_at": "2025-01-02T03:04:05Z", "email_id": "m-1", "subject": ""});
        assert!(Email(serde_json::from_value(empty).unwrap()).links().is_empty());
    }
}
