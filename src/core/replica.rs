//! Base: the confirmed state that a client has of one list, and how an event merges into it.
//!
//! Not here: my own edits that are not confirmed yet (`pending`).

use super::{
    event::Event,
    id::{Epoch, Seq, TodoId},
    todo::Todo,
};
use std::cmp::Ordering;

/// The server's state of a list at `seq`, in the order of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// The history it belongs to.
    pub epoch: Epoch,
    /// The last event in it.
    pub seq: Seq,
    /// Sorted by [`Todo::in_order`].
    pub todos: Vec<Todo>,
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

impl Replica {
    /// The state at `seq`, whatever the order of `todos`. They come in order, so that each is put at the end:
    /// sorting would be code for the browser to load.
    pub fn new(epoch: Epoch, seq: Seq, todos: Vec<Todo>) -> Self {
        let mut sorted = Vec::with_capacity(todos.len());
        for todo in todos {
            let at = sorted.partition_point(|other: &Todo| other.in_order(&todo) == Ordering::Less);
            sorted.insert(at, todo);
        }
        Self {
            epoch,
            seq,
            todos: sorted,
        }
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

/// Where a todo stands.
pub fn find(todos: &[Todo], id: TodoId) -> Option<usize> {
    todos.iter().position(|todo| todo.id == id)
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
        assert_eq!((replica.seq, replica.todos.len()), (Seq(4), 0));
        assert_eq!(
            replica.merge(Seq(5), Event::Added(todo(1, "a0"))),
            Merged::Advanced
        );
        assert_eq!((replica.seq, replica.todos.len()), (Seq(5), 1));
    }

    proptest! {
        #[test]
        fn after_any_events_it_equals_a_map_sorted_by_position_and_id(
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
                let mut expected: Vec<_> = model.values().cloned().collect();
                expected.sort_by(Todo::in_order);
                prop_assert_eq!(&replica.todos, &expected);
            }
        }
    }
}
