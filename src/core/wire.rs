//! The JSON of the sync contract, and nothing else knows it.
//!
//! Messages are flat structs with optional fields. The server reads and writes them with serde. In the
//! WebAssembly serde_json would cost 25 kB (brotli), so the browser reads what its own `JSON.parse` made
//! ([`read`]) and writes the one message it sends by hand ([`write`]); tests hold the two together.
//! An absent field and `null` mean the same; unknown fields are ignored.

pub mod read;
pub mod write;

use super::{
    id::{ClientId, Epoch, ListId, Mid, Seq, TodoId},
    invalid::Invalid,
    list::Role,
    op::{Event, Op, Rejection, RejectionCode},
    order::Position,
    pending, replica,
    todo::Todo,
};
use serde::{Deserialize, Serialize};

/// Mutations a push carries at most.
pub const PUSH_MAX: usize = 500;

/// A mutation in a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mutation {
    mid: Mid,
    op: OpFields,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OpFields {
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<TodoId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<String>,
}

fn required<T>(value: Option<T>, field: &'static str) -> Result<T, Invalid> {
    value.ok_or(Invalid::new(field, "This field is missing."))
}

impl From<Op> for OpFields {
    fn from(op: Op) -> Self {
        let of = |r#type: &str, id| Self {
            r#type: r#type.to_owned(),
            id,
            ..Self::default()
        };
        match op {
            Op::AddTodo {
                id,
                title,
                position,
            } => Self {
                title: Some(title),
                position: Some(position),
                ..of("ADD_TODO", Some(id))
            },
            Op::SetCompleted { id, completed } => Self {
                completed: Some(completed),
                ..of("SET_COMPLETED", Some(id))
            },
            Op::DeleteTodo { id } => of("DELETE_TODO", Some(id)),
            Op::Noop => of("NOOP", None),
        }
    }
}

impl TryFrom<OpFields> for Op {
    type Error = Invalid;

    fn try_from(fields: OpFields) -> Result<Self, Invalid> {
        let id = required(fields.id, "id");
        match fields.r#type.as_str() {
            "ADD_TODO" => Ok(Self::AddTodo {
                id: id?,
                title: required(fields.title, "title")?,
                position: required(fields.position, "position")?,
            }),
            "SET_COMPLETED" => Ok(Self::SetCompleted {
                id: id?,
                completed: required(fields.completed, "completed")?,
            }),
            "DELETE_TODO" => Ok(Self::DeleteTodo { id: id? }),
            "NOOP" => Ok(Self::Noop),
            _ => Err(Invalid::new("type", "There is no such op.")),
        }
    }
}

impl From<pending::Mutation> for Mutation {
    fn from(mutation: pending::Mutation) -> Self {
        Self {
            mid: mutation.mid,
            op: mutation.op.into(),
        }
    }
}

impl TryFrom<Mutation> for pending::Mutation {
    type Error = Invalid;

    fn try_from(mutation: Mutation) -> Result<Self, Invalid> {
        if mutation.mid == Mid(0) {
            return Err(Invalid::new("mid", "Mutations are numbered from 1."));
        }
        Ok(Self {
            mid: mutation.mid,
            op: mutation.op.try_into()?,
        })
    }
}

/// What was decided about one mutation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which one.
    pub mid: Mid,
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

const CODES: [(RejectionCode, &str); 4] = [
    (RejectionCode::Gone, "GONE"),
    (RejectionCode::Forbidden, "FORBIDDEN"),
    (RejectionCode::Invalid, "INVALID"),
    (RejectionCode::Limit, "LIMIT"),
];

impl Outcome {
    /// The outcome of mutation `mid`.
    pub fn new(mid: Mid, outcome: pending::Outcome) -> Self {
        use pending::Outcome::{Applied, Rejected, Skipped, Unknown};
        let of = |r#type: &str| Self {
            mid,
            r#type: r#type.to_owned(),
            seq: None,
            code: None,
            message: None,
        };
        match outcome {
            Applied(seq) => Self {
                seq: Some(seq),
                ..of("APPLIED")
            },
            Rejected(rejection) => Self {
                code: CODES
                    .iter()
                    .find(|(code, _)| *code == rejection.code)
                    .map(|(_, name)| (*name).to_owned()),
                message: Some(rejection.message),
                ..of("REJECTED")
            },
            Skipped => of("SKIPPED"),
            Unknown => of("UNKNOWN"),
        }
    }
}

impl From<Outcome> for pending::Outcome {
    /// An outcome that this version does not know counts as `UNKNOWN`.
    fn from(outcome: Outcome) -> Self {
        match (outcome.r#type.as_str(), outcome.seq) {
            ("APPLIED", Some(seq)) => Self::Applied(seq),
            ("REJECTED", _) => {
                let code = outcome.code.unwrap_or_default();
                let known = CODES.iter().find(|(_, name)| *name == code);
                Self::Rejected(Rejection::new(
                    known.map_or(RejectionCode::Invalid, |(code, _)| *code),
                    outcome.message.unwrap_or_default(),
                ))
            }
            ("SKIPPED", _) => Self::Skipped,
            _ => Self::Unknown,
        }
    }
}

/// The answer to a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// The server's epoch.
    pub epoch: Epoch,
    /// The client's highest mutation that is decided.
    pub last_mid: Mid,
    /// One for each mutation of the push, in its order.
    pub outcomes: Vec<Outcome>,
}

/// An event with its place and its origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFrame {
    r#type: String,
    list: ListId,
    seq: Seq,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mid: Option<Mid>,
    payload: Payload,
}

/// A whole todo, or only its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    id: TodoId,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ListId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_version: Option<Seq>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated_at: Option<i64>,
}

impl From<Todo> for Payload {
    fn from(todo: Todo) -> Self {
        Self {
            id: todo.id,
            list: Some(todo.list),
            title: Some(todo.title),
            completed: Some(todo.completed),
            position: Some(todo.position),
            version: Some(todo.version),
            title_version: Some(todo.title_version),
            created_at: Some(todo.created_at),
            updated_at: Some(todo.updated_at),
        }
    }
}

impl Payload {
    fn todo(self) -> Option<Todo> {
        Some(Todo {
            id: self.id,
            list: self.list?,
            title: self.title?,
            completed: self.completed?,
            position: self.position?,
            version: self.version?,
            title_version: self.title_version?,
            created_at: self.created_at?,
            updated_at: self.updated_at?,
        })
    }
}

impl EventFrame {
    /// An event at its place. `origin` is the mutation that made it, unless a plain form did.
    pub fn new(list: ListId, seq: Seq, origin: Option<(ClientId, Mid)>, event: Event) -> Self {
        let (r#type, payload) = match event {
            Event::Added(todo) => ("TODO_ADDED", todo.into()),
            Event::Updated(todo) => ("TODO_UPDATED", todo.into()),
            Event::Deleted(id) => (
                "TODO_DELETED",
                Payload {
                    id,
                    list: None,
                    title: None,
                    completed: None,
                    position: None,
                    version: None,
                    title_version: None,
                    created_at: None,
                    updated_at: None,
                },
            ),
        };
        Self {
            r#type: r#type.to_owned(),
            list,
            seq,
            client: origin.map(|(client, _)| client),
            mid: origin.map(|(_, mid)| mid),
            payload,
        }
    }

    /// Its place.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The event, unless this version does not know its type.
    pub fn event(self) -> Option<Event> {
        match self.r#type.as_str() {
            "TODO_ADDED" => self.payload.todo().map(Event::Added),
            "TODO_UPDATED" => self.payload.todo().map(Event::Updated),
            "TODO_DELETED" => Some(Event::Deleted(self.payload.id)),
            _ => None,
        }
    }
}

/// The answer to a pull: all of a list, or what came since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulled {
    r#type: String,
    list: ListId,
    epoch: Epoch,
    seq: Seq,
    /// What the person who asks may do.
    pub role: Role,
    /// The client's highest mutation that is decided, 0 without a client.
    pub last_mid: Mid,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Vec<Todo>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<EventFrame>>,
}

/// What a pull brought, for a replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The whole state.
    Snapshot(replica::Replica),
    /// The events after the `since` that was asked for, in order.
    Delta(Epoch, Vec<EventFrame>),
}

impl Pulled {
    /// All of a list, read at one moment.
    pub fn snapshot(list: ListId, role: Role, last_mid: Mid, state: replica::Replica) -> Self {
        Self {
            r#type: "SNAPSHOT".to_owned(),
            list,
            epoch: state.epoch,
            seq: state.seq,
            role,
            last_mid,
            payload: Some(state.todos),
            events: None,
        }
    }

    /// Exactly the events `since + 1` to `seq`.
    pub fn delta(
        list: ListId,
        role: Role,
        last_mid: Mid,
        epoch: Epoch,
        seq: Seq,
        events: Vec<EventFrame>,
    ) -> Self {
        Self {
            r#type: "DELTA".to_owned(),
            list,
            epoch,
            seq,
            role,
            last_mid,
            payload: None,
            events: Some(events),
        }
    }

    /// What it brings.
    pub fn news(self) -> News {
        match self.payload {
            Some(todos) => News::Snapshot(replica::Replica::new(self.epoch, self.seq, todos)),
            None => News::Delta(self.epoch, self.events.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
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
            let mutation = pending::Mutation { mid: Mid(3), op };
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
            assert_eq!(pending::Outcome::from(back), outcome);
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
            assert_eq!((back.seq(), back.event()), (Seq(2), Some(event)));
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
}
