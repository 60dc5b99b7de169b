//! The choice between light and dark, in the bar of every page. A plain form in a popover: it opens and posts without
//! a script; with one, `loader.js` spares the page the way to the server and back.

use crate::core::theme::Theme;
use leptos::prelude::*;

/// What the choice has to know of the page it stands on; the document provides it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// How the page looks.
    pub theme: Theme,
    /// Its path and query: where to come back to.
    pub page: String,
}

/// See the module.
#[component]
pub fn Appearance() -> impl IntoView {
    let Shown { theme, page } = use_context().unwrap_or(Shown {
        theme: Theme::System,
        page: "/".to_owned(),
    });
    let option = |choice: Theme| {
        let label = match choice {
            Theme::System => "System",
            Theme::Light => "Light",
            Theme::Dark => "Dark",
        };
        view! {
            <button name="theme" value=choice.name() aria-pressed=(choice == theme).to_string()>
                {label}
            </button>
        }
    };
    view! {
        <button type="button" class="quiet sign look" popovertarget="appearance" aria-label="Appearance"></button>
        <form id="appearance" class="menu-items" popover="auto" method="post" action="/appearance">
            <input type="hidden" name="next" value=page />
            {Theme::ALL.map(option)}
        </form>
    }
}
