//! The door to `shelf.js`: what this browser keeps, and the other tabs of the same person.
//!
//! Not here: what it means (`core::engine::queues`), what is kept of which list (`todos`).

use super::{auth, http::Js, todos::Todos};
use crate::core::{id::ListId, wire::stored::Came};
use js_sys::Array;
use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

#[wasm_bindgen(js_namespace = lockstep)]
extern "C" {
    fn begin(user: &str, shown: Option<String>, hear: JsValue);
    /// Whether the browser has locks for this page.
    #[wasm_bindgen(js_name = hasLocks)]
    pub fn has_locks() -> bool;
    /// Looks for what other tabs, and earlier runs of this one, have kept of a list.
    pub fn look(list: &str, client: &str);
    /// Keeps these texts, each after its key, and drops what is gone, all or nothing.
    pub fn keep(list: &str, client: &str, ticket: u32, texts: Array, gone: Array);
    /// Keeps a list as it is by now. `None`: nothing of it any more.
    pub fn remember(list: &str, text: Option<String>);
    /// Says this to the other tabs.
    pub fn tell(text: &str);
    /// Nothing waits any more in a list that the page does not show.
    pub fn done(list: &str);
}

thread_local! {
    /// The list that the page shows, and those that it sends to in the background.
    static LISTS: RefCell<Vec<(ListId, Todos)>> = const { RefCell::new(Vec::new()) };
}

/// Begins, for the person that the page was rendered for.
pub fn start() {
    let Some(user) = auth::user() else { return };
    let sheet = document().query_selector("[data-list]").ok().flatten();
    let shown = sheet.and_then(|sheet| sheet.get_attribute("data-list"));
    let hear = Closure::<dyn Fn(String, JsValue)>::new(|list: String, came: JsValue| {
        if let Ok(list) = list.parse()
            && let Some(came) = Came::read(&Js::new(came), list)
        {
            hear(list, came);
        }
    });
    begin(&user.to_string(), shown, hear.into_js_value());
}

/// From now on this is told what comes of this list.
pub fn shows(list: ListId, todos: Todos) {
    LISTS.with_borrow_mut(|lists| {
        lists.retain(|(of, _)| *of != list);
        lists.push((list, todos));
    });
}

fn hear(list: ListId, came: Came) {
    let known = LISTS.with_borrow(|lists| {
        let known = lists
            .iter()
            .find(|(of, todos)| *of == list && !todos.is_over());
        known.map(|(_, todos)| *todos)
    });
    match (known, &came) {
        (Some(todos), _) => todos.hear(came),
        (None, Came::Found(_, queues)) => {
            let epochs = queues.iter().flat_map(|queue| &queue.records);
            let epoch = epochs.map(|record| record.epoch).next();
            if let (Some(user), Some(epoch)) = (auth::user(), epoch) {
                let todos = Todos::in_background(list, user, epoch);
                shows(list, todos);
                todos.hear(came);
            }
        }
        // What is not shown has nothing to tell.
        _ => {}
    }
}
