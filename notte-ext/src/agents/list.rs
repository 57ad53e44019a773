//! `notte.agents()`: which agents there are.

use notte_api::types::AgentPage;

use super::{Agent, handle::Remote};
use crate::{AgentId, Listing, Notte};

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
        Listing::new(self.notte.clone(), ())
    }
}

/// A list of agents.
pub type AgentList = Listing<AgentPage>;
