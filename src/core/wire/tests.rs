//! What is written is read back.

use super::*;
use serde_json::{from_value, json, to_value};
use uuid::Uuid;

fn id() -> TodoId {
    TodoId(Uuid::from_u128(7))
}

fn decode(op: serde_json::Value) -> Result<pending::Mutation, Invalid> {
    let mutation: Mutation = from_value(json!({"mid": 1, "op": op})).unwrap();
    mutation.try_into()
}

#[test]
fn every_op_survives_the_wire() {
    let ops = [
        Op::AddTodo {
            id: id(),
            title: "milk".into(),
            position: "a0".into(),
        },
        Op::SetCompleted {
            id: id(),
            completed: true,
        },
        Op::DeleteTodo { id: id() },
        Op::Noop,
    ];
    for op in ops {
        let mutation = pending::Mutation {
            mid: Mid(3),
            op,
            unless_after: None,
        };
        let wire: Mutation =
            from_value(to_value(Mutation::from(mutation.clone())).unwrap()).unwrap();
        assert_eq!(pending::Mutation::try_from(wire), Ok(mutation));
    }
}

#[test]
fn what_an_op_lacks_is_named_and_null_means_absent() {
    let field = |op| decode(op).map_err(|invalid| invalid.field);
    assert_eq!(
        field(json!({"type": "ADD_TODO", "id": id(), "position": "a0"})),
        Err("title")
    );
    assert_eq!(
        field(json!({"type": "SET_COMPLETED", "id": null, "completed": true})),
        Err("id")
    );
    assert_eq!(field(json!({"type": "EXPLODE"})), Err("type"));
    assert!(field(json!({"type": "NOOP", "id": null, "colour": "red"})).is_ok());
}

#[test]
fn every_outcome_survives_the_wire() {
    use pending::Outcome::{Applied, Rejected, Skipped, Unknown};
    let mut outcomes = vec![Applied(Seq(4)), Skipped, Unknown];
    outcomes.extend(CODES.map(|(code, _)| Rejected(Rejection::new(code, "why"))));
    for outcome in outcomes {
        let wire = to_value(Outcome::new(Mid(2), outcome.clone())).unwrap();
        let back: Outcome = from_value(wire).unwrap();
        assert_eq!(back.decided(), Some(outcome));
    }
    assert_eq!(
        to_value(Outcome::new(Mid(2), Applied(Seq(4)))).unwrap(),
        json!({"mid": 2, "type": "APPLIED", "seq": 4})
    );
}

#[test]
fn every_event_survives_the_wire() {
    let todo = Todo {
        id: id(),
        list: ListId(Uuid::from_u128(9)),
        title: "milk".into(),
        completed: true,
        position: Position::parse("a0").unwrap(),
        version: Seq(2),
        title_version: Seq(1),
        created_at: 10,
        updated_at: 20,
    };
    for event in [
        Event::Added(todo.clone()),
        Event::Updated(todo.clone()),
        Event::Deleted(id()),
    ] {
        let origin = Some((ClientId(Uuid::from_u128(5)), Mid(6)));
        let wire = to_value(EventFrame::new(todo.list, Seq(2), origin, event.clone())).unwrap();
        let back: EventFrame = from_value(wire).unwrap();
        let placed = back.placed();
        assert_eq!((placed.seq, placed.event), (Seq(2), Some(event)));
    }
    assert_eq!(
        to_value(EventFrame::new(
            todo.list,
            Seq(3),
            None,
            Event::Deleted(id())
        ))
        .unwrap(),
        json!({"type": "TODO_DELETED", "list": todo.list, "seq": 3, "payload": {"id": id()}})
    );
}
