//! The database's shape, and how an older one becomes it.

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// One step each; a database remembers how many it has taken.
const STEPS: &[&str] = &["CREATE TABLE object (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        owner TEXT NOT NULL,
        id TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (kind, owner, id)
    ) STRICT;
    CREATE INDEX object_by_owner ON object (kind, owner, seq);
    CREATE INDEX object_by_kind ON object (kind, seq);"];

pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (number, step) in (1_u32..).zip(STEPS) {
        if number > taken {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
    }
    if taken as usize > STEPS.len() {
        return Err(StoreError::Newer);
    }
    Ok(transaction.commit()?)
}
