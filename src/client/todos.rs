//! A list as signals, and its edits on their way to the server: one push in flight, in order.
//!
//! What is shown is always the pending edits folded over the confirmed state (`core::pending`).

mod editing;
#[cfg(feature = "hydrate")]
mod sending;

use super::{clock::new_id, rendered::Rendered};
use crate::{
    core::{
        filter::Filter,
        id::{ClientId, ListId, TodoId, UserId},
        op::{IDS_MAX, Op},
        order::Position,
        pending::Pending,
        replica::Replica,
        todo::{Todo, check_title},
    },
    ui::notices::Notice,
};
use editing::Editing;
use leptos::prelude::*;

/// One todo's signals. Cloning it clones the handles.
#[derive(Clone)]
pub struct Row {
    /// Whose they are.
    pub id: TodoId,
    /// As it is shown.
    pub todo: ArcRwSignal<Todo>,
    /// Whether its text is being edited.
    pub editing: ArcRwSignal<bool>,
}

/// How many todos there are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Altogether.
    pub total: usize,
    /// Not completed.
    pub left: usize,
}

/// The list on the page. A handle: copies are the same list.
#[derive(Clone, Copy)]
pub struct Todos {
    rows: RwSignal<Vec<Row>>,
    counts: RwSignal<Counts>,
    filter: RwSignal<Filter>,
    /// What there is to say.
    pub notices: RwSignal<Vec<Notice>>,
    state: StoredValue<State>,
}

struct State {
    list: ListId,
    user: UserId,
    client: ClientId,
    base: Replica,
    pending: Pending,
    /// The last todo's place, shown or not.
    last: Option<Position>,
    editing: Option<Editing>,
    /// Whether only what the filter shows is in the document. Not so at first: the server sends all.
    is_filtered: bool,
    #[cfg_attr(feature = "ssr", allow(dead_code))]
    sending: Sending,
    notices_made: u32,
    /// What is wrong with the text in a field, until a good one comes.
    complaint: Option<u32>,
}

/// What the sender does just now.
#[cfg_attr(feature = "ssr", allow(dead_code))]
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sending {
    Idle,
    InFlight,
    /// So many failures in a row; a timer is running.
    Waiting(u32),
}

impl Todos {
    /// The list as the page has it.
    pub fn new(page: Rendered) -> Self {
        let todos = Self {
            rows: RwSignal::new(Vec::new()),
            counts: RwSignal::new(Counts { total: 0, left: 0 }),
            filter: RwSignal::new(page.filter),
            notices: RwSignal::new(Vec::new()),
            state: StoredValue::new(State {
                list: page.list,
                user: page.user,
                client: ClientId(new_id()),
                base: page.base,
                pending: Pending::default(),
                last: None,
                editing: None,
                is_filtered: false,
                sending: Sending::Idle,
                notices_made: 0,
                complaint: None,
            }),
        };
        todos.refresh();
        #[cfg(feature = "hydrate")]
        todos.guard_leaving();
        // After the takeover: until then the rows must be those that the server sent.
        Effect::new(move |ran: Option<()>| {
            let filter = todos.filter.get();
            todos.state.update_value(|state| state.is_filtered = true);
            // At first all of them are there: where all are wanted, there is nothing to do.
            if ran.is_some() || filter != Filter::All {
                todos.refresh();
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

    /// Looks at these.
    pub fn show(&self, filter: Filter) {
        self.filter.set(filter);
    }

    /// A new todo at the end. Whether its text was taken: an empty one is not, a bad one is told.
    pub fn add(&self, title: &str) -> bool {
        if title.trim().is_empty() || !self.is_fit(title) {
            return false;
        }
        let last = self.state.with_value(|state| state.last.clone());
        // Only the greatest possible position has none after it: then beside it, by id.
        let Some(position) = Position::after(last.as_ref()).or(last) else {
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
        self.dispatch(ids.map(|ids| Op::SetAllCompleted { ids, completed }));
    }

    /// Deletes those that are completed, shown or not.
    pub fn clear_completed(&self) {
        let ids = self.ids(|todo| todo.completed);
        self.dispatch(ids.map(|ids| Op::ClearCompleted { ids }));
    }

    /// Deletes.
    pub fn delete(&self, id: TodoId) {
        self.dispatch([Op::DeleteTodo { id }]);
    }

    /// Sends again at once what failed.
    pub fn retry(&self) {
        self.send();
    }

    /// Takes a notice away.
    pub fn dismiss(&self, id: u32) {
        self.notices
            .update(|notices| notices.retain(|notice| notice.id != id));
    }

    /// The todos that are wanted, as many together as an op may name.
    fn ids(&self, wanted: impl Fn(&Todo) -> bool) -> impl Iterator<Item = Vec<TodoId>> {
        let view = self.view().into_iter();
        let mut ids = view.filter(move |todo| wanted(todo)).map(|todo| todo.id);
        std::iter::from_fn(move || {
            let together: Vec<_> = ids.by_ref().take(IDS_MAX).collect();
            (!together.is_empty()).then_some(together)
        })
    }

    /// Whether a text may be a todo's. A bad one is told, until a good one comes.
    fn is_fit(&self, title: &str) -> bool {
        let Err(invalid) = check_title(title) else {
            self.settle_complaint();
            return true;
        };
        let complaint = self.tell(invalid.message.to_owned(), None, false);
        self.state
            .update_value(|state| state.complaint = Some(complaint));
        false
    }

    /// Takes back what was said of a text that is no longer there.
    fn settle_complaint(&self) {
        let complaint = self
            .state
            .try_update_value(|state| state.complaint.take())
            .flatten();
        if let Some(complaint) = complaint {
            self.dismiss(complaint);
        }
    }

    /// What the list is with my edits: shown or not.
    fn view(&self) -> Vec<Todo> {
        self.state
            .with_value(|state| state.pending.view(&state.base, state.list, state.user))
    }

    fn dispatch(&self, ops: impl IntoIterator<Item = Op>) {
        self.state.update_value(|state| {
            for op in ops {
                state.pending.push(op);
            }
        });
        self.refresh();
        self.send();
    }

    /// Brings the signals to the view: those that differ, and no others.
    fn refresh(&self) {
        let mut view = self.view();
        self.counts.set(Counts {
            total: view.len(),
            left: view.iter().filter(|todo| !todo.completed).count(),
        });
        let filter = self.filter.get_untracked();
        let kept = self.state.try_update_value(|state| {
            state.last = view.last().map(|todo| todo.position.clone());
            let editing = state.editing.as_ref().map(|editing| editing.id);
            state.is_filtered.then_some(editing)
        });
        self.rescue(&view);
        if let Some(Some(editing)) = kept {
            // What is being edited stays until that is done.
            view.retain(|todo| filter.shows(todo.completed) || Some(todo.id) == editing);
        }
        let old = self.rows.get_untracked();
        let unchanged =
            old.len() == view.len() && old.iter().zip(&view).all(|(row, todo)| row.id == todo.id);
        if unchanged {
            for (row, todo) in old.iter().zip(view) {
                put(&row.todo, todo);
            }
            return;
        }
        // Both are in nearly the same order, so a row is mostly found where the last one was.
        let mut next = 0;
        let rows = view.into_iter().map(|todo| {
            let (before, after) = old.split_at(next);
            let is_its = |row: &Row| row.id == todo.id;
            let ahead = after.iter().position(is_its).map(|at| next + at);
            let Some(at) = ahead.or_else(|| before.iter().position(is_its)) else {
                return Row {
                    id: todo.id,
                    todo: ArcRwSignal::new(todo),
                    editing: ArcRwSignal::new(false),
                };
            };
            next = at + 1;
            put(&old[at].todo, todo);
            old[at].clone()
        });
        self.rows.set(rows.collect());
    }

    /// Says something, and gives the notice's id.
    fn tell(&self, text: String, link: Option<(String, &'static str)>, retry: bool) -> u32 {
        let id = self.state.try_update_value(|state| {
            state.notices_made += 1;
            state.notices_made
        });
        let id = id.unwrap_or_default();
        let notice = Notice {
            id,
            text,
            link,
            retry,
        };
        self.notices.update(|notices| {
            // One notice for each thing that is wrong, however often it is found to be.
            notices.retain(|other| other.text != notice.text && !(other.retry && notice.retry));
            notices.push(notice);
        });
        id
    }

    #[cfg(feature = "ssr")]
    fn send(&self) {}
}

fn put(signal: &ArcRwSignal<Todo>, todo: Todo) {
    if signal.with_untracked(|shown| *shown != todo) {
        signal.set(todo);
    }
}
