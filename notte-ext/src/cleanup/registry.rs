//! The sessions of a client that have not been seen to end.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{SessionId, call::Caller};

/// Each with whoever can stop it.
#[derive(Default)]
pub(super) struct Registry(Mutex<BTreeMap<SessionId, Arc<Caller>>>);

impl Registry {
    pub(super) fn add(&self, id: &SessionId, caller: &Arc<Caller>) {
        self.lock().insert(id.clone(), caller.clone());
    }

    pub(super) fn remove(&self, id: &SessionId) {
        self.lock().remove(id);
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.lock().keys().map(|id| id.as_str().to_owned()).collect()
    }

    pub(super) fn all(&self) -> Vec<(SessionId, Arc<Caller>)> {
        self.lock().iter().map(|(id, caller)| (id.clone(), caller.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SessionId, Arc<Caller>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What [`Notte::shutdown`](crate::Notte::shutdown) found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// Sessions of this client that have not been seen to end: those still held, and those that could not be stopped.
    pub left: Vec<String>,
}

impl Shutdown {
    /// Whether no session of this client is left.
    pub fn is_clean(&self) -> bool {
        self.left.is_empty()
    }
}
