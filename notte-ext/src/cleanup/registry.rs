//! The sessions of a client that have not been seen to end.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub(super) struct Registry(Mutex<BTreeSet<String>>);

impl Registry {
    pub(super) fn add(&self, id: &str) {
        self.lock().insert(id.to_owned());
    }

    pub(super) fn remove(&self, id: &str) {
        self.lock().remove(id);
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.lock().contains(id)
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
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
