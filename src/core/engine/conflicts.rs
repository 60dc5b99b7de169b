//! Conflicts: two texts of one todo, of which a person decides; and what was deleted while somebody else changed it.

use super::Engine;
use crate::core::{
    compared::Compared,
    conflict::Base,
    id::{Mid, MutationId, Seq, TodoId},
    op::Op,
    pending::{Entry, Undoes},
    review::{Kept, Why},
    todo::Todo,
    undo::{Inverse, Part},
};

/// Two texts of one todo.
#[derive(Debug, Clone, Copy)]
pub struct Conflict<'e> {
    /// What is kept of mine.
    pub kept: &'e Kept,
    /// What I wrote.
    pub mine: &'e str,
    /// The todo with what the server has.
    pub theirs: &'e Todo,
}

impl Conflict<'_> {
    /// Both side by side, as far as the server has compared just these.
    pub fn compared(&self) -> Option<&Compared> {
        let is_this = |compared: &&Compared| {
            compared.title_version == self.theirs.title_version
                && compared.title == self.theirs.title
        };
        self.kept.compared.as_ref().filter(is_this)
    }

    /// Which question this is, and which text of theirs.
    pub fn moment(&self) -> (u32, Seq) {
        (self.kept.id, self.theirs.title_version)
    }
}

impl Engine {
    /// What there is to decide about a todo's text; of several the oldest.
    pub fn conflict(&self, id: TodoId) -> Option<Conflict<'_>> {
        let of = |kept: &&Kept| kept.op.ids() == [id];
        self.kept()
            .iter()
            .filter(of)
            .find_map(|kept| self.asked(kept))
    }

    /// Whether its todo asks about this one: the page shows it, and nothing newer of mine is under way in its place.
    pub fn asks(&self, kept: &Kept) -> bool {
        self.asked(kept).is_some()
    }

    /// The one of this number, if it is asked.
    fn question(&self, kept: u32) -> Option<Conflict<'_>> {
        let mut all = self.kept().iter();
        self.asked(all.find(|of| of.id == kept)?)
    }

    fn asked<'e>(&'e self, kept: &'e Kept) -> Option<Conflict<'e>> {
        let (Op::SetTitle { id, title, .. }, Why::Conflict(current)) = (&kept.op, &kept.why) else {
            return None;
        };
        let builds_on = |entry: &Entry| {
            let is_open = entry.applied.is_none() && !entry.given_up;
            is_open && supersedes(entry).any(|of| of == kept.mutation)
        };
        if self.view.get(*id).is_none() || self.pending.entries().any(builds_on) {
            return None;
        }
        Some(Conflict {
            kept,
            mine: title,
            theirs: self.latest(current),
        })
    }

    /// What base has, unless the server was already further when it decided.
    fn latest<'e>(&'e self, current: &'e Todo) -> &'e Todo {
        let base = self.base.get(current.id);
        let is_newer = |base: &&Todo| base.title_version >= current.title_version;
        base.filter(is_newer).unwrap_or(current)
    }

    /// A conflict whose texts are still to be compared, as they are now; but for those of these moments.
    pub fn to_compare(&self, but: impl Fn((u32, Seq)) -> bool) -> Option<Conflict<'_>> {
        let mut asked = self.kept().iter().filter_map(|kept| self.asked(kept));
        asked.find(|both| both.compared().is_none() && !but(both.moment()))
    }

    /// How the texts of a conflict compare.
    pub fn compared(&mut self, kept: u32, compared: Compared) {
        if (self.question(kept)).is_some_and(|both| both.compared().is_some()) {
            // An answer about an older text.
            return;
        }
        if let Some(mutation) = self.review.compare(kept, compared) {
            let ids = self.review.get(mutation).map(|kept| kept.op.ids().to_vec());
            self.touch(ids.unwrap_or_default());
            self.mark(mutation);
            self.pump();
        }
    }

    /// Decides a conflict with this text; `base`: as [`Engine::based_on`] had it when its author began to write. What is not
    /// there any more needs no decision, and the text is an edit like any other.
    pub fn resolve(&mut self, kept: u32, id: TodoId, title: String, base: Base) {
        let is_now = self.based_on(id) == base;
        let now = self.text_now(id).filter(|_| is_now);
        if let Some(kept) = self.review.take(kept) {
            // It leaves in the same step in which what is new is saved.
            self.mark(kept.mutation);
        }
        let part = self.retitle(Op::SetTitle { id, title, base }, now);
        self.history.did(part.into_iter().collect());
        self.pump();
    }

    /// Decides a conflict for theirs. To take that back is to write mine over it after all.
    pub fn give_way(&mut self, kept: u32) {
        let Some(both) = self.question(kept) else {
            return self.discard(kept);
        };
        let op = Op::SetTitle {
            id: both.theirs.id,
            title: both.mine.to_owned(),
            base: Base::default(),
        };
        let did = Undoes {
            // The server may have told of theirs before base has it.
            seq: Some(self.base.seq.max(both.theirs.title_version)),
            ..Undoes::new(Mid(0))
        };
        let seen = Vec::new();
        let inverse = Inverse { op, seen };
        self.discard(kept);
        self.history.did(vec![Part { did, inverse }]);
    }

    /// Another text, which started from this one, if it is not known that it started from another.
    fn retitle(&mut self, op: Op, was: Option<String>) -> Option<Part> {
        let part = self.queue(op, Vec::new(), None);
        // One's own come last.
        let id = self.pending.entries().next_back().map(Entry::id);
        let entry = id.and_then(|id| self.pending.entry(id));
        if let Some(entry) = entry.filter(|entry| entry.was.is_none()) {
            entry.was = was;
        }
        part
    }

    /// Brings a deleted todo back, with the text that I had given it.
    pub fn bring_back(&mut self, kept: u32) {
        let Some(Kept {
            op,
            mutation,
            mut was,
            why,
            ..
        }) = self.review.take(kept)
        else {
            return;
        };
        self.mark(mutation);
        let known = match &why {
            Why::Conflict(todo) => std::slice::from_ref(todo),
            Why::Crossed(todos) => todos,
            _ => &[],
        };
        let ids = match &why {
            // Of several some may be back by now.
            Why::Crossed(todos) => {
                let gone = todos.iter().filter(|todo| self.view.get(todo.id).is_none());
                gone.map(|todo| todo.id).collect()
            }
            _ => op.ids().to_vec(),
        };
        let seen = |id: &TodoId| {
            let known = known.iter().find(|todo| todo.id == *id);
            // Where its deletion is still on its way, base has it.
            self.base.get(*id).or(known).cloned()
        };
        let seen = ids.iter().filter_map(seen).collect();
        let back = match ids.as_slice() {
            [] => return,
            [id] => Op::RestoreTodo { id: *id },
            _ => Op::RestoreTodos { ids },
        };
        let part = self.queue(back, seen, None);
        let mut parts: Vec<_> = part.into_iter().collect();
        if let Op::SetTitle {
            id,
            title,
            mut base,
        } = op
        {
            if let Why::Conflict(current) = why
                && current.title_version > base.server
            {
                // Its text I have seen.
                base.server = current.title_version;
                was = Some(current.title);
            }
            parts.extend(self.retitle(Op::SetTitle { id, title, base }, was));
        }
        self.history.did(parts);
        self.pump();
    }

    /// A newer text of mine is decided: it stands for those that it was built on.
    pub(super) fn supersede(&mut self, id: MutationId) {
        let entry = self.pending.get(id);
        let older: Vec<_> = entry.into_iter().flat_map(supersedes).collect();
        for id in older {
            let is_conflict = |kept: &Kept| matches!(kept.why, Why::Conflict(_));
            if self.review.get(id).is_some_and(is_conflict) {
                self.review.withdraw(id);
                self.mark(id);
            }
        }
    }

    /// What there is no question about any more: both texts are the same by now, or what was deleted is back.
    pub(super) fn agree(&mut self) {
        // What base has then, the server may not have.
        if self.is_hidden || self.needs_snapshot {
            return;
        }
        let is_settled = |kept: &&Kept| match &kept.why {
            Why::Conflict(current) => {
                kept.text() == Some(&self.latest(current).title)
                    && self.base.get(current.id).is_some()
            }
            Why::Crossed(todos) => {
                let mut todos = todos.iter();
                todos.all(|todo| self.view.get(todo.id).is_some())
            }
            _ => false,
        };
        let settled = self.kept().iter().filter(is_settled);
        let settled: Vec<_> = settled.map(|kept| (kept.mutation, kept.id)).collect();
        for (mutation, id) in settled {
            if let Some(kept) = self.review.take(id) {
                self.touch(kept.op.ids().iter().copied());
            }
            self.mark(mutation);
        }
    }

    /// A deletion of mine took place. `was`: what it touched, as it was until then. Whoever deletes a text that somebody
    /// else has just changed did not know what they deleted.
    pub(super) fn crossed(&mut self, id: MutationId, was: &[Option<Todo>]) {
        let Some(entry) = self.pending.get(id) else {
            return;
        };
        let seen = |id: TodoId| match &entry.op {
            Op::DeleteTodo { .. } => entry.was.as_deref(),
            Op::ClearCompleted { ids } => {
                let mut cleared = ids.iter().zip(&entry.cleared);
                let (_, text) = cleared.find(|(of, _)| **of == id)?;
                Some(text.as_str()).filter(|text| !text.is_empty())
            }
            _ => None,
        };
        let is_other = |todo: &&Todo| seen(todo.id).is_some_and(|text| text != todo.title);
        let others: Vec<_> = was.iter().flatten().filter(is_other).cloned().collect();
        if !others.is_empty() {
            let (op, was) = (entry.op.clone(), entry.was.clone());
            self.review
                .keep(id, op, Vec::new(), was, Why::Crossed(others), true);
            self.mark(id);
        }
    }
}

/// Earlier texts of the same person that an edit was built on: whoever wrote it had seen them.
fn supersedes(entry: &Entry) -> impl Iterator<Item = MutationId> {
    let after = match &entry.op {
        Op::SetTitle { base, .. } => base.after.as_slice(),
        _ => &[],
    };
    after.iter().copied()
}
