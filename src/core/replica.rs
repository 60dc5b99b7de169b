//! Base: the confirmed state that a client has of one list, and how an event merges into it.
//!
//! Not here: my own edits that are not confirmed yet (`pending`).

use super::{
    event::{Event, Placed},
    id::{Epoch, Mid, Seq, TodoId},
    list::Role,
    table::Table,
    todo::Todo,
};
use std::cmp::Ordering;

/// The server's state of a list at `seq`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// The history it belongs to.
    pub epoch: Epoch,
    /// The last event in it.
    pub seq: Seq,
    todos: Table,
}

/// What merging an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// It was the next one.
    Advanced,
    /// It was in the base already.
    Known,
    /// Events before it are missing: resume from `seq`.
    Gap,
}

/// What a pull brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The server's history.
    pub epoch: Epoch,
    /// The last event of the list.
    pub seq: Seq,
    /// The highest mutation that is decided of the client that asked.
    pub last_mid: Mid,
    /// What the person may do.
    pub role: Role,
    /// What came.
    pub brings: Brings,
}

/// What there is to take in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brings {
    /// The whole state.
    Snapshot(Vec<Todo>),
    /// Exactly the events after the `since` that was asked for, in order.
    Delta(Vec<Placed>),
}

impl News {
    /// The state that it brings, if it brings all of it.
    pub fn snapshot(self) -> Option<Replica> {
        match self.brings {
            Brings::Snapshot(todos) => Some(Replica::new(self.epoch, self.seq, todos)),
            Brings::Delta(_) => None,
        }
    }
}

impl Replica {
    /// The state at `seq`, in whatever order.
    pub fn new(epoch: Epoch, seq: Seq, todos: Vec<Todo>) -> Self {
        Self {
            epoch,
            seq,
            todos: Table::new(todos),
        }
    }

    /// The todos.
    pub fn todos(&self) -> &Table {
        &self.todos
    }

    /// The todo with this id.
    pub fn get(&self, id: TodoId) -> Option<&Todo> {
        self.todos.get(id)
    }

    /// Merges an event if, and only if, it is the next one.
    pub fn merge(&mut self, seq: Seq, event: Event) -> Merged {
        match seq.cmp(&self.seq.next()) {
            Ordering::Less => Merged::Known,
            Ordering::Greater => Merged::Gap,
            Ordering::Equal => {
                self.seq = seq;
                event.apply(seq, &mut self.todos);
                Merged::Advanced
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{id::ListId, order::Position};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn todo(id: u128, position: &str) -> Todo {
        Todo {
            id: TodoId(Uuid::from_u128(id)),
            list: ListId(Uuid::nil()),
            title: "x".to_owned(),
            completed: false,
            position: Position::parse(position).unwrap(),
            version: Seq(0),
            title_version: Seq(0),
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn an_event_is_merged_only_when_it_is_the_next() {
        let mut replica = Replica::new(Epoch(Uuid::nil()), Seq(4), vec![]);
        assert_eq!(
            replica.merge(Seq(6), Event::Added(todo(1, "a0"))),
            Merged::Gap
        );
        assert_eq!(
            replica.merge(Seq(4), Event::Added(todo(1, "a0"))),
            Merged::Known
        );
        assert_eq!((replica.seq, replica.todos().len()), (Seq(4), 0));
        assert_eq!(
            replica.merge(Seq(5), Event::Added(todo(1, "a0"))),
            Merged::Advanced
        );
        assert_eq!((replica.seq, replica.todos().len()), (Seq(5), 1));
    }

    proptest! {
        #[test]
        fn after_any_events_it_equals_a_map_by_id(
            events in proptest::collection::vec((0u128..8, proptest::option::of("[a-c][0-9]")), 0..60)
        ) {
            let mut replica = Replica::new(Epoch(Uuid::nil()), Seq(0), vec![]);
            let mut model = BTreeMap::new();
            for (n, (id, position)) in events.into_iter().enumerate() {
                let event = match position {
                    Some(position) => {
                        let put = todo(id, &position);
                        model.insert(put.id, put.clone());
                        Event::Added(put)
                    }
                    None => {
                        let id = TodoId(Uuid::from_u128(id));
                        model.remove(&id);
                        Event::Deleted(id)
                    }
                };
                prop_assert_eq!(replica.merge(Seq(n as u64 + 1), event), Merged::Advanced);
                let mut todos: Vec<_> = replica.todos().iter().cloned().collect();
                todos.sort_by_key(|todo| todo.id);
                let expected: Vec<_> = model.values().cloned().collect();
                prop_assert_eq!(todos, expected);
            }
        }
    }
}
