//! What the server remembers: an SQLite database, in memory or in a directory of its own.

mod db;
mod migrate;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};

use crate::error::Refusal;

pub(crate) use db::{Db, Kept};

/// The database's file in the directory.
const FILE: &str = "notte-local.sqlite";

/// A handle on the database. What one `run` writes is written whole or not at all.
#[derive(Clone)]
pub(crate) struct Store {
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    /// A database that ends with the server.
    pub(crate) fn in_memory() -> Result<Self, StoreError> {
        Self::new(Connection::open_in_memory()?)
    }

    /// The database in a directory, which is made when it is not there. Nobody else may enter the directory.
    pub(crate) fn in_directory(directory: &Path) -> Result<Self, StoreError> {
        make_private(directory).map_err(|error| StoreError::Directory(format!("{}: {error}", directory.display())))?;
        let file = directory.join(FILE);
        own_file(&file)?;
        let connection = Connection::open(file)?;
        // Held until the process ends, however it ends: a second server on the same directory is told so.
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        // A killed process loses nothing that was committed; NORMAL gives up the newest commits to a power cut only.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        Self::new(connection)
    }

    fn new(mut connection: Connection) -> Result<Self, StoreError> {
        migrate::migrate(&mut connection)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs `work` in one transaction, away from the runtime's threads. An error undoes everything it wrote.
    pub(crate) async fn run<T, E>(&self, work: impl FnOnce(&Db<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
            let db = Db::new(transaction.map_err(StoreError::from)?);
            let result = work(&db)?;
            db.commit()?;
            Ok(result)
        });
        done.await.unwrap_or_else(|_| Err(StoreError::Ended.into()))
    }
}

/// Why the database did not do what it was asked. It never says what was stored.
#[derive(Debug)]
pub(crate) enum StoreError {
    Sqlite(rusqlite::Error),
    Json,
    Io(std::io::Error),
    Directory(String),
    Newer,
    Ended,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                f.write_str("another notte-local uses this data directory")
            }
            Self::Sqlite(error) => write!(f, "the database failed: {error}"),
            Self::Json => f.write_str("the database holds something that cannot be read"),
            Self::Io(error) => write!(f, "the database's file cannot be made: {error}"),
            Self::Directory(reason) => write!(f, "the data directory cannot be used: {reason}"),
            Self::Newer => f.write_str("the data directory was written by a newer notte-local"),
            Self::Ended => f.write_str("the database's work ended early"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(_: serde_json::Error) -> Self {
        Self::Json
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::broken(error.to_string())
    }
}

#[cfg(unix)]
fn make_private(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let mode = std::fs::metadata(directory)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    // Not ours to close: it may be a directory that others live in.
    let mode = mode & 0o777;
    Err(std::io::Error::other(format!("others may enter it (mode {mode:o}): `chmod 700` it, or name a new one")))
}

#[cfg(not(unix))]
fn make_private(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)
}

/// SQLite gives its side files the mode of the database's.
#[cfg(unix)]
fn own_file(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    std::fs::OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn own_file(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
