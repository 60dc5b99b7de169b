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

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is sent again.
    Again,
    /// It is dropped.
    Dropped,
}

/// The tray; nothing while it is empty.
#[component]
pub fn Review(
    /// What is in it.
    entries: Vec<Entry>,
    /// Decides over one.
    on_decide: impl Fn(u32, Fate) + Copy + Send + 'static,
) -> impl IntoView {
    let is_empty = entries.is_empty();
    let button = move |id: u32, fate: Fate, name: &'static str| {
        let class = (fate == Fate::Dropped).then_some("quiet");
        view! {
            <button type="button" class=class on:click=move |_| on_decide(id, fate)>
                {name}
            </button>
        }
    };
    let entry = move |Entry { id, text, why }: Entry| {
        view! {
            <li>
                <p dir="auto">{text}</p>
                <p class="hint">{why}</p>
                {button(id, Fate::Again, "Send again")}
                {button(id, Fate::Dropped, "Discard")}
            </li>
        }
    };
    view! {
        <section class="review" data-testid="review" aria-labelledby="review" hidden=is_empty>
            <h2 id="review">"Not saved"</h2>
            <ul>{entries.into_iter().map(entry).collect_view()}</ul>
        </section>
    }
}
