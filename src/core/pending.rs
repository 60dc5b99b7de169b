//! The queue: my mutations that are not settled yet, and the view, which is them folded over base.
//!
//! An op that the server would reject folds to nothing. Not here: sending (the client's business).

use super::{
    conflict::Base,
    id::{ClientId, ListId, Mid, Seq, TodoId, TodoIds, UserId},
    op::{Decision, Facts, Op, Rejection, Slot, decide},
    replica::{Replica, find},
    todo::Todo,
    wire::PUSH_MAX,
};
use std::collections::VecDeque;

/// Bytes of text in a push at most. A push may weigh 1 MiB; escaping doubles a text at worst, and all that
/// stands around 500 mutations is 150 kB.
const PUSH_TEXT_MAX: usize = 256 * 1024;

/// What the server decided about a mutation, as the client uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted: its event is the list's `seq`.
    Applied(Seq),
    /// Somebody else changed the same text meanwhile. With the todo as it was then.
    Conflict(Todo),
    /// Refused, with the reason.
    Rejected(Rejection),
    /// It was a [`Op::Noop`].
    Skipped,
    /// Decided, but the outcome is no longer kept.
    Unknown,
}

/// An op with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutation {
    /// Its number.
    pub mid: Mid,
    /// What was meant.
    pub op: Op,
    /// For an undo: the newest state since what it takes back that only the same person contributed to.
    pub unless_after: Option<Base>,
}

/// A mutation that came to nothing, for the person to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What was meant.
    pub op: Op,
    /// What became of it: a conflict, a rejection, or nobody knows.
    pub outcome: Outcome,
}

#[derive(Debug, Clone)]
struct Entry {
    mutation: Mutation,
    applied: Option<Seq>,
}

/// The queue of one client for one list, in the order of its numbers.
#[derive(Debug, Clone, Default)]
pub struct Pending {
    last: Mid,
    queue: VecDeque<Entry>,
}

impl Pending {
    /// Takes an op in, under the next number.
    pub fn push(&mut self, op: Op) -> Mid {
        self.last = self.last.next();
        let mutation = Mutation {
            mid: self.last,
            op,
            unless_after: None,
        };
        self.queue.push_back(Entry {
            mutation,
            applied: None,
        });
        self.last
    }

    /// What the next push carries: the oldest mutations that have no outcome yet, as many as one push may.
    /// At least one, so that the queue always moves.
    pub fn unsent(&self) -> Vec<Mutation> {
        let mut text = 0;
        let undecided = self.queue.iter().filter(|entry| entry.applied.is_none());
        let fitting = undecided.take(PUSH_MAX).take_while(|entry| {
            let lightest = text == 0;
            text += entry.mutation.op.text_bytes();
            lightest || text <= PUSH_TEXT_MAX
        });
        fitting.map(|entry| entry.mutation.clone()).collect()
    }

    /// How many have no outcome yet.
    pub fn waiting(&self) -> usize {
        self.queue
            .iter()
            .filter(|entry| entry.applied.is_none())
            .count()
    }

    /// Whether something was applied that base does not have yet.
    pub fn is_behind(&self) -> bool {
        self.queue.iter().any(|entry| entry.applied.is_some())
    }

    /// Takes an outcome in. What was applied is still folded until base reaches it ([`Self::settle`]);
    /// everything else leaves. Gives what came to nothing back, for the person to see.
    pub fn decided(&mut self, mid: Mid, outcome: Outcome) -> Option<Refused> {
        let at = self
            .queue
            .iter()
            .position(|entry| entry.mutation.mid == mid)?;
        if let Outcome::Applied(seq) = outcome {
            self.queue.get_mut(at)?.applied = Some(seq);
            return None;
        }
        let op = self.queue.remove(at)?.mutation.op;
        (outcome != Outcome::Skipped).then_some(Refused { op, outcome })
    }

    /// What an edit of this todo's text is based on that begins now: base's text, and my own of it that are not settled.
    pub fn based_on(&self, base: &Replica, client: ClientId, id: TodoId) -> Base {
        let server = find(&base.todos, id).map(|at| base.todos[at].title_version);
        let mine = self.queue.iter().map(|entry| &entry.mutation);
        let mine = mine.filter(|mutation| match &mutation.op {
            Op::AddTodo { id: of, .. } | Op::SetTitle { id: of, .. } => *of == id,
            _ => false,
        });
        Base {
            server: server.unwrap_or_default(),
            after: mine.map(|mutation| (client, mutation.mid)).collect(),
        }
    }

    /// Drops what base has by now.
    pub fn settle(&mut self, base: Seq) {
        self.queue
            .retain(|entry| entry.applied.is_none_or(|seq| seq > base));
    }

    /// Empties the queue and gives the ops back.
    pub fn take(&mut self) -> Vec<Op> {
        self.queue
            .drain(..)
            .map(|entry| entry.mutation.op)
            .collect()
    }

    /// What the page shows: the pending ops folded over base.
    pub fn view(&self, base: &Replica, list: ListId, author: UserId) -> Vec<Todo> {
        let mut todos = base.todos.clone();
        for entry in &self.queue {
            let op = &entry.mutation.op;
            let ids = TodoIds::new(op.ids());
            let slot = |todo: &Todo| {
                let slot = Slot::Live {
                    todo: todo.clone(),
                    creator: author,
                };
                (todo.id, slot)
            };
            let named = todos.iter().filter(|todo| ids.contains(todo.id));
            let seq = base.seq.next();
            let facts = Facts {
                list,
                slots: named.map(slot).collect(),
                live: todos.len(),
                author,
                seq,
                // Times come from the server only, and nothing on the page shows them.
                now: 0,
                // Whether it conflicts is the server's to say: until then my text shows.
                based_on: Seq(u64::MAX),
                unless_after: None,
            };
            if let Decision::Applied(event) = decide(op, &facts) {
                event.apply(seq, &mut todos);
            }
        }
        todos
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{event::Event, id::Epoch, op::RejectionCode, wire::write};
    use uuid::Uuid;

    const LIST: ListId = ListId(Uuid::from_u128(1));
    const ME: UserId = UserId(Uuid::from_u128(2));

    fn id(n: u128) -> TodoId {
        TodoId(Uuid::from_u128(n))
    }

    fn add(n: u128) -> Op {
        Op::AddTodo {
            id: id(n),
            title: format!("item {n}"),
            position: format!("a{n}"),
        }
    }

    fn empty() -> Replica {
        Replica::new(Epoch(Uuid::nil()), Seq(0), vec![])
    }

    fn titles(pending: &Pending, base: &Replica) -> Vec<String> {
        let view = pending.view(base, LIST, ME);
        view.into_iter().map(|todo| todo.title).collect()
    }

    /// What the server's event for the op would be.
    fn event(op: &Op, seq: u64) -> Event {
        let facts = Facts {
            list: LIST,
            slots: vec![],
            live: 0,
            author: ME,
            seq: Seq(seq),
            now: 5,
            based_on: Seq(0),
            unless_after: None,
        };
        match decide(op, &facts) {
            Decision::Applied(event) => event,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mutation_shows_until_base_has_it_and_never_twice() {
        let mut base = empty();
        let mut pending = Pending::default();
        let mid = pending.push(add(1));
        assert_eq!(titles(&pending, &base), ["item 1"]);
        pending.decided(mid, Outcome::Applied(Seq(1)));
        assert_eq!(
            (pending.waiting(), titles(&pending, &base)),
            (0, vec!["item 1".to_owned()])
        );
        base.merge(Seq(1), event(&add(1), 1));
        pending.settle(base.seq);
        assert_eq!(titles(&pending, &base), ["item 1"]);
        assert!(pending.take().is_empty());
    }

    #[test]
    fn a_refused_mutation_goes_and_nothing_else_moves() {
        let base = empty();
        let mut pending = Pending::default();
        pending.push(add(1));
        let refused = pending.push(add(2));
        pending.push(add(3));
        let rejection = Rejection::new(RejectionCode::Limit, "full");
        let given_back = pending.decided(refused, Outcome::Rejected(rejection.clone()));
        let outcome = Outcome::Rejected(rejection);
        assert_eq!(
            given_back,
            Some(Refused {
                op: add(2),
                outcome
            })
        );
        assert_eq!(titles(&pending, &base), ["item 1", "item 3"]);
    }

    #[test]
    fn an_edit_of_what_was_refused_folds_to_nothing() {
        let mut pending = Pending::default();
        let refused = pending.push(add(1));
        pending.push(Op::SetCompleted {
            id: id(1),
            completed: true,
        });
        pending.decided(refused, Outcome::Rejected(Rejection::forbidden()));
        assert!(titles(&pending, &empty()).is_empty());
    }

    #[test]
    fn an_edit_is_based_on_what_base_has_and_on_mine_that_are_not_settled() {
        let client = ClientId(Uuid::from_u128(9));
        let mut base = empty();
        let mut pending = Pending::default();
        let retitle = |n| Op::SetTitle {
            id: id(n),
            title: "tea".to_owned(),
            base: Base::default(),
        };
        let added = pending.push(add(1));
        pending.push(add(2));
        pending.push(Op::SetCompleted {
            id: id(1),
            completed: true,
        });
        let based_on = |pending: &Pending, base: &Replica| pending.based_on(base, client, id(1));
        let new = based_on(&pending, &base);
        assert_eq!((new.server, new.after), (Seq(0), vec![(client, added)]));

        let edited = pending.push(retitle(1));
        pending.push(retitle(2));
        pending.decided(added, Outcome::Applied(Seq(1)));
        base.merge(Seq(1), event(&add(1), 1));
        pending.settle(base.seq);
        let later = based_on(&pending, &base);
        assert_eq!(
            (later.server, later.after),
            (Seq(1), vec![(client, edited)])
        );
    }

    #[test]
    fn what_is_unsent_comes_in_order_without_what_is_decided() {
        let mut pending = Pending::default();
        let first = pending.push(add(1));
        pending.push(add(2));
        pending.push(add(3));
        pending.decided(first, Outcome::Applied(Seq(1)));
        let mids: Vec<_> = pending.unsent().iter().map(|m| m.mid).collect();
        assert_eq!(mids, [Mid(2), Mid(3)]);
    }

    #[test]
    fn a_push_carries_at_most_500_mutations_and_fits_into_1_mib_whatever_was_typed() {
        let long = |n: u128| Op::AddTodo {
            id: id(n),
            title: "\"".repeat(500 * 4),
            position: "z".repeat(128),
        };
        let mut pending = Pending::default();
        for n in 0..600 {
            pending.push(long(n));
        }
        let sent = pending.unsent();
        assert!((1..=500).contains(&sent.len()));
        let uuid = Uuid::nil();
        let body = write::push(
            UserId(uuid),
            ListId(uuid),
            Epoch(uuid),
            ClientId(uuid),
            sent,
        );
        assert!(body.len() < 1024 * 1024, "{}", body.len());

        let mut pending = Pending::default();
        for n in 0..600 {
            pending.push(Op::DeleteTodo { id: id(n) });
        }
        assert_eq!(pending.unsent().len(), 500);
        // What is too long to be taken is sent all the same, and refused alone.
        let mut pending = Pending::default();
        pending.push(Op::AddTodo {
            id: id(1),
            title: "x".repeat(PUSH_TEXT_MAX + 1),
            position: "a0".to_owned(),
        });
        assert_eq!(pending.unsent().len(), 1);
    }
}
