//! Group commit: one task takes what waits and writes it in one transaction, so that one
//! `fsync` serves many. What is answered was committed; a batch that is refused leaves nothing and harms no other.
//!
//! Not here: what a batch does (`commit`), whose turn it is (`fair`).

use super::{ACQUIRE_TIMEOUT, commit};
use crate::{
    core::id::{Epoch, ListId},
    server::store::{
        Batch, Committed, Decide, StoreError, Stored,
        fair::{Bounds, Fair},
    },
};
use sqlx::sqlite::SqlitePool;
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::{Notify, oneshot};

/// Batches in one transaction at most: enough that the disk is not what limits, few enough that nobody waits long.
pub(in crate::server::store) const GROUP_MAX: usize = 256;
/// What waits beyond this is told to come again. At 2,300 edits a second (`scripts/bench server`)
/// a thousand batches are half a second's work.
const BOUNDS: Bounds = Bounds {
    all: 1_024,
    each: 256,
};

struct Job {
    batch: Batch,
    decide: Decide,
    answer: oneshot::Sender<Stored<Committed>>,
}

/// The door to the writing task.
#[derive(Clone)]
pub(super) struct Group(Arc<Shared>);

struct Shared {
    writer: SqlitePool,
    epoch: Epoch,
    waiting: Mutex<Fair<ListId, Job>>,
    arrived: Notify,
    closed: AtomicBool,
    max: usize,
}

impl Group {
    /// Starts the task. `max`: batches in one transaction, 1 for none but one.
    pub(super) fn start(writer: SqlitePool, epoch: Epoch, max: usize) -> Self {
        let group = Self(Arc::new(Shared {
            writer,
            epoch,
            waiting: Mutex::new(Fair::new(BOUNDS)),
            arrived: Notify::new(),
            closed: AtomicBool::new(false),
            max,
        }));
        tokio::spawn(group.clone().write());
        group
    }

    /// Queues a batch and waits until it is on the disk, or refused.
    pub(super) async fn commit(&self, batch: Batch, decide: Decide) -> Stored<Committed> {
        let (answer, answered) = oneshot::channel();
        let key = batch.list;
        let job = Job {
            batch,
            decide,
            answer,
        };
        self.waiting()
            .push(key, job)
            .map_err(|_| StoreError::Busy)?;
        self.0.arrived.notify_one();
        let stopped = || StoreError::Database(sqlx::Error::PoolClosed);
        answered.await.map_err(|_| stopped())?
    }

    /// Ends the task after the transaction in hand.
    pub(super) fn close(&self) {
        self.0.closed.store(true, Ordering::Release);
        self.0.arrived.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, Fair<ListId, Job>> {
        // Nothing panics while it holds the lock.
        let waiting = self.0.waiting.lock();
        waiting.unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(self) {
        while !self.0.closed.load(Ordering::Acquire) {
            let jobs = self.waiting().take(self.0.max);
            if jobs.is_empty() {
                self.0.arrived.notified().await;
            } else {
                self.write_together(jobs).await;
            }
        }
    }

    async fn write_together(&self, jobs: Vec<Job>) {
        let (work, answers): (Vec<_>, Vec<_>) = jobs
            .into_iter()
            .map(|job| ((job.batch, job.decide), job.answer))
            .unzip();
        let results = match self.transaction(&work).await {
            Ok(results) => results,
            // One of them may be what the database cannot digest: alone, it harms no other.
            Err(_) if work.len() > 1 => self.one_by_one(&work).await,
            Err(error) => vec![Err(error)],
        };
        for (answer, result) in answers.into_iter().zip(results) {
            // Who asked may be gone. What was committed stays, and asking again gives the same outcomes.
            let _ = answer.send(result);
        }
    }

    async fn one_by_one(&self, work: &[(Batch, Decide)]) -> Vec<Stored<Committed>> {
        let mut results = Vec::with_capacity(work.len());
        for alone in work.chunks(1) {
            match self.transaction(alone).await {
                Ok(result) => results.extend(result),
                Err(error) => results.push(Err(error)),
            }
        }
        results
    }

    /// One result a batch, in order. An error: none of them happened.
    async fn transaction(&self, work: &[(Batch, Decide)]) -> Stored<Vec<Stored<Committed>>> {
        let begin = self.0.writer.begin_with("BEGIN IMMEDIATE");
        let begun = tokio::time::timeout(ACQUIRE_TIMEOUT, begin).await;
        let mut transaction = begun.map_err(|_| StoreError::Busy)??;
        let mut results = Vec::with_capacity(work.len());
        for (batch, decide) in work {
            let result = commit::apply(&mut transaction, self.0.epoch, batch, *decide).await;
            match result {
                // A refusal comes before anything is written; what fails later takes all back.
                Err(StoreError::Database(error)) => return Err(StoreError::Database(error)),
                result => results.push(result),
            }
        }
        transaction.commit().await?;
        Ok(results)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sqlite;
    use super::*;
    use crate::core::{
        id::{TodoId, UserId},
        op::{Op, decide},
    };
    use crate::server::store::Origin;
    use uuid::Uuid;

    async fn add(store: &Sqlite, author: UserId, list: ListId, id: TodoId) -> Stored<Committed> {
        let batch = Batch {
            list,
            author,
            epoch: None,
            origin: Origin::Form(Op::AddTodo {
                id,
                title: "oat milk".to_owned(),
                position: "a0".to_owned(),
            }),
            now: 1,
        };
        store.commit(batch, |_, op, facts| decide(op, facts)).await
    }

    #[tokio::test]
    async fn what_the_database_cannot_digest_harms_no_batch_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/group.db", folder.path().display());
        let store = Sqlite::open(&url, GROUP_MAX).await.unwrap();
        let (ada, id) = (UserId(Uuid::now_v7()), TodoId(Uuid::now_v7()));
        store.create_user(ada, "ada", "", 1).await.unwrap();
        let [sick, sound] = [(); 2].map(|()| ListId(Uuid::now_v7()));
        for list in [sick, sound] {
            store.create_list(list, "Groceries", ada, 1).await.unwrap();
        }
        add(&store, ada, sick, id).await.unwrap();
        sqlx::query("UPDATE todos SET position = '?'")
            .execute(&store.writer)
            .await
            .unwrap();

        // While the only writing connection is taken, all of them wait, and are then one transaction.
        let taken = store.writer.acquire().await.unwrap();
        let fresh = || TodoId(Uuid::now_v7());
        let (first, broken, second, ()) = tokio::join!(
            add(&store, ada, sound, fresh()),
            add(&store, ada, sick, id),
            add(&store, ada, sound, fresh()),
            async { drop(taken) },
        );
        assert!(matches!(broken, Err(StoreError::Database(_))), "{broken:?}");
        assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
        assert_eq!(store.list(ada, sound).await.unwrap().total, 2);
    }
}
