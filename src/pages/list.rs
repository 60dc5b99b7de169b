//! `/lists/{id}`: one list. The page comes whole from the server; the island in it takes over in the browser.

use crate::{
    client::{
        rendered::{Rendered, rendered},
        todos::{Row, Said, Todos},
    },
    core::{
        filter::Filter,
        id::{ListId, TodoId},
        view::Counts,
    },
    ui::{
        connection::Pill,
        filters::Filters,
        gestures::{self, By, Deed, Gesture, Whose as Text},
        inspector::{self, INSPECTOR},
        notices::Notices,
        presence::Presence,
        review::Review,
        todo_row::TodoRow,
        whose::Whose,
    },
};
use leptos::{prelude::*, wasm_bindgen::JsValue};

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
        ..
    } = page.clone();
    let todos = Todos::new(page);
    if cfg!(feature = "hydrate") {
        // After the takeover: the rows are there then.
        queue_microtask(move || {
            todos.settle_in();
            if let Ok(Some(sheet)) = document().query_selector("[data-list]") {
                let hand = Hand { todos, editable };
                // What a copy was rendered for may not be what its address says.
                if address() != filter {
                    hand.act(Deed::Travel);
                }
                gestures::listen(&sheet, move |deed| hand.act(deed));
            }
        });
    }
    let counts = move || todos.counts();
    let empty = move || counts().total == 0;
    let row = move |row: Row| {
        let (id, edited) = (row.id, row.clone());
        let stamp = todos.stamp(id);
        let visible = todos.is_settled() || filter.shows(untrack(|| todos.shown(&row)).completed);
        view! {
            <TodoRow
                id
                look=move || todos.shown(&row)
                is_edited=move || todos.is_edited(&edited)
                stamp
                editable
                visible
            />
        }
    };
    view! {
        {move || {
            let Said { status, others, notices, review } = todos.said();
            view! {
                <Notices notices />
                <Review entries=review />
                <Pill status />
                <Presence others />
            }
        }}
        // One form around all rows: their buttons say where it goes and for which todo. (Buttons that name a form
        // elsewhere make Chromium's parser quadratic: at 2,000 rows they took 0.8 of 1.7 s.)
        <form class="rows" method="post" action="/api/delete_todo">
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
                    />
                    <label class="with-script" for="toggle-all">
                        "Mark all as complete"
                    </label>
                })}
                <ul class="todo-list">
                    <For each=move || todos.rows() key=|row| row.id children=row />
                </ul>
            </section>
        </form>
        <footer class="footer" hidden=empty>
            {move || view! { <Foot counts=counts() filter=todos.filter() list editable /> }}
        </footer>
    }
}

/// What stands below the rows.
#[component]
fn Foot(counts: Counts, filter: Filter, list: ListId, editable: bool) -> impl IntoView {
    let Counts { left, total } = counts;
    view! {
        <span class="todo-count" data-testid="todo-count">
            <strong>{left.to_string()}</strong>
            {if left == 1 { " item left" } else { " items left" }}
        </span>
        <Filters path=format!("/lists/{list}") current=filter />
        <button type="button" class="inspect quiet with-script" popovertarget=INSPECTOR>
            "Sync"
        </button>
        {editable.then(|| view! {
            <button type="button" class="clear-completed with-script" hidden=left == total>
                "Clear completed"
            </button>
        })}
    }
}

/// What becomes of what is done on the sheet.
#[derive(Clone, Copy)]
struct Hand {
    todos: Todos,
    editable: bool,
}

impl Hand {
    fn act(self, deed: Deed) {
        match deed {
            Deed::Show(filter, address) => {
                self.todos.show(filter);
                keep_address(&address);
            }
            Deed::Inspect(by) => {
                self.todos.inspect();
                if by == By::Key {
                    inspector::toggle();
                }
            }
            Deed::Travel => self.todos.show(address()),
            Deed::Notice(place, act) => {
                self.todos.act(place, act);
                gestures::keep_focus();
            }
            Deed::Review(kept, fate) => {
                self.todos.decide(kept, fate);
                gestures::keep_focus();
            }
            _ if !self.editable => {}
            Deed::Row(id, gesture) => self.act_on(id, gesture),
            Deed::Choose(gesture) => {
                if let Some(id) = self.todos.menu() {
                    self.act_on(id, gesture);
                }
            }
            Deed::Add(field) => {
                if self.todos.add(&field.value()) {
                    field.set_value("");
                }
            }
            Deed::All(completed) => self.todos.set_all_completed(completed),
            Deed::Clear => self.todos.clear_completed(),
            Deed::Undo(way) => self.todos.undo(way),
        }
    }

    fn act_on(self, id: TodoId, gesture: Gesture) {
        match gesture {
            Gesture::Complete(completed) => self.todos.set_completed(id, completed),
            Gesture::Delete => {
                gestures::hand_focus_on(id);
                self.todos.delete(id);
            }
            Gesture::Menu => self.todos.open_menu(id),
            Gesture::Edit => {
                gestures::focus_field(self.todos.edit(id));
            }
            Gesture::Keep(whose) => {
                if self.todos.prefer(id, whose == Text::Mine) {
                    gestures::focus_row(id);
                }
            }
            // What two texts are merged into is saved by nothing but saying so.
            Gesture::Save(_, false) if self.todos.is_merging() => {}
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
}

/// The filter that the address is of.
fn address() -> Filter {
    let path = window().location().pathname();
    Filter::of_path(&path.unwrap_or_default())
}

/// Writes the address of what is shown into the browser's history.
fn keep_address(path: &str) {
    if let Ok(history) = window().history() {
        // Where it may not be written, the page shows the right thing all the same.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(path));
    }
}

#[cfg(feature = "ssr")]
mod page {
    use super::*;
    use crate::{
        core::{
            id::{ListId, UserId},
            todo::TITLE_MAX,
        },
        error::AppError,
        pages::{
            not_found::eventually,
            sharing::{DIALOG, Dialog, Name, Shared},
        },
        server::visit::Visit,
        ui::{field::Refusal, inspector::Inspector, layout::Layout, todo_row::MENU},
    };
    use leptos_router::hooks::use_params_map;

    /// The forms whose refusals are told here.
    const FORMS: [&str; 3] = ["/api/add_todo", "/api/set_completed", "/api/delete_todo"];

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
            let is_here = flash.typed("list").and_then(|list| list.parse().ok()) == Some(id);
            is_here && FORMS.contains(&flash.action.as_str())
        });
        let shared = Shared::of(&visit, &user, &list).await?;
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
        // Without its type: the compiler cannot follow one as long as the page's.
        let todos = view! { <TodoList /> }.into_any();
        Ok(view! {
            <Layout title=list.name.clone() user=Some(user)>
                <section
                    class="sheet todoapp"
                    data-list=page.list.to_string()
                    data-user=page.user.to_string()
                    data-editable=page.editable.to_string()
                    data-filter=page.filter.suffix()
                    data-epoch=page.base.epoch.to_string()
                    data-seq=page.base.seq.0.to_string()
                >
                    <a class="back" href="/lists">
                        "Your lists"
                    </a>
                    <div class="headline">
                        <h1 dir="auto"><Name list /></h1>
                        <button type="button" popovertarget=DIALOG>
                            "Share"
                        </button>
                    </div>
                    <Refusal message />
                    {(!editable).then(|| view! { <p class="hint">"You may look at this list, but not change it."</p> })}
                    {editable.then(|| view! { <Add list=id user=page.user draft=page.draft /> })}
                    {todos}
                    <div id=MENU class="menu-items" popover="auto">
                        <button type="button" popovertarget=MENU popovertargetaction="hide" data-choice="edit">
                            "Edit"
                        </button>
                        <button type="button" popovertarget=MENU popovertargetaction="hide" data-choice="delete">
                            "Delete"
                        </button>
                    </div>
                    <Inspector />
                </section>
                <Dialog shared />
            </Layout>
        }
        .into_any())
    }

    /// The form for a new item.
    #[component]
    fn Add(list: ListId, user: UserId, draft: Option<String>) -> impl IntoView {
        view! {
            <form class="add" method="post" action="/api/add_todo">
                <Whose list user />
                <input
                    class="new-todo"
                    name="title"
                    type="text"
                    placeholder="What needs to be done?"
                    aria-label="New item"
                    autocomplete="off"
                    dir="auto"
                    autofocus
                    // UTF-16 units: 500 characters of two units fit.
                    maxlength=(2 * TITLE_MAX).to_string()
                    value=draft
                />
                <button class="without-script">"Add"</button>
            </form>
        }
    }
}
