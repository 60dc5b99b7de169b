//! The store on SQLite: one connection writes, several read beside it (WAL), and a commit is on the disk
//! when it is answered (`synchronous=FULL`).
//!
//! Not here: whether an op is accepted. `commit` is handed the rule.

mod accounts;
mod commit;
mod group;
mod lists;
mod rows;

use super::Stored;
use crate::core::id::Epoch;
pub(in crate::server::store) use group::GROUP_MAX;
use group::Group;
use sqlx::{
    AssertSqlSafe, Connection, Row, SqlSafeStr, Sqlite as Driver, SqliteConnection, Transaction,
    migrate::{Migration, MigrationType, Migrator},
    pool::PoolOptions,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
    },
};
use std::{borrow::Cow, path::Path, str::FromStr, time::Duration};
use uuid::Uuid;

/// Connections that read at one time. SQLite reads are short; more would only wait for the disk.
const READERS: u32 = 4;
/// How long a request waits for a connection before it is told to come again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long SQLite itself waits for a lock of another process (a backup, say).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// All migrations, oldest first. Compiled in: the binary needs no files beside it to bring a database up to date.
const MIGRATIONS: [(i64, &str, &str); 1] =
    [(1, "start", include_str!("migrations/sqlite/0001_start.sql"))];

/// See the module.
#[derive(Clone)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
    epoch: Epoch,
    group: Group,
}

impl Sqlite {
    /// `group`: batches in one transaction at most.
    pub(super) async fn open(url: &str, group: usize) -> Stored<Self> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true);
        make_folder_of(options.get_filename())?;
        let writer = pool(1).connect_with(options.clone()).await?;
        let mut connection = writer.acquire().await?;
        migrate(&mut connection).await?;
        let epoch = epoch(&mut connection).await?;
        drop(connection);
        // `query_only` rather than `read_only`: a reader may have to build the WAL's shared memory.
        let readers = pool(READERS)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self {
            group: Group::start(writer.clone(), epoch, group),
            writer,
            readers,
            epoch,
        })
    }

    /// Takes the write lock at once: a transaction that reads first and then finds the lock taken would fail.
    async fn begin(&self) -> Stored<Transaction<'static, Driver>> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    pub(super) async fn ready(&self) -> Stored<()> {
        sqlx::query("SELECT epoch FROM history")
            .fetch_one(&self.readers)
            .await?;
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.group.close();
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn pool(connections: u32) -> PoolOptions<Driver> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // Local connections do not go stale, and pinging each time costs as much as a query.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
}

fn make_folder_of(file: &Path) -> Stored<()> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
        }
        _ => {}
    }
    Ok(())
}

async fn migrate(connection: &mut SqliteConnection) -> Stored<()> {
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        let sql = AssertSqlSafe(sql).into_sql_str();
        Migration::new(
            version,
            Cow::Borrowed(name),
            MigrationType::Simple,
            sql,
            false,
        )
    });
    Migrator::with_migrations(migrations.to_vec())
        .run_direct(None, connection, false)
        .await
        .map_err(sqlx::Error::from)?;
    Ok(())
}

/// The database's epoch, made when it is new.
async fn epoch(connection: &mut SqliteConnection) -> Stored<Epoch> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("INSERT INTO history (only, epoch) VALUES (1, ?) ON CONFLICT DO NOTHING")
        .bind(Uuid::now_v7())
        .execute(&mut *transaction)
        .await?;
    let row = sqlx::query("SELECT epoch FROM history")
        .fetch_one(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(Epoch(row.try_get(0)?))
}
