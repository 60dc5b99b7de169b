//! The store on SQLite: one connection writes, several read beside it (WAL), and a commit is on the disk
//! when it is answered (`synchronous=FULL`).
//!
//! Not here: whether an op is accepted. `commit` is handed the rule.

mod accounts;
mod commit;
mod file;
mod lists;
mod live;
mod members;
mod readers;
mod rows;
mod sweep;
mod writer;
mod writing;

use super::{Reserved, StoreError, Stored, happened::Happened};
use crate::core::id::Epoch;
use readers::Readers;
use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;
use uuid::Uuid;
pub(in crate::server::store) use writer::GROUP_MAX;
use writer::Writer;
use writing::Writing;

/// How long SQLite itself waits for a lock of another process (a backup, say).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps: more than there are.
const STATEMENTS: usize = 128;

/// `application_id` of our databases: "Lock".
const APPLICATION: i64 = 0x4C6F_636B;

/// All migrations, oldest first. Compiled in: the binary needs no files beside it to bring a database up to date.
const MIGRATIONS: [M<'_>; 2] = [
    M::up(include_str!("migrations/sqlite/0001_start.sql")),
    M::up(include_str!("migrations/sqlite/0002_invitations.sql")),
];

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
        blocking(move || Self::open_file(file_of(&url), group)).await
    }

    fn open_file(file: &Path, group: usize) -> Stored<Self> {
        file::make_folder_of(file)?;
        if !file.exists() {
            file::create(file)?;
        }
        let mut connection = connect(file)?;
        file::check(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        migrate(&mut connection)?;
        Self::start(file, connection, group)
    }

    /// Opens a database that is there, for a command beside the server: brings nothing up to date.
    pub(super) async fn open_existing(url: &str) -> Stored<Self> {
        let url = url.to_owned();
        blocking(move || {
            let file = file_of(&url);
            file::open_existing(file)?;
            Self::start(file, connect(file)?, 1)
        })
        .await
    }

    fn start(file: &Path, connection: Connection, group: usize) -> Stored<Self> {
        let epoch = epoch(&connection)?;
        Ok(Self(Arc::new(Shared {
            writer: Writer::start(connection, group)?,
            readers: Readers::new(file),
            epoch,
        })))
    }

    pub(super) async fn backup(url: &str, to: PathBuf) -> Stored<()> {
        let url = url.to_owned();
        blocking(move || file::backup(file_of(&url), &to)).await
    }

    pub(super) async fn restore(url: &str, from: PathBuf) -> Stored<Option<PathBuf>> {
        let url = url.to_owned();
        blocking(move || file::restore(file_of(&url), &from)).await
    }

    pub(super) fn reserve(url: &str) -> Stored<Reserved> {
        file::reserve(file_of(url))
    }

    /// Queues a write of about `weight` changes; see [`Writer::write`].
    async fn write<T: Send + 'static>(
        &self,
        turn: Uuid,
        weight: usize,
        work: impl FnOnce(&Writing<'_>) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        self.0.writer.write(turn, weight, work).await
    }

    pub(super) fn listen(&self) -> mpsc::UnboundedReceiver<Vec<Happened>> {
        self.0.writer.listen()
    }

    /// Reads, all of it at one moment.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        self.0.readers.read(work).await
    }

    /// Reads a row or two by their key.
    async fn glance<T>(&self, work: impl FnOnce(&Connection) -> Stored<T>) -> Stored<T> {
        self.0.readers.glance(work).await
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

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Stored<T> + Send + 'static,
) -> Stored<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| StoreError::Closed)?
}

fn migrate(connection: &mut Connection) -> Stored<()> {
    Migrations::from_slice(&MIGRATIONS)
        .to_latest(connection)
        .map_err(StoreError::database)
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
