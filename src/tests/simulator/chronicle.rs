//! What really happened: every state and every change of every history of the database, and what was decided. Nothing
//! here is ever forgotten; it is what clients are held against.

use super::{Checked, server::Model, violated};
use crate::core::{
    event::{Event, Placed},
    id::{ClientId, Epoch, Mid, Seq, TodoId},
    op::Op,
    pending::{Mutation, Outcome},
    review::{Kept, Why},
    todo::Todo,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// A mutation, wherever it is.
pub type Key = (ClientId, Mid);

/// A change that took place.
#[derive(Debug)]
pub struct Change {
    pub origin: Option<Key>,
    /// The todos that look different since.
    pub changed: Vec<TodoId>,
}

impl Change {
    /// Whether it was this client's.
    pub fn is_by(&self, client: ClientId) -> bool {
        self.origin.is_some_and(|(by, _)| by == client)
    }
}

/// One history of the database.
#[derive(Debug, Clone, Default)]
struct Line {
    /// The state at each `seq`.
    states: Vec<Rc<Vec<Todo>>>,
    /// What led to it; the first is at `seq` 1.
    changes: Vec<Rc<Change>>,
}

/// What was on an author's mind.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The version of the text that base had when the edit began.
    pub version: Seq,
    /// What the page showed then.
    pub text: String,
    /// Whether its author may have done something else to the todo since: then it may conflict with that.
    pub is_late: bool,
    /// All clients that the page had been.
    pub mine: Vec<ClientId>,
}

/// What an undo takes back.
#[derive(Debug, Clone)]
pub struct Undo {
    /// Which mutation; its place, if it was of another client.
    pub did: Result<Key, Seq>,
    /// All clients that its page has been.
    pub mine: Vec<ClientId>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Chronicle {
    lines: BTreeMap<Epoch, Line>,
    /// What each mutation says.
    pub contents: BTreeMap<Key, Mutation>,
    pub decided: BTreeMap<Key, Outcome>,
    pub edits: BTreeMap<Key, Edit>,
    pub undos: BTreeMap<Key, Undo>,
    /// Clients that took a snapshot, or an outcome that they do not know, and so cannot know whose every change was.
    pub unsure: BTreeSet<ClientId>,
    /// Mutations whose outcome their page does not know: it cannot know what came after them either.
    pub riddles: BTreeSet<Key>,
    /// Whether something got lost of what a page had known of its mutations: a save failed, a store was emptied, or a copy
    /// back cut it off.
    pub has_lost: bool,
    /// Whose each client is.
    pub authors: BTreeMap<ClientId, usize>,
    /// What came to nothing, and its person has put aside; and what they discarded.
    pub dropped: BTreeSet<Key>,
    /// What is kept of these gave way: to the same text of somebody else's, or to a newer one of the same person.
    pub settled: BTreeSet<Key>,
    /// The texts that each deletion was meant for.
    pub deletions: BTreeMap<Key, Vec<(TodoId, String)>>,
    /// What decided a conflict.
    pub resolutions: BTreeSet<Key>,
    lived: BTreeSet<TodoId>,
}

impl Chronicle {
    /// The state that a history begins with.
    pub fn begin(&mut self, model: &Model) {
        let line = self.lines.entry(model.epoch).or_default();
        line.states.push(Rc::new(model.state()));
    }

    /// A backup was put back: everything up to there is of the new history, too.
    pub fn restored(&mut self, from: Epoch, model: &Model) {
        let mut line = self.lines[&from].clone();
        line.cut(model.head);
        self.lines.insert(model.epoch, line);
    }

    pub fn state(&self, epoch: Epoch, seq: Seq) -> Option<&Rc<Vec<Todo>>> {
        self.lines.get(&epoch)?.states.get(seq.0 as usize)
    }

    pub fn todo(&self, epoch: Epoch, seq: Seq, id: TodoId) -> Option<&Todo> {
        self.state(epoch, seq)?.iter().find(|todo| todo.id == id)
    }

    pub fn change(&self, epoch: Epoch, seq: Seq) -> &Rc<Change> {
        &self.lines[&epoch].changes[seq.0 as usize - 1]
    }

    /// What came after `from`, up to `to`.
    pub fn changes(
        &self,
        epoch: Epoch,
        from: Seq,
        to: Seq,
    ) -> impl Iterator<Item = (Seq, &Rc<Change>)> {
        let changes = self.lines.get(&epoch).map_or(&[][..], |line| &line.changes);
        let to = changes.len().min(to.0 as usize);
        let from = to.min(from.0 as usize);
        (from as u64 + 1..).map(Seq).zip(&changes[from..to])
    }

    /// Writes down what the server has done since, and checks what holds of every history: invariants 3, 4 and 13.
    pub fn grow(&mut self, model: &Model) -> Checked {
        let Self {
            lines,
            contents,
            lived,
            ..
        } = self;
        let line = lines.entry(model.epoch).or_default();
        let known = line.changes.len() as u64;
        let new: Vec<_> = model
            .events()
            .filter(|placed| placed.seq.0 > known)
            .collect();
        for Placed { seq, origin, event } in new {
            let Some(event) = event else {
                return violated("an event without content");
            };
            if seq.0 != line.changes.len() as u64 + 1 {
                return violated(format!("events leave a gap before {seq:?}"));
            }
            if let Some((client, mid)) = origin {
                let mut before = line.changes.iter().filter_map(|change| change.origin);
                if before.any(|(other, earlier)| other == *client && earlier >= *mid) {
                    return violated(format!(
                        "3, 4: {mid:?} of {client} was applied twice, or after a later one"
                    ));
                }
            }
            let old = line.states[line.states.len() - 1].clone();
            let mut new = (*old).clone();
            happen(event, *seq, &mut new);
            let is_restore = origin.is_none_or(|key| {
                let op = contents.get(&key).map(|mutation| &mutation.op);
                matches!(op, Some(Op::RestoreTodo { .. } | Op::RestoreTodos { .. }))
            });
            let find = |todos: &[Todo], id| todos.iter().find(|todo| todo.id == id).cloned();
            for todo in &new {
                let is_new = find(&old, todo.id).is_none();
                if is_new && !lived.insert(todo.id) && !is_restore {
                    return violated(format!("13: {} came back without a restore", todo.id));
                }
            }
            let mut changed = event.ids();
            changed.retain(|id| find(&old, *id) != find(&new, *id));
            line.states.push(Rc::new(new));
            let origin = *origin;
            line.changes.push(Rc::new(Change { origin, changed }));
        }
        if line
            .states
            .last()
            .is_none_or(|state| **state != model.state())
        {
            return violated("the events do not lead to the server's state");
        }
        Ok(())
    }

    /// Forgets what a copy back undid.
    pub fn cut(&mut self, before: &Model, after: &Model) {
        if let Some(line) = self.lines.get_mut(&after.epoch) {
            line.cut(after.head);
        }
        self.decided.retain(|(client, mid), _| {
            let was_decided = |model: &Model| *mid <= model.last_mid(*client);
            !was_decided(before) || was_decided(after)
        });
        self.has_lost = true;
        // What an undo says of places that were cut off means something else now.
        self.undos.clear();
        let states = self.lines.values().flat_map(|line| &line.states);
        self.lived = states
            .flat_map(|state| state.iter().map(|todo| todo.id))
            .collect();
    }

    /// Takes in what was decided, and checks it against who meant it: invariants 3 and 11, and what an undo may do.
    pub fn decide(&mut self, epoch: Epoch, head: Seq, key: Key, outcome: &Outcome) -> Checked {
        match self.decided.get(&key) {
            Some(before) if before == outcome || *outcome == Outcome::Unknown => return Ok(()),
            Some(before) => {
                return violated(format!("3: {key:?} was {before:?}, and now {outcome:?}"));
            }
            None => {}
        }
        self.decided.insert(key, outcome.clone());
        self.check_edit(epoch, key, outcome)?;
        self.check_undo(epoch, head, key, outcome)
    }

    /// No text is overwritten that its author had not seen, and none is refused for the author's own.
    fn check_edit(&self, epoch: Epoch, key: Key, outcome: &Outcome) -> Checked {
        let (Some(edit), Some(mutation)) = (self.edits.get(&key), self.contents.get(&key)) else {
            return Ok(());
        };
        let Op::SetTitle { id, title, base } = &mutation.op else {
            return Ok(());
        };
        let is_by = |version: Seq, client: ClientId| {
            version.0 > 0 && self.change(epoch, version).is_by(client)
        };
        // What the same person wrote in another tab, and this one had heard of, although it is settled there by now: the
        // very text, or the same words as somebody else.
        let author = |client: ClientId| self.authors.get(&client);
        let is_named = |old: &Todo| {
            let mut named = base.after.iter();
            named.any(|named| {
                let wrote = self.contents.get(named).and_then(|it| it.op.text());
                let is_applied = matches!(self.decided.get(named), Some(Outcome::Applied(_)));
                author(named.0) == author(key.0) && is_applied && wrote == Some(&old.title)
            })
        };
        match outcome {
            Outcome::Applied(seq) => {
                let Some(old) = self.todo(epoch, Seq(seq.0 - 1), *id) else {
                    return violated(format!("{title:?} was given to what was not there"));
                };
                let mut mine = edit.mine.iter().chain([&key.0]);
                let is_mine = mine.any(|client| is_by(old.title_version, *client));
                let wrote = |mutation: &Mutation| matches!(&mutation.op, Op::SetTitle { title, .. } if *title == old.title);
                let mut mutations = self
                    .contents
                    .iter()
                    .filter(|((client, _), _)| *client == key.0);
                let is_mine = is_mine || mutations.any(|(_, mutation)| wrote(mutation));
                let is_mine = is_mine || is_named(old);
                let seen = old.title_version <= edit.version || is_mine || old.title == edit.text;
                if old.title != *title && !seen {
                    return violated(format!(
                        "11: {title:?} overwrote {:?}, which its author had not seen",
                        old.title
                    ));
                }
            }
            Outcome::Conflict(current) => {
                let is_known = !edit.is_late && !self.unsure.contains(&key.0);
                // Deleted since it has this text, and brought back by another tab, which had the text only from this one:
                // nothing says then where it stands, and one is asked about one's own.
                let mut since = current.title_version.0..current.version.0;
                let was_away = since.any(|at| self.todo(epoch, Seq(at), *id).is_none());
                let is_nowhere = edit.version == Seq(0) && base.after.is_empty() && was_away;
                let is_mine = is_known && !is_nowhere && is_by(current.title_version, key.0);
                if current.title_version <= edit.version || is_mine || current.title == *title {
                    return violated(format!(
                        "11: {title:?} of {mutation:?} is in conflict with {current:?}, which its author knew, who had {edit:?}",
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What is kept of a conflict has the text that the server compared with: what both have in common.
    pub fn has_common_base(&self, epoch: Epoch, kept: &Kept) -> Checked {
        let (Op::SetTitle { id, base, .. }, Why::Conflict(_)) = (&kept.op, &kept.why) else {
            return Ok(());
        };
        // What became of another queue's, this page may not have heard before that was gone.
        let mut after = base.after.iter();
        if self.has_lost || after.any(|(client, _)| *client != kept.mutation.0) {
            return Ok(());
        }
        let place = |client, mid| match self.decided.get(&(client, mid)) {
            Some(Outcome::Applied(seq)) => Some(*seq),
            _ => None,
        };
        let at = base.resolve(place);
        // An edit that began in the history before names a place of that one.
        let mut histories = self.lines.keys();
        let title = |epoch: &Epoch| self.todo(*epoch, at, *id).map(|todo| &todo.title);
        if histories.any(|epoch| title(epoch).is_some() && title(epoch) == kept.was.as_ref()) {
            return Ok(());
        }
        match self.todo(epoch, at, *id) {
            Some(todo) => violated(format!(
                "{:?} is in conflict, and was {:?} before, not {:?}",
                kept.op, todo.title, kept.was
            )),
            None => Ok(()),
        }
    }

    /// What a deletion took away, and whether its author had seen the text: as far as that is known here.
    pub fn crossed(&self, epoch: Epoch, seq: Seq) -> Option<(Key, Vec<(TodoId, bool)>)> {
        let change = self.change(epoch, seq);
        let key = change.origin?;
        let of = |(id, meant): &(TodoId, String)| {
            let old = self.todo(epoch, Seq(seq.0 - 1), *id)?;
            // What the same person wrote elsewhere, or in the same step, a page may tell, or not.
            let at = old.title_version;
            let origin = (at.0 > 0).then(|| self.change(epoch, at).origin).flatten();
            let author = |client| self.authors.get(&client);
            if origin.is_some_and(|(client, _)| author(client) == author(key.0)) {
                return None;
            }
            // What was not completed any more, clearing leaves.
            change
                .changed
                .contains(id)
                .then(|| (*id, old.title != *meant))
        };
        let meant = self.deletions.get(&key)?.iter();
        Some((key, meant.filter_map(of).collect()))
    }

    /// An undo takes back nothing that somebody else did since, and is refused for nothing else.
    fn check_undo(&self, epoch: Epoch, head: Seq, key: Key, outcome: &Outcome) -> Checked {
        let (Some(undo), Some(mutation)) = (self.undos.get(&key), self.contents.get(&key)) else {
            return Ok(());
        };
        let did = match undo.did {
            Ok(key) if self.riddles.contains(&key) => return Ok(()),
            Ok(key) => match self.decided.get(&key) {
                Some(Outcome::Applied(seq)) => *seq,
                _ => return Ok(()),
            },
            Err(seq) => seq,
        };
        let by_others = |to: Seq, id: TodoId, mine: &[ClientId]| {
            let mut since = self.changes(epoch, did, to);
            since.any(|(_, change)| {
                !mine.iter().any(|client| change.is_by(*client)) && change.changed.contains(&id)
            })
        };
        match outcome {
            Outcome::Applied(seq) => {
                let before = Seq(seq.0 - 1);
                let mut changed = self.change(epoch, *seq).changed.iter();
                if let Some(id) = changed.find(|id| by_others(before, **id, &undo.mine)) {
                    return violated(format!(
                        "an undo of {did:?} at {seq:?} took back what somebody else did to {id}"
                    ));
                }
            }
            Outcome::Rejected(rejection)
                if rejection.code == crate::core::op::RejectionCode::Changed =>
            {
                let mut ids = mutation.op.ids().iter();
                if !self.unsure.contains(&key.0) && !ids.any(|id| by_others(head, *id, &[key.0])) {
                    return violated(format!(
                        "an undo of {did:?} was refused, and nobody else had changed anything"
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Line {
    fn cut(&mut self, head: Seq) {
        self.states.truncate(head.0 as usize + 1);
        self.changes.truncate(head.0 as usize);
    }
}

/// What an event does to todos that are in order.
pub fn happen(event: &Event, seq: Seq, todos: &mut Vec<Todo>) {
    let mut put = |todo: &Todo| {
        todos.retain(|other| other.id != todo.id);
        todos.push(todo.clone());
    };
    match event {
        Event::Added(todo) | Event::Updated(todo) => put(todo),
        Event::ManyAdded(many) => many.iter().for_each(put),
        Event::Deleted(id) => todos.retain(|todo| todo.id != *id),
        Event::ManyDeleted(ids) => todos.retain(|todo| !ids.contains(&todo.id)),
        Event::ManyCompleted {
            ids,
            completed,
            updated_at,
        } => {
            for todo in todos.iter_mut().filter(|todo| ids.contains(&todo.id)) {
                todo.completed = *completed;
                todo.version = seq;
                todo.updated_at = *updated_at;
            }
        }
    }
    todos.sort_by(Todo::in_order);
}
