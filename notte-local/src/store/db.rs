//! One transaction: things are kept as JSON, by kind, owner and id.

use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// Something that is kept.
pub(crate) trait Kept: Serialize + DeserializeOwned {
    /// Its name in the database; never changed.
    const KIND: &'static str;
}

/// What can be done in a transaction. The owner of what belongs to nothing else is `""`.
pub(crate) struct Db<'a>(Transaction<'a>);

type Result<T> = std::result::Result<T, StoreError>;

impl<'a> Db<'a> {
    pub(super) fn new(transaction: Transaction<'a>) -> Self {
        Self(transaction)
    }

    pub(super) fn commit(self) -> Result<()> {
        Ok(self.0.commit()?)
    }

    /// Keeps a thing, in the place of one with the same name.
    pub(crate) fn put<T: Kept>(&self, owner: &str, id: &str, thing: &T) -> Result<()> {
        let sql = "INSERT INTO object (kind, owner, id, body) VALUES (?, ?, ?, ?)
            ON CONFLICT (kind, owner, id) DO UPDATE SET body = excluded.body";
        self.0.prepare(sql)?.execute(params![T::KIND, owner, id, serde_json::to_string(thing)?])?;
        Ok(())
    }

    pub(crate) fn get<T: Kept>(&self, owner: &str, id: &str) -> Result<Option<T>> {
        let sql = "SELECT body FROM object WHERE kind = ? AND owner = ? AND id = ?";
        let mut statement = self.0.prepare(sql)?;
        let body: Option<String> = statement.query_row(params![T::KIND, owner, id], |row| row.get(0)).optional()?;
        Ok(body.map(|body: String| serde_json::from_str(&body)).transpose()?)
    }

    /// Everything of an owner, newest first.
    pub(crate) fn list<T: Kept>(&self, owner: &str) -> Result<Vec<T>> {
        self.read(Some(owner), -1, 0)
    }

    /// Up to `limit` things after the first `offset`, newest first; of one owner, or of all.
    pub(crate) fn part<T: Kept>(&self, owner: Option<&str>, limit: u32, offset: u64) -> Result<Vec<T>> {
        self.read(owner, i64::from(limit), i64::try_from(offset).unwrap_or(i64::MAX))
    }

    fn read<T: Kept>(&self, owner: Option<&str>, limit: i64, offset: i64) -> Result<Vec<T>> {
        let of = if owner.is_some() { "AND owner = ?2" } else { "AND ?2 IS NULL" };
        let sql = format!("SELECT body FROM object WHERE kind = ?1 {of} ORDER BY seq DESC LIMIT ?3 OFFSET ?4");
        let mut statement = self.0.prepare(&sql)?;
        let rows = statement.query_map(params![T::KIND, owner, limit, offset], |row| row.get::<_, String>(0))?;
        rows.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
    }

    /// Whether there was one to remove.
    pub(crate) fn remove<T: Kept>(&self, owner: &str, id: &str) -> Result<bool> {
        let sql = "DELETE FROM object WHERE kind = ? AND owner = ? AND id = ?";
        Ok(self.0.prepare(sql)?.execute(params![T::KIND, owner, id])? > 0)
    }

    /// Removes everything of an owner.
    pub(crate) fn remove_all<T: Kept>(&self, owner: &str) -> Result<()> {
        self.0.prepare("DELETE FROM object WHERE kind = ? AND owner = ?")?.execute(params![T::KIND, owner])?;
        Ok(())
    }

    /// Forgets all but the newest of a kind, every `keep / 10` things that are kept, so that it costs next to nothing.
    pub(crate) fn trim<T: Kept>(&self, keep: u32) -> Result<()> {
        if self.0.last_insert_rowid() % i64::from(keep / 10).max(1) != 0 {
            return Ok(());
        }
        let sql = "DELETE FROM object WHERE kind = ?1 AND seq <=
            (SELECT seq FROM object WHERE kind = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
        self.0.prepare(sql)?.execute(params![T::KIND, keep])?;
        Ok(())
    }
}
