//! The store on SQLite: one connection writes, several read beside it (WAL), and a commit is on the disk
//! when it is answered (`synchronous=FULL`).
//!
//! Not here: whether an op is accepted. `commit` is handed the rule.

mod accounts;
mod commit;
mod lists;
mod readers;
mod rows;
mod writer;

use super::{StoreError, Stored};
use crate::core::id::Epoch;
use readers::Readers;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};
use std::{path::Path, sync::Arc, time::Duration};
use uuid::Uuid;
pub(in crate::server::store) use writer::GROUP_MAX;
use writer::Writer;

/// How long SQLite itself waits for a lock of another process (a backup, say).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps: more than there are.
const STATEMENTS: usize = 128;

/// All migrations, oldest first. Compiled in: the binary needs no files beside it to bring a database up to date.
const MIGRATIONS: [M<'_>; 1] = [M::up(include_str!("migrations/sqlite/0001_start.sql"))];

/// See the module.
#[derive(Clone)]
pub struct Sqlite(Arc<Shared>);

struct Shared {
    writer: Writer,
    readers: Readers,
    epoch: Epoch,
}

impl Sqlite {
    /// `group`: changes in one transaction, about.
    pub(super) async fn open(url: &str, group: usize) -> Stored<Self> {
        let url = url.to_owned();
        let opened = tokio::task::spawn_blocking(move || Self::open_file(file_of(&url), group));
        opened.await.map_err(|_| StoreError::Closed)?
    }

    fn open_file(file: &Path, group: usize) -> Stored<Self> {
        match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)?,
            _ => {}
        }
        let mut connection = connect(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        Migrations::from_slice(&MIGRATIONS)
            .to_latest(&mut connection)
            .map_err(StoreError::database)?;
        let epoch = epoch(&connection)?;
        Ok(Self(Arc::new(Shared {
            writer: Writer::start(connection, group)?,
            readers: Readers::new(file),
            epoch,
        })))
    }

    /// Queues a write of about `weight` changes; see [`Writer::write`].
    async fn write<T: Send + 'static>(
        &self,
        turn: Uuid,
        weight: usize,
        work: impl FnOnce(&Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        self.0.writer.write(turn, weight, work).await
    }

    /// Reads, all of it at one moment.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        self.0.readers.read(work).await
    }

    pub(super) async fn ready(&self) -> Stored<()> {
        let epoch = self.read(|connection| rows::first(connection, EPOCH, [], |_| Ok(())));
        epoch.await?.ok_or(StoreError::NotFound)
    }

    pub(super) async fn close(&self) {
        self.0.readers.close();
        self.0.writer.close();
        self.0.writer.closed().await;
    }
}

/// The file that an address `sqlite://path` names.
fn file_of(url: &str) -> &Path {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    Path::new(path.strip_prefix("//").unwrap_or(path))
}

/// A connection as all of ours are.
fn connect(file: &Path) -> Stored<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", "ON")?;
    Ok(connection)
}

const EPOCH: &str = "SELECT epoch FROM history";

/// The database's epoch, made when it is new.
fn epoch(connection: &Connection) -> Stored<Epoch> {
    let sql = "INSERT INTO history (only, epoch) VALUES (1, ?) ON CONFLICT DO NOTHING";
    rows::run(connection, sql, [Uuid::now_v7()])?;
    let epoch = rows::first(connection, EPOCH, [], |row| Ok(Epoch(row.get(0)?)))?;
    epoch.ok_or_else(|| rows::corrupt("no epoch"))
}
