//! A list as signals: one a row, one for the order, one for the counters. What they show is decided in `core::engine`.

mod asking;
mod editing;
mod notices;

use super::{clock::new_id, rendered::Rendered};
use crate::{
    core::{
        engine::{Engine, Undone},
        filter::Filter,
        id::{ClientId, TodoId, TodoIds},
        op::{IDS_MAX, Op},
        todo::Todo,
        undo::Way,
        view::Counts,
    },
    ui::{
        connection::Status,
        notices::Notice,
        review::Entry,
        todo_row::{self, Shown},
    },
};
use asking::Timers;
use editing::Editing;
use leptos::prelude::*;
use notices::Told;

/// One todo's signals. Cloning it clones the handles.
#[derive(Clone)]
pub struct Row {
    /// Whose they are.
    pub id: TodoId,
    /// As it is shown.
    pub shown: ArcRwSignal<Shown>,
    /// Whether its text is being edited.
    pub editing: ArcRwSignal<bool>,
}

/// The list on the page. A handle: copies are the same list.
#[derive(Clone, Copy)]
pub struct Todos {
    rows: RwSignal<Vec<Row>>,
    counts: RwSignal<Counts>,
    filter: RwSignal<Filter>,
    status: RwSignal<Status>,
    notices: RwSignal<Vec<Notice>>,
    review: RwSignal<Vec<Entry>>,
    /// Counts what the engine took in, for whoever watches.
    steps: RwSignal<u32>,
    state: StoredValue<State>,
}

struct State {
    engine: Engine,
    editing: Option<Editing>,
    /// Whether only what the filter shows is in the document. Not so at first: the server sends all.
    is_filtered: bool,
    told: Told,
    #[cfg_attr(feature = "ssr", allow(dead_code))]
    timers: Timers,
}

impl Todos {
    /// The list as the page has it.
    pub fn new(page: Rendered) -> Self {
        let client = ClientId(new_id());
        let engine = Engine::new(page.list, page.user, client, page.base);
        let status = Status {
            connection: engine.link().connection(),
            waiting: 0,
        };
        let rows = engine.order().iter().map(|id| row(&engine, *id));
        let todos = Self {
            rows: RwSignal::new(rows.collect()),
            counts: RwSignal::new(engine.counts()),
            filter: RwSignal::new(page.filter),
            status: RwSignal::new(status),
            notices: RwSignal::new(Vec::new()),
            review: RwSignal::new(Vec::new()),
            steps: RwSignal::new(0),
            state: StoredValue::new(State {
                engine,
                editing: None,
                is_filtered: false,
                told: Told::default(),
                timers: Timers::default(),
            }),
        };
        todos.begin();
        // After the takeover: until then the rows must be those that the server sent.
        Effect::new(move |ran: Option<()>| {
            let filter = todos.filter.get();
            todos.state.update_value(|state| state.is_filtered = true);
            // At first all of them are there: where all are wanted, there is nothing to do.
            if ran.is_some() || filter != Filter::All {
                todos.arrange();
            }
        });
        todos
    }

    /// The rows that are in the document, in their order.
    pub fn rows(&self) -> Vec<Row> {
        self.rows.get()
    }

    /// How many todos there are, shown or not.
    pub fn counts(&self) -> Counts {
        self.counts.get()
    }

    /// Which ones are looked at.
    pub fn filter(&self) -> Filter {
        self.filter.get()
    }

    /// How the page stands with the server.
    pub fn status(&self) -> Status {
        self.status.get()
    }

    /// What there is to say.
    pub fn notices(&self) -> RwSignal<Vec<Notice>> {
        self.notices
    }

    /// What cannot be sent as it is.
    pub fn review(&self) -> RwSignal<Vec<Entry>> {
        self.review
    }

    /// What happened between page and server, as it stands now and whenever that changes.
    pub fn watch<T>(&self, look: impl FnOnce(&Engine) -> T) -> T {
        self.steps.track();
        self.state.with_value(|state| look(&state.engine))
    }

    /// What the browser reads back of a row that the server renders.
    pub fn stamp(&self, id: TodoId) -> String {
        if cfg!(feature = "hydrate") {
            return String::new();
        }
        let stamp = |state: &State| state.engine.get(id).map(todo_row::stamp);
        self.state.with_value(stamp).unwrap_or_default()
    }

    /// Looks at these.
    pub fn show(&self, filter: Filter) {
        self.filter.set(filter);
    }

    /// A new todo at the end. Whether its text was taken: an empty one is not, a bad one is told.
    pub fn add(&self, title: &str) -> bool {
        if title.trim().is_empty() || !self.is_fit(title) {
            return false;
        }
        let Some(position) = self.state.with_value(|state| state.engine.view().end()) else {
            return false;
        };
        self.dispatch([Op::AddTodo {
            id: TodoId(new_id()),
            title: title.trim().to_owned(),
            position: position.into(),
        }]);
        true
    }

    /// Ticks or unticks.
    pub fn set_completed(&self, id: TodoId, completed: bool) {
        self.dispatch([Op::SetCompleted { id, completed }]);
    }

    /// Ticks or unticks all, shown or not.
    pub fn set_all_completed(&self, completed: bool) {
        let ids = self.ids(|todo| todo.completed != completed);
        let ids = ids.chunks(IDS_MAX).map(<[_]>::to_vec);
        self.dispatch(ids.map(|ids| Op::SetAllCompleted { ids, completed }));
    }

    /// Deletes those that are completed, shown or not.
    pub fn clear_completed(&self) {
        let ids = self.ids(|todo| todo.completed);
        let offer = match ids.len() {
            1 => "1 item was deleted.".to_owned(),
            some => format!("{some} items were deleted."),
        };
        let ids = ids.chunks(IDS_MAX).map(<[_]>::to_vec);
        self.dispatch(ids.map(|ids| Op::ClearCompleted { ids }));
        self.offer_undo(offer);
    }

    /// Deletes.
    pub fn delete(&self, id: TodoId) {
        let title = self.title(id);
        self.dispatch([Op::DeleteTodo { id }]);
        self.offer_undo(format!("“{title}” was deleted."));
    }

    /// Takes the last action back, or does it again.
    pub fn undo(&self, way: Way) {
        self.withdraw_offer();
        let undone = self.with_engine(|engine| engine.undo(way));
        if undone == Undone::Changed {
            self.tell("Somebody changed this since, so it was left as it is.".to_owned());
        }
        self.refresh();
    }

    fn title(&self, id: TodoId) -> String {
        let title = |state: &State| state.engine.get(id).map(|todo| todo.title.clone());
        self.state.with_value(title).unwrap_or_default()
    }

    /// The todos that are wanted.
    fn ids(&self, wanted: impl Fn(&Todo) -> bool) -> Vec<TodoId> {
        self.state.with_value(|State { engine, .. }| {
            let is_wanted = |id: &&TodoId| engine.get(**id).is_some_and(&wanted);
            engine.order().iter().filter(is_wanted).copied().collect()
        })
    }

    fn dispatch(&self, ops: impl IntoIterator<Item = Op>) {
        self.withdraw_offer();
        let ops: Vec<_> = ops.into_iter().collect();
        self.with_engine(|engine| engine.dispatch(ops));
        self.refresh();
    }

    fn with_engine<T>(&self, act: impl FnOnce(&mut Engine) -> T) -> T {
        let done = self.state.try_update_value(|state| act(&mut state.engine));
        // The page's state lives as long as the page.
        done.unwrap_or_else(|| unreachable!())
    }

    /// Brings the signals to what the engine shows, those that differ and no others; and does what it asks for.
    fn refresh(&self) {
        let changes = self.with_engine(Engine::changes);
        if changes.all || !changes.ids.is_empty() {
            self.rescue();
            let ids = TodoIds::new(&changes.ids);
            if changes.all || changes.order || !self.is_arranged(&ids) {
                self.arrange();
            } else {
                self.state.with_value(|State { engine, .. }| {
                    self.rows.with_untracked(|rows| {
                        let touched = rows.iter().filter(|row| ids.contains(row.id));
                        touched.for_each(|row| put(row, engine));
                    });
                });
            }
        }
        let (counts, status) = self.state.with_value(|State { engine, .. }| {
            let status = Status {
                connection: engine.link().connection(),
                waiting: engine.pending().waiting(),
            };
            (engine.counts(), status)
        });
        set(self.counts, counts);
        set(self.status, status);
        let (notices, review) = self.state.with_value(notices::of);
        set(self.notices, notices);
        set(self.review, review);
        self.steps.update(|steps| *steps = steps.wrapping_add(1));
        self.perform();
    }

    /// Whether each of these is in the document exactly if it is looked at.
    fn is_arranged(&self, ids: &TodoIds) -> bool {
        let filter = self.filter.get_untracked();
        self.state.with_value(|state| {
            let is_there = |id| {
                let rows = |rows: &Vec<Row>| rows.iter().any(|row| row.id == id);
                self.rows.with_untracked(rows)
            };
            let mut ids = ids.iter();
            !state.is_filtered
                || filter == Filter::All
                || ids.all(|id| is_there(id) == state.is_wanted(id, filter))
        })
    }

    /// Brings the rows to what is looked at.
    fn arrange(&self) {
        let old = self.rows.get_untracked();
        let filter = self.filter.get_untracked();
        let rows = self.state.with_value(|state| {
            // Both are in nearly the same order, so a row is mostly found where the last one was.
            let mut next = 0;
            let rows = state.wanted(filter).map(|id| {
                let (before, after) = old.split_at(next);
                let is_its = |row: &Row| row.id == id;
                let ahead = after.iter().position(is_its).map(|at| next + at);
                let Some(at) = ahead.or_else(|| before.iter().position(is_its)) else {
                    return row(&state.engine, id);
                };
                next = at + 1;
                put(&old[at], &state.engine);
                old[at].clone()
            });
            rows.collect::<Vec<_>>()
        });
        let is_same = old.len() == rows.len();
        if !(is_same && old.iter().zip(&rows).all(|(old, new)| old.id == new.id)) {
            self.rows.set(rows);
        }
    }
}

impl State {
    /// What is in the document.
    fn wanted(&self, filter: Filter) -> impl Iterator<Item = TodoId> + '_ {
        let order = self.engine.order().iter().copied();
        order.filter(move |id| self.is_wanted(*id, filter))
    }

    fn is_wanted(&self, id: TodoId, filter: Filter) -> bool {
        // At first all are there; and what is being edited stays until that is done.
        !self.is_filtered
            || self
                .editing
                .as_ref()
                .is_some_and(|editing| editing.id == id)
            || (self.engine.get(id)).is_some_and(|todo| filter.shows(todo.completed))
    }
}

fn row(engine: &Engine, id: TodoId) -> Row {
    Row {
        id,
        shown: ArcRwSignal::new(shown(engine, id)),
        editing: ArcRwSignal::new(false),
    }
}

fn shown(engine: &Engine, id: TodoId) -> Shown {
    let todo = engine.get(id);
    Shown {
        title: todo.map(|todo| todo.title.clone()).unwrap_or_default(),
        completed: todo.is_some_and(|todo| todo.completed),
        sync: engine.sync(id),
    }
}

fn put(row: &Row, engine: &Engine) {
    let new = shown(engine, row.id);
    if row.shown.with_untracked(|old| *old != new) {
        row.shown.set(new);
    }
}

fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, new: T) {
    if signal.with_untracked(|old| *old != new) {
        signal.set(new);
    }
}
