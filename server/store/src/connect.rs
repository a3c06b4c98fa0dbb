//! Opening a database, bringing its schema up to date, and keeping a second node away from SQLite.

use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{Migrate, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};
use tokio::sync::Semaphore;

use crate::db::{Db, Store};
use crate::error::StoreError;
use crate::queue::Queue;

pub(crate) static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Where sqlx keeps what was applied.
pub(crate) const MIGRATIONS: &str = "_sqlx_migrations";

/// How long a statement waits for another process to release an SQLite database.
const BUSY: Duration = Duration::from_secs(10);
/// How long a caller waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(15);
/// How long a server that did not let the pool in is asked why.
const ONCE_MORE: Duration = Duration::from_secs(5);
const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;
/// Of them, how many may be held two by two.
const POSTGRES_PAIRS: usize = 4;

/// Held by the one node that serves an SQLite database; released when dropped, or when the process ends.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct NodeLock {
    _file: Option<File>,
}

impl Store {
    /// Opens `sqlite://FILE`, which is created with its folder where it does not exist, or `postgres://…`.
    /// Changes no schema: see [`Store::migrate`].
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        let db = if url.starts_with("sqlite:") {
            connect_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url).map_err(|error| address(url, &error))?;
            let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(ACQUIRE);
            match pool.connect_with(options.clone()).await {
                // A server that starts is waited for. Where none came, the pool does not say what kept it.
                Err(sqlx::Error::PoolTimedOut) => {
                    let once_more = tokio::time::timeout(ONCE_MORE, options.connect()).await;
                    return Err(once_more.ok().and_then(Result::err).map_or(StoreError::Busy, Into::into));
                }
                connected => Db::Postgres(connected?),
            }
        } else {
            return Err(address(url, &"it names no known kind of database"));
        };
        Ok(Self { db: Arc::new(db), pairs: Arc::new(Semaphore::new(POSTGRES_PAIRS)) })
    }

    /// Brings the schema up to date. On PostgreSQL over a connection of its own, which is then closed.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match &*self.db {
            Db::Sqlite { write, .. } => SQLITE.run(write).await?,
            Db::Postgres(pool) => {
                let mut own = pool.connect_options().connect().await?;
                let migrated = POSTGRES.run(&mut own).await;
                own.close().await?;
                migrated?;
            }
        }
        Ok(())
    }

    /// Whether the schema is exactly the one that this program knows.
    pub async fn migrations_current(&self) -> Result<bool, StoreError> {
        match &*self.db {
            Db::Sqlite { read, .. } => current(&SQLITE, &mut *read.acquire().await?).await,
            Db::Postgres(pool) => current(&POSTGRES, &mut *pool.acquire().await?).await,
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        match &*self.db {
            Db::Sqlite { read, .. } => read.execute("SELECT 1").await.map(drop)?,
            Db::Postgres(pool) => pool.execute("SELECT 1").await.map(drop)?,
        }
        Ok(())
    }

    /// Takes the place of the one node that may serve an SQLite database; PostgreSQL allows many.
    /// Administrative commands do without: they work beside a running server.
    pub fn lock_node(&self) -> Result<NodeLock, StoreError> {
        let Db::Sqlite { file, .. } = &*self.db else { return Ok(NodeLock { _file: None }) };
        let path = beside(file, ".node");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|source| StoreError::File { path: path.clone(), source })?;
        match lock.try_lock() {
            Ok(()) => Ok(NodeLock { _file: Some(lock) }),
            Err(TryLockError::WouldBlock) => Err(StoreError::SecondNode { path: file.clone() }),
            Err(TryLockError::Error(source)) => Err(StoreError::File { path, source }),
        }
    }

    /// Whether it was closed: nothing is read or written any more.
    pub(crate) fn is_closed(&self) -> bool {
        match &*self.db {
            Db::Sqlite { read, .. } => read.is_closed(),
            Db::Postgres(pool) => pool.is_closed(),
        }
    }

    /// Closes every connection once it is idle; SQLite's journal is folded into its file.
    pub async fn close(&self) {
        match &*self.db {
            Db::Sqlite { read, write, .. } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

async fn connect_sqlite(url: &str) -> Result<Db, StoreError> {
    let options = SqliteConnectOptions::from_str(url).map_err(|error| address(url, &error))?;
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(address(url, &"a database in memory would be lost; name a file"));
    }
    let file = options.get_filename().to_owned();
    if file.as_os_str().is_empty() || file.is_dir() {
        return Err(address(url, &"it names no file"));
    }
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|source| StoreError::File { path: folder.to_owned(), source })?;
    }
    create_private(&file)?;
    let options = options
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .journal_mode(SqliteJournalMode::Wal)
        .statement_cache_capacity(256)
        // An assessment fits as a whole: its rows come over from SQLite's thread without waiting for each other.
        .row_buffer_size(1024)
        .pragma("temp_store", "memory");
    // The writer first: it creates the file and turns the journal on, which a reader may not.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(outside_transaction(connection)))
        .connect_with(options.clone().create_if_missing(true).synchronous(SqliteSynchronous::Full))
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .connect_with(options.read_only(true))
        .await?;
    Ok(Db::Sqlite { queue: Queue::start(write.clone()), read, write, file })
}

/// Creates the file, if it is not there, for this account alone: it holds password hashes and everything that
/// organizations say of themselves. SQLite gives its journal the same mode.
pub(crate) fn create_private(file: &Path) -> Result<(), StoreError> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => {
            Err(StoreError::File { path: file.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Whether the connection can begin a transaction; one that cannot is replaced. On a full disk SQLite rolls back by
/// itself, sqlx still counts the transaction as open, and every later one over this connection would fail.
async fn outside_transaction(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback that is under way ends first.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

async fn current<C: Migrate>(known: &Migrator, connection: &mut C) -> Result<bool, StoreError> {
    let Ok(applied) = connection.list_applied_migrations(MIGRATIONS).await else { return Ok(false) };
    let applied: Vec<i64> = applied.iter().map(|migration| migration.version).collect();
    let expected: Vec<i64> = known.iter().map(|migration| migration.version).collect();
    Ok(applied == expected)
}

pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn address(url: &str, reason: &dyn std::fmt::Display) -> StoreError {
    // An address may carry a password, before its host or in its query: only its beginning is repeated.
    let may_tell = !url.starts_with("sqlite:") && url.contains(['@', '?']);
    let shown = if may_tell { url.split(':').next().unwrap_or_default() } else { url };
    StoreError::Address { url: shown.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UnixMillis;

    #[tokio::test]
    async fn writing_goes_on_once_a_full_disk_has_room_again() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let url = format!("sqlite://{}", folder.path().join("full.db").display());
        let store = Store::connect(&url).await.expect("a new database");
        store.migrate().await.expect("the schema");
        let Db::Sqlite { write, .. } = &*store.db else { unreachable!("SQLite was asked for") };
        // No page more than there are: to SQLite the disk is full.
        write.execute("PRAGMA max_page_count = 1").await.expect("a limit for this connection");

        let long = "k".repeat(20_000);
        let failed = store.record_sign_in_failure(&long, UnixMillis(1)).await;
        assert!(failed.is_err_and(|error| format!("{error:?}").contains("full")));
        for at in 2..5 {
            let kept = store.record_sign_in_failure(&long, UnixMillis(at)).await;
            assert!(kept.is_ok(), "{kept:?}");
        }
    }
}
