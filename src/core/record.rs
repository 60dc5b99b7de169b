//! What is kept of a mutation where a reload does not reach it, and what other tabs are told of it.
//!
//! Not here: when (`engine`), where (the client), its JSON (`wire`).

use super::{
    compared::Compared,
    conflict::Base,
    id::{ClientId, Epoch, ListId, Mid, MutationId, Seq, UserId},
    op::Op,
    review::Why,
    todo::Todo,
};

/// A mutation that is not settled, or that came to nothing and was not put aside yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Which one.
    pub id: MutationId,
    /// The server's history that it was meant for.
    pub epoch: Epoch,
    /// What was meant.
    pub op: Op,
    /// For a restore: the todos as they were last seen.
    pub seen: Vec<Todo>,
    /// For an edit of a text: the text that it started from, if that is known. For a deletion: the text that was seen.
    pub was: Option<String>,
    /// Of all that was cleared, in the order of its ids: the text that was seen; none, if it is the person's own.
    pub cleared: Vec<String>,
    /// For an undo: what it takes back, and its place, once it is known.
    pub undoes: Option<(Mid, Option<Seq>)>,
    /// For an undo that may have been sent: what it was sent with.
    pub unless_after: Option<Base>,
    /// Those of other queues that it builds on.
    pub waits_for: Vec<MutationId>,
    /// Its place, if that is known. Not to be relied on: it is not kept.
    pub applied: Option<Seq>,
    /// Whether it is still in the queue.
    pub is_queued: bool,
    /// In a conflict: both texts side by side, once the server has compared them.
    pub compared: Option<Compared>,
    /// Why it came to nothing. In the queue: it was given up, and a no-op keeps its place.
    pub why: Option<Why>,
}

impl Record {
    /// Of what was given up, and put aside: its place, which a no-op keeps.
    pub fn place(id: MutationId, epoch: Epoch) -> Self {
        Self {
            id,
            epoch,
            op: Op::Noop,
            seen: Vec::new(),
            was: None,
            cleared: Vec::new(),
            undoes: None,
            unless_after: None,
            waits_for: Vec::new(),
            applied: None,
            is_queued: true,
            compared: None,
            why: None,
        }
    }
}

/// A queue that was found where it was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Whose it is.
    pub client: ClientId,
    /// Whether its tab is gone, so that it is this one's to send.
    pub is_left: bool,
    /// All that is kept of it, by number.
    pub records: Vec<Record>,
}

/// What waits in a tab, for the others of the same person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Whose tab.
    pub user: UserId,
    /// Of which list.
    pub list: ListId,
    /// Of which history.
    pub epoch: Epoch,
    /// Whose queue.
    pub client: ClientId,
    /// All that waits in it, in order.
    pub queue: Vec<Record>,
    /// What left it since the last time because it was applied, and where.
    pub settled: Vec<(Mid, Seq)>,
}
