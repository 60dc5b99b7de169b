//! What the server decided: accepted changes, and what each does to a state. Not here: whether one is accepted (`op`).

use super::{
    id::{ClientId, Mid, Seq, TodoId},
    table::Table,
    todo::Todo,
};

/// An accepted change. Applied to the state before it, it gives the state after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A todo that is there from now on.
    Added(Todo),
    /// A todo as it is from now on.
    Updated(Todo),
    /// A todo that is gone.
    Deleted(TodoId),
    /// Todos that are there again.
    ManyAdded(Vec<Todo>),
    /// Todos that were ticked or unticked together: those really touched, perhaps none.
    ManyCompleted {
        /// Which ones.
        ids: Vec<TodoId>,
        /// What they are from now on.
        completed: bool,
        /// Milliseconds since 1970.
        updated_at: i64,
    },
    /// Todos that went together: those really touched, perhaps none.
    ManyDeleted(Vec<TodoId>),
}

impl Event {
    /// The todos it speaks of.
    pub fn ids(&self) -> Vec<TodoId> {
        match self {
            Self::Added(todo) | Self::Updated(todo) => vec![todo.id],
            Self::Deleted(id) => vec![*id],
            Self::ManyAdded(todos) => todos.iter().map(|todo| todo.id).collect(),
            Self::ManyCompleted { ids, .. } | Self::ManyDeleted(ids) => ids.clone(),
        }
    }

    /// Applies it, as the list's `seq`.
    pub fn apply(self, seq: Seq, todos: &mut Table) {
        match self {
            Self::Added(todo) | Self::Updated(todo) => todos.put(todo),
            Self::ManyAdded(many) => many.into_iter().for_each(|todo| todos.put(todo)),
            Self::Deleted(id) => drop(todos.remove(id)),
            Self::ManyDeleted(ids) => ids.into_iter().for_each(|id| drop(todos.remove(id))),
            Self::ManyCompleted {
                ids,
                completed,
                updated_at,
            } => {
                for id in ids {
                    if let Some(todo) = todos.get_mut(id) {
                        todo.completed = completed;
                        todo.version = seq;
                        todo.updated_at = updated_at;
                    }
                }
            }
        }
    }
}

/// An event at its place in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its place.
    pub seq: Seq,
    /// The mutation that made it, unless a plain form did.
    pub origin: Option<(ClientId, Mid)>,
    /// What happened. `None`: something that this version does not know.
    pub event: Option<Event>,
}
