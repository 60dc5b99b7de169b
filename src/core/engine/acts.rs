//! What a person does: ops, undo and redo, sending again and dropping what came to nothing.

use super::{Engine, Undone};
use crate::core::{
    id::{TodoId, TodoIds},
    op::Op,
    pending::Undoes,
    review::Kept,
    todo::Todo,
    undo::{Part, Way, inverse},
};

impl Engine {
    /// Does something: one op, or several where a bulk op had to be split.
    pub fn dispatch(&mut self, ops: impl IntoIterator<Item = Op>) {
        let ops = ops.into_iter();
        let action = ops.filter_map(|op| self.queue(op, Vec::new(), None));
        let action = action.collect();
        self.history.did(action);
        self.pump();
    }

    /// Takes the last action back, or does again what was taken back last.
    pub fn undo(&mut self, way: Way) -> Undone {
        let Some(action) = self.history.take(way) else {
            return Undone::Nothing;
        };
        let mut reverse = Vec::new();
        let mut is_changed = false;
        // The other way round: what was done last goes first.
        for Part { did, inverse } in action.into_iter().rev() {
            let client = self.client();
            let changed = |id: &TodoId| self.history.is_changed(*id, client, did);
            is_changed |= inverse.op.ids().iter().any(changed);
            let unchanged = |ids: Vec<TodoId>| ids.into_iter().filter(|id| !changed(id)).collect();
            let op = match inverse.op {
                Op::SetAllCompleted { ids, completed } => Op::SetAllCompleted {
                    ids: unchanged(ids),
                    completed,
                },
                Op::ClearCompleted { ids } => Op::ClearCompleted {
                    ids: unchanged(ids),
                },
                Op::RestoreTodos { ids } => Op::RestoreTodos {
                    ids: unchanged(ids),
                },
                op if op.ids().iter().any(changed) => continue,
                Op::SetTitle { id, title, .. } => Op::SetTitle {
                    id,
                    title,
                    base: self.based_on(id),
                },
                op => op,
            };
            if op.ids().is_empty() {
                continue;
            }
            reverse.extend(self.queue(op, inverse.seen, Some(did)));
        }
        let is_done = !reverse.is_empty();
        self.history.keep(
            reverse,
            match way {
                Way::Back => Way::Forth,
                Way::Forth => Way::Back,
            },
        );
        self.pump();
        match (is_done, is_changed) {
            (true, _) => Undone::Done,
            (false, true) => Undone::Changed,
            (false, false) => Undone::Nothing,
        }
    }

    /// Sends again what came to nothing, as something new. `new`: the id of an item that is added again.
    pub fn retry(&mut self, kept: u32, new: TodoId) {
        let is_it = |other: &&Kept| other.id == kept;
        let found = self.kept().iter().find(is_it).filter(|it| it.retryable);
        let Some(Kept { op, .. }) = found else {
            return;
        };
        if let Op::SetTitle { id, title, .. } = op
            && self.view.get(*id).is_some()
        {
            let (id, title) = (*id, title.clone());
            let base = self.based_on(id);
            return self.resolve(kept, id, title, base);
        }
        let Some(Kept {
            op, seen, mutation, ..
        }) = self.review.take(kept)
        else {
            return;
        };
        // It leaves in the same step in which what is new is saved.
        self.mark(mutation);
        self.touch(op.ids().iter().copied());
        let position = self.view.end().map_or_else(String::new, String::from);
        let op = match op {
            // Its item is gone: the text becomes one of its own.
            Op::AddTodo { title, .. } | Op::SetTitle { title, .. } => Op::AddTodo {
                id: new,
                title,
                position,
            },
            op => op,
        };
        let part = self.queue(op, seen, None);
        self.history.did(part.into_iter().collect());
        self.pump();
    }

    /// The person has read it.
    pub fn dismiss_trouble(&mut self) {
        self.trouble = None;
    }

    /// Drops what came to nothing.
    pub fn discard(&mut self, kept: u32) {
        if let Some(kept) = self.review.take(kept) {
            self.touch(kept.op.ids().iter().copied());
            self.mark(kept.mutation);
            self.pump();
        }
    }

    /// The text that an edit of this todo starts from that begins now.
    pub(super) fn text_now(&self, id: TodoId) -> Option<String> {
        let Some(conflict) = self.conflict(id) else {
            return self.pending.text_before(&self.base, id);
        };
        // What another tab of mine has written over theirs by now is what the server has.
        let mine = self.pending.applied_text(id);
        let over = mine.filter(|(seq, _)| *seq > conflict.theirs.title_version);
        let text = over.map_or(conflict.theirs.title.as_str(), |(_, text)| text);
        Some(text.to_owned())
    }

    /// The text that an edit started from, when it began; and the one that a deletion takes away, unless it is mine.
    fn text_before(&self, op: &Op) -> Option<String> {
        match op {
            Op::SetTitle { id, base, .. } => {
                let began = self.began.as_ref();
                match began.filter(|(of, based, _)| (of, based) == (id, base)) {
                    Some((_, _, text)) => text.clone(),
                    None if self.based_on(*id) == *base => self.text_now(*id),
                    None => None,
                }
            }
            Op::DeleteTodo { id } => self.text_taken(*id),
            _ => None,
        }
    }

    /// The text that a deletion takes away now, unless it is mine.
    fn text_taken(&self, id: TodoId) -> Option<String> {
        let shown = self.view.get(id).map(|todo| &todo.title);
        let base = self.base.get(id).map(|todo| &todo.title);
        shown.filter(|shown| Some(*shown) == base).cloned()
    }

    /// Takes an op into the queue and shows it. Gives what can be taken back of it.
    pub(super) fn queue(
        &mut self,
        op: Op,
        seen: Vec<Todo>,
        undoes: Option<Undoes>,
    ) -> Option<Part> {
        let inverse = inverse(&op, &self.view);
        let ids = TodoIds::new(op.ids());
        let was = self.text_before(&op);
        let cleared = match &op {
            Op::ClearCompleted { ids } => {
                let taken = ids.iter().map(|id| self.text_taken(*id));
                taken.map(Option::unwrap_or_default).collect()
            }
            _ => Vec::new(),
        };
        let mid = self.pending.push(op, seen, undoes);
        if let Some(entry) = self.pending.entry((self.client(), mid)) {
            entry.was = was;
            entry.cleared = cleared;
        }
        self.mark((self.client(), mid));
        self.has_new = true;
        self.refold(ids);
        let did = Undoes::new(mid);
        inverse.map(|inverse| Part { did, inverse })
    }
}
