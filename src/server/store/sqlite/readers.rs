//! Connections that read, beside the one that writes and not hindered by it (WAL). Not here: what is read.

use super::{connect, rows::run};
use crate::server::store::{StoreError, Stored};
use rusqlite::Connection;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Reads at one time. They are short; more would only wait for the disk.
const READERS: usize = 4;
/// How long a read waits for its turn before it is told to come again.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);

/// See the module.
pub(super) struct Readers {
    file: PathBuf,
    turns: Semaphore,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// Opens nothing yet.
    pub(super) fn new(file: &Path) -> Self {
        Self {
            file: file.to_owned(),
            turns: Semaphore::new(READERS),
            idle: Arc::default(),
        }
    }

    /// Reads, all of it at one moment.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let _turn = self.turn().await?;
        let connection = self.connection()?;
        let back = Arc::clone(&self.idle);
        let done = tokio::task::spawn_blocking(move || {
            let result = snapshot(&connection, work);
            // One that is still in a transaction is beyond use.
            if connection.is_autocommit() {
                idle(&back).push(connection);
            }
            result
        });
        // The work panicked, and its connection is gone with it.
        done.await.map_err(|_| StoreError::Closed)?
    }

    /// Reads a row or two by their key, at once: to hand that to another thread and back takes longer than to do it.
    pub(super) async fn glance<T>(&self, work: impl FnOnce(&Connection) -> Stored<T>) -> Stored<T> {
        let _turn = self.turn().await?;
        let connection = self.connection()?;
        let result = work(&connection);
        idle(&self.idle).push(connection);
        result
    }

    async fn turn(&self) -> Stored<SemaphorePermit<'_>> {
        let turn = tokio::time::timeout(TURN_TIMEOUT, self.turns.acquire()).await;
        turn.map_err(|_| StoreError::Busy)?
            .map_err(|_| StoreError::Closed)
    }

    fn connection(&self) -> Stored<Connection> {
        match idle(&self.idle).pop() {
            Some(connection) => Ok(connection),
            None => open(&self.file),
        }
    }

    /// Ends the connections; those in use at their end.
    pub(super) fn close(&self) {
        self.turns.close();
        idle(&self.idle).clear();
    }
}

fn idle(connections: &Mutex<Vec<Connection>>) -> MutexGuard<'_, Vec<Connection>> {
    // Nothing panics while it holds the lock.
    connections.lock().unwrap_or_else(PoisonError::into_inner)
}

fn open(file: &Path) -> Stored<Connection> {
    let connection = connect(file)?;
    // Rather than opened read-only: a reader may have to build the WAL's shared memory.
    connection.pragma_update(None, "query_only", "ON")?;
    Ok(connection)
}

fn snapshot<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Stored<T>) -> Stored<T> {
    run(connection, "BEGIN", [])?;
    let result = work(connection);
    run(connection, "COMMIT", [])?;
    result
}
