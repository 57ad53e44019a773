//! What was last observed of each session: ids and hashes of its elements, and no text of the page.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{read, sessions::Scope, write};
use crate::error::Result;

/// The elements of an observation.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Id and hash of the line, in the page's order.
    pub(crate) elements: Vec<(String, u64)>,
    /// Hash of address and title.
    #[serde(default)]
    pub(crate) head: u64,
}

impl Seen {
    pub(crate) fn has(&self, id: &str) -> bool {
        self.elements.iter().any(|(known, _)| known == id)
    }
}

/// The last observations of one scope.
pub(crate) struct Observations {
    folder: PathBuf,
    scope: String,
}

impl Observations {
    pub(crate) fn of(scope: &Scope, folder: &Path) -> Self {
        Self { folder: folder.join("observed"), scope: scope.as_str().to_owned() }
    }

    fn path(&self, session: &str) -> PathBuf {
        let name = Sha256::digest(format!("{}\n{session}", self.scope));
        self.folder.join(name.iter().take(10).map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    pub(crate) fn last(&self, session: &str) -> Option<Seen> {
        read::<Option<Seen>>(&self.path(session))
    }

    pub(crate) fn keep(&self, session: &str, seen: &Seen) -> Result<()> {
        // Its parent is private already.
        let _ = std::fs::create_dir_all(&self.folder);
        write(&self.path(session), seen)
    }

    pub(crate) fn forget(&self, session: &str) {
        let _ = std::fs::remove_file(self.path(session));
    }
}

/// A hash of an element's line, without its id.
pub(crate) fn hash(line: &str) -> u64 {
    let digest = Sha256::digest(line);
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}
