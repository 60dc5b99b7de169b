//! What a person can ask for, and what becomes of it: total and deterministic, the same on both sides.
//!
//! Not here: whether the person may (the server's `lists`), and what was decided before (the store).

use super::{
    id::{ListId, Seq, TodoId, UserId},
    list::TODOS_MAX,
    order::Position,
    todo::{Todo, check_title},
};

/// What a person meant. The texts are as they came: deciding checks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// A new todo, under an id its author made.
    AddTodo {
        /// The id it gets.
        id: TodoId,
        /// Its text, before trimming.
        title: String,
        /// Its place, before checking.
        position: String,
    },
    /// Done, or not done after all. Absolute, never "toggle": said twice it is still so.
    SetCompleted {
        /// Which one.
        id: TodoId,
        /// What it is from now on.
        completed: bool,
    },
    /// Away with it. Its id stays known.
    DeleteTodo {
        /// Which one.
        id: TodoId,
    },
    /// Nothing: it fills the slot of a mutation that was given up.
    Noop,
}

impl Op {
    /// Bytes of text in it.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::AddTodo { title, .. } => title.len(),
            _ => 0,
        }
    }

    /// The todo it speaks of.
    pub fn subject(&self) -> Option<TodoId> {
        match self {
            Self::AddTodo { id, .. } | Self::SetCompleted { id, .. } | Self::DeleteTodo { id } => {
                Some(*id)
            }
            Self::Noop => None,
        }
    }
}

/// What a list has under an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Nothing, and never had.
    Never,
    /// A todo that was deleted.
    Deleted,
    /// A todo.
    Live {
        /// As it is.
        todo: Todo,
        /// Who added it.
        creator: UserId,
    },
}

/// All that deciding looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The list.
    pub list: ListId,
    /// What it has under the op's id.
    pub slot: Slot,
    /// How many todos it has.
    pub live: usize,
    /// Who asks.
    pub author: UserId,
    /// The `seq` that the event gets, if there is one.
    pub seq: Seq,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// An accepted change. Applied to the state before it, it gives the state after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A todo that is there from now on.
    Added(Todo),
    /// A todo as it is from now on.
    Updated(Todo),
    /// A todo that is gone.
    Deleted(TodoId),
}

/// Why an op was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// For programs.
    pub code: RejectionCode,
    /// For the person.
    pub message: String,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionCode {
    /// The todo is deleted or was never there.
    Gone,
    /// This person may not change the list.
    Forbidden,
    /// The op breaks a rule.
    Invalid,
    /// The list is full.
    Limit,
}

impl Rejection {
    /// A refusal with its reason.
    pub fn new(code: RejectionCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The person may only look.
    pub fn forbidden() -> Self {
        Self::new(
            RejectionCode::Forbidden,
            "You may look at this list, but not change it.",
        )
    }

    fn gone() -> Self {
        Self::new(RejectionCode::Gone, "This item was deleted.")
    }
}

/// What became of an op.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Accepted: it takes a `seq` and makes this event, even if that changes nothing.
    Applied(Event),
    /// Refused: no `seq`, no event.
    Rejected(Rejection),
    /// It was a [`Op::Noop`]: no `seq`, no event.
    Skipped,
}

/// Decides an op: the table of the sync contract. An op that leaves every field as it was changes no version.
pub fn decide(op: &Op, facts: Facts) -> Decision {
    let refuse = |rejection| Decision::Rejected(rejection);
    match (op, facts.slot) {
        (Op::Noop, _) => Decision::Skipped,
        (Op::AddTodo { .. }, Slot::Live { todo, creator }) if creator == facts.author => {
            Decision::Applied(Event::Added(todo))
        }
        (Op::AddTodo { .. }, Slot::Live { .. }) => refuse(Rejection::new(
            RejectionCode::Invalid,
            "Another item has this id already.",
        )),
        (
            Op::AddTodo {
                id,
                title,
                position,
            },
            Slot::Never,
        ) => {
            let checked =
                check_title(title).and_then(|title| Ok((title, Position::parse(position)?)));
            match checked {
                Err(invalid) => refuse(Rejection::new(RejectionCode::Invalid, invalid.message)),
                Ok(_) if facts.live >= TODOS_MAX => refuse(Rejection::new(
                    RejectionCode::Limit,
                    "A list has at most 10,000 items.",
                )),
                Ok((title, position)) => Decision::Applied(Event::Added(Todo {
                    id: *id,
                    list: facts.list,
                    title: title.to_owned(),
                    completed: false,
                    position,
                    version: facts.seq,
                    title_version: facts.seq,
                    created_at: facts.now,
                    updated_at: facts.now,
                })),
            }
        }
        (Op::SetCompleted { completed, .. }, Slot::Live { mut todo, .. }) => {
            if todo.completed != *completed {
                todo.completed = *completed;
                todo.version = facts.seq;
                todo.updated_at = facts.now;
            }
            Decision::Applied(Event::Updated(todo))
        }
        (Op::DeleteTodo { id }, Slot::Live { .. } | Slot::Deleted) => {
            Decision::Applied(Event::Deleted(*id))
        }
        (Op::AddTodo { .. }, Slot::Deleted)
        | (Op::SetCompleted { .. }, Slot::Deleted | Slot::Never)
        | (Op::DeleteTodo { .. }, Slot::Never) => refuse(Rejection::gone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ME: UserId = UserId(Uuid::from_u128(1));
    const OTHER: UserId = UserId(Uuid::from_u128(2));
    const LIST: ListId = ListId(Uuid::from_u128(3));
    const ID: TodoId = TodoId(Uuid::from_u128(4));

    fn todo() -> Todo {
        Todo {
            id: ID,
            list: LIST,
            title: "milk".to_owned(),
            completed: false,
            position: Position::parse("a0").unwrap(),
            version: Seq(7),
            title_version: Seq(7),
            created_at: 100,
            updated_at: 100,
        }
    }

    fn facts(slot: Slot) -> Facts {
        Facts {
            list: LIST,
            slot,
            live: 1,
            author: ME,
            seq: Seq(9),
            now: 900,
        }
    }

    fn live(creator: UserId) -> Slot {
        Slot::Live {
            todo: todo(),
            creator,
        }
    }

    fn add(title: &str, position: &str) -> Op {
        Op::AddTodo {
            id: ID,
            title: title.to_owned(),
            position: position.to_owned(),
        }
    }

    fn code(decision: Decision) -> RejectionCode {
        match decision {
            Decision::Rejected(rejection) => rejection.code,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn adding_on_each_kind_of_slot() {
        let Decision::Applied(Event::Added(added)) =
            decide(&add(" milk ", "a0"), facts(Slot::Never))
        else {
            panic!("not applied")
        };
        assert_eq!(
            (added.title.as_str(), added.version, added.title_version),
            ("milk", Seq(9), Seq(9))
        );
        assert_eq!((added.created_at, added.updated_at), (900, 900));

        // Mine already: applied, unchanged, whatever the op says now.
        assert_eq!(
            decide(&add("other", "b00"), facts(live(ME))),
            Decision::Applied(Event::Added(todo()))
        );
        assert_eq!(
            code(decide(&add("milk", "a0"), facts(live(OTHER)))),
            RejectionCode::Invalid
        );
        assert_eq!(
            code(decide(&add("milk", "a0"), facts(Slot::Deleted))),
            RejectionCode::Gone
        );
    }

    #[test]
    fn adding_checks_title_position_and_limit() {
        for bad in [
            add("  ", "a0"),
            add(&"x".repeat(501), "a0"),
            add("x", ""),
            add("x", "a-0"),
        ] {
            assert_eq!(
                code(decide(&bad, facts(Slot::Never))),
                RejectionCode::Invalid,
                "{bad:?}"
            );
        }
        let full = Facts {
            live: TODOS_MAX,
            ..facts(Slot::Never)
        };
        assert_eq!(code(decide(&add("x", "a0"), full)), RejectionCode::Limit);
    }

    #[test]
    fn completing_changes_the_version_and_not_the_title_version() {
        let op = Op::SetCompleted {
            id: ID,
            completed: true,
        };
        let Decision::Applied(Event::Updated(after)) = decide(&op, facts(live(OTHER))) else {
            panic!("not applied")
        };
        assert!(after.completed);
        assert_eq!((after.version, after.title_version), (Seq(9), Seq(7)));
        assert_eq!((after.created_at, after.updated_at), (100, 900));
        for slot in [Slot::Deleted, Slot::Never] {
            assert_eq!(code(decide(&op, facts(slot))), RejectionCode::Gone);
        }
    }

    #[test]
    fn an_op_that_changes_nothing_is_applied_and_leaves_versions_and_time() {
        let op = Op::SetCompleted {
            id: ID,
            completed: false,
        };
        assert_eq!(
            decide(&op, facts(live(ME))),
            Decision::Applied(Event::Updated(todo()))
        );
    }

    #[test]
    fn deleting_on_each_kind_of_slot() {
        let op = Op::DeleteTodo { id: ID };
        for slot in [live(OTHER), Slot::Deleted] {
            assert_eq!(
                decide(&op, facts(slot)),
                Decision::Applied(Event::Deleted(ID))
            );
        }
        assert_eq!(code(decide(&op, facts(Slot::Never))), RejectionCode::Gone);
    }

    #[test]
    fn a_noop_is_skipped_everywhere() {
        for slot in [live(ME), Slot::Deleted, Slot::Never] {
            assert_eq!(decide(&Op::Noop, facts(slot)), Decision::Skipped);
        }
    }
}
