//! A list as signals, and its edits on their way to the server: one push in flight, in order.
//!
//! What is shown is always the pending edits folded over the confirmed state (`core::pending`).

#[cfg(feature = "hydrate")]
mod sending;

use super::{clock::new_id, rendered::Rendered};
use crate::{
    core::{
        id::{ClientId, ListId, TodoId, UserId},
        op::Op,
        order::Position,
        pending::Pending,
        replica::Replica,
        todo::{Todo, check_title},
    },
    ui::notices::Notice,
};
use leptos::prelude::*;
use std::collections::HashMap;

/// One todo's signal. Cloning it clones the handle.
#[derive(Clone)]
pub struct Row {
    /// Whose it is.
    pub id: TodoId,
    /// As it is shown.
    pub todo: ArcRwSignal<Todo>,
}

/// The list on the page. A handle: copies are the same list.
#[derive(Clone, Copy)]
pub struct Todos {
    rows: RwSignal<Vec<Row>>,
    left: RwSignal<usize>,
    /// What there is to say.
    pub notices: RwSignal<Vec<Notice>>,
    state: StoredValue<State>,
}

struct State {
    list: ListId,
    user: UserId,
    // Only the browser sends; the server renders.
    #[cfg_attr(feature = "ssr", allow(dead_code))]
    client: ClientId,
    base: Replica,
    pending: Pending,
    #[cfg_attr(feature = "ssr", allow(dead_code))]
    sending: Sending,
    notices_made: u32,
    /// What is wrong with the text in the field, until a good one comes.
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
            left: RwSignal::new(0),
            notices: RwSignal::new(Vec::new()),
            state: StoredValue::new(State {
                list: page.list,
                user: page.user,
                client: ClientId(new_id()),
                base: page.base,
                pending: Pending::default(),
                sending: Sending::Idle,
                notices_made: 0,
                complaint: None,
            }),
        };
        todos.refresh();
        #[cfg(feature = "hydrate")]
        todos.guard_leaving();
        todos
    }

    /// The rows in their order.
    pub fn rows(&self) -> Vec<Row> {
        self.rows.get()
    }

    /// How many todos there are.
    pub fn total(&self) -> usize {
        self.rows.with(Vec::len)
    }

    /// How many are not completed.
    pub fn left(&self) -> usize {
        self.left.get()
    }

    /// A new todo at the end. Whether its text was taken: an empty one is not, a bad one is told.
    pub fn add(&self, title: &str) -> bool {
        if title.trim().is_empty() {
            return false;
        }
        let complaint = check_title(title).err();
        let complaint = complaint.map(|invalid| self.tell(invalid.message.to_owned(), None, false));
        let before = self
            .state
            .try_update_value(|state| std::mem::replace(&mut state.complaint, complaint));
        if complaint.is_some() {
            return false;
        }
        if let Some(Some(settled)) = before {
            self.dismiss(settled);
        }
        let last = self.rows.with_untracked(|rows| {
            rows.last()
                .map(|row| row.todo.with_untracked(|todo| todo.position.clone()))
        });
        // Only the greatest possible position has none after it: then beside it, by id.
        let Some(position) = Position::after(last.as_ref()).or(last) else {
            return false;
        };
        self.dispatch(Op::AddTodo {
            id: TodoId(new_id()),
            title: title.trim().to_owned(),
            position: position.into(),
        });
        true
    }

    /// Ticks or unticks.
    pub fn set_completed(&self, id: TodoId, completed: bool) {
        self.dispatch(Op::SetCompleted { id, completed });
    }

    /// Deletes.
    pub fn delete(&self, id: TodoId) {
        self.dispatch(Op::DeleteTodo { id });
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

    fn dispatch(&self, op: Op) {
        self.state.update_value(|state| {
            state.pending.push(op);
        });
        self.refresh();
        self.send();
    }

    /// Brings the signals to the view: those that differ, and no others.
    fn refresh(&self) {
        let view = self
            .state
            .with_value(|state| state.pending.view(&state.base, state.list, state.user));
        self.left
            .set(view.iter().filter(|todo| !todo.completed).count());
        let old = self.rows.get_untracked();
        let unchanged =
            old.len() == view.len() && old.iter().zip(&view).all(|(row, todo)| row.id == todo.id);
        if unchanged {
            for (row, todo) in old.iter().zip(view) {
                put(&row.todo, todo);
            }
            return;
        }
        let mut known: HashMap<_, _> = old.into_iter().map(|row| (row.id, row.todo)).collect();
        let rows = view.into_iter().map(|todo| {
            let id = todo.id;
            let signal = match known.remove(&id) {
                Some(signal) => {
                    put(&signal, todo);
                    signal
                }
                None => ArcRwSignal::new(todo),
            };
            Row { id, todo: signal }
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
