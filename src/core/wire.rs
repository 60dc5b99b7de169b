//! The JSON of the sync contract, and nothing else knows it.
//!
//! Messages are flat structs with optional fields. The server reads and writes them with serde. In the
//! WebAssembly serde_json and the server functions' client cost 35 kB (brotli), so the browser reads what its own `JSON.parse` made
//! ([`read`]) and writes the one message it sends by hand ([`write`]); tests hold the two together.
//! An absent field and `null` mean the same; unknown fields are ignored.

pub mod frames;
pub mod heard;
pub mod read;
pub mod stored;
pub mod write;

use super::{
    conflict::{AFTER_MAX, Base},
    event::{Event, Placed},
    id::{ClientId, Epoch, ListId, Mid, Seq, TodoId},
    invalid::Invalid,
    list::Role,
    op::{Op, Rejection, RejectionCode},
    order::Position,
    pending,
    replica::{Brings, News},
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
    #[serde(skip_serializing_if = "Option::is_none")]
    ids: Option<Vec<TodoId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<BaseFields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unless_after: Option<BaseFields>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct BaseFields {
    server: Seq,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Vec<After>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct After {
    client: ClientId,
    mid: Mid,
}

impl From<Base> for BaseFields {
    fn from(base: Base) -> Self {
        let after = base.after.into_iter();
        let after: Vec<_> = after.map(|(client, mid)| After { client, mid }).collect();
        Self {
            server: base.server,
            after: (!after.is_empty()).then_some(after),
        }
    }
}

impl TryFrom<BaseFields> for Base {
    type Error = Invalid;

    fn try_from(fields: BaseFields) -> Result<Self, Invalid> {
        let after = fields.after.unwrap_or_default();
        if after.len() > AFTER_MAX {
            return Err(Invalid::new(
                "after",
                "An edit builds on at most 500 others.",
            ));
        }
        Ok(Self {
            server: fields.server,
            after: after
                .into_iter()
                .map(|after| (after.client, after.mid))
                .collect(),
        })
    }
}

fn required<T>(value: Option<T>, field: &'static str) -> Result<T, Invalid> {
    value.ok_or(Invalid::new(field, "This field is missing."))
}

/// What an op is called.
pub fn type_of(op: &Op) -> &'static str {
    match op {
        Op::AddTodo { .. } => "ADD_TODO",
        Op::SetCompleted { .. } => "SET_COMPLETED",
        Op::SetTitle { .. } => "SET_TITLE",
        Op::MoveTodo { .. } => "MOVE_TODO",
        Op::DeleteTodo { .. } => "DELETE_TODO",
        Op::RestoreTodo { .. } => "RESTORE_TODO",
        Op::SetAllCompleted { .. } => "SET_ALL_COMPLETED",
        Op::ClearCompleted { .. } => "CLEAR_COMPLETED",
        Op::RestoreTodos { .. } => "RESTORE_TODOS",
        Op::Noop => "NOOP",
    }
}

impl From<Op> for OpFields {
    fn from(op: Op) -> Self {
        let mut fields = Self {
            r#type: type_of(&op).to_owned(),
            ..Self::default()
        };
        match op {
            Op::AddTodo {
                id,
                title,
                position,
            } => {
                fields.id = Some(id);
                fields.title = Some(title);
                fields.position = Some(position);
            }
            Op::SetCompleted { id, completed } => {
                fields.id = Some(id);
                fields.completed = Some(completed);
            }
            Op::SetTitle { id, title, base } => {
                fields.id = Some(id);
                fields.title = Some(title);
                fields.base = Some(base.into());
            }
            Op::MoveTodo { id, position } => {
                fields.id = Some(id);
                fields.position = Some(position);
            }
            Op::DeleteTodo { id } | Op::RestoreTodo { id } => fields.id = Some(id),
            Op::SetAllCompleted { ids, completed } => {
                fields.ids = Some(ids);
                fields.completed = Some(completed);
            }
            Op::ClearCompleted { ids } | Op::RestoreTodos { ids } => fields.ids = Some(ids),
            Op::Noop => {}
        }
        fields
    }
}

impl TryFrom<OpFields> for Op {
    type Error = Invalid;

    fn try_from(fields: OpFields) -> Result<Self, Invalid> {
        let id = required(fields.id, "id");
        let ids = required(fields.ids, "ids");
        let title = required(fields.title, "title");
        let position = required(fields.position, "position");
        let completed = required(fields.completed, "completed");
        Ok(match fields.r#type.as_str() {
            "ADD_TODO" => Self::AddTodo {
                id: id?,
                title: title?,
                position: position?,
            },
            "SET_COMPLETED" => Self::SetCompleted {
                id: id?,
                completed: completed?,
            },
            "SET_TITLE" => Self::SetTitle {
                id: id?,
                title: title?,
                base: required(fields.base, "base")?.try_into()?,
            },
            "MOVE_TODO" => Self::MoveTodo {
                id: id?,
                position: position?,
            },
            "DELETE_TODO" => Self::DeleteTodo { id: id? },
            "RESTORE_TODO" => Self::RestoreTodo { id: id? },
            "SET_ALL_COMPLETED" => Self::SetAllCompleted {
                ids: ids?,
                completed: completed?,
            },
            "CLEAR_COMPLETED" => Self::ClearCompleted { ids: ids? },
            "RESTORE_TODOS" => Self::RestoreTodos { ids: ids? },
            "NOOP" => Self::Noop,
            _ => return Err(Invalid::new("type", "There is no such op.")),
        })
    }
}

impl From<pending::Mutation> for Mutation {
    fn from(mutation: pending::Mutation) -> Self {
        Self {
            mid: mutation.mid,
            op: OpFields {
                unless_after: mutation.unless_after.map(BaseFields::from),
                ..mutation.op.into()
            },
        }
    }
}

impl TryFrom<Mutation> for pending::Mutation {
    type Error = Invalid;

    fn try_from(mut mutation: Mutation) -> Result<Self, Invalid> {
        if mutation.mid == Mid(0) {
            return Err(Invalid::new("mid", "Mutations are numbered from 1."));
        }
        let unless_after = mutation.op.unless_after.take();
        Ok(Self {
            mid: mutation.mid,
            op: mutation.op.try_into()?,
            unless_after: unless_after.map(Base::try_from).transpose()?,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<Todo>,
}

/// Why a mutation was rejected, with the names on the wire.
pub const CODES: [(RejectionCode, &str); 5] = [
    (RejectionCode::Changed, "CHANGED"),
    (RejectionCode::Gone, "GONE"),
    (RejectionCode::Forbidden, "FORBIDDEN"),
    (RejectionCode::Invalid, "INVALID"),
    (RejectionCode::Limit, "LIMIT"),
];

/// What a code is called.
fn name_of(code: RejectionCode) -> &'static str {
    let known = CODES.iter().find(|(known, _)| *known == code);
    known.map_or("", |(_, name)| name)
}

/// The code of this name. One that this version does not know counts as [`RejectionCode::Invalid`].
fn code_of(name: &str) -> RejectionCode {
    let known = CODES.iter().find(|(_, known)| *known == name);
    known.map_or(RejectionCode::Invalid, |(code, _)| *code)
}

impl Outcome {
    /// The place of its event, if it was applied.
    pub fn seq(&self) -> Option<Seq> {
        self.seq
    }

    /// The outcome of mutation `mid`.
    pub fn new(mid: Mid, outcome: pending::Outcome) -> Self {
        use pending::Outcome::{Applied, Conflict, Rejected, Skipped, Unknown};
        let of = |r#type: &str| Self {
            mid,
            r#type: r#type.to_owned(),
            seq: None,
            code: None,
            message: None,
            current: None,
        };
        match outcome {
            Conflict(todo) => Self {
                current: Some(todo),
                ..of("CONFLICT")
            },
            Applied(seq) => Self {
                seq: Some(seq),
                ..of("APPLIED")
            },
            Rejected(rejection) => Self {
                code: Some(name_of(rejection.code).to_owned()),
                message: Some(rejection.message),
                ..of("REJECTED")
            },
            Skipped => of("SKIPPED"),
            Unknown => of("UNKNOWN"),
        }
    }
}

impl Outcome {
    /// What was decided. `None`: something that this version does not know.
    pub fn decided(self) -> Option<pending::Outcome> {
        use pending::Outcome::{Applied, Conflict, Rejected, Skipped, Unknown};
        Some(match (self.r#type.as_str(), self.seq, self.current) {
            ("APPLIED", Some(seq), _) => Applied(seq),
            ("CONFLICT", _, Some(todo)) => Conflict(todo),
            ("REJECTED", ..) => {
                let code = code_of(&self.code.unwrap_or_default());
                Rejected(Rejection::new(code, self.message.unwrap_or_default()))
            }
            ("SKIPPED", ..) => Skipped,
            ("UNKNOWN", ..) => Unknown,
            _ => return None,
        })
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

impl Pushed {
    /// What was decided. `None` if this version does not know all of it: asked again, the server says the same again.
    pub fn decided(self) -> Option<Vec<(Mid, pending::Outcome)>> {
        let outcomes = self.outcomes.into_iter();
        outcomes
            .map(|outcome| Some((outcome.mid, outcome.decided()?)))
            .collect()
    }
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
    payload: Contents,
}

/// What an event carries: one thing, or a list of todos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Contents {
    Many(Vec<Todo>),
    One(Box<Payload>),
}

/// A whole todo, or only its id, or what a bulk op touched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<TodoId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ids: Option<Vec<TodoId>>,
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
            id: Some(todo.id),
            ids: None,
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
            id: self.id?,
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
        let one = |payload| Contents::One(Box::new(payload));
        let of_ids = |ids| Payload {
            ids: Some(ids),
            ..Payload::default()
        };
        let (r#type, payload) = match event {
            Event::Added(todo) => ("TODO_ADDED", one(todo.into())),
            Event::Updated(todo) => ("TODO_UPDATED", one(todo.into())),
            Event::Deleted(id) => {
                let payload = Payload {
                    id: Some(id),
                    ..Payload::default()
                };
                ("TODO_DELETED", one(payload))
            }
            Event::ManyAdded(todos) => ("TODOS_ADDED", Contents::Many(todos)),
            Event::ManyDeleted(ids) => ("TODOS_DELETED", one(of_ids(ids))),
            Event::ManyCompleted {
                ids,
                completed,
                updated_at,
            } => {
                let payload = Payload {
                    completed: Some(completed),
                    updated_at: Some(updated_at),
                    ..of_ids(ids)
                };
                ("TODOS_UPDATED", one(payload))
            }
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

    /// The event at its place.
    pub fn placed(self) -> Placed {
        Placed {
            seq: self.seq,
            origin: self.client.zip(self.mid),
            event: self.event(),
        }
    }

    /// The event, unless this version does not know its type.
    fn event(self) -> Option<Event> {
        let payload = match (self.r#type.as_str(), self.payload) {
            ("TODOS_ADDED", Contents::Many(todos)) => return Some(Event::ManyAdded(todos)),
            (_, Contents::Many(_)) => return None,
            (_, Contents::One(payload)) => *payload,
        };
        match self.r#type.as_str() {
            "TODO_ADDED" => payload.todo().map(Event::Added),
            "TODO_UPDATED" => payload.todo().map(Event::Updated),
            "TODO_DELETED" => payload.id.map(Event::Deleted),
            "TODOS_DELETED" => payload.ids.map(Event::ManyDeleted),
            "TODOS_UPDATED" => Some(Event::ManyCompleted {
                ids: payload.ids?,
                completed: payload.completed?,
                updated_at: payload.updated_at?,
            }),
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

impl Pulled {
    /// All of a list, read at one moment.
    pub fn snapshot(
        list: ListId,
        role: Role,
        last_mid: Mid,
        epoch: Epoch,
        seq: Seq,
        todos: Vec<Todo>,
    ) -> Self {
        Self {
            r#type: "SNAPSHOT".to_owned(),
            list,
            epoch,
            seq,
            role,
            last_mid,
            payload: Some(todos),
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

    /// Whether it is about this list.
    pub fn is_of(&self, list: ListId) -> bool {
        self.list == list
    }

    /// What it brings.
    pub fn news(self) -> News {
        let events = self.events.unwrap_or_default().into_iter();
        News {
            epoch: self.epoch,
            seq: self.seq,
            last_mid: self.last_mid,
            role: self.role,
            brings: match self.payload {
                Some(todos) => Brings::Snapshot(todos),
                None => Brings::Delta(events.map(EventFrame::placed).collect()),
            },
        }
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests;
