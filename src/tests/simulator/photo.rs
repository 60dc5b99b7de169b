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
    /// Those whose queues it sends.
    pub clients: Vec<ClientId>,
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
            clients: engine.pending().clients(),
            epoch: engine.base().epoch,
            seq: engine.base().seq,
            view: shown.cloned().collect(),
            queue: engine.pending().entries().cloned().collect(),
            kept: engine.kept().to_vec(),
            is_hidden: engine.is_hidden(),
        }
    }

    pub fn entry(&self, id: Key) -> Option<&Entry> {
        self.queue.iter().find(|entry| entry.id() == id)
    }

    pub fn kept(&self, id: Key) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.mutation == id)
    }

    /// What this page is to send.
    pub fn mine(&self) -> impl Iterator<Item = &Entry> {
        self.queue.iter().filter(|entry| self.sends(entry.client))
    }

    pub fn sends(&self, client: ClientId) -> bool {
        self.clients.contains(&client)
    }

    pub fn shown(&self, id: TodoId) -> Option<&Todo> {
        self.view.iter().find(|todo| todo.id == id)
    }
}

/// What a page has been told, as the client that it is now.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Outcomes in answers, the latest of each.
    pub outcomes: BTreeMap<Key, Outcome>,
    /// The person's mutations whose events were merged.
    pub merged: BTreeSet<Key>,
    /// The latest of its own that base has the effect of, if there was any: from snapshots, and from events of later ones.
    pub in_base: Mid,
    /// Error answers that a mutation was part of.
    pub errors: BTreeMap<Key, u8>,
    /// Those of them that say it was the server's fault.
    pub erring: BTreeMap<Key, u8>,
    /// Kept ones that the person dropped or sent again.
    pub dropped: BTreeSet<Key>,
    /// Where each todo was changed, and by whom, as far as the page can know.
    pub changes: BTreeMap<TodoId, Vec<(Seq, Option<ClientId>)>>,
    /// Whether a snapshot came, so that the page cannot know whose all changes were.
    pub had_snapshot: bool,
}

impl Told {
    /// Notes that a todo was changed.
    pub fn changed(&mut self, id: TodoId, seq: Seq, by: Option<ClientId>) {
        self.changes.entry(id).or_default().push((seq, by));
    }

    /// Whether anybody but this client changed a todo since.
    pub fn is_changed(&self, id: TodoId, since: Seq, client: ClientId) -> bool {
        let mut changes = self.changes.get(&id).into_iter().flatten();
        changes.any(|(seq, by)| *seq > since && *by != Some(client))
    }

    /// Whether a mutation is known to be applied at or before this.
    pub fn is_applied(&self, id: Key, seq: Seq) -> bool {
        self.merged.contains(&id)
            || matches!(self.outcomes.get(&id), Some(Outcome::Applied(at)) if *at <= seq)
    }

    /// Whether a mutation is known to have come to nothing.
    pub fn is_refused(&self, id: Key) -> bool {
        !self.merged.contains(&id)
            && self
                .outcomes
                .get(&id)
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
        mids: Vec<Key>,
        failed: Option<Failed>,
    },
    /// What another tab has told, or left.
    Tabs,
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
