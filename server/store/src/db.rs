//! The two databases behind one face: connections, transactions, and the macros that run a statement on either.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::Semaphore;

use crate::error::StoreError;
use crate::queue::Queue;

/// Which database keeps the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Backend {
    Sqlite,
    Postgres,
}

pub(crate) enum Db {
    Sqlite {
        read: SqlitePool,
        /// One connection, synchronous=FULL: what it commits is on the disk.
        write: SqlitePool,
        queue: Queue,
        file: std::path::PathBuf,
    },
    Postgres(PgPool),
}

/// All that Rung keeps. A clone is another handle on the same pools.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Arc<Db>,
    /// Who may take two connections of PostgreSQL at a time. If everybody could who holds one, all might wait for the
    /// second.
    pub(crate) pairs: Arc<Semaphore>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("backend", &self.backend()).finish_non_exhaustive()
    }
}

impl Store {
    pub fn backend(&self) -> Backend {
        match &*self.db {
            Db::Sqlite { .. } => Backend::Sqlite,
            Db::Postgres(_) => Backend::Postgres,
        }
    }

    /// A connection to read from.
    pub(crate) async fn read(&self) -> Result<Lease, StoreError> {
        Ok(match &*self.db {
            Db::Sqlite { read, .. } => Lease::Sqlite(read.acquire().await?),
            Db::Postgres(pool) => Lease::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction that reads, and sees one state of the database until it ends.
    pub(crate) async fn read_whole(&self) -> Result<Writing, StoreError> {
        Ok(match &*self.db {
            Db::Sqlite { read, .. } => Writing::Sqlite(read.begin().await?),
            Db::Postgres(pool) => {
                Writing::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// A transaction that writes; rolled back when it is dropped without [`Writing::commit`].
    pub(crate) async fn write(&self) -> Result<Writing, StoreError> {
        Ok(match &*self.db {
            Db::Sqlite { write, .. } => Writing::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Postgres(pool) => Writing::Postgres(pool.begin().await?),
        })
    }
}

pub(crate) enum Lease {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Lease {
    pub(crate) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(connection) => Link::Sqlite(connection),
            Self::Postgres(connection) => Link::Postgres(connection),
        }
    }
}

pub(crate) enum Writing {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Writing {
    pub(crate) fn link(&mut self) -> Link<'_> {
        match self {
            Self::Sqlite(transaction) => Link::Sqlite(transaction),
            Self::Postgres(transaction) => Link::Postgres(transaction),
        }
    }

    /// Durable when it returns.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// A connection of either database, inside a transaction or not.
pub(crate) enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Link<'_> {
    /// The statement in this database's dialect.
    pub(crate) fn dialect(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }
}

/// Where a statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Both,
    Sqlite,
    Postgres,
}

/// A statement of this crate, listed so that a test can prepare each one.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    pub name: &'static str,
    pub sql: &'static str,
    pub dialect: Dialect,
}

/// Declares a module's statements as constants, and lists them in `STATEMENTS`.
macro_rules! statements {
    ($($dialect:ident $name:ident = $sql:expr;)+) => {
        $(pub(crate) const $name: &str = $sql;)+

        pub(crate) const STATEMENTS: &[$crate::db::Statement] = &[$(
            $crate::db::Statement { name: stringify!($name), sql: $name, dialect: $crate::db::Dialect::$dialect },
        )+];
    };
}

/// Runs a sqlx expression on the connection of whichever database.
macro_rules! on_link {
    ($link:expr, |$connection:ident, $database:ident| $body:expr) => {
        match $link {
            $crate::db::Link::Sqlite($connection) => {
                type $database = sqlx::Sqlite;
                $body
            }
            $crate::db::Link::Postgres($connection) => {
                type $database = sqlx::Postgres;
                $body
            }
        }
    };
}

/// Executes a statement; the number of rows it changed.
macro_rules! run {
    ($link:expr, $sql:expr $(, $argument:expr)* $(,)?) => {
        $crate::db::on_link!($link, |connection, Db| sqlx::query::<Db>($sql)
            $(.bind($argument))*
            .execute(&mut **connection)
            .await
            .map(|done| done.rows_affected()))
    };
}

/// All rows of a query as records.
macro_rules! rows {
    ($link:expr, $record:ty, $sql:expr $(, $argument:expr)* $(,)?) => {
        $crate::db::on_link!($link, |connection, Db| sqlx::query_as::<Db, $record>($sql)
            $(.bind($argument))*
            .fetch_all(&mut **connection)
            .await)
    };
}

/// The first row of a query as a record, if there is one.
macro_rules! row {
    ($link:expr, $record:ty, $sql:expr $(, $argument:expr)* $(,)?) => {
        $crate::db::on_link!($link, |connection, Db| sqlx::query_as::<Db, $record>($sql)
            $(.bind($argument))*
            .fetch_optional(&mut **connection)
            .await)
    };
}

pub(crate) use {on_link, row, rows, run, statements};
