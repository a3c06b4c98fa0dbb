//! Databases made for one test: an SQLite file in a temporary folder, or a fresh database of a throw-away PostgreSQL
//! cluster that listens on a socket in a temporary folder and on nothing else.
//!
//! The cluster is started once for each test process, and a watching shell stops it when that process ends, in
//! whatever way. `RUNG_TEST_POSTGRES_URL` names a server to use instead; the databases made there stay.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::OnceLock;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, SqlSafeStr};
use tempfile::TempDir;
use uuid::Uuid;

use crate::connect::SQLITE;
use crate::db::{Backend, Db, Dialect, Statement, Store, rows};
use crate::error::StoreError;

/// Starts a cluster as an unprivileged user, prints its folder, and stops it when its standard input ends.
const WATCHDOG: &str = r#"
set -eu
cd /
if [ "$(id -u)" = 0 ]; then
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups sh -c "$1" sh "$1"
fi
for folder in /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ]; then PATH="$folder:$PATH"; fi
done
dir=$(mktemp -d "${TMPDIR:-/tmp}/rung-postgres-XXXXXX" 2>/dev/null || mktemp -d /tmp/rung-postgres-XXXXXX)
trap 'rm -rf "$dir"' EXIT
initdb --pgdata="$dir/data" --username=rung --auth=trust --encoding=UTF8 --locale=C --no-sync >"$dir/log" 2>&1 ||
    { cat "$dir/log" >&2; exit 1; }
postgres -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=300 -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off </dev/null >>"$dir/log" 2>&1 &
echo "$dir"
cat >/dev/null
kill -INT $!
wait $! || true
"#;

/// How long a cluster may take to answer.
const START: Duration = Duration::from_secs(30);

/// A database of its own for one test; an SQLite file is gone when this is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// Makes an empty database.
    pub async fn create(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => {
                let folder = tempfile::tempdir().expect("a temporary folder can be made");
                let url = format!("sqlite://{}", folder.path().join("rung.db").display());
                Self { url, _folder: Some(folder) }
            }
            Backend::Postgres => Self { url: fresh_postgres().await, _folder: None },
        }
    }

    /// What [`Store::connect`] takes.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Renames a table, so that whatever needs it fails from then on.
    pub async fn lose(&self, table: &'static str) {
        self.execute(format!("ALTER TABLE {table} RENAME TO lost_{table}")).await;
    }

    /// Gives a table that was lost its name back.
    pub async fn find(&self, table: &'static str) {
        self.execute(format!("ALTER TABLE lost_{table} RENAME TO {table}")).await;
    }

    /// Does to the database what no program of the house does.
    pub async fn execute(&self, sql: String) {
        let sql = AssertSqlSafe(sql).into_sql_str();
        let done = if self.url.starts_with("sqlite:") {
            let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("the file opens");
            connection.execute(sql).await.map(drop)
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("the database answers");
            connection.execute(sql).await.map(drop)
        };
        done.expect("the database takes it");
    }

    /// Makes an SQLite database as an earlier program left it: its schema lacks the newest migration.
    pub async fn behind() -> (Self, Store) {
        let database = Self::create(Backend::Sqlite).await;
        let store = Store::connect(database.url()).await.expect("the test's database opens");
        let Db::Sqlite { write, .. } = &*store.db else { unreachable!("SQLite was asked for") };
        let mut earlier: Vec<_> = SQLITE.iter().cloned().collect();
        earlier.pop();
        Migrator::with_migrations(earlier).run(write).await.expect("the earlier schema is made");
        (database, store)
    }

    /// What the audit log says was done, oldest first: of the whole installation, which nobody reads in production.
    pub async fn deeds(&self) -> Vec<String> {
        const DEEDS: &str = "SELECT action FROM audit_log ORDER BY id";
        let read = if self.url.starts_with("sqlite:") {
            let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("the file opens");
            sqlx::query_scalar(DEEDS).fetch_all(&mut connection).await
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("the database answers");
            sqlx::query_scalar(DEEDS).fetch_all(&mut connection).await
        };
        read.expect("the log can be read")
    }

    /// How the database would run a statement whose arguments are texts, in words of its own. PostgreSQL reads no table
    /// whole where an index leads there, as it would not with more rows than a test makes.
    pub async fn plan(&self, sql: &str, arguments: &[&str]) -> String {
        if self.url.starts_with("sqlite:") {
            let mut connection = sqlx::SqliteConnection::connect(&self.url).await.expect("the file opens");
            let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let mut query = sqlx::query_as::<sqlx::Sqlite, (i64, i64, i64, String)>(explain);
            for argument in arguments {
                query = query.bind((*argument).to_owned());
            }
            let steps = query.fetch_all(&mut connection).await.expect("the statement has a plan");
            steps.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("\n")
        } else {
            let mut connection = PgConnection::connect(&self.url).await.expect("the database answers");
            connection.execute("SET enable_seqscan = off").await.expect("it can be set");
            let explain = AssertSqlSafe(format!("EXPLAIN {sql}"));
            let mut query = sqlx::query_scalar::<sqlx::Postgres, String>(explain);
            for argument in arguments {
                query = query.bind((*argument).to_owned());
            }
            query.fetch_all(&mut connection).await.expect("the statement has a plan").join("\n")
        }
    }

    /// Makes a database and opens it, its schema up to date.
    pub async fn open(backend: Backend) -> (Self, Store) {
        let database = Self::create(backend).await;
        let store = Store::connect(database.url()).await.expect("the test's database opens");
        store.migrate().await.expect("the test's database takes the schema");
        (database, store)
    }
}

/// A running cluster. The watchdog sees the end of its input when this process ends.
struct Cluster {
    folder: String,
    _watchdog: Child,
}

impl Cluster {
    fn start() -> Self {
        let mut watchdog = Command::new("sh");
        // In a process group of its own, so that Ctrl-C ends the tests first and the cluster then.
        std::os::unix::process::CommandExt::process_group(&mut watchdog, 0);
        let mut watchdog = watchdog
            .args(["-c", WATCHDOG, "sh", WATCHDOG])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell can be started");
        let mut folder = String::new();
        let output = watchdog.stdout.take().expect("the watchdog's output is piped");
        BufReader::new(output).read_line(&mut folder).expect("the watchdog writes text");
        assert!(
            !folder.is_empty(),
            "no PostgreSQL cluster could be made; install Debian's package postgresql, \
             or name a server in RUNG_TEST_POSTGRES_URL"
        );
        Self { folder: folder.trim().to_owned(), _watchdog: watchdog }
    }
}

/// The server on which databases are made.
fn server() -> PgConnectOptions {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    if let Ok(url) = std::env::var("RUNG_TEST_POSTGRES_URL") {
        return PgConnectOptions::from_str(&url).expect("RUNG_TEST_POSTGRES_URL is an address of PostgreSQL");
    }
    let cluster = CLUSTER.get_or_init(Cluster::start);
    PgConnectOptions::new_without_pgpass()
        .socket(&cluster.folder)
        .port(5432)
        .username("rung")
        .database("postgres")
}

async fn fresh_postgres() -> String {
    let server = server();
    let name = format!("rung_test_{}", Uuid::now_v7().simple());
    let mut connection = connection_when_up(&server).await;
    connection
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")).into_sql_str())
        .await
        .expect("a database can be made");
    connection.close().await.expect("the connection closes");
    server.database(&name).to_url_lossy().into()
}

/// Waits for a cluster that is just starting.
async fn connection_when_up(server: &PgConnectOptions) -> PgConnection {
    let connecting = async {
        loop {
            match server.connect().await {
                Ok(connection) => return connection,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(START, connecting).await.expect("PostgreSQL answers within half a minute")
}

impl Store {
    /// The tables of the schema, without the one that remembers migrations.
    pub async fn table_names(&self) -> Result<Vec<String>, StoreError> {
        let sql = match &*self.db {
            Db::Sqlite { .. } => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                 AND name <> '_sqlx_migrations'"
            }
            Db::Postgres(_) => {
                "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' \
                 AND tablename <> '_sqlx_migrations'"
            }
        };
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), (String,), sql)?.into_iter().map(|(name,)| name).collect())
    }

    /// Columns of texts that are not ordered by their bytes, `table.column`: those of SQLite all are.
    pub async fn columns_ordered_by_language(&self) -> Result<Vec<String>, StoreError> {
        const SQL: &str = "SELECT CAST(table_name || '.' || column_name AS TEXT) FROM information_schema.columns \
            WHERE table_schema = 'public' AND data_type = 'text' AND table_name <> '_sqlx_migrations' \
            AND COALESCE(collation_name, '') <> 'C'";
        match &*self.db {
            Db::Sqlite { .. } => Ok(Vec::new()),
            Db::Postgres(pool) => Ok(sqlx::query_scalar(SQL).fetch_all(pool).await?),
        }
    }

    /// The columns of a table.
    pub async fn column_names(&self, table: &str) -> Result<Vec<String>, StoreError> {
        let sql = match &*self.db {
            Db::Sqlite { .. } => "SELECT name FROM pragma_table_info($1)",
            Db::Postgres(_) => {
                "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = $1"
            }
        };
        let mut lease = self.read().await?;
        Ok(rows!(&mut lease.link(), (String,), sql, table)?.into_iter().map(|(name,)| name).collect())
    }

    /// How many lines the audit log has.
    pub async fn audit_count(&self) -> Result<u64, StoreError> {
        let mut lease = self.read().await?;
        let counted = rows!(&mut lease.link(), (i64,), "SELECT COUNT(*) FROM audit_log")?;
        Ok(counted.first().map_or(0, |(count,)| count.unsigned_abs()))
    }

    /// Prepares a statement, unless it is of the other dialect.
    pub async fn prepare(&self, statement: &Statement) -> Result<(), StoreError> {
        let sql = statement.sql.into_sql_str();
        match (&*self.db, statement.dialect) {
            (Db::Sqlite { write, .. }, Dialect::Both | Dialect::Sqlite) => {
                write.acquire().await?.prepare(sql).await?;
            }
            (Db::Postgres(pool), Dialect::Both | Dialect::Postgres) => {
                pool.acquire().await?.prepare(sql).await?;
            }
            _ => {}
        }
        Ok(())
    }
}
