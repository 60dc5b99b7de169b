//! One todo on the page. The names are those of TodoMVC.

use super::{
    conflict::{Asked, Conflict},
    later::Later,
};
use crate::core::{engine::SyncState, id::TodoId, todo::Todo};
use leptos::prelude::*;

/// A todo as its row shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its text.
    pub title: String,
    /// Whether it is done.
    pub completed: bool,
    /// How it stands with the server.
    pub sync: Option<SyncState>,
    /// Who else is changing its text just now.
    pub edited_by: Option<String>,
    /// What it asks about its text.
    pub asked: Option<Asked>,
}

/// What the browser reads back from a row when it takes the page over: all of the todo that its markup does not
/// say. In this order, separated by spaces; `client::rendered` reads it.
pub fn stamp(todo: &Todo) -> String {
    format!(
        "{} {} {} {} {}",
        todo.position.as_str(),
        todo.version.0,
        todo.title_version.0,
        todo.created_at,
        todo.updated_at
    )
}

/// One row. What is done in it the list hears (`ui::gestures`): ten thousand rows listen to nothing.
#[component]
pub fn TodoRow(
    /// Which one.
    id: TodoId,
    /// As it is shown.
    look: impl Fn() -> Shown + Clone + Send + Sync + 'static,
    /// Whether its text is being edited.
    is_edited: impl Fn() -> bool + Clone + Send + Sync + 'static,
    /// What the browser is to read back; see [`stamp`]. Empty in the browser itself.
    stamp: String,
    /// Whether this person may change it.
    editable: bool,
    /// Whether it is one that is looked at. The others are in the page too, for the browser to know them.
    visible: bool,
) -> impl IntoView {
    let class = {
        let (look, is_edited) = (look.clone(), is_edited.clone());
        move || match (look().completed, is_edited()) {
            (false, false) => "",
            (true, false) => "completed",
            (false, true) => "editing",
            (true, true) => "completed editing",
        }
    };
    let sync = {
        let look = look.clone();
        move || {
            look().sync.map(|sync| match sync {
                SyncState::Pending => "pending",
                SyncState::Failed => "failed",
                SyncState::Conflict => "conflict",
            })
        }
    };
    let editing = {
        let look = look.clone();
        move || Later(is_edited().then(|| view! { <Edit shown=untrack(&look) /> }))
    };
    view! {
        <li data-testid="todo-item" data-id=id.to_string() data-stamp=stamp data-sync=sync class=class hidden=!visible>
            // One closure for all of it: each of its own costs ten thousand rows an effect, and the WebAssembly a kilobyte.
            {move || view! { <Resting id shown=look() editable /> }}
            {editing}
        </li>
    }
}

/// A row that is not being edited.
#[component]
fn Resting(id: TodoId, shown: Shown, editable: bool) -> impl IntoView {
    let Shown {
        title,
        completed,
        edited_by,
        asked,
        ..
    } = shown;
    view! {
        <div class="view">
            <input
                class="toggle"
                type="checkbox"
                checked=completed
                prop:checked=completed
                disabled=!editable
                aria-label=format!("Done: {title}")
                autocomplete="off"
            />
            <label data-testid="todo-title" dir="auto">
                {title.clone()}
            </label>
            {Later(edited_by.map(|name| view! {
                <span class="edited-by" data-testid="edited-by">
                    {name}
                    " is editing"
                </span>
            }))}
            {editable.then(|| view! {
                <WithoutScript id completed title=title.clone() />
                <button
                    type="button"
                    class="menu with-script"
                    popovertarget=MENU
                    aria-label=format!("Menu of {title}")
                ></button>
                <button
                    class="destroy"
                    formaction="/api/delete_todo"
                    name="id"
                    value=id.to_string()
                    aria-label=format!("Delete {title}")
                ></button>
            })}
        </div>
        {Later(asked.filter(|_| editable).map(|asked| view! { <Conflict asked /> }))}
    }
}

/// The button that stands for the check box where there is no script.
#[component]
fn WithoutScript(id: TodoId, completed: bool, title: String) -> impl IntoView {
    view! {
        <button
            class="without-script"
            formaction=format!("/api/set_completed?completed={}", !completed)
            name="id"
            value=id.to_string()
        >
            {if completed { "Untick" } else { "Tick" }}
            <span class="visually-hidden">{format!(" {title}")}</span>
        </button>
    }
}

/// The id of the one menu that all rows open.
pub const MENU: &str = "item-menu";

/// The field for another text. Who opens it gives it the focus. Where two texts are merged, nothing is saved by leaving it.
#[component]
fn Edit(shown: Shown) -> impl IntoView {
    let is_merge = shown.asked.is_some();
    let title = shown.asked.map_or(shown.title, |asked| asked.merged);
    view! {
        <input class="edit" aria-label="Edit" autocomplete="off" dir="auto" value=title />
        {is_merge.then(|| view! {
            <p class="choices">
                <button type="button" data-choice="save">
                    "Save"
                </button>
                <button type="button" class="quiet" data-choice="cancel">
                    "Cancel"
                </button>
            </p>
        })}
    }
}
