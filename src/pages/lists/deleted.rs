//! Lists that were deleted: the notice about one, and the section with all that can be restored.

use crate::{core::id::UserId, pages::day::day, server::lists::Restorable, ui::whose::Whose};
use leptos::prelude::*;

/// What was deleted just now, and how to take it back.
#[component]
pub fn Deleted(me: UserId, list: Restorable) -> impl IntoView {
    view! {
        <div class="notices" data-testid="notices" role="status" aria-live="polite">
            <div class="notice" data-testid="notice">
                <p id="deleted">"Deleted “" <bdi>{list.name}</bdi> "”."</p>
                <form method="post" action="/api/restore_list">
                    <Whose list=list.id user=me />
                    // A region that comes with its page is not announced; what has the focus is, with its description.
                    <button autofocus aria-describedby="deleted">
                        "Undo"
                    </button>
                </form>
                <a class="button quiet" href="/lists">
                    "Dismiss"
                </a>
            </div>
        </div>
    }
}

/// All that can be restored; nothing where there is nothing.
#[component]
pub fn DeletedLists(me: UserId, lists: Vec<Restorable>) -> impl IntoView {
    if lists.is_empty() {
        return ().into_any();
    }
    let rows = lists.into_iter().map(|list| {
        let (date, exact) = day(list.until);
        view! {
            <li>
                <span class="name" dir="auto">
                    {list.name.clone()}
                </span>
                <span class="meta">"can be restored until " <time datetime=exact>{date}</time></span>
                <form method="post" action="/api/restore_list">
                    <Whose list=list.id user=me />
                    <button aria-label=format!("Restore {}", list.name)>"Restore"</button>
                </form>
            </li>
        }
    });
    view! {
        <details class="deleted">
            <summary>"Deleted lists"</summary>
            <ul>{rows.collect_view()}</ul>
        </details>
    }
    .into_any()
}
