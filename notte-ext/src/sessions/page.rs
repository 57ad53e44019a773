//! Observing: what is on a page, and what can be done there.

use std::{
    collections::BTreeSet,
    fmt,
    future::{Future, IntoFuture},
    ops::Deref,
    pin::Pin,
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use notte_api::{
    types::{Action, Observation, PerceptionType, TabData, ViewportData, builder},
    wire::Open,
};
use serde_json::Value;

use super::{Screenshot, SessionHandle};
use crate::{Error, ErrorKind, Result};

/// A look at a page that is not done yet: `.await` does it.
#[must_use = "a look is done by `.await`"]
pub struct Observe<'a> {
    session: &'a SessionHandle,
    request: builder::ObserveRequest,
}

impl<'a> Observe<'a> {
    pub(super) fn new(session: &'a SessionHandle) -> Self {
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

    /// The first thing that can be done with an element.
    ///
    /// # Errors
    /// Nothing can be done there.
    pub fn first(&self) -> Result<Action> {
        let nothing = || Error::invalid("there is nothing to do on the page").in_operation("page_observe");
        self.element_actions().first().cloned().ok_or_else(nothing)
    }

    /// What can be done of one kind, such as `click` or `fill`.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Action> {
        self.element_actions().iter().filter(move |action| action.tag() == Some(kind))
    }

    /// What can be done with elements whose label, name or description has this text in it, whatever the case.
    pub fn matching(&self, text: &str) -> impl Iterator<Item = &Action> {
        let text = text.to_lowercase();
        self.element_actions().iter().filter(move |action| {
            let json = serde_json::to_value(action).unwrap_or_default();
            let says =
                |field| json.get(field).and_then(Value::as_str).unwrap_or_default().to_lowercase().contains(&text);
            ["text_label", "accessible_name", "description"].into_iter().any(says)
        })
    }

    /// What can be done with the elements of these ids, in the page's order. Ids that the page does not have are left out.
    pub fn with_ids<S: AsRef<str>>(&self, ids: impl IntoIterator<Item = S>) -> impl Iterator<Item = &Action> {
        let ids: BTreeSet<String> = ids.into_iter().map(|id| id.as_ref().to_owned()).collect();
        self.element_actions().iter().filter(move |action| element_id(action).is_some_and(|id| ids.contains(&id)))
    }

    /// What can be done, as a text for people and models.
    pub fn markdown(&self) -> &str {
        &self.0.space.markdown
    }

    /// The tabs of the browser.
    pub fn tabs(&self) -> &[TabData] {
        &self.0.metadata.tabs
    }

    /// How large the page is, and which part of it is seen.
    pub fn viewport(&self) -> &ViewportData {
        &self.0.metadata.viewport
    }

    /// The picture that was taken of the page.
    ///
    /// # Errors
    /// There is none that can be read.
    pub fn screenshot(&self) -> Result<Screenshot> {
        let picture = BASE64_STANDARD.decode(self.0.screenshot.raw.as_bytes()).ok().filter(|bytes| !bytes.is_empty());
        let none = || Error::new(ErrorKind::Decode, "there is no picture in it").in_operation("page_observe");
        picture.map(Screenshot::new).ok_or_else(none)
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
