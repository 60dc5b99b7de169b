//! The JSON of what a browser keeps, and of what its tabs tell each other: mutations, snapshots, queues.

use super::{
    After, BaseFields, OpFields, code_of,
    heard::Heard,
    name_of,
    read::{Object, Read, all},
    write::{Writer, after, array, op},
};
use crate::core::{
    compared::Compared,
    conflict::Base,
    id::{ListId, Mid, MutationId, Seq, UserId},
    op::{Op, Rejection},
    record::{Found, Record, Shared},
    replica::Replica,
    review::Why,
    todo::Todo,
};

// Writing.

fn todo(todo: &Todo) -> String {
    Writer::new()
        .text("id", &todo.id.to_string())
        .text("list", &todo.list.to_string())
        .text("title", &todo.title)
        .plain("completed", todo.completed)
        .text("position", todo.position.as_str())
        .plain("version", todo.version.0)
        .plain("title_version", todo.title_version.0)
        .plain("created_at", todo.created_at)
        .plain("updated_at", todo.updated_at)
        .end()
}

fn why(why: &Why) -> String {
    let mut fields = Writer::new();
    let fields = match why {
        Why::Erring => fields.text("type", "ERRING"),
        Why::Unknown => fields.text("type", "UNKNOWN"),
        Why::Refused(message) => fields.text("type", "REFUSED").text("message", message),
        Why::Barred(message) => fields.text("type", "BARRED").text("message", message),
        Why::Conflict(current) => fields
            .text("type", "CONFLICT")
            .plain("current", todo(current)),
        Why::Crossed(todos) => fields
            .text("type", "CROSSED")
            .plain("todos", array(todos.iter().map(todo))),
        Why::Rejected(Rejection { code, message }) => fields
            .text("type", "REJECTED")
            .text("code", name_of(*code))
            .text("message", message),
    };
    fields.end()
}

fn compared(compared: &Compared) -> String {
    let Compared {
        title,
        title_version,
        by,
        at,
        theirs,
        mine,
        merged,
    } = compared;
    let mut fields = Writer::new();
    fields
        .text("title", title)
        .plain("title_version", title_version.0)
        .texts("theirs", theirs)
        .texts("mine", mine)
        .text("merged", merged);
    if let Some(by) = by {
        fields.text("by", by);
    }
    if let Some(at) = at {
        fields.plain("at", at);
    }
    fields.end()
}

/// Under which key a mutation is kept.
pub fn key(user: UserId, list: ListId, (client, mid): MutationId) -> String {
    format!("{user} {list} {client} {:016}", mid.0)
}

/// A mutation of this list as it is kept.
pub fn record(list: ListId, record: Record) -> String {
    let Record {
        id: (client, mid),
        epoch,
        op: meant,
        seen,
        was,
        cleared,
        undoes,
        unless_after,
        waits_for,
        applied,
        is_queued,
        compared: both,
        why: reason,
    } = record;
    let meant = OpFields {
        unless_after: unless_after.map(BaseFields::from),
        ..meant.into()
    };
    let mut fields = Writer::new();
    fields
        .text("list", &list.to_string())
        .text("client", &client.to_string())
        .plain("mid", mid.0)
        .text("epoch", &epoch.to_string())
        .plain("op", op(meant))
        .plain("queued", is_queued);
    if !seen.is_empty() {
        fields.plain("seen", array(seen.iter().map(todo)));
    }
    if let Some(was) = was {
        fields.text("was", &was);
    }
    if !cleared.is_empty() {
        fields.texts("cleared", &cleared);
    }
    if let Some((mid, seq)) = undoes {
        fields.plain("undoes", mid.0);
        if let Some(seq) = seq {
            fields.plain("undone_at", seq.0);
        }
    }
    if !waits_for.is_empty() {
        let waits_for = waits_for.into_iter().map(After::from);
        fields.plain("waits_for", array(waits_for.map(after)));
    }
    if let Some(seq) = applied {
        fields.plain("applied", seq.0);
    }
    if let Some(both) = both {
        fields.plain("compared", compared(&both));
    }
    if let Some(reason) = reason {
        fields.plain("why", why(&reason));
    }
    fields.end()
}

/// What a tab tells the others of its queue.
pub fn shared(shared: Shared) -> String {
    let queue = shared.queue.into_iter();
    let queue = queue.map(|kept| record(shared.list, kept));
    let settled = shared.settled.into_iter();
    let settled =
        settled.map(|(mid, seq)| Writer::new().plain("mid", mid.0).plain("seq", seq.0).end());
    Writer::new()
        .text("user", &shared.user.to_string())
        .text("list", &shared.list.to_string())
        .text("epoch", &shared.epoch.to_string())
        .text("client", &shared.client.to_string())
        .plain("queue", array(queue))
        .plain("settled", array(settled))
        .end()
}

/// A list as it is kept for a page that opens without the server. It is read as a [`super::heard::Heard::Snapshot`].
pub fn snapshot(list: ListId, base: &Replica) -> String {
    Writer::new()
        .text("type", "SNAPSHOT")
        .text("list", &list.to_string())
        .text("epoch", &base.epoch.to_string())
        .plain("seq", base.seq.0)
        .plain("payload", array(base.todos().iter().map(todo)))
        .end()
}

// Reading.

impl Read for After {
    fn read(object: &impl Object) -> Option<Self> {
        Some(Self {
            client: object.parsed("client")?,
            mid: Mid(object.natural("mid")?),
        })
    }
}

impl Read for Base {
    fn read(object: &impl Object) -> Option<Self> {
        let after: Vec<After> = all(object.objects("after").unwrap_or_default())?;
        Some(Self {
            server: Seq(object.natural("server")?),
            after: after.into_iter().map(After::into).collect(),
        })
    }
}

// Straight from the object: by way of what the server reads it would be three times the code.
impl Read for Op {
    fn read(object: &impl Object) -> Option<Self> {
        let ids = || object.all_parsed("ids");
        let completed = || object.flag("completed");
        let kind = object.text("type")?;
        // Bulk ops have several, and a no-op none.
        Some(match kind.as_str() {
            "SET_ALL_COMPLETED" => Self::SetAllCompleted {
                ids: ids()?,
                completed: completed()?,
            },
            "CLEAR_COMPLETED" => Self::ClearCompleted { ids: ids()? },
            "RESTORE_TODOS" => Self::RestoreTodos { ids: ids()? },
            "NOOP" => Self::Noop,
            kind => {
                let id = object.parsed("id")?;
                let title = || object.text("title");
                let position = || object.text("position");
                match kind {
                    "ADD_TODO" => Self::AddTodo {
                        id,
                        title: title()?,
                        position: position()?,
                    },
                    "SET_COMPLETED" => Self::SetCompleted {
                        id,
                        completed: completed()?,
                    },
                    "SET_TITLE" => Self::SetTitle {
                        id,
                        title: title()?,
                        base: Base::read(&object.object("base")?)?,
                    },
                    "MOVE_TODO" => Self::MoveTodo {
                        id,
                        position: position()?,
                    },
                    "DELETE_TODO" => Self::DeleteTodo { id },
                    "RESTORE_TODO" => Self::RestoreTodo { id },
                    _ => return None,
                }
            }
        })
    }
}

impl Read for Why {
    fn read(object: &impl Object) -> Option<Self> {
        let message = || object.text("message").unwrap_or_default();
        Some(match object.text("type")?.as_str() {
            "ERRING" => Self::Erring,
            "REFUSED" => Self::Refused(message()),
            "BARRED" => Self::Barred(message()),
            "CONFLICT" => Self::Conflict(Todo::read(&object.object("current")?)?),
            "CROSSED" => Self::Crossed(all(object.objects("todos")?)?),
            "REJECTED" => {
                let code = code_of(&object.text("code")?);
                Self::Rejected(Rejection::new(code, message()))
            }
            _ => Self::Unknown,
        })
    }
}

impl Read for Record {
    fn read(object: &impl Object) -> Option<Self> {
        let meant = object.object("op")?;
        let unless_after = meant.object("unless_after");
        let waits_for: Vec<After> = all(object.objects("waits_for").unwrap_or_default())?;
        let undoes = object.natural("undoes").map(Mid);
        Some(Self {
            id: After::read(object)?.into(),
            epoch: object.parsed("epoch")?,
            op: Op::read(&meant)?,
            seen: all(object.objects("seen").unwrap_or_default())?,
            was: object.text("was"),
            cleared: object.texts("cleared").unwrap_or_default(),
            undoes: undoes.map(|mid| (mid, object.natural("undone_at").map(Seq))),
            unless_after: unless_after.and_then(|base| Base::read(&base)),
            waits_for: waits_for.into_iter().map(After::into).collect(),
            applied: object.natural("applied").map(Seq),
            is_queued: object.flag("queued")?,
            compared: object
                .object("compared")
                .and_then(|both| Compared::read(&both)),
            why: object.object("why").and_then(|why| Why::read(&why)),
        })
    }
}

impl Read for Shared {
    fn read(object: &impl Object) -> Option<Self> {
        let settled: Vec<Place> = all(object.objects("settled")?)?;
        Some(Self {
            user: object.parsed("user")?,
            list: object.parsed("list")?,
            epoch: object.parsed("epoch")?,
            client: object.parsed("client")?,
            queue: all(object.objects("queue")?)?,
            settled: settled
                .into_iter()
                .map(|place| (place.mid, place.seq))
                .collect(),
        })
    }
}

/// What a page hears of what its browser keeps, and of the other tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// These queues were kept; and the list as it was seen last.
    Found(Option<Replica>, Vec<Found>),
    /// What was to be kept is, or cannot be.
    Saved {
        /// Which save.
        ticket: u32,
        /// Whether it is.
        ok: bool,
    },
    /// A tab of the same person has just come.
    Hello,
    /// What waits in another tab.
    Queue(Shared),
    /// The page was put away, and is there again.
    Back,
}

impl Came {
    /// Reads what is about this list. `None`: it is not what it should be.
    pub fn read(object: &impl Object, list: ListId) -> Option<Self> {
        Some(match object.text("type")?.as_str() {
            "FOUND" => {
                let base = object.object("base");
                let base = base.and_then(|base| Heard::read(&base, list));
                let base = match base {
                    Some(Heard::Snapshot { epoch, seq, todos }) => {
                        Some(Replica::new(epoch, seq, todos))
                    }
                    _ => None,
                };
                Self::Found(base, all(object.objects("queues")?)?)
            }
            "SAVED" => Self::Saved {
                ticket: u32::try_from(object.natural("ticket")?).ok()?,
                ok: object.flag("ok")?,
            },
            "QUEUE" => Self::Queue(Shared::read(&object.object("queue")?)?),
            "HELLO" => Self::Hello,
            "BACK" => Self::Back,
            _ => return None,
        })
    }
}

impl Read for Found {
    fn read(object: &impl Object) -> Option<Self> {
        // What another version has written, and this one cannot read, stays where it is.
        let records = object.objects("records")?;
        let records = records.iter().filter_map(Record::read);
        Some(Self {
            client: object.parsed("client")?,
            is_left: object.flag("left")?,
            records: records.collect(),
        })
    }
}

struct Place {
    mid: Mid,
    seq: Seq,
}

impl Read for Place {
    fn read(object: &impl Object) -> Option<Self> {
        Some(Self {
            mid: Mid(object.natural("mid")?),
            seq: Seq(object.natural("seq")?),
        })
    }
}

impl From<MutationId> for After {
    fn from((client, mid): MutationId) -> Self {
        Self { client, mid }
    }
}

impl From<After> for MutationId {
    fn from(after: After) -> Self {
        (after.client, after.mid)
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;
    use crate::core::{
        id::{ClientId, Epoch, TodoId},
        order::Position,
        wire::CODES,
    };
    use proptest::{collection::vec, option, prelude::*};
    use serde_json::{Value, from_str, json};
    use uuid::Uuid;

    fn read<T: Read>(text: &str) -> Option<T> {
        T::read(&from_str::<Value>(text).unwrap())
    }

    fn uuids() -> impl Strategy<Value = Uuid> {
        any::<u128>().prop_map(Uuid::from_u128)
    }

    // JavaScript's whole numbers.
    fn seqs() -> impl Strategy<Value = Seq> {
        (0..1_u64 << 53).prop_map(Seq)
    }

    fn mutation_ids() -> impl Strategy<Value = MutationId> {
        (uuids().prop_map(ClientId), seqs()).prop_map(|(client, Seq(mid))| (client, Mid(mid)))
    }

    fn bases() -> impl Strategy<Value = Base> {
        (seqs(), vec(mutation_ids(), 0..3)).prop_map(|(server, after)| Base { server, after })
    }

    fn todos() -> impl Strategy<Value = Todo> {
        (
            uuids(),
            uuids(),
            any::<String>(),
            any::<bool>(),
            seqs(),
            seqs(),
            0..1_i64 << 53,
        )
            .prop_map(
                |(id, list, title, completed, version, title_version, at)| Todo {
                    id: TodoId(id),
                    list: ListId(list),
                    title,
                    completed,
                    position: Position::parse("a0V").unwrap(),
                    version,
                    title_version,
                    created_at: at,
                    updated_at: at,
                },
            )
    }

    fn ops() -> impl Strategy<Value = Op> {
        let id = || uuids().prop_map(TodoId);
        let ids = || vec(id(), 0..4);
        prop_oneof![
            (id(), any::<String>(), any::<String>()).prop_map(|(id, title, position)| {
                Op::AddTodo {
                    id,
                    title,
                    position,
                }
            }),
            (id(), any::<bool>()).prop_map(|(id, completed)| Op::SetCompleted { id, completed }),
            (id(), any::<String>(), bases()).prop_map(|(id, title, base)| Op::SetTitle {
                id,
                title,
                base
            }),
            (id(), any::<String>()).prop_map(|(id, position)| Op::MoveTodo { id, position }),
            id().prop_map(|id| Op::DeleteTodo { id }),
            id().prop_map(|id| Op::RestoreTodo { id }),
            (ids(), any::<bool>())
                .prop_map(|(ids, completed)| Op::SetAllCompleted { ids, completed }),
            ids().prop_map(|ids| Op::ClearCompleted { ids }),
            ids().prop_map(|ids| Op::RestoreTodos { ids }),
            Just(Op::Noop),
        ]
    }

    fn whys() -> impl Strategy<Value = Why> {
        let codes = prop::sample::select(CODES.map(|(code, _)| code).to_vec());
        prop_oneof![
            Just(Why::Erring),
            Just(Why::Unknown),
            any::<String>().prop_map(Why::Refused),
            any::<String>().prop_map(Why::Barred),
            todos().prop_map(Why::Conflict),
            vec(todos(), 0..3).prop_map(Why::Crossed),
            (codes, any::<String>())
                .prop_map(|(code, message)| Why::Rejected(Rejection::new(code, message))),
        ]
    }

    fn compared() -> impl Strategy<Value = Compared> {
        let text = any::<String>;
        let pieces = || vec(text(), 0..4);
        let both = (text(), seqs(), pieces(), pieces(), text());
        (both, option::of(text()), option::of(0..1_i64 << 53)).prop_map(
            |((title, title_version, theirs, mine, merged), by, at)| Compared {
                title,
                title_version,
                by,
                at,
                theirs,
                mine,
                merged,
            },
        )
    }

    fn records() -> impl Strategy<Value = Record> {
        let undoes = option::of((seqs().prop_map(|Seq(mid)| Mid(mid)), option::of(seqs())));
        let links = (undoes, option::of(bases()), vec(mutation_ids(), 0..3));
        let why = (option::of(whys()), option::of(compared()));
        let fate = (option::of(seqs()), any::<bool>(), why);
        (
            mutation_ids(),
            uuids(),
            ops(),
            (
                vec(todos(), 0..2),
                option::of(any::<String>()),
                vec(any::<String>(), 0..3),
            ),
            links,
            fate,
        )
            .prop_map(
                |(
                    id,
                    epoch,
                    op,
                    (seen, was, cleared),
                    (undoes, unless_after, waits_for),
                    (applied, is_queued, (why, compared)),
                )| {
                    Record {
                        id,
                        epoch: Epoch(epoch),
                        op,
                        seen,
                        was,
                        cleared,
                        undoes,
                        unless_after,
                        waits_for,
                        applied,
                        is_queued,
                        compared,
                        why,
                    }
                },
            )
    }

    proptest! {
        #[test]
        fn a_record_is_read_back_as_it_was_kept(kept in records()) {
            prop_assert_eq!(read::<Record>(&record(ListId(Uuid::nil()), kept.clone())), Some(kept));
        }

        #[test]
        fn another_tab_hears_what_was_told(
            queue in vec(records(), 0..3),
            (user, list, epoch, client) in (uuids(), uuids(), uuids(), uuids()),
            places in vec((seqs(), seqs()), 0..3),
        ) {
            let told = Shared {
                user: UserId(user),
                list: ListId(list),
                epoch: Epoch(epoch),
                client: ClientId(client),
                queue,
                settled: places.into_iter().map(|(Seq(mid), seq)| (Mid(mid), seq)).collect(),
            };
            let queue = from_str::<Value>(&shared(told.clone())).unwrap();
            let came = json!({"type": "QUEUE", "queue": queue});
            prop_assert_eq!(Came::read(&came, ListId(list)), Some(Came::Queue(told)));
        }

        #[test]
        fn a_snapshot_is_read_back_as_it_was_kept(todos in vec(todos(), 0..4), seq in seqs()) {
            let list = ListId(Uuid::from_u128(1));
            let base = Replica::new(Epoch(Uuid::from_u128(2)), seq, todos);
            let kept = from_str::<Value>(&snapshot(list, &base)).unwrap();
            let came = json!({"type": "FOUND", "base": kept, "queues": []});
            prop_assert_eq!(Came::read(&came, list), Some(Came::Found(Some(base), vec![])));
            // Of another list it is as if there were none.
            let other = ListId(Uuid::from_u128(3));
            prop_assert_eq!(Came::read(&came, other), Some(Came::Found(None, vec![])));
        }

        #[test]
        fn what_cannot_be_read_of_a_queue_takes_nothing_else_with_it(kept in records()) {
            let list = ListId(Uuid::nil());
            let whole = from_str::<Value>(&record(list, kept.clone())).unwrap();
            let queue = json!({"client": kept.id.0, "left": true, "records": [{"new": 1}, whole]});
            let came = json!({"type": "FOUND", "queues": [queue]});
            let found = Found { client: kept.id.0, is_left: true, records: vec![kept] };
            prop_assert_eq!(Came::read(&came, list), Some(Came::Found(None, vec![found])));
        }
    }

    #[test]
    fn a_page_hears_what_became_of_a_save_and_of_other_tabs() {
        let read = |came| Came::read(&came, ListId(Uuid::nil()));
        let saved = json!({"type": "SAVED", "ticket": 3, "ok": false});
        assert_eq!(
            read(saved),
            Some(Came::Saved {
                ticket: 3,
                ok: false
            })
        );
        assert_eq!(read(json!({"type": "HELLO"})), Some(Came::Hello));
        assert_eq!(read(json!({"type": "BACK"})), Some(Came::Back));
        assert_eq!(read(json!({"type": "SOMETHING"})), None);
    }

    #[test]
    fn what_lacks_something_needed_is_not_read_at_all() {
        let id = Uuid::from_u128(7);
        let op = json!({"type": "DELETE_TODO", "id": id});
        let whole = json!({"client": id, "mid": 1, "epoch": id, "op": op, "queued": true});
        assert!(Record::read(&whole).is_some());
        for name in ["client", "mid", "epoch", "op", "queued"] {
            let mut lacking = whole.clone();
            lacking[name] = Value::Null;
            assert_eq!(Record::read(&lacking), None, "{name}");
        }
    }
}
