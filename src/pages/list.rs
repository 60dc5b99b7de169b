//! `/lists/{id}`: one list. The page comes whole from the server; the island in it takes over in the browser.

use crate::{
    client::{
        rendered::{Rendered, rendered},
        todos::Todos,
    },
    core::{filter::Filter, id::TodoId, todo::TITLE_MAX},
    ui::{
        connection::Pill,
        filters::Filters,
        gestures::{self, Gesture},
        notices::Notices,
        review::Review,
        todo_row::{MENU, TodoRow},
        whose::Whose,
    },
};
use leptos::{
    ev::{self, SubmitEvent},
    html::{Input, Ul},
    prelude::*,
    wasm_bindgen::JsValue,
};

#[cfg(feature = "ssr")]
pub use page::ListPage;

/// The list. It has no properties: see [`crate::client::rendered`].
#[island]
pub fn TodoList() -> impl IntoView {
    rendered().map(|page| view! { <Living page /> })
}

#[component]
fn Living(page: Rendered) -> impl IntoView {
    let Rendered {
        list,
        user,
        editable,
        filter,
        draft,
        ..
    } = page.clone();
    let todos = Todos::new(page);
    let input = NodeRef::<Input>::new();
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get()
            && todos.add(&input.value())
        {
            input.set_value("");
        }
    };
    let hear = Hear {
        todos,
        editable,
        menu: RwSignal::new(None),
    };
    let rows = NodeRef::<Ul>::new();
    rows.on_load(move |rows| gestures::listen(&rows, move |id, gesture| hear.act(id, gesture)));
    follow_address(todos);
    let counts = move || todos.counts();
    let empty = move || counts().total == 0;
    view! {
        {editable.then(|| view! {
            <form class="add" method="post" action="/api/add_todo" on:submit=add>
                <Whose list user />
                <input
                    class="new-todo"
                    name="title"
                    type="text"
                    placeholder="What needs to be done?"
                    aria-label="New item"
                    autocomplete="off"
                    autofocus
                    // UTF-16 units: 500 characters of two units fit.
                    maxlength=(2 * TITLE_MAX).to_string()
                    value=draft
                    node_ref=input
                />
                <button class="without-script">"Add"</button>
            </form>
        })}
        <Notices
            notices=todos.notices()
            on_act=Callback::new(move |(notice, act)| todos.act(&notice, act))
        />
        <Pill status=Signal::derive(move || todos.status()) />
        <Review
            entries=todos.review()
            on_retry=Callback::new(move |kept| todos.retry(kept))
            on_discard=Callback::new(move |kept| todos.discard(kept))
        />
        // One form around all rows: their buttons say where it goes and for which todo. (Buttons that name a form
        // elsewhere make Chromium's parser quadratic: at 2,000 rows they took 0.8 of 1.7 s.)
        <form class="rows" method="post" action="/api/delete_todo" on:submit=|event| event.prevent_default()>
            // The default button, so that Enter on a check box presses none.
            <button hidden disabled></button>
            <Whose list user />
            <section class="main" hidden=empty>
                {editable.then(|| view! {
                    <input
                        id="toggle-all"
                        class="toggle-all with-script"
                        type="checkbox"
                        autocomplete="off"
                        prop:checked=move || counts().left == 0
                        on:change=move |event| todos.set_all_completed(event_target_checked(&event))
                    />
                    <label class="with-script" for="toggle-all">
                        "Mark all as complete"
                    </label>
                })}
                <ul class="todo-list" node_ref=rows>
                    <For each=move || todos.rows() key=|row| row.id let:row>
                        <TodoRow
                            visible=filter.shows(row.shown.with_untracked(|shown| shown.completed))
                            stamp=todos.stamp(row.id)
                            id=row.id
                            shown=row.shown
                            editing=row.editing
                            editable
                        />
                    </For>
                </ul>
            </section>
        </form>
        <div id=MENU class="menu-items" popover="auto">
            <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=move |_| hear.menu(Gesture::Edit)>
                "Edit"
            </button>
            <button type="button" popovertarget=MENU popovertargetaction="hide" on:click=move |_| hear.menu(Gesture::Delete)>
                "Delete"
            </button>
        </div>
        <footer class="footer" hidden=empty>
            <span class="todo-count" data-testid="todo-count">
                <strong>{move || counts().left}</strong>
                {move || if counts().left == 1 { " item left" } else { " items left" }}
            </span>
            <Filters
                path=format!("/lists/{list}")
                current=Signal::derive(move || todos.filter())
                on_choose=Callback::new(move |(filter, address): (Filter, String)| {
                    todos.show(filter);
                    keep_address(&address);
                })
            />
            {editable.then(|| view! {
                <button
                    type="button"
                    class="clear-completed with-script"
                    hidden=move || counts().left == counts().total
                    on:click=move |_| todos.clear_completed()
                >
                    "Clear completed"
                </button>
            })}
        </footer>
    }
}

/// What becomes of gestures.
#[derive(Clone, Copy)]
struct Hear {
    todos: Todos,
    editable: bool,
    /// Whose menu is open.
    menu: RwSignal<Option<TodoId>>,
}

impl Hear {
    fn act(self, id: TodoId, gesture: Gesture) {
        if !self.editable {
            return;
        }
        match gesture {
            Gesture::Complete(completed) => self.todos.set_completed(id, completed),
            Gesture::Delete => {
                gestures::hand_focus_on(id);
                self.todos.delete(id);
            }
            Gesture::Menu => self.menu.set(Some(id)),
            Gesture::Edit => self.todos.edit(id),
            Gesture::Save(typed, by_key) => {
                if self.todos.save(id, &typed) && by_key {
                    gestures::focus_row(id);
                }
            }
            Gesture::Cancel => {
                self.todos.cancel(id);
                gestures::focus_row(id);
            }
        }
    }

    /// An entry of the menu that is open.
    fn menu(self, gesture: Gesture) {
        if let Some(id) = self.menu.get_untracked() {
            self.act(id, gesture);
        }
    }
}

/// Writes the address of what is shown into the browser's history.
fn keep_address(path: &str) {
    if let Ok(history) = window().history() {
        // Where it may not be written, the page shows the right thing all the same.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
    }
}

/// Shows what the address says when somebody goes back or forward in the browser's history.
fn follow_address(todos: Todos) {
    if cfg!(feature = "ssr") {
        return;
    }
    let follow = window_event_listener(ev::popstate, move |_| {
        let path = window().location().pathname();
        todos.show(Filter::of_path(&path.unwrap_or_default()));
    });
    on_cleanup(move || follow.remove());
}

#[cfg(feature = "ssr")]
mod page {
    use super::*;
    use crate::{
        core::id::ListId,
        error::AppError,
        pages::not_found::eventually,
        server::visit::Visit,
        ui::{field::Refusal, layout::Layout},
    };
    use leptos_router::hooks::use_params_map;

    /// One list, with its todos.
    #[component]
    pub fn ListPage() -> impl IntoView {
        let visit = Visit::here();
        let id = use_params_map().with_untracked(|params| params.get("id"));
        eventually(async move { shown(visit?, id).await })
    }

    async fn shown(visit: Visit, id: Option<String>) -> Result<AnyView, AppError> {
        let user = visit.user(None).await?;
        let id: ListId = id
            .and_then(|id| id.parse().ok())
            .ok_or_else(AppError::not_found)?;
        let store = &visit.state.store;
        let list = store.list(user.id, id).await?;
        let pulled = store.pull(user.id, id, None, None).await?;
        let editable = pulled.role.may_edit();
        let base = pulled.news().snapshot().ok_or_else(AppError::internal)?;
        let flash = visit.take_flash(|flash| {
            let is_mine = flash.typed("list").and_then(|list| list.parse().ok()) == Some(id);
            is_mine && !flash.action.ends_with("_list")
        });
        let message = flash.as_ref().map(|flash| flash.reason().to_owned());
        let draft = flash
            .as_ref()
            .and_then(|flash| flash.typed("title"))
            .map(str::to_owned);
        let page = Rendered {
            list: id,
            user: user.id,
            editable,
            filter: Filter::of_path(visit.path()),
            base,
            draft,
        };
        provide_context(page.clone());
        Ok(view! {
            <Layout title=list.name.clone() user=Some(user)>
                <section
                    class="sheet todoapp"
                    data-list=page.list.to_string()
                    data-user=page.user.to_string()
                    data-editable=page.editable.to_string()
                    data-epoch=page.base.epoch.to_string()
                    data-seq=page.base.seq.0.to_string()
                >
                    <a class="back" href="/lists">
                        "Your lists"
                    </a>
                    <h1 dir="auto">{list.name}</h1>
                    <Refusal message />
                    {(!editable).then(|| view! { <p class="hint">"You may look at this list, but not change it."</p> })}
                    <TodoList />
                </section>
            </Layout>
        }
        .into_any())
    }
}
