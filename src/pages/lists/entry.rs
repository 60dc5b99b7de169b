//! One of my lists: its link, how it stands, who shares it, and its menu.

use super::{Refused, name_units};
use crate::{
    core::{
        id::UserId,
        list::{List, Role},
    },
    server::store::Companion,
    ui::{field::Refusal, whose::Whose},
};
use leptos::prelude::*;

/// One list. `with`: who shares it, its owner first, three at most. `refused`: its renaming, if that is what brought
/// the person here.
#[component]
pub fn Entry(
    list: List,
    me: UserId,
    with: Vec<Companion>,
    refused: Option<Refused>,
) -> impl IntoView {
    let left = match (list.left, list.total) {
        (_, 0) => "empty".to_owned(),
        (0, _) => "all done".to_owned(),
        (1, _) => "1 item left".to_owned(),
        (left, _) => format!("{left} items left"),
    };
    let meta = [Some(left), shared(&list, &with)];
    let meta: Vec<String> = meta.into_iter().flatten().collect();
    let (id, name) = (list.id, list.name.clone());
    let menu = match list.role {
        Role::Owner => view! { <Menu list me refused /> }.into_any(),
        _ => view! { <Guest list me /> }.into_any(),
    };
    view! {
        <li id=id.to_string()>
            <a href=format!("/lists/{id}")>
                <span class="name" dir="auto">
                    {name}
                </span>
                <span class="meta">{meta.join(" · ")}</span>
            </a>
            {menu}
        </li>
    }
}

/// With whom a list is shared, in few words; nothing if with nobody.
fn shared(list: &List, with: &[Companion]) -> Option<String> {
    let others = list.members.saturating_sub(1);
    let (first, more) = with.split_first()?;
    let first = &first.name;
    Some(match (list.role, more, others) {
        (Role::Owner, _, 0) => return None,
        (Role::Owner, _, 1) => format!("with {first}"),
        (Role::Owner, [second, ..], 2) => format!("with {first} and {}", second.name),
        (Role::Owner, ..) => format!("with {first} and {} others", others.saturating_sub(1)),
        (Role::Editor, ..) => format!("from {first}"),
        (Role::Viewer, ..) => format!("from {first}, to look at"),
    })
}

/// What somebody else's list has for a menu. It says what leaving means, and so asks before.
#[component]
fn Guest(list: List, me: UserId) -> impl IntoView {
    let id = format!("menu-{}", list.id);
    view! {
        <Dots menu=id.clone() name=list.name.clone() />
        <dialog class="list-menu" id=id popover="auto" autofocus aria-label=list.name>
            <form method="post" action="/api/leave_list">
                <Whose list=list.id user=me />
                <p>"You come back only by a new invitation."</p>
                <div class="choices">
                    <button class="danger">"Leave"</button>
                </div>
            </form>
        </dialog>
    }
}

/// The button that opens a list's menu.
#[component]
fn Dots(menu: String, name: String) -> impl IntoView {
    view! {
        <button type="button" class="quiet menu-button" popovertarget=menu aria-label=format!("Menu of {name}")>
            <span aria-hidden="true">"⋯"</span>
        </button>
    }
}

/// What its owner can do with a list. A popover: the browser opens it, closes it on Escape or on a click elsewhere,
/// keeps one open at a time and gives the focus back. After a refusal it comes open in its row instead, as a
/// `dialog` that is `open`, which `Cancel` closes.
#[component]
fn Menu(list: List, me: UserId, refused: Option<Refused>) -> impl IntoView {
    let id = format!("menu-{}", list.id);
    let name_id = format!("name-{}", list.id);
    let refusal_id = format!("refusal-{}", list.id);
    let was_refused = refused.is_some();
    let by_name = refused.as_ref().is_some_and(|refused| refused.by_name);
    let (typed, message) = match refused {
        Some(refused) => (refused.name, Some(refused.message)),
        None => (None, None),
    };
    let typed = typed.unwrap_or(list.name.clone());
    view! {
        <Dots menu=id.clone() name=list.name.clone() />
        // `autofocus`: the menu itself takes the focus rather than its field, which would bring up a phone's keyboard.
        <dialog class="list-menu" id=id popover="auto" open=was_refused autofocus=!was_refused aria-label=list.name>
            <form method="post" action="/api/rename_list">
                <Whose list=list.id user=me />
                <label for=name_id.clone()>"Name"</label>
                <input
                    id=name_id
                    name="name"
                    dir="auto"
                    autocomplete="off"
                    required
                    maxlength=name_units()
                    value=typed
                    autofocus=was_refused
                    aria-describedby=was_refused.then(|| refusal_id.clone())
                    aria-invalid=by_name.then_some("true")
                />
                {was_refused.then(|| view! {
                    <div id=refusal_id>
                        <Refusal message />
                    </div>
                })}
                <div class="choices">
                    <button class="primary">"Rename"</button>
                    {was_refused.then(|| view! {
                        <button class="quiet" formmethod="dialog" formnovalidate="">
                            "Cancel"
                        </button>
                    })}
                    <button class="danger" formaction="/api/delete_list" formnovalidate="">
                        "Delete"
                    </button>
                </div>
            </form>
        </dialog>
    }
}
