//! What the page shows: the pending ops folded over base. Incremental: an input touches some todos, and only they are
//! folded anew.
//!
//! An op that the server would reject folds to nothing. Not here: why it changes (`engine`).

use super::{
    event::Event,
    id::{ListId, Seq, TodoId, TodoIds, UserId},
    list::TODOS_MAX,
    op::{Decision, Facts, Op, Slot, decide},
    order::Position,
    pending::{Entry, Pending, UNDECIDED},
    replica::Replica,
    table::Table,
    todo::Todo,
};
use std::cmp::Ordering;

/// How many todos there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Altogether.
    pub total: usize,
    /// Not completed.
    pub left: usize,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct View {
    list: ListId,
    author: UserId,
    shown: Table,
    order: Vec<TodoId>,
    left: usize,
    /// Whether the list was so full at the last fold that adding may fail: then every todo depends on every other.
    was_full: bool,
}

/// What is folded, over what.
pub struct Layers<'l> {
    /// The confirmed state.
    pub base: &'l Replica,
    /// What is folded over it.
    pub pending: &'l Pending,
    /// Whether somebody else changed a todo after what an undo takes back: the server will leave it alone.
    pub is_void: &'l dyn Fn(&Entry, TodoId) -> bool,
}

/// A todo while ops are folded over it.
type Folded = (TodoId, Option<Slot>);

impl View {
    /// Base alone.
    pub fn new(list: ListId, author: UserId, base: &Replica) -> Self {
        let mut view = Self {
            list,
            author,
            shown: Table::default(),
            order: Vec::new(),
            left: 0,
            was_full: false,
        };
        view.reset(base);
        view
    }

    /// Base alone, again.
    pub fn reset(&mut self, base: &Replica) {
        self.shown = base.todos().clone();
        self.left = self.shown.iter().filter(|todo| !todo.completed).count();
        self.order.clear();
        let ids: Vec<_> = self.shown.iter().map(|todo| todo.id).collect();
        ids.into_iter().for_each(|id| self.place(id));
    }

    /// A todo as it is shown.
    pub fn get(&self, id: TodoId) -> Option<&Todo> {
        self.shown.get(id)
    }

    /// All, in the order of the page.
    pub fn order(&self) -> &[TodoId] {
        &self.order
    }

    /// The place for a new one at the end. Only the greatest possible position has none after it: then beside that, by id.
    pub fn end(&self) -> Option<Position> {
        let last = self.order.last().and_then(|id| self.get(*id));
        let last = last.map(|todo| &todo.position);
        Position::after(last).or(last.cloned())
    }

    /// How many there are.
    pub fn counts(&self) -> Counts {
        Counts {
            total: self.order.len(),
            left: self.left,
        }
    }

    /// Folds these anew. Gives those that were folded (these, and in a list that is full perhaps more), and whether the
    /// order is another one.
    pub fn fold(&mut self, ids: TodoIds, layers: &Layers) -> (Vec<TodoId>, bool) {
        let is_full = layers.base.todos().len() + added(layers.pending) > TODOS_MAX;
        let ids = if is_full || self.was_full {
            let mut all: Vec<_> = ids.iter().collect();
            let folded = layers.pending.entries();
            folded.for_each(|entry| all.extend(entry.ids.iter()));
            TodoIds::new(&all)
        } else {
            ids
        };
        self.was_full = is_full;
        let folded = self.folded(&ids, layers);
        let mut moved = Vec::new();
        for (id, slot) in folded {
            let new = match slot {
                Some(Slot::Live { todo, .. }) => Some(todo),
                _ => None,
            };
            if self.put(id, new) {
                moved.push(id);
            }
        }
        if !moved.is_empty() {
            let away = TodoIds::new(&moved);
            self.order.retain(|id| !away.contains(*id));
            away.iter().for_each(|id| self.place(id));
        }
        (ids.iter().collect(), !moved.is_empty())
    }

    /// Shows a todo like this, and says whether its place is another one now.
    fn put(&mut self, id: TodoId, new: Option<Todo>) -> bool {
        let (old, left) = match self.shown.get(id) {
            Some(old) => (Some(&old.position), !old.completed),
            None => (None, false),
        };
        let is_moved = old != new.as_ref().map(|new| &new.position);
        self.left -= usize::from(left);
        match new {
            Some(new) => {
                self.left += usize::from(!new.completed);
                self.shown.put(new);
            }
            None => drop(self.shown.remove(id)),
        }
        is_moved
    }

    /// Puts a todo into its place in the order, unless it is not there.
    fn place(&mut self, id: TodoId) {
        let Some(todo) = self.shown.get(id) else {
            return;
        };
        let is_before = |other: &TodoId| {
            let other = self.shown.get(*other);
            other.is_some_and(|other| other.in_order(todo) == Ordering::Less)
        };
        // Mostly they come in order.
        let at = match self.order.last() {
            Some(last) if !is_before(last) => self.order.partition_point(is_before),
            _ => self.order.len(),
        };
        self.order.insert(at, id);
    }

    fn folded(
        &self,
        ids: &TodoIds,
        Layers {
            base,
            pending,
            is_void,
        }: &Layers,
    ) -> Vec<Folded> {
        let slot = |id| self.live(base.get(id)?.clone());
        let mut todos: Vec<Folded> = ids.iter().map(|id| (id, slot(id))).collect();
        let mut live = base.todos().len();
        for entry in pending.entries().filter(|entry| entry.is_folded()) {
            let mut places: Vec<usize> = if entry.ids.len() < ids.len() {
                let place = |id| todos.binary_search_by_key(&id, |(id, _)| *id).ok();
                entry.ids.iter().filter_map(place).collect()
            } else {
                let named = |(_, (id, _)): &(usize, &Folded)| entry.ids.contains(*id);
                let named = todos.iter().enumerate().filter(named);
                named.map(|(place, _)| place).collect()
            };
            places.retain(|place| !is_void(entry, todos[*place].0));
            if places.is_empty() {
                continue;
            }
            let before = count(&todos, &places);
            let slots = places.iter().filter_map(|place| {
                let (id, slot) = &mut todos[*place];
                Some((*id, slot.take().or_else(|| last_seen(entry, *id))?))
            });
            let mut facts = Facts {
                list: self.list,
                slots: slots.collect(),
                live,
                author: self.author,
                seq: UNDECIDED,
                // Times come from the server only, and nothing on the page shows them.
                now: 0,
                // Whether it conflicts is the server's to say: until then my text shows.
                based_on: UNDECIDED,
                unless_after: None,
            };
            let decision = decide(&entry.op, &facts);
            for (id, slot) in facts.slots.drain(..) {
                set(&mut todos, id, slot);
            }
            if let Decision::Applied(event) = decision {
                self.apply(event, &mut todos);
            }
            live = (live + count(&todos, &places)).saturating_sub(before);
        }
        todos
    }

    #[allow(clippy::unnecessary_wraps)] // as a todo's slot in a list
    fn live(&self, todo: Todo) -> Option<Slot> {
        Some(Slot::Live {
            todo,
            creator: self.author,
        })
    }

    fn apply(&self, event: Event, todos: &mut [Folded]) {
        for id in event.ids() {
            let Ok(at) = todos.binary_search_by_key(&id, |(id, _)| *id) else {
                continue;
            };
            let slot = &mut todos[at].1;
            let old = match slot.take() {
                Some(Slot::Live { todo, .. }) => Some(todo),
                Some(Slot::Deleted { todo, .. }) => todo,
                None => None,
            };
            *slot = match &event {
                Event::Added(new) | Event::Updated(new) => self.live(new.clone()),
                Event::ManyAdded(many) => {
                    let new = many.iter().find(|new| new.id == id);
                    new.cloned().and_then(|new| self.live(new))
                }
                Event::ManyCompleted { completed, .. } => old.and_then(|mut todo| {
                    todo.completed = *completed;
                    self.live(todo)
                }),
                Event::Deleted(_) | Event::ManyDeleted(_) => Some(Slot::Deleted {
                    todo: old,
                    version: UNDECIDED,
                }),
            };
        }
    }
}

fn set(todos: &mut [Folded], id: TodoId, slot: Slot) {
    if let Ok(at) = todos.binary_search_by_key(&id, |(id, _)| *id) {
        todos[at].1 = Some(slot);
    }
}

/// How many of these are live.
fn count(todos: &[Folded], places: &[usize]) -> usize {
    let live = |place: &&usize| matches!(todos[**place].1, Some(Slot::Live { .. }));
    places.iter().filter(live).count()
}

/// What base does not have, a restore brings back as it was last seen.
fn last_seen(entry: &Entry, id: TodoId) -> Option<Slot> {
    let todo = entry.seen.iter().find(|todo| todo.id == id)?;
    Some(Slot::Deleted {
        todo: Some(todo.clone()),
        version: Seq(0),
    })
}

/// How many todos the queue may add.
fn added(pending: &Pending) -> usize {
    let adding = pending.entries().filter(|entry| {
        matches!(
            entry.op,
            Op::AddTodo { .. } | Op::RestoreTodo { .. } | Op::RestoreTodos { .. }
        )
    });
    adding.map(|entry| entry.ids.len()).sum()
}
