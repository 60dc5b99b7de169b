//! The server as the contract has it, in plain maps. Deciding itself is `core`'s, which is tested cell by cell; what is
//! modelled is everything around: numbers, events, outcomes, what is forgotten, what a pull gives.

use crate::core::{
    conflict::Base,
    event::{Event, Placed},
    id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, UserId},
    list::Role,
    op::{Decision, Facts, Op, Rejection, Slot, decide},
    pending::{Mutation, Outcome},
    replica::{Brings, News},
    todo::Todo,
};
use std::collections::{BTreeMap, BTreeSet};

/// What the server knows of a client.
#[derive(Debug, Clone, Default)]
struct Queue {
    last_mid: Mid,
    applied: BTreeMap<Mid, Seq>,
    outcomes: BTreeMap<Mid, Outcome>,
}

/// Why a push was refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    NotFound,
    Epoch,
    OutOfOrder,
}

/// Who pushes.
#[derive(Debug, Clone, Copy)]
pub struct Pusher {
    pub user: UserId,
    pub client: ClientId,
    pub may_edit: bool,
    pub now: i64,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Model {
    pub list: ListId,
    pub epoch: Epoch,
    pub head: Seq,
    slots: BTreeMap<TodoId, Slot>,
    creators: BTreeMap<TodoId, UserId>,
    /// The events that are kept, the oldest first, each with when it was.
    events: Vec<(i64, Placed)>,
    queues: BTreeMap<ClientId, Queue>,
    /// Who may not see the list.
    pub out: BTreeSet<UserId>,
    pub is_deleted: bool,
}

impl Model {
    pub fn new(list: ListId, epoch: Epoch) -> Self {
        Self {
            list,
            epoch,
            head: Seq(0),
            slots: BTreeMap::new(),
            creators: BTreeMap::new(),
            events: Vec::new(),
            queues: BTreeMap::new(),
            out: BTreeSet::new(),
            is_deleted: false,
        }
    }

    pub fn push(
        &mut self,
        who: Pusher,
        epoch: Epoch,
        acked: Option<Mid>,
        mutations: &[Mutation],
    ) -> Result<Vec<(Mid, Outcome)>, Refusal> {
        if !self.is_open_to(who.user) {
            return Err(Refusal::NotFound);
        }
        if epoch != self.epoch {
            return Err(Refusal::Epoch);
        }
        let before = self.last_mid(who.client);
        let mut last = before;
        for mutation in mutations {
            if mutation.mid > last.next() {
                return Err(Refusal::OutOfOrder);
            }
            last = last.max(mutation.mid);
        }
        let queue = self.queues.entry(who.client).or_default();
        queue.outcomes.retain(|mid, _| Some(*mid) > acked);
        let decided = mutations
            .iter()
            .map(|mutation| (mutation.mid, self.mutation(who, mutation)));
        Ok(decided.collect())
    }

    fn mutation(
        &mut self,
        who: Pusher,
        Mutation {
            mid,
            op,
            unless_after,
        }: &Mutation,
    ) -> Outcome {
        let queue = self.queues.entry(who.client).or_default();
        if *mid <= queue.last_mid {
            let applied = queue.applied.get(mid).map(|seq| Outcome::Applied(*seq));
            return applied
                .or_else(|| queue.outcomes.get(mid).cloned())
                .unwrap_or(Outcome::Unknown);
        }
        queue.last_mid = *mid;
        let outcome = if who.may_edit || *op == Op::Noop {
            let origin = Some((who.client, *mid));
            self.decide(op, unless_after.as_ref(), who.user, origin, who.now)
        } else {
            Outcome::Rejected(Rejection::forbidden())
        };
        let queue = self.queues.entry(who.client).or_default();
        match outcome {
            Outcome::Applied(seq) => drop(queue.applied.insert(*mid, seq)),
            _ => drop(queue.outcomes.insert(*mid, outcome.clone())),
        }
        outcome
    }

    pub fn is_open_to(&self, user: UserId) -> bool {
        !self.is_deleted && !self.out.contains(&user)
    }

    /// A plain form's op.
    pub fn form(&mut self, op: &Op, user: UserId, now: i64) -> Outcome {
        self.decide(op, None, user, None, now)
    }

    fn decide(
        &mut self,
        op: &Op,
        unless_after: Option<&Base>,
        author: UserId,
        origin: Option<(ClientId, Mid)>,
        now: i64,
    ) -> Outcome {
        let seq = self.head.next();
        let based_on = match op {
            Op::SetTitle { base, .. } => self.resolve(base),
            _ => Seq(0),
        };
        let mut slots: Vec<_> = op
            .ids()
            .iter()
            .filter_map(|id| Some((*id, self.slots.get(id)?.clone())))
            .collect();
        slots.sort_by_key(|(id, _)| *id);
        slots.dedup_by_key(|(id, _)| *id);
        let facts = Facts {
            list: self.list,
            slots,
            live: self.live().count(),
            author,
            seq,
            now,
            based_on,
            unless_after: unless_after.map(|base| self.resolve(base)),
        };
        match decide(op, &facts) {
            Decision::Applied(event) => {
                self.apply(&event, author, seq, now);
                self.head = seq;
                let event = Some(event);
                self.events.push((now, Placed { seq, origin, event }));
                Outcome::Applied(seq)
            }
            Decision::Conflict(current) => Outcome::Conflict(current),
            Decision::Rejected(rejection) => Outcome::Rejected(rejection),
            Decision::Skipped => Outcome::Skipped,
        }
    }

    fn resolve(&self, base: &Base) -> Seq {
        base.resolve(|client, mid| self.queues.get(&client)?.applied.get(&mid).copied())
    }

    fn apply(&mut self, event: &Event, author: UserId, seq: Seq, now: i64) {
        match event {
            Event::Added(todo) | Event::Updated(todo) => self.put(todo.clone(), author),
            Event::ManyAdded(todos) => todos.iter().for_each(|todo| self.put(todo.clone(), author)),
            Event::Deleted(id) => self.bury(*id, seq, now),
            Event::ManyDeleted(ids) => ids.iter().for_each(|id| self.bury(*id, seq, now)),
            Event::ManyCompleted {
                ids,
                completed,
                updated_at,
            } => {
                for id in ids {
                    let Some(Slot::Live { todo, .. }) = self.slots.get_mut(id) else {
                        panic!("{id} is not there");
                    };
                    todo.completed = *completed;
                    todo.version = seq;
                    todo.updated_at = *updated_at;
                }
            }
        }
    }

    fn put(&mut self, todo: Todo, author: UserId) {
        let creator = *self.creators.entry(todo.id).or_insert(author);
        self.slots.insert(todo.id, Slot::Live { todo, creator });
    }

    fn bury(&mut self, id: TodoId, seq: Seq, now: i64) {
        if let Some(Slot::Live { todo, .. }) = self.slots.get(&id) {
            let mut todo = todo.clone();
            todo.version = seq;
            todo.updated_at = now;
            let todo = Some(todo);
            self.slots.insert(id, Slot::Deleted { todo, version: seq });
        }
    }

    fn live(&self) -> impl Iterator<Item = &Todo> {
        self.slots.values().filter_map(|slot| match slot {
            Slot::Live { todo, .. } => Some(todo),
            Slot::Deleted { .. } => None,
        })
    }

    /// All of the list, in its order.
    pub fn state(&self) -> Vec<Todo> {
        let mut todos: Vec<_> = self.live().cloned().collect();
        todos.sort_by(Todo::in_order);
        todos
    }

    pub fn last_mid(&self, client: ClientId) -> Mid {
        self.queues
            .get(&client)
            .map_or(Mid(0), |queue| queue.last_mid)
    }

    /// The events that are kept.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Placed> {
        self.events.iter().map(|(_, placed)| placed)
    }

    pub fn pull(
        &self,
        user: UserId,
        client: ClientId,
        role: Role,
        since: Option<(Epoch, Seq)>,
    ) -> Result<News, Refusal> {
        if !self.is_open_to(user) {
            return Err(Refusal::NotFound);
        }
        let delta = since.and_then(|(epoch, since)| {
            let missing = self.head.0.checked_sub(since.0)?;
            let events: Vec<_> = self
                .events()
                .filter(|placed| placed.seq > since)
                .cloned()
                .collect();
            (epoch == self.epoch && events.len() as u64 == missing).then_some(events)
        });
        Ok(News {
            epoch: self.epoch,
            seq: self.head,
            last_mid: self.last_mid(client),
            role,
            brings: delta.map_or_else(|| Brings::Snapshot(self.state()), Brings::Delta),
        })
    }

    /// Away with events and texts of before then.
    pub fn sweep(&mut self, before: i64) {
        self.events.retain(|(at, _)| *at >= before);
        for slot in self.slots.values_mut() {
            if let Slot::Deleted { todo, .. } = slot
                && todo.as_ref().is_some_and(|todo| todo.updated_at < before)
            {
                *todo = None;
            }
        }
    }

    /// Away with outcomes that are not places.
    pub fn forget(&mut self) {
        self.queues
            .values_mut()
            .for_each(|queue| queue.outcomes.clear());
    }
}
