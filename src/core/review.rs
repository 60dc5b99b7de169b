//! What I meant and what came to nothing: kept for me to see, with its text, until I send it again or drop it.
//!
//! Not here: how it is said (`ui::notices`, `ui::review`).

use super::{
    compared::Compared,
    id::{MutationId, Seq, TodoId},
    op::{Op, Rejection},
    todo::Todo,
};

/// Why a mutation came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The server failed three times.
    Erring,
    /// The server does not take it: the request's fault, with the reason.
    Refused(String),
    /// The server decided against it.
    Rejected(Rejection),
    /// Somebody else changed the same text. With the todo as it was then.
    Conflict(Todo),
    /// It was a deletion, and done; but somebody else had changed the text of these meanwhile. As they were then.
    Crossed(Vec<Todo>),
    /// It was decided, and nobody knows how any more.
    Unknown,
    /// It cannot be sent any more, with the reason.
    Barred(String),
}

impl Why {
    /// What it says of versions is of another history than the page has now.
    pub fn estrange(&mut self) {
        if let Self::Conflict(current) = self {
            current.title_version = Seq(0);
        }
    }
}

/// A mutation that came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Tells it from others.
    pub id: u32,
    /// The mutation.
    pub mutation: MutationId,
    /// What was meant.
    pub op: Op,
    /// For a restore: the todos as they were last seen.
    pub seen: Vec<Todo>,
    /// For an edit of a text: the text that it started from, if that is known. In a conflict, what both have in common.
    pub was: Option<String>,
    /// Why.
    pub why: Why,
    /// In a conflict: both texts side by side, once the server has compared them.
    pub compared: Option<Compared>,
    /// Whether it may be sent again: not before it is known that it was not applied after all.
    pub retryable: bool,
}

impl Kept {
    /// The text that was typed, if there was one.
    pub fn text(&self) -> Option<&str> {
        self.op.text()
    }

    /// Whether it waits in the tray; everything else is told, and can be sent again from there.
    pub fn is_for_review(&self) -> bool {
        match self.why {
            Why::Unknown | Why::Barred(_) => true,
            Why::Rejected(_) | Why::Refused(_) | Why::Conflict(_) => self.text().is_some(),
            Why::Erring | Why::Crossed(_) => false,
        }
    }
}

/// All that came to nothing.
#[derive(Debug, Clone, Default)]
pub struct Review {
    kept: Vec<Kept>,
    made: u32,
}

impl Review {
    /// All of it, the oldest first.
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// Keeps one, in the place of what was known of the same mutation before.
    pub fn keep(
        &mut self,
        mutation: MutationId,
        op: Op,
        seen: Vec<Todo>,
        was: Option<String>,
        why: Why,
        retryable: bool,
    ) {
        self.withdraw(mutation);
        self.made += 1;
        self.kept.push(Kept {
            id: self.made,
            mutation,
            op,
            seen,
            was,
            why,
            compared: None,
            retryable,
        });
    }

    /// Takes in how the texts of a conflict compare. Gives whose it is.
    pub fn compare(&mut self, id: u32, compared: Compared) -> Option<MutationId> {
        let kept = self.kept.iter_mut().find(|kept| kept.id == id)?;
        kept.compared = Some(compared);
        Some(kept.mutation)
    }

    /// What is kept of a mutation.
    pub fn get(&self, mutation: MutationId) -> Option<&Kept> {
        self.kept.iter().find(|kept| kept.mutation == mutation)
    }

    /// A mutation was not applied, for certain.
    pub fn open(&mut self, mutation: MutationId) {
        let of = |kept: &&mut Kept| kept.mutation == mutation;
        self.kept
            .iter_mut()
            .filter(of)
            .for_each(|kept| kept.retryable = true);
    }

    /// A mutation was applied after all.
    pub fn withdraw(&mut self, mutation: MutationId) {
        self.kept.retain(|kept| kept.mutation != mutation);
    }

    /// Takes one out: to send it again, or because the person drops it.
    pub fn take(&mut self, id: u32) -> Option<Kept> {
        let at = self.kept.iter().position(|kept| kept.id == id)?;
        Some(self.kept.remove(at))
    }

    /// Another client goes on, perhaps in another history. What was not known to have failed never will be; and versions of
    /// the history before say nothing any more.
    pub fn open_all(&mut self) {
        for kept in &mut self.kept {
            kept.retryable = true;
            kept.why.estrange();
        }
    }

    /// Whether something about a todo failed.
    pub fn has_failed(&self, id: TodoId) -> bool {
        let failed = |kept: &Kept| {
            let is_other = matches!(kept.why, Why::Conflict(_) | Why::Crossed(_));
            !is_other && kept.op.ids().contains(&id)
        };
        self.kept.iter().any(failed)
    }
}
