//! What I did in this run, to be taken back and done again; and what others did since, which stays.
//!
//! An undo is a new op like any other. Not here: when it may be sent (`pending`).

use super::{
    conflict::Base,
    id::{ClientId, Mid, Seq, TodoId},
    op::Op,
    pending::Undoes,
    todo::Todo,
    view::View,
};

/// Actions that can be taken back at most: what is further back, nobody remembers either.
const ACTIONS_MAX: usize = 200;

/// What takes an op back.
#[derive(Debug, Clone)]
pub struct Inverse {
    /// The op.
    pub op: Op,
    /// For a restore: the todos as they were.
    pub seen: Vec<Todo>,
}

/// One mutation of an action.
#[derive(Debug, Clone)]
pub struct Part {
    /// The mutation, and its place once it is known.
    pub did: Undoes,
    /// What takes it back.
    pub inverse: Inverse,
}

/// What a person did at once: one mutation, or several where a bulk op was split.
type Action = Vec<Part>;

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct History {
    done: Vec<Action>,
    undone: Vec<Action>,
    /// Who changed each todo last, by id.
    changed: Vec<(TodoId, Changed)>,
}

/// Who changed a todo last. `None`: nobody knows who it was.
#[derive(Debug, Clone, Copy)]
struct Changed {
    by: Option<ClientId>,
    at: Seq,
    /// And where anybody else did, before.
    others: Seq,
}

/// Which way in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Undo.
    Back,
    /// Redo.
    Forth,
}

impl History {
    /// Something new was done: what was taken back before cannot be done again.
    pub fn did(&mut self, action: Vec<Part>) {
        self.undone.clear();
        self.keep(action, Way::Back);
    }

    /// An action, for this way.
    pub fn keep(&mut self, action: Vec<Part>, way: Way) {
        if action.is_empty() {
            return;
        }
        let actions = self.actions(way);
        actions.push(action);
        if actions.len() > ACTIONS_MAX {
            actions.remove(0);
        }
    }

    /// The last action on this way.
    pub fn take(&mut self, way: Way) -> Option<Vec<Part>> {
        self.actions(way).pop()
    }

    /// A mutation has this place.
    pub fn applied(&mut self, mid: Mid, seq: Seq) {
        for part in self.parts().filter(|part| part.did.mid == mid) {
            part.did.seq = Some(seq);
        }
    }

    /// A mutation came to nothing: there is nothing to take back.
    pub fn forget(&mut self, mid: Mid) {
        for actions in [&mut self.done, &mut self.undone] {
            for action in actions.iter_mut() {
                action.retain(|part| part.did.mid != mid);
            }
            actions.retain(|action| !action.is_empty());
        }
    }

    /// Another client counts from 1 again: what is settled can still be taken back, the rest came to nothing.
    pub fn renumber(&mut self) {
        for actions in [&mut self.done, &mut self.undone] {
            for action in actions.iter_mut() {
                action.retain(|part| part.did.seq.is_some());
                action.iter_mut().for_each(|part| part.did.mid = Mid(0));
            }
            actions.retain(|action| !action.is_empty());
        }
    }

    /// What this client did counts as that one's, which goes on in its place.
    pub fn renamed(&mut self, from: ClientId, to: ClientId) {
        for (_, changed) in &mut self.changed {
            if changed.by == Some(from) {
                changed.by = Some(to);
            }
        }
    }

    /// Places mean nothing any more: the server has another history.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// What a restore brings back was like this.
    pub fn last_seen(&mut self, todo: &Todo) {
        let seen = self.parts().flat_map(|part| &mut part.inverse.seen);
        seen.filter(|seen| seen.id == todo.id)
            .for_each(|seen| seen.clone_from(todo));
    }

    /// The todos that all this is about.
    pub fn ids(&self, ids: &mut Vec<TodoId>) {
        let actions = self.done.iter().chain(&self.undone);
        for part in actions.flatten() {
            ids.extend(part.inverse.op.ids());
        }
    }

    /// Nobody can say what somebody else did to these meanwhile.
    pub fn missed(&mut self, unseen: &[TodoId]) {
        for part in self.parts() {
            part.did.missed(part.inverse.op.ids(), unseen);
        }
    }

    /// A todo was changed, by this client, if that is known.
    pub fn changed(&mut self, id: TodoId, by: Option<ClientId>, at: Seq) {
        let others = Seq(0);
        match self.changed.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(place) => {
                let last = &mut self.changed[place].1;
                let is_same = by.is_some() && by == last.by;
                let others = if is_same { last.others } else { last.at };
                *last = Changed { by, at, others };
            }
            Err(place) => self.changed.insert(place, (id, Changed { by, at, others })),
        }
    }

    /// Whether anybody but this client changed a todo since this.
    pub fn is_changed(&self, id: TodoId, client: ClientId, since: Undoes) -> bool {
        let Some(since) = since.seq else {
            // It is not even in base yet.
            return false;
        };
        match self.changed.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(place) => {
                let last = self.changed[place].1;
                let others = match last.by == Some(client) {
                    true => last.others,
                    false => last.at,
                };
                others > since
            }
            Err(_) => false,
        }
    }

    fn actions(&mut self, way: Way) -> &mut Vec<Action> {
        match way {
            Way::Back => &mut self.done,
            Way::Forth => &mut self.undone,
        }
    }

    fn parts(&mut self) -> impl Iterator<Item = &mut Part> {
        self.done.iter_mut().chain(&mut self.undone).flatten()
    }
}

/// What takes an op back, given what the page shows before it. `None`: it changes nothing.
pub fn inverse(op: &Op, view: &View) -> Option<Inverse> {
    let mut seen = Vec::new();
    let op = match op {
        Op::AddTodo { id, .. } | Op::RestoreTodo { id } => Op::DeleteTodo { id: *id },
        Op::SetCompleted { id, completed } => {
            let was = view.get(*id)?.completed;
            (was != *completed).then_some(Op::SetCompleted {
                id: *id,
                completed: was,
            })?
        }
        Op::SetTitle { id, title, .. } => {
            let was = &view.get(*id)?.title;
            (was != title).then(|| Op::SetTitle {
                id: *id,
                title: was.clone(),
                // Whoever takes it back sees another state by then.
                base: Base::default(),
            })?
        }
        Op::MoveTodo { id, position } => {
            let was = view.get(*id)?.position.as_str();
            (was != position).then(|| Op::MoveTodo {
                id: *id,
                position: was.to_owned(),
            })?
        }
        Op::DeleteTodo { id } => {
            seen.push(view.get(*id)?.clone());
            Op::RestoreTodo { id: *id }
        }
        Op::SetAllCompleted { ids, completed } => Op::SetAllCompleted {
            ids: those(ids, view, |todo| todo.completed != *completed)?,
            completed: !completed,
        },
        Op::ClearCompleted { ids } => {
            let ids = those(ids, view, |todo| todo.completed)?;
            seen.extend(ids.iter().filter_map(|id| view.get(*id).cloned()));
            Op::RestoreTodos { ids }
        }
        Op::RestoreTodos { ids } => Op::ClearCompleted { ids: ids.clone() },
        Op::Noop => return None,
    };
    Some(Inverse { op, seen })
}

fn those(ids: &[TodoId], view: &View, wanted: impl Fn(&Todo) -> bool) -> Option<Vec<TodoId>> {
    let is_wanted = |id: &TodoId| view.get(*id).is_some_and(&wanted);
    let ids: Vec<_> = ids.iter().copied().filter(is_wanted).collect();
    (!ids.is_empty()).then_some(ids)
}
