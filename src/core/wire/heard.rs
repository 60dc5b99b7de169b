//! What comes over the socket, as the browser reads it.

use super::{
    EventFrame,
    read::{Object, Read, all, role},
};
use crate::core::{
    event::Placed,
    id::{Epoch, ListId, Mid, Seq, TodoId, UserId},
    list::Role,
    todo::Todo,
};

/// The version of the protocol that this build speaks.
pub const PROTOCOL: u64 = 1;

/// One frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The first one: whose socket it is, and where the list is.
    Welcome(Welcome),
    /// All of the list, at the place that the welcome said.
    Snapshot {
        /// The server's history.
        epoch: Epoch,
        /// The last event in it.
        seq: Seq,
        /// The todos.
        todos: Vec<Todo>,
    },
    /// A change.
    Event(Placed),
    /// Something about my lists is different.
    ListsChanged,
    /// Who looks at the list.
    Presence(Vec<Present>),
    /// An answer, with the place of the list's last event.
    Pong(Seq),
    /// Something that this version does not know and may leave aside.
    Other,
}

/// How a socket begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Welcome {
    /// The version of the protocol.
    pub protocol: u64,
    /// Who is signed in.
    pub user: UserId,
    /// The server's history.
    pub epoch: Epoch,
    /// The last event of the list.
    pub seq: Seq,
    /// What the person may do.
    pub role: Role,
    /// The client's highest mutation that is decided.
    pub last_mid: Mid,
}

/// Somebody who looks at the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Whose text they are changing just now.
    pub editing: Option<TodoId>,
}

impl Heard {
    /// Reads a frame of this list's socket. `None`: it is not what it should be.
    pub fn read(object: &impl Object, list: ListId) -> Option<Self> {
        let is_ours = || object.parsed("list") == Some(list);
        let seq = object.natural("seq").map(Seq);
        Some(match object.text("type")?.as_str() {
            "WELCOME" => Self::Welcome(Welcome {
                protocol: object.natural("protocol")?,
                user: object.parsed("user")?,
                epoch: is_ours().then(|| object.parsed("epoch"))??,
                seq: seq?,
                role: role(&object.text("role")?)?,
                last_mid: Mid(object.natural("last_mid")?),
            }),
            "SNAPSHOT" => Self::Snapshot {
                epoch: is_ours().then(|| object.parsed("epoch"))??,
                seq: seq?,
                todos: all(object.objects("payload")?)?,
            },
            "LISTS_CHANGED" => Self::ListsChanged,
            "PRESENCE" => Self::Presence(all(object.objects("payload")?)?),
            "PONG" => Self::Pong(seq.unwrap_or_default()),
            _ => match seq {
                // Of a kind that this version does not know, or not readable as one: it has its place all the same.
                Some(seq) if is_ours() => {
                    let known = EventFrame::read(object).map(EventFrame::placed);
                    Self::Event(known.unwrap_or(Placed {
                        seq,
                        origin: None,
                        event: None,
                    }))
                }
                Some(_) => return None,
                None => Self::Other,
            },
        })
    }
}

impl Read for Present {
    fn read(object: &impl Object) -> Option<Self> {
        Some(Self {
            user: object.parsed("user")?,
            name: object.text("name")?,
            editing: object.parsed("editing"),
        })
    }
}

#[cfg(test)]
#[cfg(feature = "ssr")]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    const LIST: ListId = ListId(Uuid::from_u128(1));

    fn read(value: serde_json::Value) -> Option<Heard> {
        Heard::read(&value, LIST)
    }

    #[test]
    fn frames_are_read_as_the_contract_writes_them() {
        let [user, epoch, todo] = [2, 3, 4].map(Uuid::from_u128);
        let welcome = json!({
            "type": "WELCOME", "protocol": 1, "user": user, "list": LIST, "epoch": epoch, "seq": 7,
            "role": "viewer", "last_mid": 5
        });
        let expected = Welcome {
            protocol: 1,
            user: UserId(user),
            epoch: Epoch(epoch),
            seq: Seq(7),
            role: Role::Viewer,
            last_mid: Mid(5),
        };
        assert_eq!(read(welcome), Some(Heard::Welcome(expected)));
        let deleted =
            json!({"type": "TODO_DELETED", "list": LIST, "seq": 8, "payload": {"id": todo}});
        let Some(Heard::Event(placed)) = read(deleted) else {
            panic!("no event");
        };
        assert_eq!((placed.seq, placed.origin), (Seq(8), None));
        assert!(placed.event.is_some());
        let presence = json!({"type": "PRESENCE", "payload": [
            {"user": user, "name": "ann", "editing": null}, {"user": user, "name": "ben", "editing": todo}]});
        let Some(Heard::Presence(present)) = read(presence) else {
            panic!("no presence");
        };
        assert_eq!(present[0].editing, None);
        assert_eq!(present[1].editing, Some(TodoId(todo)));
        assert_eq!(
            read(json!({"type": "PONG", "seq": 9})),
            Some(Heard::Pong(Seq(9)))
        );
        assert_eq!(
            read(json!({"type": "LISTS_CHANGED"})),
            Some(Heard::ListsChanged)
        );
    }

    #[test]
    fn what_is_unknown_keeps_its_place_and_what_is_of_another_list_is_refused() {
        let unknown =
            json!({"type": "TODO_SPARKLED", "list": LIST, "seq": 8, "payload": {"id": 3}});
        let placed = Placed {
            seq: Seq(8),
            origin: None,
            event: None,
        };
        assert_eq!(read(unknown), Some(Heard::Event(placed)));
        assert_eq!(read(json!({"type": "WEATHER"})), Some(Heard::Other));
        assert_eq!(
            read(json!({"type": "TODO_DELETED", "list": Uuid::nil(), "seq": 8, "payload": {}})),
            None
        );
        assert_eq!(read(json!({"type": "WELCOME"})), None);
        assert_eq!(read(json!({})), None);
    }
}
