//! What every form about a list says, unseen.

use crate::core::id::{ListId, UserId};
use leptos::prelude::*;

/// Which list it is about, and whom the page takes to be signed in.
#[component]
pub fn Whose(list: ListId, user: UserId) -> impl IntoView {
    view! {
        <input type="hidden" name="list" value=list.to_string() />
        <input type="hidden" name="user" value=user.to_string() />
    }
}
