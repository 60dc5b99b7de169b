//! The choice between light and dark: in a popover in the bar of every page, and once more in the settings. A plain form:
//! it opens and posts without a script; with one, `loader.js` spares the page the way to the server and back.

use crate::core::theme::Theme;
use leptos::prelude::*;

/// The id of the form, for what stands outside of it.
const FORM: &str = "appearance";

/// What the choice has to know of the page it stands on; the document provides it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// How the page looks.
    pub theme: Theme,
    /// Its path and query: where to come back to.
    pub page: String,
}

impl Shown {
    fn here() -> Self {
        use_context().unwrap_or(Self {
            theme: Theme::System,
            page: "/".to_owned(),
        })
    }
}

/// The button in the bar, and what it opens.
#[component]
pub fn Appearance() -> impl IntoView {
    let Shown { theme, page } = Shown::here();
    view! {
        <button type="button" class="quiet sign look" popovertarget=FORM aria-label="Appearance"></button>
        <form id=FORM class="menu-items" popover="auto" method="post" action="/appearance">
            <input type="hidden" name="next" value=page />
            {Theme::ALL.map(|choice| view! { <Choice choice chosen=theme /> })}
        </form>
    }
}

/// The same choices in a page. Their form is the one in the bar, so what is chosen here is chosen there.
#[component]
pub fn Choices() -> impl IntoView {
    let chosen = Shown::here().theme;
    Theme::ALL.map(|choice| view! { <Choice choice chosen form=FORM /> })
}

#[component]
fn Choice(
    choice: Theme,
    chosen: Theme,
    /// The form, where the button stands outside of it.
    #[prop(optional)]
    form: Option<&'static str>,
) -> impl IntoView {
    let label = match choice {
        Theme::System => "System",
        Theme::Light => "Light",
        Theme::Dark => "Dark",
    };
    view! {
        <button name="theme" value=choice.name() form=form aria-pressed=(choice == chosen).to_string()>
            {label}
        </button>
    }
}
