//! The queue beyond this run of this tab: saved before it is sent, taken over from tabs that are gone, told to those
//! that are there.

use super::{Effect, Engine, RESTORED};
use crate::core::{
    id::{ClientId, Mid, MutationId, Seq, TodoId},
    op::Op,
    pending::{Entry, Undoes},
    record::{Found, Record, Shared},
    review::Why,
};

/// What is to be saved, and what is being saved.
#[derive(Debug, Clone, Default)]
pub(super) struct Saves {
    /// Whether it is still to be said what other tabs have saved.
    waits: bool,
    /// Whether nobody else sends what this tab does.
    pub(super) has_locks: bool,
    /// Of these something else is to be kept than is.
    changed: Vec<MutationId>,
    /// These are being saved.
    saving: Option<Vec<MutationId>>,
    /// The number of the latest save.
    ticket: u32,
    has_failed: bool,
    /// Whether the last one failed, and nothing has changed since: then it would again.
    is_stalled: bool,
    /// What left a queue because it was applied, since other tabs were told.
    settled: Vec<(MutationId, Seq)>,
    /// Whose queues are others by now than the other tabs know.
    untold: Vec<ClientId>,
}

impl Saves {
    /// Nothing yet. `is_kept`: other tabs may have saved something.
    pub(super) fn new(is_kept: bool) -> Self {
        Self {
            waits: is_kept,
            ..Self::default()
        }
    }

    fn changes(&mut self, id: MutationId) {
        if !self.changed.contains(&id) {
            self.changed.push(id);
        }
    }

    /// Whether all is known that waits anywhere.
    pub(super) fn is_ready(&self) -> bool {
        !self.waits
    }
}

impl Engine {
    #[cfg(test)]
    pub(super) fn saves_ticket(&self) -> u32 {
        self.saves.ticket
    }

    /// Whether edits could not be saved: closing the page would lose them.
    pub fn has_unsaved(&self) -> bool {
        self.saves.has_failed && self.pending.waiting() > 0
    }

    /// Whether all is saved as it is, and it is known what other tabs have saved.
    pub fn is_at_rest(&self) -> bool {
        let saves = &self.saves;
        !saves.waits && saves.saving.is_none() && saves.changed.is_empty()
    }

    /// Something about a mutation is to be kept otherwise than it is, or not any more.
    pub(super) fn mark(&mut self, id: MutationId) {
        if !self.pending.is_kept() {
            return;
        }
        if let Some(entry) = self.pending.entry(id) {
            entry.is_saved = false;
        }
        self.remember(id);
    }

    /// The same, where it may go before that is done.
    pub(super) fn remember(&mut self, id: MutationId) {
        if self.pending.is_kept() {
            self.saves.is_stalled = false;
            self.saves.changes(id);
        }
    }

    /// A mutation left its queue, since base has it.
    pub(super) fn settled(&mut self, entry: &Entry) {
        if self.pending.sends(entry.client) {
            self.mark(entry.id());
            let place = entry.applied.map(|seq| (entry.id(), seq));
            self.saves.settled.extend(place);
        }
    }

    /// Has saved what is to be saved. One at a time, so that the latest state of each is the one that stays.
    pub(super) fn save(&mut self) {
        let saves = &self.saves;
        if saves.changed.is_empty() || saves.saving.is_some() || saves.is_stalled {
            return;
        }
        let changed = std::mem::take(&mut self.saves.changed);
        let mut records = Vec::new();
        let mut gone = Vec::new();
        for id in &changed {
            match self.record(*id) {
                Some(record) => records.push(record),
                None => gone.push(*id),
            }
        }
        for (client, _) in &changed {
            if !self.saves.untold.contains(client) {
                self.saves.untold.push(*client);
            }
        }
        self.saves.saving = Some(changed);
        self.saves.ticket += 1;
        self.effects.push(Effect::Save {
            ticket: self.saves.ticket,
            records,
            gone,
        });
    }

    /// What is kept of a mutation.
    fn record(&self, id: MutationId) -> Option<Record> {
        let kept = self.review.get(id);
        let why = kept.map(|kept| kept.why.clone());
        let epoch = self.base.epoch;
        if let Some(entry) = self.pending.get(id) {
            if entry.given_up && kept.is_none() {
                // The person has put it aside. Only its place is still needed.
                return Some(Record::place(id, epoch));
            }
            return Some(Record {
                id,
                epoch,
                op: entry.op.clone(),
                seen: entry.seen.clone(),
                was: entry.was.clone(),
                cleared: entry.cleared.clone(),
                undoes: entry.undoes.map(|undoes| (undoes.mid, undoes.seq)),
                unless_after: entry.unless_after.clone(),
                waits_for: entry.waits_for.clone(),
                applied: entry.applied,
                is_queued: true,
                compared: None,
                why,
            });
        }
        kept.map(|kept| Record {
            id,
            epoch,
            op: kept.op.clone(),
            seen: kept.seen.clone(),
            was: kept.was.clone(),
            cleared: Vec::new(),
            undoes: None,
            unless_after: None,
            waits_for: Vec::new(),
            applied: None,
            is_queued: false,
            compared: kept.compared.clone(),
            why,
        })
    }

    pub(super) fn saved(&mut self, ticket: u32, ok: bool) {
        if ticket != self.saves.ticket {
            return;
        }
        self.saves.has_failed |= !ok;
        self.saves.is_stalled = !ok && self.saves.changed.is_empty();
        for id in self.saves.saving.take().into_iter().flatten() {
            let is_changed = self.saves.changed.contains(&id);
            if let Some(entry) = self.pending.entry(id) {
                // What cannot be saved is sent all the same: that is told, and better than nothing.
                entry.is_saved = !is_changed;
            }
            if !ok {
                // It is tried once more with what comes next: what is kept has no gaps.
                self.saves.changes(id);
            }
        }
        self.has_new = true;
        for client in std::mem::take(&mut self.saves.untold) {
            self.share(client);
        }
    }

    /// The last of a queue before the first that may still be among what is saved: what no longer waits, and is certain to
    /// be gone from there or to wait no more.
    pub(super) fn acked(&self, client: ClientId) -> Option<Mid> {
        let saves = &self.saves;
        if !saves.has_locks {
            return None;
        }
        let waiting = self.pending.entries().map(Entry::id);
        let unsaved = saves.changed.iter().chain(saves.saving.iter().flatten());
        let open = waiting.chain(unsaved.copied());
        let first = open.filter(|(of, _)| *of == client).min()?;
        first.1.0.checked_sub(1).filter(|mid| *mid > 0).map(Mid)
    }

    /// Tells the other tabs what waits in a queue that this tab sends.
    fn share(&mut self, client: ClientId) {
        let queue = self.pending.entries();
        let queue = queue.filter(|entry| entry.client == client);
        let queue = queue.filter_map(|entry| self.record(entry.id())).collect();
        let (settled, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.saves.settled)
            .into_iter()
            .partition(|((of, _), _)| *of == client);
        self.saves.settled = rest;
        let settled = settled.into_iter().map(|((_, mid), seq)| (mid, seq));
        self.effects.push(Effect::Share(Shared {
            user: self.user,
            list: self.list,
            epoch: self.base.epoch,
            client,
            queue,
            settled: settled.collect(),
        }));
    }

    /// Tells another tab, which has just come, all that waits here.
    pub fn introduce(&mut self) {
        let mut clients = self.pending.clients();
        clients.extend(self.pending.former());
        for client in clients {
            self.share(client);
        }
    }

    /// These queues were saved. Those of tabs that are gone are this one's to send.
    pub(super) fn found(&mut self, found: Vec<Found>) {
        self.saves.waits = false;
        self.has_new = true;
        for queue in found {
            self.take_over(queue);
        }
    }

    fn take_over(&mut self, found: Found) {
        let Found {
            client,
            is_left,
            records,
        } = found;
        // What a tab that is there has said itself is newer.
        if self.pending.speaks_for(client) || !is_left && self.pending.knows(client) {
            return;
        }
        let mut touched = self.touched_by(client);
        let mut entries = Vec::new();
        let mids: Vec<Mid> = records.iter().map(|record| record.id.1).collect();
        for mut record in records {
            touched.extend(record.op.ids());
            if let Some((did, place @ None)) = &mut record.undoes
                && !mids.contains(did)
            {
                // What it takes back got lost from the store, and with it whether that took place, and where: the server
                // shall leave alone whatever anybody has touched.
                *place = Some(Seq(0));
            }
            // The server says it again; it may have lost what it had decided.
            record.applied = None;
            let Record { id, epoch, .. } = record;
            if !is_left {
                // What is in review there, and all else that is to be decided, is that tab's.
                let is_ours = record.is_queued && epoch == self.base.epoch;
                entries.extend(is_ours.then(|| entry(record)));
                continue;
            }
            if record.is_queued && epoch != self.base.epoch {
                let why = Why::Barred(RESTORED.to_owned());
                self.review
                    .keep(id, record.op, record.seen, record.was, why, true);
                self.mark(id);
                continue;
            }
            if let Some(mut why) = record.why.clone() {
                if epoch != self.base.epoch {
                    why.estrange();
                }
                let Record { op, seen, was, .. } = record.clone();
                self.review.keep(id, op, seen, was, why, !record.is_queued);
                if let Some(compared) = record.compared.clone()
                    && let Some(kept) = self.review.get(id)
                {
                    self.review.compare(kept.id, compared);
                }
            }
            if record.is_queued {
                entries.push(entry(record));
            }
        }
        let adopted = is_left.then_some(self.base.seq);
        self.pending.put(client, adopted, entries);
        self.settle(touched);
        if is_left {
            // What its tab had told may not be the last.
            self.share(client);
        }
    }

    /// What waits in another tab is shown here, too.
    pub(super) fn hear_of(&mut self, shared: Shared) {
        let Shared {
            user,
            list,
            epoch,
            client,
            queue,
            settled,
        } = shared;
        let is_ours = (user, list, epoch) == (self.user, self.list, self.base.epoch);
        if !is_ours || self.is_hidden || self.pending.speaks_for(client) {
            return;
        }
        let mut touched = self.touched_by(client);
        for (mid, seq) in &settled {
            self.applied((client, *mid), *seq);
        }
        // What the other tab's base has already, and this one's has not yet, is shown until it has.
        let is_settled = |known: &&Entry| {
            let mut settled = settled.iter();
            known.client == client && settled.any(|(mid, _)| *mid == known.mid)
        };
        let known = self.pending.entries().filter(is_settled);
        let mut entries: Vec<_> = known.cloned().collect();
        for record in queue {
            if let Some(seq) = record.applied {
                self.applied(record.id, seq);
            }
            // In their order. (To sort them is another kilobyte of WebAssembly.)
            let at = entries.partition_point(|known| known.mid < record.id.1);
            entries.insert(at, entry(record));
        }
        for entry in &entries {
            touched.extend(entry.ids.iter());
        }
        self.pending.put(client, None, entries);
        self.has_new = true;
        self.settle(touched);
    }

    fn touched_by(&self, client: ClientId) -> Vec<TodoId> {
        let entries = self.pending.entries();
        let its = entries.filter(|entry| entry.client == client);
        its.flat_map(|entry| entry.ids.iter()).collect()
    }
}

/// A mutation as it was saved. Whether it was sent nobody knows, so it counts as sent, but for an undo that was not ready.
fn entry(record: Record) -> Entry {
    let sent = record.undoes.is_none() || record.unless_after.is_some();
    let undoes = record.undoes.map(|(mid, seq)| Undoes {
        mid,
        seq,
        // What came since its action this tab has not seen.
        is_blind: seq.is_some(),
    });
    Entry {
        undoes,
        was: record.was,
        cleared: record.cleared,
        unless_after: record.unless_after,
        waits_for: record.waits_for,
        is_saved: true,
        applied: record.applied,
        sent,
        given_up: record.why.is_some() || record.op == Op::Noop,
        ..Entry::new(record.id, record.op, record.seen)
    }
}
