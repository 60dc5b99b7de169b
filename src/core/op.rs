//! What a person can ask for, and what becomes of it: total and deterministic, the same on both sides.
//!
//! Not here: whether the person may (the server's `lists`), and what was decided before (the store).

use super::{
    conflict::Base,
    event::Event,
    id::{ListId, Seq, TodoId, UserId},
    list::TODOS_MAX,
    order::Position,
    todo::{Todo, check_title},
};

/// Ids that a bulk op names at most; the client splits.
pub const IDS_MAX: usize = 1_000;
/// Bytes of an id in JSON, with quotes and comma.
const ID_BYTES: usize = 39;

/// What a person meant. The texts are as they came: deciding checks them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// A new todo, under an id its author made.
    AddTodo {
        /// The id it gets.
        id: TodoId,
        /// Its text, before trimming.
        title: String,
        /// Its place, before checking.
        position: String,
    },
    /// Done, or not done after all. Absolute, never "toggle": said twice it is still so.
    SetCompleted {
        /// Which one.
        id: TodoId,
        /// What it is from now on.
        completed: bool,
    },
    /// Another text.
    SetTitle {
        /// Which one.
        id: TodoId,
        /// Its text from now on, before trimming.
        title: String,
        /// What the person saw while typing, in title versions.
        base: Base,
    },
    /// Another place.
    MoveTodo {
        /// Which one.
        id: TodoId,
        /// Its place from now on, before checking.
        position: String,
    },
    /// Away with it. Its id stays known.
    DeleteTodo {
        /// Which one.
        id: TodoId,
    },
    /// Back with it, as it was.
    RestoreTodo {
        /// Which one.
        id: TodoId,
    },
    /// All these done, or not done after all.
    SetAllCompleted {
        /// The ones the person saw.
        ids: Vec<TodoId>,
        /// What they are from now on.
        completed: bool,
    },
    /// Away with those of these that are completed when this is decided.
    ClearCompleted {
        /// The ones the person saw.
        ids: Vec<TodoId>,
    },
    /// Back with all these, as they were.
    RestoreTodos {
        /// Which ones.
        ids: Vec<TodoId>,
    },
    /// Nothing: it fills the slot of a mutation that was given up.
    Noop,
}

impl Op {
    /// Bytes of text and ids in it, about: what makes one op's JSON longer than another's.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::AddTodo { title, .. } | Self::SetTitle { title, .. } => title.len(),
            Self::SetAllCompleted { ids, .. }
            | Self::ClearCompleted { ids }
            | Self::RestoreTodos { ids } => ids.len() * ID_BYTES,
            _ => 0,
        }
    }

    /// The text that it gives to its todo.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::AddTodo { title, .. } | Self::SetTitle { title, .. } => Some(title),
            _ => None,
        }
    }

    /// The todos it speaks of.
    pub fn ids(&self) -> &[TodoId] {
        match self {
            Self::AddTodo { id, .. }
            | Self::SetCompleted { id, .. }
            | Self::SetTitle { id, .. }
            | Self::MoveTodo { id, .. }
            | Self::DeleteTodo { id }
            | Self::RestoreTodo { id } => std::slice::from_ref(id),
            Self::SetAllCompleted { ids, .. }
            | Self::ClearCompleted { ids }
            | Self::RestoreTodos { ids } => ids,
            Self::Noop => &[],
        }
    }
}

/// What a list has under an id, unless it never had anything there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// A todo that was deleted.
    Deleted {
        /// As it was, with its deletion as the version; nothing once its text is purged.
        todo: Option<Todo>,
        /// The `seq` of its deletion.
        version: Seq,
    },
    /// A todo.
    Live {
        /// As it is.
        todo: Todo,
        /// Who added it.
        creator: UserId,
    },
}

impl Slot {
    fn version(&self) -> Seq {
        match self {
            Self::Deleted { version, .. } => *version,
            Self::Live { todo, .. } => todo.version,
        }
    }
}

/// All that deciding looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The list.
    pub list: ListId,
    /// What it has under the op's ids, each once; absent where it never had anything.
    pub slots: Vec<(TodoId, Slot)>,
    /// How many todos it has.
    pub live: usize,
    /// Who asks.
    pub author: UserId,
    /// The `seq` that the event gets, if there is one.
    pub seq: Seq,
    /// Milliseconds since 1970.
    pub now: i64,
    /// What a [`Op::SetTitle`] was based on, resolved: see [`Base::resolve`].
    pub based_on: Seq,
    /// What an undo was based on, resolved: a todo with a later version is left alone. `None`: no undo.
    pub unless_after: Option<Seq>,
}

impl Facts {
    fn slot(&self, id: TodoId) -> Option<&Slot> {
        let mut slots = self.slots.iter();
        slots.find(|(of, _)| *of == id).map(|(_, slot)| slot)
    }
}

/// Why an op was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// For programs.
    pub code: RejectionCode,
    /// For the person.
    pub message: String,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RejectionCode {
    /// The todo is deleted or was never there.
    Gone,
    /// This person may not change the list.
    Forbidden,
    /// The op breaks a rule.
    Invalid,
    /// The list is full.
    Limit,
    /// Somebody changed the todo after what was to be undone.
    Changed,
}

impl Rejection {
    /// A refusal with its reason.
    pub fn new(code: RejectionCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// The person may only look.
    pub fn forbidden() -> Self {
        Self::new(
            RejectionCode::Forbidden,
            "You may look at this list, but not change it.",
        )
    }

    fn gone() -> Self {
        Self::new(RejectionCode::Gone, "This item was deleted.")
    }

    fn full() -> Self {
        Self::new(RejectionCode::Limit, "A list has at most 10,000 items.")
    }

    fn changed() -> Self {
        Self::new(
            RejectionCode::Changed,
            "This item was changed since, so it was left as it is.",
        )
    }

    fn invalid(message: &str) -> Self {
        Self::new(RejectionCode::Invalid, message)
    }
}

/// What became of an op.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Accepted: it takes a `seq` and makes this event, even if that changes nothing.
    Applied(Event),
    /// Somebody else changed the same text meanwhile: no `seq`, no event. With the todo as it is.
    Conflict(Todo),
    /// Refused: no `seq`, no event.
    Rejected(Rejection),
    /// It was a [`Op::Noop`]: no `seq`, no event.
    Skipped,
}

/// Decides an op: the table of the sync contract. An op that leaves every field as it was changes no version.
pub fn decide(op: &Op, facts: &Facts) -> Decision {
    let decided = match op {
        Op::Noop => return Decision::Skipped,
        Op::SetTitle { id, title, .. } => return set_title(*id, title, facts),
        Op::AddTodo {
            id,
            title,
            position,
        } => add(*id, title, position, facts),
        Op::SetCompleted { id, completed } => live(*id, facts).map(|mut todo| {
            complete(&mut todo, *completed, facts);
            Event::Updated(todo)
        }),
        Op::MoveTodo { id, position } => {
            live(*id, facts).and_then(|todo| moved(todo, position, facts))
        }
        Op::DeleteTodo { id } => delete(*id, facts),
        Op::RestoreTodo { id } => restore(*id, facts),
        Op::SetAllCompleted { ids, completed } => complete_all(ids, *completed, facts),
        Op::ClearCompleted { ids } => clear(ids, facts),
        Op::RestoreTodos { ids } => restore_all(ids, facts),
    };
    match decided {
        Ok(event) => Decision::Applied(event),
        Err(rejection) => Decision::Rejected(rejection),
    }
}

/// Whether an undo must leave this alone: somebody changed it since.
fn is_changed(slot: &Slot, facts: &Facts) -> bool {
    facts.unless_after.is_some_and(|seen| slot.version() > seen)
}

/// The todo as it is, unless it is gone or an undo must leave it alone.
fn live(id: TodoId, facts: &Facts) -> Result<Todo, Rejection> {
    match facts.slot(id) {
        Some(slot @ Slot::Live { todo, .. }) if !is_changed(slot, facts) => Ok(todo.clone()),
        Some(Slot::Live { .. }) => Err(Rejection::changed()),
        Some(Slot::Deleted { .. }) | None => Err(Rejection::gone()),
    }
}

fn add(id: TodoId, title: &str, position: &str, facts: &Facts) -> Result<Event, Rejection> {
    match facts.slot(id) {
        Some(Slot::Live { todo, creator }) if *creator == facts.author => {
            return Ok(Event::Added(todo.clone()));
        }
        Some(Slot::Live { .. }) => {
            return Err(Rejection::invalid("Another item has this id already."));
        }
        Some(Slot::Deleted { .. }) => return Err(Rejection::gone()),
        None => {}
    }
    let checked = check_title(title).and_then(|title| Ok((title, Position::parse(position)?)));
    let (title, position) = checked.map_err(|invalid| Rejection::invalid(invalid.message))?;
    if facts.live >= TODOS_MAX {
        return Err(Rejection::full());
    }
    Ok(Event::Added(Todo {
        id,
        list: facts.list,
        title: title.to_owned(),
        completed: false,
        position,
        version: facts.seq,
        title_version: facts.seq,
        created_at: facts.now,
        updated_at: facts.now,
    }))
}

/// A conflict exactly if the text was changed after what the edit was based on, and is not what it says anyway.
fn set_title(id: TodoId, title: &str, facts: &Facts) -> Decision {
    let mut todo = match live(id, facts) {
        Ok(todo) => todo,
        Err(rejection) => return Decision::Rejected(rejection),
    };
    let title = match check_title(title) {
        Ok(title) => title,
        Err(invalid) => return Decision::Rejected(Rejection::invalid(invalid.message)),
    };
    if todo.title != title {
        if todo.title_version > facts.based_on {
            return Decision::Conflict(todo);
        }
        title.clone_into(&mut todo.title);
        todo.title_version = facts.seq;
        touch(&mut todo, facts);
    }
    Decision::Applied(Event::Updated(todo))
}

fn moved(mut todo: Todo, position: &str, facts: &Facts) -> Result<Event, Rejection> {
    let position = Position::parse(position);
    let position = position.map_err(|invalid| Rejection::invalid(invalid.message))?;
    if todo.position != position {
        todo.position = position;
        touch(&mut todo, facts);
    }
    Ok(Event::Updated(todo))
}

fn complete(todo: &mut Todo, completed: bool, facts: &Facts) {
    if todo.completed != completed {
        todo.completed = completed;
        touch(todo, facts);
    }
}

fn touch(todo: &mut Todo, facts: &Facts) {
    todo.version = facts.seq;
    todo.updated_at = facts.now;
}

fn delete(id: TodoId, facts: &Facts) -> Result<Event, Rejection> {
    match facts.slot(id) {
        None => Err(Rejection::gone()),
        Some(slot) if is_changed(slot, facts) => Err(Rejection::changed()),
        Some(_) => Ok(Event::Deleted(id)),
    }
}

fn restore(id: TodoId, facts: &Facts) -> Result<Event, Rejection> {
    match facts.slot(id) {
        None | Some(Slot::Deleted { todo: None, .. }) => Err(Rejection::gone()),
        Some(slot) if is_changed(slot, facts) => Err(Rejection::changed()),
        Some(Slot::Live { todo, .. }) => Ok(Event::Added(todo.clone())),
        Some(Slot::Deleted { .. }) if facts.live >= TODOS_MAX => Err(Rejection::full()),
        Some(Slot::Deleted {
            todo: Some(todo), ..
        }) => Ok(Event::Added(restored(todo, facts))),
    }
}

fn restored(todo: &Todo, facts: &Facts) -> Todo {
    let mut todo = todo.clone();
    touch(&mut todo, facts);
    todo
}

/// What there is under the ids of a bulk op, but for what an undo must leave alone.
fn several<'f>(
    ids: &[TodoId],
    facts: &'f Facts,
) -> Result<impl Iterator<Item = &'f Slot>, Rejection> {
    if ids.len() > IDS_MAX {
        return Err(Rejection::invalid("At most 1,000 items change at once."));
    }
    let slots = facts.slots.iter().map(|(_, slot)| slot);
    Ok(slots.filter(|slot| !is_changed(slot, facts)))
}

/// The live todos among them that are wanted.
fn live_ones<'f>(
    slots: impl Iterator<Item = &'f Slot>,
    wanted: impl Fn(&Todo) -> bool,
) -> Vec<TodoId> {
    let live = slots.filter_map(|slot| match slot {
        Slot::Live { todo, .. } if wanted(todo) => Some(todo.id),
        _ => None,
    });
    live.collect()
}

fn complete_all(ids: &[TodoId], completed: bool, facts: &Facts) -> Result<Event, Rejection> {
    let slots = several(ids, facts)?;
    Ok(Event::ManyCompleted {
        ids: live_ones(slots, |todo| todo.completed != completed),
        completed,
        updated_at: facts.now,
    })
}

fn clear(ids: &[TodoId], facts: &Facts) -> Result<Event, Rejection> {
    let slots = several(ids, facts)?;
    Ok(Event::ManyDeleted(live_ones(slots, |todo| todo.completed)))
}

fn restore_all(ids: &[TodoId], facts: &Facts) -> Result<Event, Rejection> {
    let deleted = several(ids, facts)?.filter_map(|slot| match slot {
        Slot::Deleted { todo, .. } => todo.as_ref(),
        Slot::Live { .. } => None,
    });
    let todos: Vec<_> = deleted.map(|todo| restored(todo, facts)).collect();
    if facts.live + todos.len() > TODOS_MAX && !todos.is_empty() {
        return Err(Rejection::full());
    }
    Ok(Event::ManyAdded(todos))
}

#[cfg(test)]
mod tests;
