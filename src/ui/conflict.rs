//! Two texts of one todo, in its row: what somebody else wrote, what I wrote, and the question which of them it shall be.
//! What its buttons do the list hears ([`super::gestures`]).

use leptos::prelude::*;

/// What a row asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who wrote theirs, and when, in words.
    pub who: String,
    /// Theirs in pieces, alternately the same as in mine and different.
    pub theirs: Vec<String>,
    /// Mine in pieces, likewise.
    pub mine: Vec<String>,
    /// Both in one, as far as they go together: what *Merge* begins with.
    pub merged: String,
    /// Whether theirs has just changed: nothing is decided before it is seen.
    pub is_new: bool,
}

/// See the module. While both are being merged, its buttons give way to those of the field.
#[component]
pub fn Conflict(asked: Asked) -> impl IntoView {
    let Asked {
        who,
        theirs,
        mine,
        is_new,
        ..
    } = asked;
    let text = |name: &'static str, pieces: Vec<String>| {
        view! {
            <dt>{name}</dt>
            <dd dir="auto">{pairs(pieces)}</dd>
        }
    };
    let button = |choice: &'static str, name: &'static str| {
        view! {
            <button type="button" data-choice=choice>
                {name}
            </button>
        }
    };
    view! {
        <div
            class="conflict"
            data-testid="conflict"
            role="group"
            aria-label="Two texts"
            aria-disabled=is_new.then_some("true")
        >
            <p class="hint" dir="auto">
                {who}
            </p>
            <dl>
                {text("Theirs", theirs)}
                {text("Mine", mine)}
            </dl>
            <p class="choices">
                {button("mine", "Keep mine")}
                {button("theirs", "Keep theirs")}
                {button("edit", "Merge")}
            </p>
        </div>
    }
}

/// What is the same, and then what differs, marked.
fn pairs(pieces: Vec<String>) -> impl IntoView {
    let mut pieces = pieces.into_iter();
    let mut pairs = Vec::new();
    while let Some(same) = pieces.next() {
        let different = pieces.next().unwrap_or_default();
        pairs.push(view! {
            {same}
            <mark>{different}</mark>
        });
    }
    pairs
}
