//! The simulator: pages, a network that loses, repeats and overtakes, and a server, through random histories. After every
//! step the invariants of the sync contract are checked, as far as push and pull go. A failure is shrunk to
//! the shortest history that still fails, and printed with its seed. People lose the list and are let in again, too; they
//! sign in and out, in each other's browsers; tabs save, crash, take over what another one has left, and tell each other
//! what waits; and what a browser has stored gets lost.
//!
//! The pages are real ([`crate::core::engine::Engine`], the code of the browser); the server is a model of the contract,
//! and in some histories the real store on SQLite beside it, which must answer the same.
//!
//! `LOCKSTEP_SIMULATE` is how many histories to go through on the model, 10,000 by default, and a tenth of them on SQLite;
//! `scripts/simulate N` sets it and prints what was met. `LOCKSTEP_SIMULATE_SEED` repeats a run.

mod access;
mod acts;
mod chronicle;
mod mirror;
mod photo;
mod queue;
mod resume;
mod server;
mod sessions;
mod shelf;
mod step;
mod tab;
mod tally;
mod view;
mod wires;
mod world;

use super::generated::{new_seed, number, print, state};
use crate::core::id::ListId;
use chronicle::Chronicle;
use mirror::Mirror;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::{
    cell::RefCell,
    fmt,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Instant,
};
use step::{Step, history};
use tally::{Hit, Tally};
use uuid::Uuid;
use world::World;

/// Histories on the model, if nobody says how many.
const HISTORIES: u64 = 10_000;
/// One in so many is enough on SQLite, which writes each of its commits to the disk.
const ON_SQLITE: u64 = 10;
/// Histories of one seed.
const BATCH: u64 = 50;
const THREADS: u64 = 2;
/// Steps of a failure that are tried to be left out, over and over: some seconds.
const SHRINKS: u32 = 20_000;

/// What the contract does not allow.
#[derive(Debug)]
pub struct Violation(String);

type Checked = Result<(), Violation>;

fn violated<T>(what: impl Into<String>) -> Result<T, Violation> {
    Err(Violation(what.into()))
}

/// What pages and the server share: what happened, and where new ids and texts come from.
pub struct Scene<'t> {
    list: ListId,
    chronicle: Chronicle,
    tally: &'t Tally,
    history: u64,
    made: u64,
}

impl Scene<'_> {
    /// Never the same twice, in no history.
    fn uuid(&mut self) -> Uuid {
        self.made += 1;
        // Mixed, since waits take their jitter from it.
        Uuid::from_u64_pair(self.history, self.made.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Nobody else writes the same.
    fn text(&mut self) -> String {
        self.made += 1;
        format!("text {}", self.made)
    }
}

/// Goes through a history, and to its end: whatever was broken is mended, and everything gets there.
fn play(steps: &[Step], number: u64, tally: &Tally, mirror: Option<&mut Mirror>) -> Checked {
    let mut world = World::new(number, tally, mirror)?;
    for step in steps {
        world.step(*step)?;
    }
    world.heal()
}

/// A run that goes through histories.
struct Run<'r> {
    name: &'static str,
    histories: u64,
    /// What it cannot meet.
    but: &'r [Hit],
    on_sqlite: bool,
}

/// Where a run is.
struct Progress {
    first: u64,
    next: AtomicU64,
    failed: AtomicBool,
    tally: Tally,
}

impl Run<'_> {
    fn go(&self) {
        let first = number("LOCKSTEP_SIMULATE_SEED").unwrap_or_else(new_seed);
        let began = Instant::now();
        let progress = Progress {
            first,
            next: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            tally: Tally::new(),
        };
        let failures: Vec<String> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|_| scope.spawn(|| self.batches(&progress)))
                .collect();
            threads
                .into_iter()
                .filter_map(|thread| thread.join().unwrap())
                .collect()
        });
        if let Some(failure) = failures.first() {
            panic!("{failure}");
        }
        let Self {
            name,
            histories,
            but,
            ..
        } = self;
        print(&format!(
            "{histories} histories on {name}, LOCKSTEP_SIMULATE_SEED={first}, {:?}, 0 violations\n{}",
            began.elapsed(),
            progress.tally
        ));
        let missed = progress.tally.missed(but);
        assert!(
            missed.is_empty() || *histories < HISTORIES / ON_SQLITE,
            "never met: {missed:?}"
        );
    }

    /// Batch after batch, until all are done or one failed.
    fn batches(&self, progress: &Progress) -> Option<String> {
        let mirror = RefCell::new(self.on_sqlite.then(Mirror::new));
        loop {
            let batch = progress.next.fetch_add(1, Ordering::Relaxed);
            let done = batch * BATCH;
            if done >= self.histories || progress.failed.load(Ordering::Relaxed) {
                return None;
            }
            let seed = progress.first.wrapping_add(batch);
            let cases = BATCH.min(self.histories - done) as u32;
            let config = Config {
                cases,
                max_shrink_iters: SHRINKS,
                failure_persistence: None,
                ..Config::default()
            };
            let rng = TestRng::from_seed(RngAlgorithm::XorShift, &state(seed));
            let mut runner = TestRunner::new_with_rng(config, rng);
            let number = AtomicU64::new(new_seed() << 32);
            let result = runner.run(&history(), |steps| {
                let number = number.fetch_add(1, Ordering::Relaxed);
                let mut mirror = mirror.borrow_mut();
                play(&steps, number, &progress.tally, mirror.as_mut())
                    .map_err(|Violation(what)| TestCaseError::fail(what))
            });
            if let Err(error) = result {
                progress.failed.store(true, Ordering::Relaxed);
                return Some(Failure { seed, error }.to_string());
            }
        }
    }
}

struct Failure {
    seed: u64,
    error: TestError<Vec<Step>>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            TestError::Fail(why, steps) => {
                writeln!(f, "{why}\nafter")?;
                for step in steps {
                    writeln!(f, "    {step:?}")?;
                }
            }
            TestError::Abort(why) => writeln!(f, "{why}")?,
        }
        write!(f, "LOCKSTEP_SIMULATE_SEED={} begins with it", self.seed)
    }
}

fn histories() -> u64 {
    number("LOCKSTEP_SIMULATE").unwrap_or(HISTORIES)
}

#[test]
fn no_history_breaks_an_invariant() {
    Run {
        name: "the model",
        histories: histories(),
        but: &[Hit::OutOfOrder],
        on_sqlite: false,
    }
    .go();
}

#[test]
fn no_history_on_sqlite_breaks_an_invariant() {
    Run {
        name: "SQLite",
        histories: histories() / ON_SQLITE,
        // One in a thousand histories is too few to wait for.
        but: &[Hit::OutOfOrder, Hit::CopiedBack],
        on_sqlite: true,
    }
    .go();
}
