//! What a page shows: invariants 1, 2 and 7.

use super::{
    Checked,
    chronicle::{Chronicle, happen},
    photo::{Photo, Told},
    violated,
};
use crate::core::{
    engine::Engine,
    id::{Seq, TodoId},
    op::{Decision, Facts, Op, Slot, decide},
    pending::{Entry, Outcome},
    todo::Todo,
};
use std::collections::BTreeMap;

/// What a person sees of a todo.
fn looks(todo: &Todo) -> (TodoId, &str, bool, &str) {
    (todo.id, &todo.title, todo.completed, todo.position.as_str())
}

/// 1: the view is the queue folded over base, in order, and so are the counters.
pub fn is_folded(engine: &Engine, base: &[Todo], photo: &Photo, told: &Told) -> Checked {
    let folded = fold(base, photo, told, engine);
    if !folded.iter().map(looks).eq(photo.view.iter().map(looks)) {
        let looks = |todos: &[Todo]| format!("{:?}", todos.iter().map(looks).collect::<Vec<_>>());
        return violated(format!(
            "1: the view is {} and not {}, with {:?} queued, and changed {:?}",
            looks(&photo.view),
            looks(&folded),
            photo.queue,
            told.changes,
        ));
    }
    let left = folded.iter().filter(|todo| !todo.completed).count();
    let counts = engine.counts();
    if (counts.total, counts.left) != (folded.len(), left) {
        return violated(format!("1: {counts:?} of {}, {left} left", folded.len()));
    }
    Ok(())
}

/// Op by op, over the whole list.
fn fold(base: &[Todo], photo: &Photo, told: &Told, engine: &Engine) -> Vec<Todo> {
    let (list, author) = (engine.list(), engine.user());
    let mut todos = base.to_vec();
    let mut deleted: BTreeMap<TodoId, Todo> = BTreeMap::new();
    let latest = Seq(u64::MAX);
    for entry in &photo.queue {
        let is_in_base = match entry.client == photo.client {
            true => entry.mid <= told.in_base,
            false => entry.in_base,
        };
        if entry.given_up || is_in_base {
            continue;
        }
        let is_void = |id: TodoId| {
            // What happened before another queue was known here, this page cannot know.
            if entry.client != photo.client {
                return engine.is_void(entry, id);
            }
            let since = entry.undoes.and_then(|undoes| undoes.seq);
            since.is_some_and(|since| told.is_changed(id, since, entry.client))
        };
        let slot = |id: &TodoId| {
            let tombstone = |todo: &Todo| Slot::Deleted {
                todo: Some(todo.clone()),
                version: Seq(0),
            };
            let slot = match todos.iter().find(|todo| todo.id == *id) {
                Some(todo) => Slot::Live {
                    todo: todo.clone(),
                    creator: author,
                },
                None => {
                    let todo = deleted.get(id);
                    tombstone(todo.or_else(|| entry.seen.iter().find(|todo| todo.id == *id))?)
                }
            };
            Some((*id, slot))
        };
        let ids = entry.op.ids().iter().filter(|id| !is_void(**id));
        let is_bulk = matches!(
            entry.op,
            Op::SetAllCompleted { .. } | Op::ClearCompleted { .. } | Op::RestoreTodos { .. }
        );
        if !is_bulk && entry.op.ids().iter().any(|id| is_void(*id)) {
            continue;
        }
        let facts = Facts {
            list,
            slots: ids.filter_map(slot).collect(),
            live: todos.len(),
            author,
            seq: latest,
            now: 0,
            based_on: latest,
            unless_after: None,
        };
        if let Decision::Applied(event) = decide(&entry.op, &facts) {
            for id in event.ids() {
                if let Some(todo) = todos.iter().find(|todo| todo.id == id) {
                    deleted.insert(id, todo.clone());
                }
            }
            happen(&event, latest, &mut todos);
        }
    }
    todos
}

/// 2: base is the server's state at its place.
pub fn base_is_true(engine: &Engine, chronicle: &Chronicle) -> Checked {
    let base = engine.base();
    let Some(state) = chronicle.state(base.epoch, base.seq) else {
        return violated(format!(
            "2: there was no {:?} of {:?}",
            base.seq, base.epoch
        ));
    };
    let same = base.todos().len() == state.len()
        && state.iter().all(|todo| base.get(todo.id) == Some(todo));
    if same {
        Ok(())
    } else {
        violated(format!(
            "2: base at {:?} is {:?} and not {state:?}",
            base.seq,
            base.todos()
        ))
    }
}

const PRESENCE: u8 = 1;
const TITLE: u8 = 2;
const COMPLETED: u8 = 4;
const POSITION: u8 = 8;
const ALL: u8 = 15;

/// In what a person would see a difference.
fn difference(old: Option<&Todo>, new: Option<&Todo>) -> u8 {
    match (old, new) {
        (None, None) => 0,
        (Some(old), Some(new)) => {
            let if_so = |moved, field| if moved { field } else { 0 };
            if_so(old.title != new.title, TITLE)
                | if_so(old.completed != new.completed, COMPLETED)
                | if_so(old.position != new.position, POSITION)
        }
        _ => ALL,
    }
}

/// What an op may change of a todo.
fn fields(op: &Op) -> u8 {
    match op {
        Op::SetCompleted { .. } | Op::SetAllCompleted { .. } => COMPLETED,
        Op::SetTitle { .. } => TITLE,
        Op::MoveTodo { .. } => POSITION,
        Op::Noop => 0,
        _ => ALL,
    }
}

/// 7: nothing moves without a reason. `before` and `after` are the same client's, in the same history, and no act of the
/// person came between.
pub fn does_not_flicker(
    before: &Photo,
    after: &Photo,
    told: &Told,
    chronicle: &Chronicle,
) -> Checked {
    let mut ids: Vec<TodoId> = before
        .view
        .iter()
        .chain(&after.view)
        .map(|todo| todo.id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        let moved = difference(before.shown(id), after.shown(id));
        if moved == 0 {
            continue;
        }
        let reasons = reasons(id, before, after, told, chronicle);
        if moved & !reasons != 0 && reasons & PRESENCE == 0 {
            return violated(format!(
                "7: {id} went from {:?} to {:?}, and nothing that happened from {:?} to {:?} says so, with {:?} queued, then {:?}",
                before.shown(id).map(looks),
                after.shown(id).map(looks),
                before.seq,
                after.seq,
                before.queue,
                after.queue
            ));
        }
    }
    Ok(())
}

/// What may look different of a todo, and why: the fields.
fn reasons(id: TodoId, before: &Photo, after: &Photo, told: &Told, chronicle: &Chronicle) -> u8 {
    let mut reasons = 0;
    for (seq, change) in chronicle.changes(after.epoch, before.seq, after.seq) {
        if !change.changed.contains(&id) {
            // What was swept meanwhile does not come back; and an undo whose action nobody knows may leave some alone.
            let entry = change.origin.and_then(|id| before.entry(id));
            let may_skip = |entry: &&Entry| {
                let is_blind = entry.undoes.is_some_and(|undoes| undoes.seq.is_none());
                is_blind || matches!(entry.op, Op::RestoreTodos { .. })
            };
            if entry
                .filter(may_skip)
                .is_some_and(|entry| entry.op.ids().contains(&id))
            {
                reasons |= ALL;
            }
            continue;
        }
        // Of what was put aside only its place is left, in which nothing shows.
        // And what nobody here has seen before it was deleted does not show before it is back.
        let is_unseen = |entry: &Entry| {
            let is_restore = matches!(entry.op, Op::RestoreTodo { .. });
            is_restore && entry.seen.is_empty()
        };
        let shows = |entry: &Entry| entry.is_folded() && entry.op != Op::Noop && !is_unseen(entry);
        let was_shown = change
            .origin
            .is_some_and(|id| before.entry(id).is_some_and(shows));
        let todo = |seq| chronicle.todo(after.epoch, seq, id);
        let (old, new) = (todo(Seq(seq.0 - 1)), todo(seq));
        if !was_shown {
            reasons |= difference(old, new);
        } else if old.is_none() != new.is_none() {
            // What comes back is shown as it was last seen, until the server says how it really is; and what goes takes
            // with it what was still folded over it, and came to nothing.
            reasons |= TITLE | COMPLETED | POSITION;
        }
    }
    for entry in before
        .queue
        .iter()
        .filter(|entry| entry.op.ids().contains(&id))
    {
        let now = after.entry(entry.id());
        let was = entry.is_folded();
        let is = now.is_some_and(Entry::is_folded);
        let truth = chronicle.decided.get(&entry.id());
        let came_to_nothing = truth.is_some_and(|outcome| !matches!(outcome, Outcome::Applied(_)));
        let was_given_up = now.is_some_and(|now| now.given_up && !entry.given_up);
        // What waits in another queue comes to light when what lay over it is settled.
        let is_others = was && entry.client != after.client;
        if was && !is && (came_to_nothing || was_given_up || told.is_refused(entry.id()))
            || !was && is
            || is_others
        {
            reasons |= fields(&entry.op);
        }
    }
    // An undo leaves alone what somebody else changed, and clearing what they unticked.
    let mut mine = before
        .queue
        .iter()
        .filter(|entry| entry.op.ids().contains(&id));
    let all = |entry: &Entry| match entry.undoes {
        // A snapshot does not say who it was, so that it may have been somebody else.
        Some(_) => reasons != 0 || told.had_snapshot,
        None => reasons != 0 && matches!(entry.op, Op::ClearCompleted { .. }),
    };
    if mine.any(all) { ALL } else { reasons }
}
