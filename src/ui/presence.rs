//! Who else looks at the list just now.

use crate::core::engine::Engine;
use leptos::prelude::*;

/// Their names, in words. Nothing, if there is nobody else.
pub fn others(engine: &Engine) -> String {
    let me = engine.user();
    let others = engine.presence().iter().filter(|other| other.user != me);
    let names: Vec<_> = others.map(|other| other.name.as_str()).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("Also here: {}", names.join(", ")),
    }
}

/// See the module.
#[component]
pub fn Presence(
    /// What [`others`] says.
    others: String,
) -> impl IntoView {
    let is_alone = others.is_empty();
    view! {
        <p class="presence" data-testid="presence" dir="auto" hidden=is_alone>
            {others}
        </p>
    }
}
