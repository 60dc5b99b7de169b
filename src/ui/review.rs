//! The tray: what was meant and cannot be sent as it is, with its text, until it is sent again or dropped.

use super::later::Later;
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
    /// Whether its item can be brought back with it.
    pub back: bool,
}

/// What becomes of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is sent again.
    Again,
    /// Its item is brought back, with this text.
    BroughtBack,
    /// It is dropped.
    Dropped,
}

/// The tray; nothing while it is empty. What its buttons do the list hears ([`super::gestures`]).
#[component]
pub fn Review(
    /// What is in it.
    entries: Vec<Entry>,
) -> impl IntoView {
    let is_empty = entries.is_empty();
    let entry = |Entry {
                     id,
                     text,
                     why,
                     back,
                 }: Entry| {
        view! {
            <li data-kept=id.to_string()>
                <p dir="auto">{text}</p>
                <p class="hint">{why}</p>
                {back.then(|| view! {
                    <button type="button" data-choice="back">
                        "Bring back with my text"
                    </button>
                })}
                <button type="button" data-choice="again">
                    "Send again"
                </button>
                <button type="button" class="quiet" data-choice="drop">
                    "Discard"
                </button>
            </li>
        }
    };
    let entries = entries.into_iter().map(entry).collect_view();
    view! {
        <section class="review" data-testid="review" aria-labelledby="review" hidden=is_empty>
            <h2 id="review">"Not saved"</h2>
            <ul>{Later((!is_empty).then_some(entries))}</ul>
        </section>
    }
}
