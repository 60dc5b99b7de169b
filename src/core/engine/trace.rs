//! What went by between this page and the server, for whoever wants to watch (the sync inspector).

use crate::core::{event::Event, link::Lane, pending::Outcome};
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
    /// An answer that cannot be read.
    Unreadable,
    /// No answer, or none of use.
    Failed(Lane),
}

impl Traced {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "event: added",
            Self::Updated => "event: updated",
            Self::Deleted => "event: deleted",
            Self::Snapshot => "snapshot",
            Self::Applied => "APPLIED",
            Self::Conflict => "CONFLICT",
            Self::Rejected => "REJECTED",
            Self::Skipped => "SKIPPED",
            Self::Unknown => "UNKNOWN",
            Self::Unreadable => "an answer that cannot be read",
            Self::Failed(Lane::Push) => "push: no answer of use",
            Self::Failed(Lane::Pull) => "pull: no answer of use",
        }
    }
}

impl Traced {
    /// What an event did.
    pub(super) fn event(event: &Event) -> Self {
        match event {
            Event::Added(_) | Event::ManyAdded(_) => Self::Added,
            Event::Updated(_) | Event::ManyCompleted { .. } => Self::Updated,
            Event::Deleted(_) | Event::ManyDeleted(_) => Self::Deleted,
        }
    }

    /// What was decided.
    pub(super) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Applied(_) => Self::Applied,
            Outcome::Conflict(_) => Self::Conflict,
            Outcome::Rejected(_) => Self::Rejected,
            Outcome::Skipped => Self::Skipped,
            Outcome::Unknown => Self::Unknown,
        }
    }
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
