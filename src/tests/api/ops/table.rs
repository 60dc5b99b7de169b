//! The table itself.

use crate::tests::person::add;
use Cell::{Changes, Keeps, Refused, Skipped};
use serde_json::{Value, json};

/// What the list has under an id before an op.
#[derive(Debug, Clone, Copy)]
pub enum State {
    Mine,
    Theirs,
    Deleted,
    Purged,
    Never,
}

pub const STATES: [State; 5] = [
    State::Mine,
    State::Theirs,
    State::Deleted,
    State::Purged,
    State::Never,
];

/// What becomes of an op on a todo in such a state.
#[derive(Debug, Clone, Copy)]
pub enum Cell {
    /// Applied, with this event, and the todo is another one.
    Changes(&'static str),
    /// Applied, with this event, and the todo is the same.
    Keeps(&'static str),
    /// Rejected with this code.
    Refused(&'static str),
    Skipped,
}

const GONE: Cell = Refused("GONE");

/// An op on an id, the fields that it gives a todo, and the cell of each state.
pub struct Row {
    pub op: fn(&str) -> Value,
    pub gives: fn() -> Value,
    pub cells: [Cell; 5],
}

/// Every todo is "oat milk", completed and at "a0" before.
pub const TABLE: [Row; 10] = [
    Row {
        op: |id| add(id, " rye bread "),
        gives: || json!({"title": "rye bread", "completed": false, "position": "a0"}),
        cells: [
            Keeps("TODO_ADDED"),
            Refused("INVALID"),
            GONE,
            GONE,
            Changes("TODO_ADDED"),
        ],
    },
    Row {
        op: |id| json!({"type": "SET_COMPLETED", "id": id, "completed": false}),
        gives: || json!({"completed": false}),
        cells: [UPDATED, UPDATED, GONE, GONE, GONE],
    },
    Row {
        op: |id| set_title(id, " rye bread "),
        gives: || json!({"title": "rye bread"}),
        cells: [UPDATED, UPDATED, GONE, GONE, GONE],
    },
    Row {
        op: |id| json!({"type": "MOVE_TODO", "id": id, "position": "Zz9"}),
        gives: || json!({"position": "Zz9"}),
        cells: [UPDATED, UPDATED, GONE, GONE, GONE],
    },
    Row {
        op: |id| json!({"type": "DELETE_TODO", "id": id}),
        gives: || json!({}),
        cells: [
            Changes("TODO_DELETED"),
            Changes("TODO_DELETED"),
            Keeps("TODO_DELETED"),
            Keeps("TODO_DELETED"),
            GONE,
        ],
    },
    Row {
        op: |id| json!({"type": "RESTORE_TODO", "id": id}),
        gives: || json!({}),
        cells: [
            Keeps("TODO_ADDED"),
            Keeps("TODO_ADDED"),
            Changes("TODO_ADDED"),
            GONE,
            GONE,
        ],
    },
    Row {
        op: |id| json!({"type": "SET_ALL_COMPLETED", "ids": [id], "completed": false}),
        gives: || json!({"completed": false}),
        cells: [
            Changes("TODOS_UPDATED"),
            Changes("TODOS_UPDATED"),
            Keeps("TODOS_UPDATED"),
            Keeps("TODOS_UPDATED"),
            Keeps("TODOS_UPDATED"),
        ],
    },
    Row {
        op: |id| json!({"type": "CLEAR_COMPLETED", "ids": [id]}),
        gives: || json!({}),
        cells: [
            Changes("TODOS_DELETED"),
            Changes("TODOS_DELETED"),
            Keeps("TODOS_DELETED"),
            Keeps("TODOS_DELETED"),
            Keeps("TODOS_DELETED"),
        ],
    },
    Row {
        op: |id| json!({"type": "RESTORE_TODOS", "ids": [id]}),
        gives: || json!({}),
        cells: [
            Keeps("TODOS_ADDED"),
            Keeps("TODOS_ADDED"),
            Changes("TODOS_ADDED"),
            Keeps("TODOS_ADDED"),
            Keeps("TODOS_ADDED"),
        ],
    },
    Row {
        op: |_| json!({"type": "NOOP"}),
        gives: || json!({}),
        cells: [Skipped; 5],
    },
];

const UPDATED: Cell = Changes("TODO_UPDATED");

pub fn set_title(id: &str, title: &str) -> Value {
    json!({"type": "SET_TITLE", "id": id, "title": title, "base": {"server": u64::MAX}})
}
