//! What the server decided: accepted changes, and what each does to a state. Not here: whether one is accepted (`op`).

use super::{
    id::{Seq, TodoId, TodoIds},
    todo::Todo,
};
use std::cmp::Ordering;

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

    /// Applies it, as the list's `seq`, to todos that are in order, and leaves them in order.
    pub fn apply(self, seq: Seq, todos: &mut Vec<Todo>) {
        match self {
            Self::Added(todo) | Self::Updated(todo) => put(todos, todo),
            Self::Deleted(id) => todos.retain(|todo| todo.id != id),
            Self::ManyAdded(many) => many.into_iter().for_each(|todo| put(todos, todo)),
            Self::ManyDeleted(ids) => {
                let ids = TodoIds::new(&ids);
                todos.retain(|todo| !ids.contains(todo.id));
            }
            Self::ManyCompleted {
                ids,
                completed,
                updated_at,
            } => {
                let ids = TodoIds::new(&ids);
                for todo in todos.iter_mut().filter(|todo| ids.contains(todo.id)) {
                    todo.completed = completed;
                    todo.version = seq;
                    todo.updated_at = updated_at;
                }
            }
        }
    }
}

fn put(todos: &mut Vec<Todo>, todo: Todo) {
    todos.retain(|other| other.id != todo.id);
    let at = todos.partition_point(|other| other.in_order(&todo) == Ordering::Less);
    todos.insert(at, todo);
}
