//! Group commit: one thread takes what waits and writes it in one transaction, so that one `fsync` serves many.
//! Each write has a savepoint of its own: what fails or is refused leaves nothing and harms no other. What happened is
//! made known after the commit, in its order, and then the answers go out.
//!
//! Not here: what a write does (`accounts`, `lists`, `commit`), what it makes known (`writing`), whose turn it is (`fair`).

use super::{rows::run, writing::Writing};
use crate::server::store::{
    StoreError, Stored,
    fair::{Bounds, Fair},
    happened::Happened,
};
use rusqlite::Connection;
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Changes in one transaction, about: enough that the disk is not what limits, few enough that nobody waits long.
pub(in crate::server::store) const GROUP_MAX: usize = 512;
/// What waits beyond this is told to come again. At 8,000 changes a second (`scripts/bench server`) it is
/// four seconds' work, and for one list a list of 10,000 items sent at once.
const BOUNDS: Bounds = Bounds {
    all: 32_768,
    each: 10_240,
};

/// A write to be done, and who waits for it.
trait Job: Send {
    /// Does it. After an error, nothing of it is to be kept.
    fn run(&mut self, writing: &Writing<'_>) -> Stored<()>;
    /// Tells who waits, once the transaction has ended.
    fn answer(self: Box<Self>, ended: Stored<()>);
}

struct Write<W, T> {
    work: Option<W>,
    result: Stored<T>,
    answer: oneshot::Sender<Stored<T>>,
}

impl<W, T> Job for Write<W, T>
where
    W: FnOnce(&Writing<'_>) -> Stored<T> + Send,
    T: Send,
{
    fn run(&mut self, writing: &Writing<'_>) -> Stored<()> {
        if let Some(work) = self.work.take() {
            self.result = work(writing);
        }
        self.result.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn answer(self: Box<Self>, ended: Stored<()>) {
        // Who asked may be gone. What was committed stays, and asking again gives the same outcomes.
        let _ = self.answer.send(ended.and(self.result));
    }
}

/// The door to the writing thread. Dropped, it ends the thread.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    /// Changes in one transaction, about.
    max: usize,
    /// Who wants to know what happened, if anybody does.
    listener: Mutex<Option<mpsc::UnboundedSender<Vec<Happened>>>>,
}

struct Queue {
    waiting: Fair<Uuid, Box<dyn Job>>,
    closed: bool,
}

impl Writer {
    /// Starts the thread. `max`: changes in one transaction, 1 for none but one write.
    pub(super) fn start(connection: Connection, max: usize) -> io::Result<Self> {
        let queue = Queue {
            waiting: Fair::new(BOUNDS),
            closed: false,
        };
        let shared = Arc::new(Shared {
            queue: Mutex::new(queue),
            changed: Condvar::new(),
            max,
            listener: Mutex::new(None),
        });
        let thread = thread::Builder::new().name("writer".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || {
                while let Some(jobs) = shared.next() {
                    let publish = |happened| shared.publish(happened);
                    write_together(&connection, jobs, publish);
                }
            }
        })?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a write and waits until it is on the disk, or refused. `turn`: whose turns it takes, a list's or a
    /// user's. `weight`: how many changes it makes, about.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        turn: Uuid,
        weight: usize,
        work: impl FnOnce(&Writing<'_>) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Write {
            work: Some(work),
            // What it stays if the work panics.
            result: Err(StoreError::Closed),
            answer,
        });
        {
            let mut queue = self.shared.queue();
            if queue.closed {
                return Err(StoreError::Closed);
            }
            let pushed = queue.waiting.push(turn, weight, job);
            pushed.map_err(|_| StoreError::Busy)?;
        }
        self.shared.changed.notify_one();
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// From now on, what each transaction did, once it is durable: one message a transaction, in their order. Who
    /// listened before hears nothing any more.
    pub(super) fn listen(&self) -> mpsc::UnboundedReceiver<Vec<Happened>> {
        let (listener, heard) = mpsc::unbounded_channel();
        *self.shared.listener() = Some(listener);
        heard
    }

    /// Ends the thread after all that waits. What comes later is told that the store is closed.
    pub(super) fn close(&self) {
        self.shared.queue().closed = true;
        self.shared.changed.notify_one();
    }

    /// Waits for the thread to end.
    pub(super) async fn closed(&self) {
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(|| thread.join());
            // A panic was caught and told to whom it concerned.
            let _ = joined.await;
        }
        *self.shared.listener() = None;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it holds the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listener(&self) -> MutexGuard<'_, Option<mpsc::UnboundedSender<Vec<Happened>>>> {
        // Nothing panics while it holds the lock.
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, happened: Vec<Happened>) {
        if let Some(listener) = self.listener().as_ref() {
            // Who listened may be gone.
            let _ = listener.send(happened);
        }
    }

    /// What comes into the next transaction; nothing once the store is closed and all is done.
    fn next(&self) -> Option<Vec<Box<dyn Job>>> {
        let mut queue = self.queue();
        loop {
            let jobs = queue.waiting.take(self.max);
            if !jobs.is_empty() {
                return Some(jobs);
            }
            if queue.closed {
                return None;
            }
            let woken = self.changed.wait(queue);
            queue = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn write_together(
    connection: &Connection,
    mut jobs: Vec<Box<dyn Job>>,
    publish: impl FnOnce(Vec<Happened>),
) {
    let writing = Writing::new(connection);
    let ended = transaction(&writing, &mut jobs);
    if ended.is_err() && !connection.is_autocommit() {
        // If even this fails, so does the next transaction, and says so.
        let _ = run(connection, "ROLLBACK", []);
    }
    let happened = writing.happened();
    if ended.is_ok() && !happened.is_empty() {
        publish(happened);
    }
    for job in jobs {
        job.answer(ended.clone());
    }
}

/// Runs the jobs, each under a savepoint. An error: none of them happened.
fn transaction(writing: &Writing<'_>, jobs: &mut [Box<dyn Job>]) -> Stored<()> {
    run(writing, "BEGIN IMMEDIATE", [])?;
    for job in jobs {
        run(writing, "SAVEPOINT job", [])?;
        let before = writing.told();
        let done = catch_unwind(AssertUnwindSafe(|| job.run(writing)));
        if let Err(error) = done.unwrap_or(Err(StoreError::Closed)) {
            // Some errors, a full disk for one, end the whole transaction.
            if writing.is_autocommit() {
                return Err(error);
            }
            run(writing, "ROLLBACK TO job", [])?;
            writing.take_back(before);
        }
        run(writing, "RELEASE job", [])?;
    }
    writing.tell_members()?;
    run(writing, "COMMIT", [])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{core::id::ListId, server::store::sqlite::rows::first};

    /// A writer over a table of numbers. One that is there already ends the transaction, as a full disk does.
    fn numbers() -> Writer {
        let connection = Connection::open_in_memory().unwrap();
        run(
            &connection,
            "CREATE TABLE numbers (n UNIQUE ON CONFLICT ROLLBACK)",
            [],
        )
        .unwrap();
        Writer::start(connection, GROUP_MAX).unwrap()
    }

    fn add(connection: &Connection, n: i64) -> Stored<()> {
        run(connection, "INSERT INTO numbers VALUES (?)", [n]).map(|_| ())
    }

    async fn sum(writer: &Writer) -> i64 {
        let sql = "SELECT SUM(n) FROM numbers";
        let sum = writer.write(Uuid::nil(), 1, move |connection| {
            first(connection, sql, [], |row| Ok(row.get(0)?))
        });
        sum.await.unwrap().unwrap()
    }

    /// Holds the thread in a transaction until all the others wait, so that they become the next one.
    async fn together<T>(writer: &Writer, others: impl Future<Output = T>) -> T {
        let (started, is_held) = oneshot::channel();
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let held = writer.write(Uuid::nil(), 1, move |_| {
            let _ = started.send(());
            let _ = gone.recv();
            Ok(())
        });
        let others = async {
            is_held.await.unwrap();
            tokio::join!(others, async { drop(go) }).0
        };
        let (held, others) = tokio::join!(held, others);
        held.unwrap();
        others
    }

    #[tokio::test]
    async fn a_write_that_fails_or_panics_leaves_nothing_and_harms_no_other() {
        let writer = numbers();
        let write = |n, and: fn() -> Stored<()>| {
            writer.write(Uuid::nil(), 1, move |writing| {
                add(writing, n)?;
                and()
            })
        };
        let (first, refused, panicked, last) = together(&writer, async {
            tokio::join!(
                write(1, || Ok(())),
                write(10, || Err(StoreError::Limit)),
                write(100, || panic!("on purpose")),
                write(1_000, || Ok(())),
            )
        })
        .await;
        first.unwrap();
        assert!(matches!(refused, Err(StoreError::Limit)), "{refused:?}");
        assert!(matches!(panicked, Err(StoreError::Closed)), "{panicked:?}");
        last.unwrap();
        assert_eq!(sum(&writer).await, 1_001);
    }

    #[tokio::test]
    async fn where_the_transaction_fails_nobody_is_told_of_success() {
        let writer = numbers();
        let write = |n| writer.write(Uuid::nil(), 1, move |connection| add(connection, n));
        write(1).await.unwrap();
        let (before, ends, after) = together(&writer, async {
            tokio::join!(write(10), write(1), write(100))
        })
        .await;
        for outcome in [before, ends, after] {
            assert!(
                matches!(outcome, Err(StoreError::Database(_))),
                "{outcome:?}"
            );
        }
        assert_eq!(sum(&writer).await, 1);
        write(1_000).await.unwrap();
    }

    fn deleted(n: u128) -> Happened {
        Happened::ListDeleted {
            list: ListId(Uuid::from_u128(n)),
        }
    }

    #[tokio::test]
    async fn what_happened_is_known_in_order_and_nothing_of_what_was_taken_back() {
        let writer = numbers();
        let mut heard = writer.listen();
        let write = |n: u128, and: fn() -> Stored<()>| {
            writer.write(Uuid::nil(), 1, move |writing| {
                writing.tell(deleted(n));
                and()
            })
        };
        let _ = together(&writer, async {
            tokio::join!(
                write(1, || Ok(())),
                write(2, || Err(StoreError::Limit)),
                write(3, || panic!("on purpose")),
                write(4, || Ok(())),
            )
        })
        .await;
        assert_eq!(heard.recv().await, Some(vec![deleted(1), deleted(4)]));
        assert!(heard.try_recv().is_err());
    }

    #[tokio::test]
    async fn of_a_transaction_that_fails_nothing_is_known_and_an_answer_comes_after_what_happened()
    {
        let writer = numbers();
        let mut heard = writer.listen();
        let write = |n: i64, row: i64| {
            writer.write(Uuid::nil(), 1, move |writing| {
                writing.tell(deleted(n as u128));
                add(writing, row)
            })
        };
        write(1, 1).await.unwrap();
        assert_eq!(heard.try_recv().unwrap(), vec![deleted(1)]);
        let (before, ends) =
            together(&writer, async { tokio::join!(write(2, 2), write(3, 1)) }).await;
        assert!(before.is_err() && ends.is_err());
        assert!(heard.try_recv().is_err());
    }

    #[tokio::test]
    async fn what_waits_when_the_store_closes_is_done_and_what_comes_later_is_told() {
        let writer = numbers();
        let before = together(&writer, async {
            let before = writer.write(Uuid::nil(), 1, |connection| add(connection, 1));
            let (before, ()) = tokio::join!(before, async { writer.close() });
            before
        });
        before.await.unwrap();
        writer.closed().await;
        let after = writer.write(Uuid::nil(), 1, |connection| add(connection, 1));
        assert!(matches!(after.await, Err(StoreError::Closed)));
    }
}
