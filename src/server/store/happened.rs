//! What the store makes known once it is durable. Not here: who is told (`server::hub`).

use crate::core::id::{ListId, Seq, SessionId, UserId};

/// One thing that happened, for those whose page is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A todo was changed.
    Event {
        /// In this list.
        list: ListId,
        /// Its place in the list's order.
        seq: Seq,
        /// As it goes out, and as it is stored.
        frame: String,
    },
    /// Somebody may no longer see a list.
    AccessLost {
        /// The list.
        list: ListId,
        /// Who.
        user: UserId,
    },
    /// Somebody may do something else in a list by now.
    RoleChanged {
        /// The list.
        list: ListId,
        /// Who.
        user: UserId,
    },
    /// A list is gone for all its members.
    ListDeleted {
        /// The list.
        list: ListId,
    },
    /// Sign-ins of a person ended.
    SessionsEnded {
        /// Whose.
        user: UserId,
        /// Which of theirs.
        which: Ended,
    },
    /// Which lists these people have, their names, counts, members or roles, or the invitations to their own, are no
    /// longer what they were.
    ListsChanged {
        /// Who.
        users: Vec<UserId>,
    },
}

/// Which of a person's sign-ins ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// This one.
    One(SessionId),
    /// All, but for this one if there is one.
    AllBut(Option<SessionId>),
}

impl Ended {
    /// Whether this sign-in is one of them.
    pub fn has(self, session: SessionId) -> bool {
        match self {
            Self::One(ended) => ended == session,
            Self::AllBut(kept) => kept != Some(session),
        }
    }
}
