//! One todo on the page. The names are those of TodoMVC.

use crate::core::{engine::SyncState, id::TodoId, todo::Todo};
use leptos::{html::Input, prelude::*};

/// A todo as its row shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its text.
    pub title: String,
    /// Whether it is done.
    pub completed: bool,
    /// How it stands with the server.
    pub sync: Option<SyncState>,
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
    shown: ArcRwSignal<Shown>,
    /// Whether its text is being edited.
    editing: ArcRwSignal<bool>,
    /// What the browser is to read back; see [`stamp`]. Empty in the browser itself.
    stamp: String,
    /// Whether this person may change it.
    editable: bool,
    /// Whether it is one that is looked at. The others are in the page too, for the browser to know them.
    visible: bool,
) -> impl IntoView {
    let first = shown.get_untracked();
    let completed = {
        let shown = shown.clone();
        move || shown.with(|shown| shown.completed)
    };
    // Boxed, so that they are one type: each type of its own is two kilobytes of WebAssembly.
    let named = |verb: &'static str| -> Named {
        let shown = shown.clone();
        Box::new(move || shown.with(|shown| format!("{verb}{}", shown.title)))
    };
    let sync = {
        let shown = shown.clone();
        move || {
            shown.with(|shown| shown.sync).map(|sync| match sync {
                SyncState::Pending => "pending",
                SyncState::Failed => "failed",
                SyncState::Conflict => "conflict",
            })
        }
    };
    let class = {
        let (completed, editing) = (completed.clone(), editing.clone());
        move || match (completed(), editing.get()) {
            (false, false) => "",
            (true, false) => "completed",
            (false, true) => "editing",
            (true, true) => "completed editing",
        }
    };
    let of_edit = shown.clone();
    // For pages without a script: these never change.
    let verb = if first.completed { "Untick" } else { "Tick" };
    view! {
        <li data-testid="todo-item" data-id=id.to_string() data-stamp=stamp data-sync=sync class=class hidden=!visible>
            <div class="view">
                <input
                    class="toggle"
                    type="checkbox"
                    checked=first.completed
                    prop:checked=completed
                    disabled=!editable
                    aria-label=named("Done: ")
                    autocomplete="off"
                />
                <label data-testid="todo-title" dir="auto">
                    {named("")}
                </label>
                {editable.then(|| view! {
                    <button
                        class="without-script"
                        formaction=format!("/api/set_completed?completed={}", !first.completed)
                        name="id"
                        value=id.to_string()
                    >
                        {verb}
                        <span class="visually-hidden">{format!(" {}", first.title)}</span>
                    </button>
                    <button
                        type="button"
                        class="menu with-script"
                        popovertarget=MENU
                        aria-label=named("Menu of ")
                    ></button>
                    <button
                        class="destroy"
                        formaction="/api/delete_todo"
                        name="id"
                        value=id.to_string()
                        aria-label=named("Delete ")
                    ></button>
                })}
            </div>
            {move || editing.get().then(|| view! { <Edit title=of_edit.with_untracked(|shown| shown.title.clone()) /> })}
        </li>
    }
}

/// A text that has a todo's title in it.
type Named = Box<dyn Fn() -> String + Send + Sync>;

/// The id of the one menu that all rows open.
pub const MENU: &str = "item-menu";

/// The field for another text. It has the focus from the start.
#[component]
fn Edit(title: String) -> impl IntoView {
    let field = NodeRef::<Input>::new();
    field.on_load(|field| {
        let end = field.value().encode_utf16().count() as u32;
        // What cannot have the focus, or a caret, keeps the page as it is.
        let _ = field.focus();
        let _ = field.set_selection_range(end, end);
    });
    view! { <input class="edit" aria-label="Edit" autocomplete="off" dir="auto" value=title node_ref=field /> }
}
