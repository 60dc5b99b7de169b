//! One of my lists: its link, how it stands, and its owner's menu.

use super::{Refused, name_units};
use crate::{
    core::{
        id::UserId,
        list::{List, Role},
    },
    ui::{field::Refusal, whose::Whose},
};
use leptos::prelude::*;

/// One list. `refused`: its renaming, if that is what brought the person here.
#[component]
pub fn Entry(list: List, me: UserId, refused: Option<Refused>) -> impl IntoView {
    let left = match (list.left, list.total) {
        (_, 0) => "empty".to_owned(),
        (0, _) => "all done".to_owned(),
        (1, _) => "1 item left".to_owned(),
        (left, _) => format!("{left} items left"),
    };
    let shared = (list.members > 1).then(|| format!(" · {} members", list.members));
    let meta = left + &shared.unwrap_or_default();
    let (id, name) = (list.id, list.name.clone());
    let menu = (list.role == Role::Owner).then(|| view! { <Menu list me refused /> });
    view! {
        <li id=id.to_string()>
            <a href=format!("/lists/{id}")>
                <span class="name" dir="auto">
                    {name}
                </span>
                <span class="meta">{meta}</span>
            </a>
            {menu}
        </li>
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
        <button
            type="button"
            class="quiet menu-button"
            popovertarget=id.clone()
            aria-label=format!("Menu of {}", list.name)
        >
            <span aria-hidden="true">"⋯"</span>
        </button>
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
