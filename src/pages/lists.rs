//! `/lists`: my lists, a form for a new one, and those that can be restored. Plain forms and the browser's own
//! popovers: it is the same page with scripts and without. Not here: one list of them (`entry`).

mod deleted;
mod entry;

use super::not_found::eventually;
use crate::{
    core::{
        id::{ListId, UserId},
        list::{NAME_MAX, Role},
    },
    error::AppError,
    server::{flash::Flash, lists::restorable, visit::Visit},
    ui::{field::Refusal, layout::Layout, left_behind::LeftBehind},
};
use deleted::{Deleted, DeletedLists};
use entry::Entry;
use leptos::prelude::*;
use uuid::Uuid;

/// My lists.
#[component]
pub fn ListsPage() -> impl IntoView {
    let visit = Visit::here();
    eventually(async move { shown(visit?).await })
}

async fn shown(visit: Visit) -> Result<AnyView, AppError> {
    let user = visit.user(None).await?;
    let store = &visit.state.store;
    let lists = store.lists(user.id).await?;
    let companions = store.companions(user.id).await?;
    let deleted = restorable(store, &user).await?;
    let flash = visit
        .take_flash(|flash| flash.action.ends_with("_list") || flash.action == "/api/logout")
        .map(Refused::from);
    let owned = |id| {
        lists
            .iter()
            .any(|list| list.id == id && list.role == Role::Owner)
    };
    let (create, rename, other) = match flash {
        Some(refused) if refused.action == "/api/create_list" => (Some(refused), None, None),
        Some(refused) if refused.renames().is_some_and(owned) => (None, Some(refused), None),
        other => (None, None, other),
    };
    let other = other.map(|refused| {
        let gone = |id| deleted.iter().any(|list| list.id == id);
        match (refused.renames().is_some_and(gone), refused.name) {
            (true, Some(name)) => {
                format!("The list was deleted meanwhile, so it was not renamed to “{name}”.")
            }
            _ => refused.message,
        }
    });
    // Who comes here from deleting a list hears what was deleted. The address counts for nothing by itself.
    let just_deleted = visit.query("deleted").and_then(|id| id.parse().ok());
    let just_deleted = deleted.iter().find(|list| Some(list.id) == just_deleted);
    let just_deleted = just_deleted.cloned();

    let me = user.id;
    let is_empty = lists.is_empty();
    let shown = if is_empty {
        view! { <Empty has_deleted=!deleted.is_empty() /> }.into_any()
    } else {
        let entries = lists.into_iter().map(|list| {
            let refused = rename
                .as_ref()
                .filter(|refused| refused.list == Some(list.id));
            let with = companions.iter().filter(|one| one.list == list.id);
            view! { <Entry with=with.cloned().collect() list me refused=refused.cloned() /> }
        });
        view! { <ul class="lists">{entries.collect_view()}</ul> }.into_any()
    };
    // One field at most takes the focus, and never from what was just done.
    let focus_create = create.is_some() || (is_empty && just_deleted.is_none());
    Ok(view! {
        <Layout title="Your lists" user=Some(user)>
            <section class="sheet">
                <h1>"Your lists"</h1>
                <Refusal message=other />
                <Create me refused=create focus=focus_create />
                <div id="my-lists" data-live="">
                    {shown}
                </div>
                <DeletedLists me lists=deleted />
                <LeftBehind />
            </section>
            {just_deleted.map(|list| view! { <Deleted me list /> })}
        </Layout>
    }
    .into_any())
}

/// A form of this page that was refused.
#[derive(Debug, Clone)]
struct Refused {
    action: String,
    message: String,
    /// Which list it was about.
    list: Option<ListId>,
    /// The name that was typed.
    name: Option<String>,
    /// Whether the name is why.
    by_name: bool,
}

impl From<Flash> for Refused {
    fn from(flash: Flash) -> Self {
        Self {
            message: flash.reason().to_owned(),
            list: flash.typed("list").and_then(|id| id.parse().ok()),
            name: flash.typed("name").map(str::to_owned),
            by_name: flash.error.field.as_deref() == Some("name"),
            action: flash.action,
        }
    }
}

impl Refused {
    /// The list that was to be renamed.
    fn renames(&self) -> Option<ListId> {
        self.list.filter(|_| self.action == "/api/rename_list")
    }
}

#[component]
fn Create(me: UserId, refused: Option<Refused>, focus: bool) -> impl IntoView {
    let by_name = refused.as_ref().is_some_and(|refused| refused.by_name);
    let typed = refused.as_ref().and_then(|refused| refused.name.clone());
    view! {
        <form class="create" method="post" action="/api/create_list">
            {refused.as_ref().map(|refused| view! {
                <div id="new-list-refusal">
                    <Refusal message=Some(refused.message.clone()) />
                </div>
            })}
            <input type="hidden" name="user" value=me.to_string() />
            // Sent twice, it is one list.
            <input type="hidden" name="id" value=Uuid::now_v7().to_string() autocomplete="off" />
            <label class="visually-hidden" for="new-list">
                "New list"
            </label>
            <div class="row-form">
                <input
                    id="new-list"
                    name="name"
                    placeholder="New list"
                    dir="auto"
                    autocomplete="off"
                    required
                    maxlength=name_units()
                    value=typed
                    autofocus=focus
                    aria-describedby=refused.is_some().then_some("new-list-refusal")
                    aria-invalid=by_name.then_some("true")
                />
                <button class="primary">"Create list"</button>
            </div>
        </form>
    }
}

/// What a field for a name lets in: UTF-16 units, so that 100 characters of two units fit.
fn name_units() -> String {
    (2 * NAME_MAX).to_string()
}

#[component]
fn Empty(has_deleted: bool) -> impl IntoView {
    if has_deleted {
        return view! { <p class="empty">"No lists just now. Name a new one above, or restore one from below."</p> }
            .into_any();
    }
    view! { <p class="empty">"No lists yet. Name your first one above: groceries, the move, the band …"</p> }.into_any()
}
