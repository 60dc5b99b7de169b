//! Generated input: valid messages, spoiled ones, and noise, against what decodes them and against the whole server.
//!
//! Each test takes `LOCKSTEP_FUZZ_SECONDS`, two by default; `scripts/test` gives them half a minute. One that fails
//! names the `LOCKSTEP_FUZZ_SEED` that repeats it.

mod decoders;
mod grammar;
mod plan;
mod push;
mod spoil;

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseResult, TestError, TestRng, TestRunner},
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    env,
    time::{Duration, Instant},
};

const SECONDS: f64 = 2.0;
/// Inputs of one seed.
const BATCH: u32 = 64;
/// Of a failing input in the message.
const SHOWN_CHARACTERS: usize = 2_000;

pub fn number<T: std::str::FromStr>(variable: &str) -> Option<T> {
    let text = env::var(variable).ok()?;
    let Ok(number) = text.parse() else {
        panic!("{variable} is not a number: {text}");
    };
    Some(number)
}

/// What came of the inputs.
#[derive(Default)]
struct Tally(BTreeMap<String, u32>);

impl Tally {
    fn count(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// Prints the figures, and fails if one is below its least share, from 0 to 1: input that is never accepted, or
    /// always, tests nothing.
    #[track_caller]
    fn expect(&self, what: &str, shares: &[(&str, f64)]) {
        let all: u32 = self.0.values().sum();
        print(&format!("{all} {what}: {:?}", self.0));
        for (name, least) in shares {
            let count = self.0.get(*name).copied().unwrap_or_default();
            assert!(
                f64::from(count) >= f64::from(all) * least,
                "{count} of {all} {what} are {name}"
            );
        }
    }
}

#[allow(clippy::print_stdout, reason = "figures for people to read")]
pub fn print(text: &str) {
    println!("{text}");
}

/// Feeds a check with input until the time is up. `settle` runs after each batch. `shrinks`: tries to make a failing
/// input smaller; none where a check changes what the next one meets.
fn feed<S: Strategy>(
    input: S,
    shrinks: u32,
    check: impl Fn(S::Value) -> TestCaseResult,
    mut settle: impl FnMut(),
) {
    let seconds = number("LOCKSTEP_FUZZ_SECONDS").unwrap_or(SECONDS);
    let first = number("LOCKSTEP_FUZZ_SEED").unwrap_or_else(new_seed);
    let (began, mut seed) = (Instant::now(), Seed { first, now: first });
    while began.elapsed() < Duration::from_secs_f64(seconds) {
        let config = Config {
            cases: BATCH,
            max_shrink_iters: shrinks,
            failure_persistence: None,
            ..Config::default()
        };
        // Unoptimised, ChaCha takes as long as what is tested.
        let rng = TestRng::from_seed(RngAlgorithm::XorShift, &state(seed.now));
        match TestRunner::new_with_rng(config, rng).run(&input, &check) {
            Ok(()) => {}
            Err(TestError::Fail(why, input)) => {
                let shown: String = format!("{input:?}")
                    .chars()
                    .take(SHOWN_CHARACTERS)
                    .collect();
                panic!("{why}\nfor {shown}");
            }
            Err(TestError::Abort(why)) => panic!("{why}"),
        }
        settle();
        seed.now = seed.now.wrapping_add(1);
    }
    let inputs = seed.now.wrapping_sub(first) * u64::from(BATCH);
    print(&format!("{inputs} inputs in {:?}", began.elapsed()));
}

/// Says how to repeat a test that fails, wherever it does.
struct Seed {
    first: u64,
    now: u64,
}

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { first, now } = self;
            print(&format!(
                "LOCKSTEP_FUZZ_SEED={now} begins with what failed, LOCKSTEP_FUZZ_SEED={first} with what was before it"
            ));
        }
    }
}

/// XorShift needs a state whose bits are mixed: seeds that follow each other would begin alike.
pub fn state(seed: u64) -> [u8; 16] {
    Sha256::digest(seed.to_le_bytes())[..16].try_into().unwrap()
}

/// The lower half of a v7 is random. Short enough to be typed.
pub fn new_seed() -> u64 {
    let (_, random) = uuid::Uuid::now_v7().as_u64_pair();
    random & 0xffff_ffff
}
