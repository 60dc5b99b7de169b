//! One todo on the page. The names are those of TodoMVC.

use crate::core::{id::TodoId, todo::Todo};
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, MouseEvent},
};

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

/// One row.
#[component]
pub fn TodoRow(
    /// The todo.
    todo: ArcRwSignal<Todo>,
    /// Whether this person may change it.
    editable: bool,
    /// Ticks or unticks.
    on_toggle: Callback<(TodoId, bool)>,
    /// Deletes.
    on_delete: Callback<TodoId>,
) -> impl IntoView {
    let first = todo.get_untracked();
    let id = first.id;
    let row_stamp = cfg!(feature = "ssr")
        .then(|| stamp(&first))
        .unwrap_or_default();
    let completed = {
        let todo = todo.clone();
        move || todo.with(|todo| todo.completed)
    };
    let title = {
        let todo = todo.clone();
        move || todo.with(|todo| todo.title.clone())
    };
    let (class, checked, form, verb) = (
        completed.clone(),
        completed.clone(),
        completed.clone(),
        completed,
    );
    let (label, of_toggle, of_delete, of_button) =
        (title.clone(), title.clone(), title.clone(), title);
    view! {
        <li
            data-testid="todo-item"
            data-id=id.to_string()
            data-stamp=row_stamp
            class=move || if class() { "completed" } else { "" }
        >
            <div class="view">
                <input
                    class="toggle"
                    type="checkbox"
                    checked=first.completed
                    prop:checked=checked
                    disabled=!editable
                    aria-label=move || format!("Done: {}", of_toggle())
                    autocomplete="off"
                    on:change=move |event| on_toggle.run((id, event_target_checked(&event)))
                />
                <label data-testid="todo-title" dir="auto">
                    {label}
                </label>
                {editable.then(|| view! {
                    <button
                        class="without-script"
                        formaction=move || format!("/api/set_completed?completed={}", !form())
                        name="id"
                        value=id.to_string()
                    >
                        {move || if verb() { "Untick" } else { "Tick" }}
                        <span class="visually-hidden">{move || format!(" {}", of_button())}</span>
                    </button>
                    <button
                        class="destroy"
                        formaction="/api/delete_todo"
                        name="id"
                        value=id.to_string()
                        aria-label=move || format!("Delete {}", of_delete())
                        on:click=move |event| {
                            event.prevent_default();
                            hand_focus_on(&event);
                            on_delete.run(id);
                        }
                    ></button>
                })}
            </div>
        </li>
    }
}

/// A row that is deleted would take the focus with it: the next row's button gets it, else the one before, else the
/// field for a new item. So somebody with a keyboard goes on where they were.
fn hand_focus_on(event: &MouseEvent) {
    let heir = || {
        let button: Element = event.current_target()?.dyn_into().ok()?;
        // Somebody who is elsewhere by now stays there: this may be an early click, replayed.
        document()
            .active_element()
            .filter(|focused| *focused == button)?;
        let row = button.closest("li").ok()??;
        let neighbour = row
            .next_element_sibling()
            .or_else(|| row.previous_element_sibling());
        match neighbour {
            Some(row) => row.query_selector("button.destroy").ok()?,
            None => document().query_selector("input.new-todo").ok()?,
        }
    };
    let heir = heir().and_then(|heir| heir.dyn_into::<HtmlElement>().ok());
    if let Some(heir) = heir {
        // What cannot have the focus keeps the page as it is.
        let _ = heir.focus();
    }
}
