//! Another password.

use super::{CHANGE_PASSWORD, Left, Me, Outcome, because};
use crate::{core::account::User, ui::field::Field};
use leptos::prelude::*;

/// See the module. What was typed never comes back.
#[component]
pub fn Password(user: User, left: Option<Left>) -> impl IntoView {
    let [old, new] = ["old", "new"].map(|field| because(left.as_ref(), field));
    view! {
        <section class="part" aria-labelledby="change-password">
            <h2 id="change-password">"Password"</h2>
            <Outcome left fields=&["old", "new"] />
            <form class="part" method="post" action=CHANGE_PASSWORD>
                <Me user />
                <Field label="Old password" name="old" r#type="password" autocomplete="current-password" because=old />
                <Field
                    label="New password"
                    name="new"
                    r#type="password"
                    autocomplete="new-password"
                    hint="8 characters or more. Your other sessions end when it changes."
                    because=new
                />
                <button class="primary">"Change password"</button>
            </form>
        </section>
    }
}
