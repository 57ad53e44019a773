//! Lists come in pages.

use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::input::{flag, number, within, yes};
use crate::store::{Db, Kept, StoreError};

/// What every list can be asked. Nothing here belongs to a system or another key, so those two flags change nothing.
#[derive(Debug, Deserialize)]
pub(crate) struct Paging {
    #[serde(default = "one", deserialize_with = "number")]
    page: u32,
    #[serde(default = "ten", deserialize_with = "number")]
    page_size: u32,
    #[serde(rename = "only_current_token", default, deserialize_with = "flag")]
    _only_current_token: bool,
    #[serde(rename = "include_system", default, deserialize_with = "flag")]
    _include_system: bool,
    #[serde(default = "yes", deserialize_with = "flag")]
    pub(crate) only_active: bool,
}

fn one() -> u32 {
    1
}

fn ten() -> u32 {
    10
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Page<T> {
    items: Vec<T>,
    page: u32,
    page_size: u32,
    has_next: bool,
    has_previous: bool,
}

impl Paging {
    /// Refuses pages that there cannot be.
    pub(crate) fn check(self) -> Result<Self, Refusal> {
        within(["query", "page"], self.page, 1..=u32::MAX)?;
        within(["query", "page_size"], self.page_size, 1..=100)?;
        Ok(self)
    }

    fn offset(&self) -> u64 {
        u64::from(self.page - 1) * u64::from(self.page_size)
    }

    /// The asked page of everything there is, newest first.
    pub(crate) fn of<T>(&self, all: impl IntoIterator<Item = T>) -> Page<T> {
        let offset = usize::try_from(self.offset()).unwrap_or(usize::MAX);
        let size = self.page_size as usize;
        self.page(all.into_iter().skip(offset).take(size + 1).collect())
    }

    /// The asked page of what is kept, of one owner or of all.
    pub(crate) fn read<T: Kept>(&self, db: &Db<'_>, owner: Option<&str>) -> Result<Page<T>, StoreError> {
        Ok(self.page(db.part(owner, self.page_size + 1, self.offset())?))
    }

    /// One item more than the page has says that there is a next one.
    fn page<T>(&self, mut items: Vec<T>) -> Page<T> {
        let size = self.page_size as usize;
        let has_next = items.len() > size;
        items.truncate(size);
        Page { items, page: self.page, page_size: self.page_size, has_next, has_previous: self.page > 1 }
    }
}
