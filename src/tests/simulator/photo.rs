//! A page as it is at one moment, and what it has been told so far: what the checks compare.

use super::chronicle::Key;
use crate::core::{
    engine::Engine,
    id::{ClientId, Epoch, Mid, Seq, TodoId},
    pending::{Entry, Outcome},
    review::Kept,
    todo::Todo,
};
use std::collections::{BTreeMap, BTreeSet};

/// See the module.
#[derive(Debug, Clone)]
pub struct Photo {
    pub client: ClientId,
    pub epoch: Epoch,
    pub seq: Seq,
    pub view: Vec<Todo>,
    pub queue: Vec<Entry>,
    pub kept: Vec<Kept>,
    /// Whether the page shows nothing of it all.
    pub is_hidden: bool,
}

impl Photo {
    pub fn of(engine: &Engine) -> Self {
        let shown = engine.order().iter().filter_map(|id| engine.get(*id));
        Self {
            client: engine.client(),
            epoch: engine.base().epoch,
            seq: engine.base().seq,
            view: shown.cloned().collect(),
            queue: engine.pending().entries().cloned().collect(),
            kept: engine.kept().to_vec(),
            is_hidden: engine.is_hidden(),
        }
    }

    pub fn entry(&self, mid: Mid) -> Option<&Entry> {
        self.queue.iter().find(|entry| entry.mid == mid)
    }

    pub fn kept(&self, mid: Mid) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.mid == Some(mid))
    }

    pub fn shown(&self, id: TodoId) -> Option<&Todo> {
        self.view.iter().find(|todo| todo.id == id)
    }
}

/// What a page has been told, as the client that it is now.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Outcomes in answers, the latest of each.
    pub outcomes: BTreeMap<Mid, Outcome>,
    /// Own mutations whose events were merged.
    pub merged: BTreeSet<Mid>,
    /// The latest that base has the effect of, if there was any: from snapshots, and from events of later ones.
    pub in_base: Mid,
    /// Error answers that a mutation was part of.
    pub errors: BTreeMap<Mid, u8>,
    /// Those of them that say it was the server's fault.
    pub erring: BTreeMap<Mid, u8>,
    /// Kept ones that the person dropped or sent again.
    pub dropped: BTreeSet<Mid>,
    /// Where somebody else changed a todo last, as far as the page can know.
    pub others: BTreeMap<TodoId, Seq>,
    /// Whether a snapshot came, so that the page cannot know whose all changes were.
    pub had_snapshot: bool,
}

impl Told {
    /// Whether a mutation is known to be applied at or before this.
    pub fn is_applied(&self, mid: Mid, seq: Seq) -> bool {
        self.merged.contains(&mid)
            || matches!(self.outcomes.get(&mid), Some(Outcome::Applied(at)) if *at <= seq)
    }

    /// Whether a mutation is known to have come to nothing.
    pub fn is_refused(&self, mid: Mid) -> bool {
        !self.merged.contains(&mid)
            && self
                .outcomes
                .get(&mid)
                .is_some_and(|outcome| !matches!(outcome, Outcome::Applied(_)))
    }
}

/// What made a page change.
#[derive(Debug, Clone)]
pub enum Cause {
    /// The person: by their ops, or by these on what was kept.
    Person { put_aside: Option<u32> },
    /// An answer to a push, which carried these, or failed for these.
    Pushed {
        mids: Vec<Mid>,
        failed: Option<Failed>,
    },
    /// Anything else.
    World,
}

/// How a push failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// The server's fault.
    Erring,
    /// It did not get through.
    Unreachable,
    /// The request's fault.
    Refused,
    /// Nobody's that counts.
    Otherwise,
}

/// A mutation of a page's.
pub fn key(photo: &Photo, mid: Mid) -> Key {
    (photo.client, mid)
}
