//! Every cell of the contract's table: each op on a live, a deleted and an unknown todo.

use super::*;
use uuid::Uuid;

const ME: UserId = UserId(Uuid::from_u128(1));
const OTHER: UserId = UserId(Uuid::from_u128(2));
const LIST: ListId = ListId(Uuid::from_u128(3));
const ID: TodoId = TodoId(Uuid::from_u128(4));
const SECOND: TodoId = TodoId(Uuid::from_u128(5));
const THIRD: TodoId = TodoId(Uuid::from_u128(6));
/// Nothing was ever there.
const NEVER: TodoId = TodoId(Uuid::from_u128(7));

fn todo() -> Todo {
    Todo {
        id: ID,
        list: LIST,
        title: "milk".to_owned(),
        completed: false,
        position: Position::parse("a0").unwrap(),
        version: Seq(7),
        title_version: Seq(5),
        created_at: 100,
        updated_at: 100,
    }
}

fn live_by(creator: UserId) -> Slot {
    Slot::Live {
        todo: todo(),
        creator,
    }
}

fn deleted() -> Slot {
    Slot::Deleted {
        todo: Some(todo()),
        version: Seq(7),
    }
}

fn purged() -> Slot {
    Slot::Deleted {
        todo: None,
        version: Seq(7),
    }
}

fn facts(slots: impl IntoIterator<Item = (TodoId, Slot)>) -> Facts {
    Facts {
        list: LIST,
        slots: slots.into_iter().collect(),
        live: 1,
        author: ME,
        seq: Seq(9),
        now: 900,
        based_on: Seq(5),
        unless_after: None,
    }
}

fn on(slot: Slot) -> Facts {
    facts([(ID, slot)])
}

fn never() -> Facts {
    facts([])
}

fn add(title: &str, position: &str) -> Op {
    Op::AddTodo {
        id: ID,
        title: title.to_owned(),
        position: position.to_owned(),
    }
}

fn set_title(title: &str) -> Op {
    Op::SetTitle {
        id: ID,
        title: title.to_owned(),
        base: Base::default(),
    }
}

fn move_to(position: &str) -> Op {
    Op::MoveTodo {
        id: ID,
        position: position.to_owned(),
    }
}

const COMPLETE: Op = Op::SetCompleted {
    id: ID,
    completed: true,
};

#[track_caller]
fn applied(op: &Op, facts: &Facts) -> Event {
    match decide(op, facts) {
        Decision::Applied(event) => event,
        other => panic!("{op:?} was not applied: {other:?}"),
    }
}

#[track_caller]
fn updated(op: &Op, facts: &Facts) -> Todo {
    match applied(op, facts) {
        Event::Updated(todo) => todo,
        other => panic!("{op:?} made {other:?}"),
    }
}

#[track_caller]
fn refused(op: &Op, facts: &Facts) -> RejectionCode {
    match decide(op, facts) {
        Decision::Rejected(rejection) => rejection.code,
        other => panic!("{op:?} was not refused: {other:?}"),
    }
}

#[test]
fn adding_what_never_was_makes_it() {
    let Event::Added(added) = applied(&add(" milk ", "a0"), &never()) else {
        panic!("not added")
    };
    assert_eq!(added.title, "milk");
    assert_eq!((added.version, added.title_version), (Seq(9), Seq(9)));
    assert_eq!((added.created_at, added.updated_at), (900, 900));
}

#[test]
fn adding_what_is_there_changes_nothing_for_its_creator_and_is_refused_to_others() {
    let again = applied(&add("other", "b00"), &on(live_by(ME)));
    assert_eq!(again, Event::Added(todo()));
    let others = refused(&add("milk", "a0"), &on(live_by(OTHER)));
    assert_eq!(others, RejectionCode::Invalid);
}

#[test]
fn adding_checks_title_position_and_limit() {
    let bad = [
        add("  ", "a0"),
        add(&"x".repeat(501), "a0"),
        add("x", ""),
        add("x", "a-0"),
    ];
    for bad in bad {
        assert_eq!(refused(&bad, &never()), RejectionCode::Invalid, "{bad:?}");
    }
    let full = Facts {
        live: TODOS_MAX,
        ..never()
    };
    assert_eq!(refused(&add("x", "a0"), &full), RejectionCode::Limit);
}

#[test]
fn what_is_deleted_or_never_was_cannot_be_changed() {
    let ops = [COMPLETE, set_title("tea"), move_to("a1")];
    for op in &ops {
        for facts in [on(deleted()), on(purged()), never()] {
            assert_eq!(refused(op, &facts), RejectionCode::Gone, "{op:?}");
        }
    }
    assert_eq!(
        refused(&add("milk", "a0"), &on(deleted())),
        RejectionCode::Gone
    );
}

#[test]
fn each_change_touches_its_field_and_the_version() {
    let facts = on(live_by(OTHER));
    let changed = Todo {
        version: Seq(9),
        updated_at: 900,
        ..todo()
    };
    let completed = Todo {
        completed: true,
        ..changed.clone()
    };
    assert_eq!(updated(&COMPLETE, &facts), completed);
    let moved = Todo {
        position: Position::parse("a1").unwrap(),
        ..changed.clone()
    };
    assert_eq!(updated(&move_to("a1"), &facts), moved);
    let retitled = Todo {
        title: "tea".to_owned(),
        title_version: Seq(9),
        ..changed
    };
    assert_eq!(updated(&set_title(" tea "), &facts), retitled);
}

#[test]
fn a_change_that_changes_nothing_is_applied_and_leaves_versions_and_time() {
    let uncomplete = Op::SetCompleted {
        id: ID,
        completed: false,
    };
    for op in [uncomplete, set_title("milk "), move_to("a0")] {
        assert_eq!(updated(&op, &on(live_by(OTHER))), todo(), "{op:?}");
    }
}

#[test]
fn a_text_or_a_place_that_breaks_a_rule_is_refused() {
    for op in [
        set_title(" "),
        set_title("a\u{0}b"),
        move_to(""),
        move_to("é"),
    ] {
        let code = refused(&op, &on(live_by(ME)));
        assert_eq!(code, RejectionCode::Invalid, "{op:?}");
    }
}

#[test]
fn a_conflict_is_a_text_changed_after_what_the_edit_was_based_on_and_nothing_else() {
    let based_on = |seq| Facts {
        based_on: Seq(seq),
        ..on(live_by(OTHER))
    };
    // The text's version is 5, the todo's 7: ticking it did not change the text.
    assert_eq!(updated(&set_title("tea"), &based_on(5)).title, "tea");
    assert_eq!(updated(&set_title("tea"), &based_on(6)).title, "tea");
    assert_eq!(
        decide(&set_title("tea"), &based_on(4)),
        Decision::Conflict(todo())
    );
    // The same text is no conflict, whoever wrote it first.
    assert_eq!(updated(&set_title("milk"), &based_on(0)), todo());
}

#[test]
fn deleting_is_applied_to_what_ever_was() {
    let delete = Op::DeleteTodo { id: ID };
    for slot in [live_by(OTHER), deleted(), purged()] {
        assert_eq!(applied(&delete, &on(slot)), Event::Deleted(ID));
    }
    assert_eq!(refused(&delete, &never()), RejectionCode::Gone);
}

#[test]
fn restoring_brings_back_what_was_deleted_as_it_was() {
    let restore = Op::RestoreTodo { id: ID };
    let back = Todo {
        version: Seq(9),
        updated_at: 900,
        ..todo()
    };
    assert_eq!(applied(&restore, &on(deleted())), Event::Added(back));
    assert_eq!(applied(&restore, &on(live_by(OTHER))), Event::Added(todo()));
    for facts in [on(purged()), never()] {
        assert_eq!(refused(&restore, &facts), RejectionCode::Gone);
    }
    let full = Facts {
        live: TODOS_MAX,
        ..on(deleted())
    };
    assert_eq!(refused(&restore, &full), RejectionCode::Limit);
}

/// A live one, a completed one, a deleted one.
fn three() -> Facts {
    let done = Todo {
        id: SECOND,
        completed: true,
        ..todo()
    };
    let gone = Todo {
        id: THIRD,
        ..todo()
    };
    let done = Slot::Live {
        todo: done,
        creator: OTHER,
    };
    let gone = Slot::Deleted {
        todo: Some(gone),
        version: Seq(8),
    };
    facts([(ID, live_by(ME)), (SECOND, done), (THIRD, gone)])
}

fn all_ids() -> Vec<TodoId> {
    vec![THIRD, ID, ID, NEVER, SECOND]
}

#[test]
fn bulk_ops_touch_what_they_can_and_skip_the_rest() {
    let complete_all = Op::SetAllCompleted {
        ids: all_ids(),
        completed: true,
    };
    let completed = Event::ManyCompleted {
        ids: vec![ID],
        completed: true,
        updated_at: 900,
    };
    assert_eq!(applied(&complete_all, &three()), completed);
    let clear = Op::ClearCompleted { ids: all_ids() };
    assert_eq!(applied(&clear, &three()), Event::ManyDeleted(vec![SECOND]));
    let restore = Op::RestoreTodos { ids: all_ids() };
    let Event::ManyAdded(back) = applied(&restore, &three()) else {
        panic!("not restored")
    };
    let back: Vec<_> = back.iter().map(|todo| (todo.id, todo.version)).collect();
    assert_eq!(back, [(THIRD, Seq(9))]);
}

#[test]
fn bulk_ops_on_nothing_are_applied_and_touch_nothing() {
    let none = never();
    let clear = Op::ClearCompleted { ids: all_ids() };
    assert_eq!(applied(&clear, &none), Event::ManyDeleted(vec![]));
    let restore = Op::RestoreTodos { ids: vec![] };
    assert_eq!(applied(&restore, &none), Event::ManyAdded(vec![]));
}

#[test]
fn restoring_more_than_the_list_holds_restores_none() {
    let full = Facts {
        live: TODOS_MAX,
        ..three()
    };
    let restore = Op::RestoreTodos { ids: all_ids() };
    assert_eq!(refused(&restore, &full), RejectionCode::Limit);
}

#[test]
fn a_bulk_op_names_at_most_1_000_ids() {
    let of = |count| Op::ClearCompleted {
        ids: vec![ID; count],
    };
    assert_eq!(refused(&of(1_001), &three()), RejectionCode::Invalid);
    applied(&of(1_000), &three());
}

#[test]
fn an_undo_leaves_alone_what_somebody_changed_since() {
    // The todo's version is 7, and so is its deletion's.
    let seen = |seq, facts: Facts| Facts {
        unless_after: Some(Seq(seq)),
        ..facts
    };
    let on_live = [COMPLETE, set_title("tea"), move_to("a1")];
    for op in &on_live {
        applied(op, &seen(7, on(live_by(OTHER))));
        let later = seen(6, on(live_by(OTHER)));
        assert_eq!(refused(op, &later), RejectionCode::Changed, "{op:?}");
        // What is gone is gone, undo or not.
        assert_eq!(refused(op, &seen(6, on(deleted()))), RejectionCode::Gone);
    }
    for op in [Op::DeleteTodo { id: ID }, Op::RestoreTodo { id: ID }] {
        for slot in [live_by(OTHER), deleted()] {
            applied(&op, &seen(7, on(slot.clone())));
            let later = seen(6, on(slot));
            assert_eq!(refused(&op, &later), RejectionCode::Changed, "{op:?}");
        }
    }
    // In a bulk op it is skipped: 7 is left, 8 came later.
    let restore = Op::RestoreTodos { ids: all_ids() };
    assert_eq!(
        applied(&restore, &seen(7, three())),
        Event::ManyAdded(vec![])
    );
    let clear = Op::ClearCompleted { ids: all_ids() };
    assert_eq!(
        applied(&clear, &seen(6, three())),
        Event::ManyDeleted(vec![])
    );
}

#[test]
fn a_noop_is_skipped_everywhere() {
    for facts in [on(live_by(ME)), on(deleted()), never()] {
        assert_eq!(decide(&Op::Noop, &facts), Decision::Skipped);
    }
}
