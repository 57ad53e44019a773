//! `notte.agents()`: which agents there are.

use futures_util::Stream;
use notte_api::types::{AgentPage, AgentResponse};

use super::{Agent, handle::Remote};
use crate::{AgentId, Notte, Result, pages};

/// The agents of the account.
#[derive(Debug, Clone)]
pub struct Agents {
    notte: Notte,
}

impl Agents {
    pub(crate) fn new(notte: Notte) -> Self {
        Self { notte }
    }

    /// A handle on an agent that was started elsewhere. Nothing is asked of the service yet.
    pub fn attach(&self, id: impl Into<AgentId>) -> Agent {
        Agent::new(Remote::attached(self.notte.clone(), id.into()), None)
    }

    /// Lists agents, those that work unless told otherwise.
    pub fn list(&self) -> AgentList {
        AgentList {
            notte: self.notte.clone(),
            only_active: None,
            only_saved: None,
            only_current_token: None,
            page_size: None,
        }
    }
}

/// A list of agents that is not asked for yet.
#[derive(Debug, Clone)]
#[must_use = "a list is read by `.items()` or `.pages()`"]
pub struct AgentList {
    notte: Notte,
    only_active: Option<bool>,
    only_saved: Option<bool>,
    only_current_token: Option<bool>,
    page_size: Option<u32>,
}

impl AgentList {
    /// Whether to list only agents that work.
    pub fn only_active(mut self, only: bool) -> Self {
        self.only_active = Some(only);
        self
    }

    /// Whether to list only agents whose run was kept as a function.
    pub fn only_saved(mut self, only: bool) -> Self {
        self.only_saved = Some(only);
        self
    }

    /// Whether to list only agents that were started with this key.
    pub fn only_current_token(mut self, only: bool) -> Self {
        self.only_current_token = Some(only);
        self
    }

    /// How many agents a page has at most.
    pub fn page_size(mut self, size: u32) -> Self {
        self.page_size = Some(size);
        self
    }

    /// The agents, one by one; pages are turned as they are needed. The stream is over after its first error.
    pub fn items(self) -> impl Stream<Item = Result<AgentResponse>> + Send + Unpin + use<> {
        pages::items(move |number| self.clone().page(number))
    }

    /// The pages, as the service sends them. The stream is over after its first error.
    pub fn pages(self) -> impl Stream<Item = Result<AgentPage>> + Send + Unpin + use<> {
        pages::pages(move |number| self.clone().page(number))
    }

    async fn page(self, number: i64) -> Result<AgentPage> {
        let request = self
            .notte
            .api()
            .list_agents()
            .page(number)
            .page_size(self.page_size.map(i64::from))
            .only_active(self.only_active)
            .only_saved(self.only_saved)
            .only_current_token(self.only_current_token);
        self.notte.call(request).await
    }
}
