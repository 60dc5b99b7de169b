//! The frames of the live socket, but for events ([`EventFrame`](super::EventFrame)): one flat struct each.
//!
//! The server writes the first five and reads [`FromBrowser`]; clients do it the other way round.

use crate::core::{
    id::{Epoch, ListId, Mid, Seq, TodoId, UserId},
    list::Role,
    todo::Todo,
};
use serde::{Deserialize, Serialize};

/// The protocol's number. A client that knows another one is out of date.
pub const PROTOCOL: u32 = 1;

/// The first frame: who and where one is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    r#type: String,
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// Who is signed in.
    pub user: UserId,
    /// The list. Without one, the fields after it are absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<ListId>,
    /// The history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// The list's last event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// What the person may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The client's highest mutation that is decided, 0 without a client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_mid: Option<Mid>,
}

impl Welcome {
    /// To somebody who asked for no list.
    pub fn new(user: UserId) -> Self {
        Self {
            r#type: "WELCOME".to_owned(),
            protocol: PROTOCOL,
            user,
            list: None,
            epoch: None,
            seq: None,
            role: None,
            last_mid: None,
        }
    }

    /// To a list at its last event.
    pub fn with_list(
        user: UserId,
        list: ListId,
        epoch: Epoch,
        seq: Seq,
        role: Role,
        last_mid: Mid,
    ) -> Self {
        Self {
            list: Some(list),
            epoch: Some(epoch),
            seq: Some(seq),
            role: Some(role),
            last_mid: Some(last_mid),
            ..Self::new(user)
        }
    }
}

/// All of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    r#type: String,
    /// The list.
    pub list: ListId,
    /// The history.
    pub epoch: Epoch,
    /// The last event in it.
    pub seq: Seq,
    /// The todos, in their order.
    pub payload: Vec<Todo>,
}

impl Snapshot {
    /// Everything at the list's event `seq`.
    pub fn new(list: ListId, epoch: Epoch, seq: Seq, payload: Vec<Todo>) -> Self {
        Self {
            r#type: "SNAPSHOT".to_owned(),
            list,
            epoch,
            seq,
            payload,
        }
    }
}

/// Ask for the lists again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListsChanged {
    r#type: String,
}

impl Default for ListsChanged {
    fn default() -> Self {
        Self {
            r#type: "LISTS_CHANGED".to_owned(),
        }
    }
}

/// Who is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    r#type: String,
    /// One entry a person.
    pub payload: Vec<Present>,
}

/// One person who is here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// The todo that they edit, or null.
    pub editing: Option<TodoId>,
}

impl Presence {
    /// These people.
    pub fn new(payload: Vec<Present>) -> Self {
        Self {
            r#type: "PRESENCE".to_owned(),
            payload,
        }
    }
}

/// The answer to a `PING`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pong {
    r#type: String,
    /// The last event that this socket was sent, the list's last if none is on its way; absent without a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
}

impl Pong {
    /// With the socket's place in the list's order.
    pub fn new(seq: Option<Seq>) -> Self {
        Self {
            r#type: "PONG".to_owned(),
            seq,
        }
    }
}

/// What a client may send: `PING`, and `EDITING` with the todo or null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FromBrowser {
    /// Which of them. Others are for other versions.
    pub r#type: String,
    /// The todo that is edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<TodoId>,
}
