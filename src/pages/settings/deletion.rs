//! Away with the account: what goes with it, and the password in a second step, so that no single click does it.

use super::{DELETE_ACCOUNT, Left, Me, Outcome, because};
use crate::{
    core::{account::User, list::List},
    ui::field::Field,
};
use leptos::prelude::*;

/// What goes with an account.
#[derive(Debug, Clone)]
pub struct Goes {
    /// The lists that it owns.
    pub lists: Vec<List>,
    /// How many it owns that were deleted and could still be restored.
    pub deleted: usize,
}

/// See the module. After a refusal the second step is open.
#[component]
pub fn Deletion(user: User, goes: Goes, left: Option<Left>) -> impl IntoView {
    let (because, is_open) = (because(left.as_ref(), "password"), left.is_some());
    view! {
        <section class="peril" aria-labelledby="deletion">
            <h2 id="deletion">"Delete account"</h2>
            <p>"Your account goes for good, and the lists that you own go with it. There is no way back."</p>
            <details open=is_open>
                <summary class="danger">"Delete my account"</summary>
                <form class="part" method="post" action=DELETE_ACCOUNT>
                    <Outcome left fields=&["password"] />
                    <Me user />
                    <Losses goes />
                    <Field
                        label="Your password"
                        name="password"
                        r#type="password"
                        autocomplete="current-password"
                        because
                    />
                    <button class="danger">"Delete for good"</button>
                </form>
            </details>
        </section>
    }
}

#[component]
fn Losses(goes: Goes) -> impl IntoView {
    let Goes { lists, deleted } = goes;
    let deleted = match deleted {
        0 => None,
        1 => Some("A list that you deleted can no longer be restored then.".to_owned()),
        many => Some(format!(
            "{many} lists that you deleted can no longer be restored then."
        )),
    };
    let named = if lists.is_empty() {
        view! { <p>"You own no list."</p> }.into_any()
    } else {
        let rows = lists.into_iter().map(|list| {
            let who = match list.members.saturating_sub(1) {
                0 => "only yours".to_owned(),
                1 => "1 other person loses it".to_owned(),
                others => format!("{others} other people lose it"),
            };
            view! {
                <li>
                    <p dir="auto">{list.name}</p>
                    <span class="meta">{who}</span>
                </li>
            }
        });
        view! {
            <p id="losses">"These lists go with it:"</p>
            <ul aria-labelledby="losses">{rows.collect_view()}</ul>
        }
        .into_any()
    };
    view! {
        {named}
        {deleted.map(|deleted| view! { <p>{deleted}</p> })}
        <p class="hint">"Lists of other people stay, with what you added to them, and without you."</p>
    }
}
