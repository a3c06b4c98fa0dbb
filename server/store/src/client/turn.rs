//! One import of a client at a time, for all servers and commands of an installation.
//!
//! Files of evidence are put away before the records that name them are there. Two who bring the same client put the same
//! files in the same places, so whoever fails could not tell whether the other still needs them.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use crate::connect::beside;
use crate::db::{Db, Store, Writing, run, statements};
use crate::error::StoreError;

/// The name of the lock among the advisory locks of a PostgreSQL database.
const IMPORTS: i64 = 0x5255_4e47_494d_504f;

statements! {
    Postgres TURN = "SELECT pg_advisory_xact_lock($1)";
}

/// The turn of one import; given back when dropped, or when the process ends.
#[must_use = "the turn is given back when this is dropped"]
pub struct ImportTurn {
    _file: Option<File>,
    /// Writes nothing; its end ends the lock.
    _transaction: Option<Writing>,
}

impl Store {
    /// Waits until no other import of a client is under way.
    pub async fn import_turn(&self) -> Result<ImportTurn, StoreError> {
        if let Db::Sqlite { file, .. } = &*self.db {
            let path = beside(file, ".import");
            let locked = locked(path.clone()).await;
            let lock = locked.map_err(|source| StoreError::File { path, source })?;
            return Ok(ImportTurn { _file: Some(lock), _transaction: None });
        }
        let mut transaction = self.write().await?;
        run!(&mut transaction.link(), TURN, IMPORTS)?;
        Ok(ImportTurn { _file: None, _transaction: Some(transaction) })
    }
}

/// The file, once nobody else holds it.
async fn locked(path: PathBuf) -> io::Result<File> {
    let waiting = tokio::task::spawn_blocking(move || -> io::Result<File> {
        let lock = match File::options().create(true).truncate(false).write(true).open(&path) {
            // It may be somebody else's, who ran the command before: to read it is enough to lock it.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(&path)?,
            opened => opened?,
        };
        lock.lock()?;
        Ok(lock)
    });
    waiting.await.map_err(io::Error::other)?
}
