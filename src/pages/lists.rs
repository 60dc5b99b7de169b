//! `/lists`: my lists, and a form for a new one.

use super::not_found::eventually;
use crate::{
    core::list::{List, NAME_MAX},
    server::visit::Visit,
    ui::{field::Refusal, layout::Layout},
};
use leptos::prelude::*;
use uuid::Uuid;

/// My lists.
#[component]
pub fn ListsPage() -> impl IntoView {
    let visit = Visit::here();
    eventually(async move {
        let visit = visit?;
        let user = visit.user(None).await?;
        let lists = visit.state.store.lists(user.id).await?;
        let flash = visit
            .take_flash(|flash| flash.action.ends_with("_list") || flash.action == "/api/logout");
        let message = flash.as_ref().map(|flash| flash.error.message.clone());
        let typed = flash
            .as_ref()
            .and_then(|flash| flash.typed("name"))
            .map(str::to_owned);
        let me = user.id.to_string();
        let shown = if lists.is_empty() {
            view! { <p class="empty">"No lists yet. Name your first one below: groceries, the move, the band …"</p> }.into_any()
        } else {
            view! { <ul class="lists">{lists.into_iter().map(|list| view! { <Entry list /> }).collect_view()}</ul> }.into_any()
        };
        Ok(view! {
            <Layout title="Your lists" user=Some(user)>
                <section class="sheet">
                    <h1>"Your lists"</h1>
                    {shown}
                    <Refusal message />
                    <form class="row-form" method="post" action="/api/create_list">
                        <input type="hidden" name="user" value=me />
                        // Sent twice, it is one list.
                        <input type="hidden" name="id" value=Uuid::now_v7().to_string() autocomplete="off" />
                        <label class="visually-hidden" for="new-list">
                            "New list"
                        </label>
                        <input
                            id="new-list"
                            name="name"
                            placeholder="New list"
                            autocomplete="off"
                            required
                            // UTF-16 units, so that 100 characters of two units fit.
                            maxlength=(2 * NAME_MAX).to_string()
                            value=typed
                        />
                        <button class="primary">"Create list"</button>
                    </form>
                </section>
            </Layout>
        }
        .into_any())
    })
}

#[component]
fn Entry(list: List) -> impl IntoView {
    let left = match (list.left, list.total) {
        (_, 0) => "empty".to_owned(),
        (0, _) => "all done".to_owned(),
        (1, _) => "1 item left".to_owned(),
        (left, _) => format!("{left} items left"),
    };
    view! {
        <li>
            <a href=format!("/lists/{}", list.id)>
                <span class="name" dir="auto">
                    {list.name}
                </span>
                <span class="meta">{left}</span>
            </a>
        </li>
    }
}
