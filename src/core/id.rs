//! Newtypes for ids and numbers, so that one kind is never taken for another.
//!
//! Nothing here makes an id: randomness is handed in.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

id! {
    /// A person's account.
    UserId,
    /// A list.
    ListId,
    /// A todo, unique within its list. Whoever adds it chooses the id.
    TodoId,
    /// One run of one tab, for one user.
    ClientId,
    /// The history a database belongs to; restoring a backup begins a new one.
    Epoch,
    /// A sign-in on one device.
    SessionId,
}

/// The number a client gives a mutation of one list: 1, 2, 3 …
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Mid(pub u64);

impl Mid {
    /// The number after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The place of an event in its list's order: 1, 2, 3 … without gaps. 0 is before the first.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Seq(pub u64);

impl Seq {
    /// The place after this one.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
/// Ids to look others up in. (A sorted list: a tree or a table of them costs the WebAssembly three times the code.)
pub struct TodoIds(Vec<TodoId>);

impl TodoIds {
    /// These, in whatever order and however often.
    pub fn new(ids: &[TodoId]) -> Self {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        Self(ids)
    }

    /// Whether this is one of them.
    pub fn contains(&self, id: TodoId) -> bool {
        self.0.binary_search(&id).is_ok()
    }
}
