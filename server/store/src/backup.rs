//! Copies of an SQLite database: made while others write, and looked at before anybody relies on them. PostgreSQL has
//! its own tools for that.

use std::path::Path;

use sqlx::migrate::Migrate as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::connect::{MIGRATIONS, SQLITE, create_private};
use crate::db::{Db, Store};
use crate::error::StoreError;

const COPY: &str = "VACUUM INTO $1";
const INTEGRITY: &str = "PRAGMA integrity_check";
const REFERENCES: &str = "PRAGMA foreign_key_check";

/// Whether a copy was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    Done,
    /// The database is PostgreSQL's.
    NotHere,
}

/// How a copy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyState {
    /// Whole, of this schema or of an earlier one, which is brought up to date when it is opened.
    Good { schema: i64 },
    /// A newer program wrote it.
    Newer { schema: i64 },
    /// SQLite or a reference says that something is wrong with it.
    Broken(String),
}

impl Store {
    /// Copies the database as of one instant into a file that is not there yet; others go on reading and writing.
    pub async fn copy_into(&self, file: &Path) -> Result<Copied, StoreError> {
        let Db::Sqlite { write, .. } = &*self.db else { return Ok(Copied::NotHere) };
        // SQLite takes an empty file; made here, it is nobody else's to read.
        create_private(file)?;
        let name = file.to_string_lossy().into_owned();
        sqlx::query(COPY).bind(name).execute(&mut *write.acquire().await?).await?;
        Ok(Copied::Done)
    }
}

/// Looks at a copy without changing it: SQLite's own check, every reference, and the schema.
pub async fn look_at_copy(file: &Path) -> Result<CopyState, StoreError> {
    let options = SqliteConnectOptions::new().filename(file).read_only(true).immutable(true);
    let mut connection = match options.connect().await {
        Ok(connection) => connection,
        Err(error) => return Ok(CopyState::Broken(error.to_string())),
    };
    let looked = look(&mut connection).await;
    connection.close().await?;
    match looked {
        Ok(state) => Ok(state),
        Err(sqlx::Error::Database(error)) => Ok(CopyState::Broken(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

async fn look(connection: &mut sqlx::SqliteConnection) -> Result<CopyState, sqlx::Error> {
    let found: Vec<(String,)> = sqlx::query_as(INTEGRITY).fetch_all(&mut *connection).await?;
    if let Some((problem,)) = found.iter().find(|(line,)| line != "ok") {
        return Ok(CopyState::Broken(problem.clone()));
    }
    if sqlx::query(REFERENCES).fetch_optional(&mut *connection).await?.is_some() {
        return Ok(CopyState::Broken("a row refers to one that is not there".to_owned()));
    }
    let Ok(applied) = connection.list_applied_migrations(MIGRATIONS).await else {
        return Ok(CopyState::Broken("it has no schema of Rung".to_owned()));
    };
    let Some(schema) = applied.iter().map(|migration| migration.version).max() else {
        return Ok(CopyState::Broken("it has no schema of Rung".to_owned()));
    };
    // An applied migration is never edited: another content is another program's.
    for migration in &applied {
        let Some(known) = SQLITE.iter().find(|known| known.version == migration.version) else {
            return Ok(CopyState::Newer { schema });
        };
        if known.checksum != migration.checksum {
            return Ok(CopyState::Broken(format!("its schema {} is another", migration.version)));
        }
    }
    Ok(CopyState::Good { schema })
}
