//! What went by between this page and the server, for whoever wants to watch (the sync inspector).

use crate::core::link::Lane;
use std::collections::VecDeque;

/// Lines that are kept.
const LINES: usize = 30;

/// One thing that went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traced {
    /// An event: something was added.
    Added,
    /// An event: something was changed.
    Updated,
    /// An event: something was deleted.
    Deleted,
    /// A whole state.
    Snapshot,
    /// An outcome.
    Applied,
    /// An outcome.
    Conflict,
    /// An outcome.
    Rejected,
    /// An outcome.
    Skipped,
    /// An outcome or an event that nobody knows.
    Unknown,
    /// No answer, or none of use.
    Failed(Lane),
}

/// The latest of them, the oldest first; each with its `seq` or `mid`.
#[derive(Debug, Clone, Default)]
pub struct Trace(VecDeque<(Traced, u64)>);

impl Trace {
    /// One more.
    pub fn add(&mut self, what: Traced, number: u64) {
        if self.0.len() == LINES {
            self.0.pop_front();
        }
        self.0.push_back((what, number));
    }

    /// All of them.
    pub fn lines(&self) -> impl DoubleEndedIterator<Item = &(Traced, u64)> {
        self.0.iter()
    }
}
