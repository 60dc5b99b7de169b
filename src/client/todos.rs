//! A list that the page shows and a person changes. What there is to see is decided in `core::engine`; here it is told
//! to those who show it: one trigger a row, one for the order, one for the counters, one for what there is to say.
//!
//! Triggers rather than signals, and one lock around it all: each type of signal and each closure that reads one costs
//! the WebAssembly a kilobyte (brotli).

mod asking;
mod comparing;
mod editing;
mod keeping;
mod notices;

use super::{clock::new_id, rendered::Rendered};
use crate::{
    core::{
        engine::{Engine, Undone},
        filter::Filter,
        id::{ClientId, Seq, TodoId, TodoIds},
        op::{IDS_MAX, Op},
        undo::Way,
        view::Counts,
    },
    ui::{
        connection::Status,
        inspector,
        notices::Notice,
        review::Entry,
        todo_row::{self, Shown},
    },
};
use asking::Timers;
use comparing::{Seen, asked};
use editing::Editing;
use keeping::Keeping;
use leptos::prelude::*;
use notices::Told;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One todo in the document. Cloning it clones the handles.
#[derive(Clone)]
pub struct Row {
    /// Which one.
    pub id: TodoId,
    changed: ArcTrigger,
    editing: ArcTrigger,
}

/// What there is to say about the page and its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// How they stand.
    pub status: Status,
    /// Who else is there, in words.
    pub others: String,
    /// What there is to say.
    pub notices: Vec<Notice>,
    /// What cannot be sent as it is.
    pub review: Vec<Entry>,
}

/// Said of what somebody else's change keeps from being done.
const CHANGED: &str = "Somebody changed this since, so it was left as it is.";

/// The list on the page. A handle: copies are the same list.
#[derive(Clone, Copy)]
pub struct Todos(StoredValue<Arc<Shared>>);

struct Shared {
    state: Mutex<State>,
    order: ArcTrigger,
    counts: ArcTrigger,
    said: ArcTrigger,
}

struct State {
    engine: Engine,
    rows: Vec<Row>,
    filter: Filter,
    counts: Counts,
    said: Said,
    editing: Option<Editing>,
    /// Whose menu is open.
    menu: Option<TodoId>,
    /// Whether the page is one that can change the list.
    editable: bool,
    /// Whether somebody opened the sync inspector: until then it costs nothing.
    is_inspected: bool,
    /// Whether only what the filter shows is in the document. Not so at first: the server sends all.
    is_filtered: bool,
    told: Told,
    #[cfg_attr(feature = "ssr", allow(dead_code))]
    timers: Timers,
    #[cfg_attr(feature = "ssr", allow(dead_code))]
    keeping: Keeping,
    /// Which conflicts the server was asked about, and with which text of theirs.
    #[cfg_attr(feature = "ssr", allow(dead_code))]
    compared: Vec<(u32, Seq)>,
    /// What is asked, as the rows show it.
    seen: Vec<Seen>,
}

impl Shared {
    /// The browser has one thread, and nothing panics while it holds this.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Todos {
    /// The list as the page has it.
    pub fn new(page: Rendered) -> Self {
        let todos = Self::of(page);
        todos.begin();
        todos
    }

    fn of(page: Rendered) -> Self {
        let client = ClientId(new_id());
        let engine = Engine::new(page.list, page.user, client, page.base, true);
        let engine = keeping::with_locks(engine);
        let said = Said {
            status: Status::of(&engine),
            others: String::new(),
            notices: Vec::new(),
            review: Vec::new(),
        };
        let mut state = State {
            rows: Vec::new(),
            filter: page.filter,
            counts: engine.counts(),
            said,
            engine,
            editing: None,
            menu: None,
            editable: page.editable,
            is_inspected: false,
            is_filtered: false,
            told: Told::default(),
            timers: Timers::default(),
            keeping: Keeping::default(),
            compared: Vec::new(),
            seen: Vec::new(),
        };
        state.arrange();
        Self(StoredValue::new(Arc::new(Shared {
            state: Mutex::new(state),
            order: ArcTrigger::new(),
            counts: ArcTrigger::new(),
            said: ArcTrigger::new(),
        })))
    }

    /// From now on only what is looked at is in the document: the server sends all rows, and until the browser has taken
    /// them over they must be the same.
    pub fn settle_in(&self) {
        let shared = self.shared();
        let mut state = shared.lock();
        state.is_filtered = true;
        // Where all are wanted, there is nothing to do.
        if state.filter != Filter::All && state.arrange() {
            shared.order.notify();
        }
    }

    /// Whether the rows in the document are those that are looked at, and no others.
    pub fn is_settled(&self) -> bool {
        self.with(|state| state.is_filtered)
    }

    /// The rows that are in the document, in their order.
    pub fn rows(&self) -> Vec<Row> {
        let shared = self.shared();
        shared.order.track();
        shared.lock().rows.clone()
    }

    /// A todo as its row shows it.
    pub fn shown(&self, row: &Row) -> Shown {
        row.changed.track();
        let shared = self.shared();
        let mut state = shared.lock();
        let can_decide = state.can_decide();
        let State { engine, seen, .. } = &mut *state;
        let todo = engine.get(row.id);
        let asked = engine.conflict(row.id).filter(|_| can_decide).map(|both| {
            let is_new = self.has_changed(seen, (row.id, &row.changed), both.moment());
            asked(&both, is_new)
        });
        Shown {
            title: todo.map(|todo| todo.title.clone()).unwrap_or_default(),
            completed: todo.is_some_and(|todo| todo.completed),
            sync: engine.sync(row.id),
            edited_by: engine.edited_by(row.id).map(str::to_owned),
            asked,
        }
    }

    /// Whether a row's text is being edited.
    pub fn is_edited(&self, row: &Row) -> bool {
        row.editing.track();
        let shared = self.shared();
        let editing = &shared.lock().editing;
        editing.as_ref().is_some_and(|editing| editing.id == row.id)
    }

    /// How many todos there are, shown or not.
    pub fn counts(&self) -> Counts {
        let shared = self.shared();
        shared.counts.track();
        shared.lock().counts
    }

    /// Which ones are looked at.
    pub fn filter(&self) -> Filter {
        let shared = self.shared();
        shared.counts.track();
        shared.lock().filter
    }

    /// What there is to say.
    pub fn said(&self) -> Said {
        let shared = self.shared();
        shared.said.track();
        shared.lock().said.clone()
    }

    /// Somebody looks into the sync inspector from now on.
    pub fn inspect(&self) {
        self.with(|state| {
            state.is_inspected = true;
            inspector::write(&inspector::report(&state.engine));
        });
    }

    /// What the browser reads back of a row that the server renders.
    pub fn stamp(&self, id: TodoId) -> String {
        if cfg!(feature = "hydrate") {
            return String::new();
        }
        let shared = self.shared();
        let stamp = shared.lock().engine.get(id).map(todo_row::stamp);
        stamp.unwrap_or_default()
    }

    /// A todo's menu is open.
    pub fn open_menu(&self, id: TodoId) {
        self.with(|state| state.menu = Some(id));
    }

    /// Whose menu is open.
    pub fn menu(&self) -> Option<TodoId> {
        self.with(|state| state.menu)
    }

    /// Looks at these.
    pub fn show(&self, filter: Filter) {
        let shared = self.shared();
        let mut state = shared.lock();
        state.filter = filter;
        if state.arrange() {
            shared.order.notify();
        }
        shared.counts.notify();
    }

    /// A new todo at the end. Whether its text was taken: an empty one is not, a bad one is told.
    pub fn add(&self, title: &str) -> bool {
        if title.trim().is_empty() || !self.is_fit(title) {
            return false;
        }
        let Some(position) = self.with(|state| state.engine.view().end()) else {
            return false;
        };
        self.dispatch(vec![Op::AddTodo {
            id: TodoId(new_id()),
            title: title.trim().to_owned(),
            position: position.into(),
        }]);
        true
    }

    /// Ticks or unticks.
    pub fn set_completed(&self, id: TodoId, completed: bool) {
        self.dispatch(vec![Op::SetCompleted { id, completed }]);
    }

    /// Ticks or unticks all, shown or not.
    pub fn set_all_completed(&self, completed: bool) {
        let ids = self.ids(!completed);
        let ids = ids.chunks(IDS_MAX).map(<[_]>::to_vec);
        self.dispatch(
            ids.map(|ids| Op::SetAllCompleted { ids, completed })
                .collect(),
        );
    }

    /// Deletes those that are completed, shown or not.
    pub fn clear_completed(&self) {
        let ids = self.ids(true);
        let offer = match ids.len() {
            1 => "1 item was deleted.".to_owned(),
            some => format!("{some} items were deleted."),
        };
        let ids = ids.chunks(IDS_MAX).map(<[_]>::to_vec);
        self.dispatch_with(
            ids.map(|ids| Op::ClearCompleted { ids }).collect(),
            Some(offer),
        );
    }

    /// Deletes.
    pub fn delete(&self, id: TodoId) {
        let title = self.with(|state| state.engine.get(id).map(|todo| todo.title.clone()));
        let offer = format!(
            "{} was deleted.",
            notices::quoted(&title.unwrap_or_default())
        );
        self.dispatch_with(vec![Op::DeleteTodo { id }], Some(offer));
    }

    /// Takes the last action back, or does it again.
    pub fn undo(&self, way: Way) {
        let undone = self.with(|state| {
            state.told.offer_undo(None);
            state.engine.undo(way)
        });
        if undone == Undone::Changed {
            self.tell(CHANGED.to_owned());
        }
        self.refresh();
    }

    /// Those that are completed, or those that are not.
    fn ids(&self, completed: bool) -> Vec<TodoId> {
        self.with(|State { engine, .. }| {
            let is_wanted =
                |id: &&TodoId| engine.get(**id).map(|todo| todo.completed) == Some(completed);
            engine.order().iter().filter(is_wanted).copied().collect()
        })
    }

    fn dispatch(&self, ops: Vec<Op>) {
        self.dispatch_with(ops, None);
    }

    /// `offer`: what is said of it beside *Undo*.
    fn dispatch_with(&self, ops: Vec<Op>, offer: Option<String>) {
        self.with(|state| {
            state.told.offer_undo(offer);
            state.engine.dispatch(ops);
        });
        self.refresh();
    }

    fn shared(&self) -> Arc<Shared> {
        self.0.get_value()
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.shared().lock())
    }

    /// Tells those who show something that it changed, and no others; and does what the engine asks for.
    fn refresh(&self) {
        self.rescue();
        let shared = self.shared();
        let mut state = shared.lock();
        let changes = state.engine.changes();
        let ids = TodoIds::new(&changes.ids);
        state.tell_rows(&ids, changes.all);
        let is_arranged = !changes.all && !changes.order && state.is_arranged(&ids);
        if !is_arranged && state.arrange() {
            shared.order.notify();
        }
        let counts = state.counted();
        if std::mem::replace(&mut state.counts, counts) != counts {
            shared.counts.notify();
        }
        let said = notices::of(&state);
        if state.said != said {
            state.said = said;
            shared.said.notify();
        }
        if state.is_inspected {
            inspector::write(&inspector::report(&state.engine));
        }
        let is_outdated = state.is_outdated();
        drop(state);
        if is_outdated {
            self.come_again();
        }
        self.remember();
        self.compare();
        self.perform();
    }
}

impl State {
    /// Tells the rows whose todos changed.
    fn tell_rows(&self, ids: &TodoIds, all: bool) {
        for row in &self.rows {
            // One that is gone will go from the document as it was.
            if (all || ids.contains(row.id)) && self.engine.get(row.id).is_some() {
                row.changed.notify();
            }
        }
    }

    /// How many there are to show.
    fn counted(&self) -> Counts {
        match self.engine.is_hidden() {
            true => Counts::default(),
            false => self.engine.counts(),
        }
    }

    /// Whether the rows ask: what they ask a person who cannot answer waits in the tray.
    fn can_decide(&self) -> bool {
        let may_not = self.engine.role().is_some_and(|role| !role.may_edit());
        self.editable && !may_not && !self.engine.is_hidden()
    }

    /// Whether the person may do something else by now than this page is made for, and nothing is lost with it.
    fn is_outdated(&self) -> bool {
        let role = self.engine.role();
        role.is_some_and(|role| role.may_edit() != self.editable)
            && self.engine.pending().waiting() == 0
            && self.engine.kept().is_empty()
            && self.editing.is_none()
    }

    fn is_wanted(&self, id: TodoId) -> bool {
        // At first all are there; and what is being edited stays until that is done.
        let is_edited = |editing: &Editing| editing.id == id;
        !self.is_filtered
            || self.editing.as_ref().is_some_and(is_edited)
            || self.engine.conflict(id).is_some()
            || (self.engine.get(id)).is_some_and(|todo| self.filter.shows(todo.completed))
    }

    /// Whether each of these is in the document exactly if it is looked at.
    fn is_arranged(&self, ids: &TodoIds) -> bool {
        let is_there = |id| self.rows.iter().any(|row| row.id == id);
        !self.is_filtered
            || self.filter == Filter::All
            || ids.iter().all(|id| is_there(id) == self.is_wanted(id))
    }

    /// Brings the rows to what is looked at. Whether they are others now.
    fn arrange(&mut self) -> bool {
        let old = &self.rows;
        // Both are in nearly the same order, so a row is mostly found where the last one was.
        let mut next = 0;
        let is_hidden = self.engine.is_hidden();
        let wanted = self.engine.order().iter().copied();
        let wanted = wanted.filter(|id| !is_hidden && self.is_wanted(*id));
        let rows = wanted.map(|id| {
            let (before, after) = old.split_at(next);
            let is_its = |row: &Row| row.id == id;
            let ahead = after.iter().position(is_its).map(|at| next + at);
            let Some(at) = ahead.or_else(|| before.iter().position(is_its)) else {
                return Row {
                    id,
                    changed: ArcTrigger::new(),
                    editing: ArcTrigger::new(),
                };
            };
            next = at + 1;
            old[at].clone()
        });
        let rows: Vec<_> = rows.collect();
        let is_same =
            old.len() == rows.len() && old.iter().zip(&rows).all(|(old, new)| old.id == new.id);
        self.rows = rows;
        !is_same
    }
}
