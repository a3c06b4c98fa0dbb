//! One import of a client at a time, for all servers and commands of an installation.
//!
//! Files of evidence are put away before the records that name them are there. Two who bring the same client put the same
//! files in the same places, so whoever fails could not tell whether the other still needs them.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::connect::beside;
use crate::db::{Db, Store, Writing, row, statements};
use crate::error::StoreError;

/// The name of the lock among the advisory locks of a PostgreSQL database.
const IMPORTS: i64 = 0x5255_4e47_494d_504f;

/// How often it is looked whether the import before is done. Who waits holds no thread and no connection meanwhile, and
/// keeps no server from stopping.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

statements! {
    Postgres TURN = "SELECT pg_try_advisory_xact_lock($1)";
}

/// The turn of one import; given back when dropped, or when the process ends.
#[must_use = "the turn is given back when this is dropped"]
pub struct ImportTurn {
    _file: Option<File>,
    /// Writes nothing; its end ends the lock.
    _transaction: Option<Writing>,
}

impl Store {
    /// Waits until no other import of a client is under way. An error where the store is closed meanwhile.
    pub async fn import_turn(&self) -> Result<ImportTurn, StoreError> {
        loop {
            if self.is_closed() {
                return Err(StoreError::Database(sqlx::Error::PoolClosed));
            }
            if let Some(turn) = self.turn_if_free().await? {
                return Ok(turn);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn turn_if_free(&self) -> Result<Option<ImportTurn>, StoreError> {
        if let Db::Sqlite { file, .. } = &*self.db {
            let path = beside(file, ".import");
            let locked = locked(&path).map_err(|source| StoreError::File { path, source })?;
            return Ok(locked.map(|lock| ImportTurn { _file: Some(lock), _transaction: None }));
        }
        let mut transaction = self.write().await?;
        let taken = row!(&mut transaction.link(), (bool,), TURN, IMPORTS)?;
        let taken = taken.is_some_and(|(taken,)| taken);
        Ok(taken.then(|| ImportTurn { _file: None, _transaction: Some(transaction) }))
    }
}

/// The file, unless somebody else holds it.
fn locked(path: &Path) -> io::Result<Option<File>> {
    let lock = match File::options().create(true).truncate(false).write(true).open(path) {
        // It may be somebody else's, who ran the command before: to read it is enough to lock it.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path)?,
        opened => opened?,
    };
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
