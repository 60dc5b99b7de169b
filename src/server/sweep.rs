//! What is forgotten, and when. Not here: how (`store`).

use super::{
    AppState, clock,
    store::{Cutoffs, Store, Stored},
};
use std::time::Duration;

/// How often what the rate limits no longer need is forgotten.
const LIMITS_INTERVAL: Duration = Duration::from_secs(60);
/// How often the store is gone through.
const STORE_INTERVAL: Duration = Duration::from_secs(60 * 60);

const DAY: i64 = 24 * 60 * 60 * 1000;
/// As long as a browser keeps the cookie at most (`auth`).
const DEVICES: i64 = 400 * DAY;
/// An outcome that its client never acknowledged. The sync contract says so.
const OUTCOMES: i64 = 90 * DAY;
/// The text of deleted todos. The sync contract says: at least so long.
const TEXTS: i64 = 30 * DAY;
/// How long a deleted list can be restored.
pub const LISTS: i64 = 30 * DAY;

/// Sweeps as long as the server runs, the first time when it starts.
pub async fn run(state: AppState) {
    let mut limits = tokio::time::interval(LIMITS_INTERVAL);
    let mut store = tokio::time::interval(STORE_INTERVAL);
    loop {
        tokio::select! {
            _ = limits.tick() => state.sign_ins.sweep(),
            _ = store.tick() => match sweep(&state.store, clock::now()).await {
                Ok(0) => {}
                Ok(rows) => tracing::info!(rows, "swept"),
                Err(cause) => tracing::warn!(%cause, "could not sweep; the next time will"),
            },
        }
    }
}

/// Deletes what has had its time at `now`, a little at a time, so that people's edits come between. How many rows.
///
/// # Errors
/// The store failed. What was swept until then stays so.
pub async fn sweep(store: &Store, now: i64) -> Stored<usize> {
    let before = Cutoffs {
        sessions: now,
        devices: now - DEVICES,
        outcomes: now - OUTCOMES,
        texts: now - TEXTS,
        lists: now - LISTS,
    };
    let mut all = 0;
    loop {
        match store.sweep(before).await? {
            0 => return Ok(all),
            rows => all += rows,
        }
    }
}
