//! Newtypes for ids and numbers, so that one kind is never taken for another.
//!
//! Nothing here makes an id: randomness is handed in.

use serde::{Deserialize, Serialize};
use std::{collections::BinaryHeap, fmt, str::FromStr};
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
                Uuid::try_parse(text).map(Self)
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
    /// An invitation to a list.
    InvitationId,
}

/// A mutation's name: its client, and the number that it has there.
pub type MutationId = (ClientId, Mid);

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

/// Ids to look others up in, each with its place among the others. (A sorted list: a tree or a hash table of them costs
/// the WebAssembly three times the code.)
#[derive(Debug, Clone, Default)]
pub struct TodoIds(Vec<(TodoId, u32)>);

impl TodoIds {
    /// These, in whatever order and however often. The place of each is where it stands here.
    pub fn new(ids: &[TodoId]) -> Self {
        let heap: BinaryHeap<_> = ids.iter().copied().zip(0..).collect();
        let mut sorted = heap.into_sorted_vec();
        sorted.dedup_by_key(|(id, _)| *id);
        Self(sorted)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, in their own order.
    pub fn iter(&self) -> impl Iterator<Item = TodoId> + '_ {
        self.0.iter().map(|(id, _)| *id)
    }

    /// Whether this is one of them.
    pub fn contains(&self, id: TodoId) -> bool {
        self.find(id).is_ok()
    }

    /// Its place.
    pub fn place(&self, id: TodoId) -> Option<usize> {
        let at = self.find(id).ok()?;
        self.0.get(at).map(|(_, place)| *place as usize)
    }

    /// Takes one in, or gives one another place.
    pub fn insert(&mut self, id: TodoId, place: usize) {
        // A list has at most 10,000.
        let entry = (id, u32::try_from(place).unwrap_or(u32::MAX));
        match self.find(id) {
            Ok(at) => self.0[at] = entry,
            Err(at) => self.0.insert(at, entry),
        }
    }

    /// Takes one out, and gives its place.
    pub fn remove(&mut self, id: TodoId) -> Option<usize> {
        let at = self.find(id).ok()?;
        Some(self.0.remove(at).1 as usize)
    }

    fn find(&self, id: TodoId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |(id, _)| *id)
    }
}
