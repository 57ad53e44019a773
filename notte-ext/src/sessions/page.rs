//! Observing: what is on a page, and what can be done there.

use std::{
    fmt,
    future::{Future, IntoFuture},
    ops::Deref,
    pin::Pin,
};

use notte_api::{
    types::{Action, Observation, PerceptionType, builder},
    wire::Open,
};

use super::Session;
use crate::{Error, Result};

/// A look at a page that is not done yet: `.await` does it.
#[must_use = "a look is done by `.await`"]
pub struct Observe<'a> {
    session: &'a Session,
    request: builder::ObserveRequest,
}

impl<'a> Observe<'a> {
    pub(super) fn new(session: &'a Session) -> Self {
        Self { session, request: builder::ObserveRequest::default() }
    }

    /// How many actions to list at least, if the page has as many.
    pub fn min_actions(mut self, least: u32) -> Self {
        self.request = self.request.min_nb_actions(least);
        self
    }

    /// How many actions to list at most.
    pub fn max_actions(mut self, most: u32) -> Self {
        self.request = self.request.max_nb_actions(most);
        self
    }

    /// How closely to look.
    pub fn perception(mut self, perception: impl Into<Open<PerceptionType>>) -> Self {
        self.request = self.request.perception_type(Into::<Open<PerceptionType>>::into(perception));
        self
    }

    /// What to look for, in plain words. Going away: newer servers still take it.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        #[allow(deprecated, reason = "servers still take it")]
        {
            self.request = self.request.instructions(Into::<String>::into(instructions));
        }
        self
    }
}

impl<'a> IntoFuture for Observe<'a> {
    type Output = Result<Page>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Page>> + Send + 'a>>;

    /// Looks at the page.
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let request =
                self.session.notte().api().page_observe().session_id(self.session.id()).body_map(|_| self.request);
            self.session.call(request).await.map(Page)
        })
    }
}

/// What was seen of a page. It derefs to the whole answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Page(Observation);

impl Page {
    /// Title of the page.
    pub fn title(&self) -> &str {
        &self.0.metadata.title
    }

    /// Address of the page.
    pub fn url(&self) -> &str {
        &self.0.metadata.url
    }

    /// What can be done with the elements of the page, in the page's order.
    pub fn element_actions(&self) -> &[Action] {
        &self.0.space.interaction_actions
    }

    /// What can be done with the element of this id, such as `B3`. It executes as it is.
    ///
    /// # Errors
    /// The page had no such element when it was looked at.
    pub fn action(&self, id: &str) -> Result<Action> {
        let found = self.element_actions().iter().find(|action| element_id(action).as_deref() == Some(id));
        found.cloned().ok_or_else(|| {
            let known: Vec<_> = self.element_actions().iter().filter_map(element_id).take(20).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Error::invalid(format!("the page has no element {id:?}; it has {known}")).in_operation("page_observe")
        })
    }

    /// The whole answer.
    pub fn into_inner(self) -> Observation {
        self.0
    }
}

fn element_id(action: &Action) -> Option<String> {
    let json = serde_json::to_value(action).ok()?;
    Some(json.get("id")?.as_str()?.to_owned())
}

impl Deref for Page {
    type Target = Observation;

    fn deref(&self) -> &Observation {
        &self.0
    }
}

impl fmt::Debug for Observe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observe").field("session", &self.session.id()).finish_non_exhaustive()
    }
}
