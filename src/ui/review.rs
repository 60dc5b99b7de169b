//! The tray: what was meant and cannot be sent as it is, with its text, until it is sent again or dropped.

use leptos::prelude::*;

/// One thing in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Tells it from others.
    pub id: u32,
    /// What was meant.
    pub text: String,
    /// Why it is here.
    pub why: String,
}

/// The tray; nothing while it is empty.
#[component]
pub fn Review(
    /// What is in it.
    entries: Vec<Entry>,
    /// Sends one again.
    on_retry: Callback<u32>,
    /// Drops one.
    on_discard: Callback<u32>,
) -> impl IntoView {
    let is_empty = entries.is_empty();
    let entry = move |entry: Entry| {
        view! {
            <li>
                <p dir="auto">{entry.text}</p>
                <p class="hint">{entry.why}</p>
                <button type="button" on:click=move |_| on_retry.run(entry.id)>
                    "Send again"
                </button>
                <button type="button" class="quiet" on:click=move |_| on_discard.run(entry.id)>
                    "Discard"
                </button>
            </li>
        }
    };
    view! {
        <section class="review" data-testid="review" aria-labelledby="review" hidden=is_empty>
            <h2 id="review">"Not saved"</h2>
            <ul>
                {entries.into_iter().map(entry).collect_view()}
            </ul>
        </section>
    }
}
