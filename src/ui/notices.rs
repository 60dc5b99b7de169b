//! What there is to say, said politely: one live region, and in it a notice a thing.

use super::later::Later;
use leptos::prelude::*;

/// One thing to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// What happened, and what can be done.
    pub text: String,
    /// The reason, where it is one that several may have.
    pub why: String,
    /// What it is about of that which came to nothing.
    pub kept: Vec<u32>,
    /// Where a link in it leads, with its text.
    pub link: Option<(String, &'static str)>,
    /// Whether trying again can help, and whether it may be tried already.
    pub retry: Option<bool>,
    /// What else can be done: take it back, or bring back what was deleted.
    pub offer: Option<Act>,
}

impl Notice {
    /// Nothing but words.
    pub fn says(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

/// What a notice's buttons do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Try again.
    Retry,
    /// Take it back.
    Undo,
    /// Bring back what was deleted.
    BringBack,
    /// Take the notice away.
    Dismiss,
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Retry, Self::Undo, Self::BringBack, Self::Dismiss];

    /// What its button is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Retry => "Retry",
            Self::Undo => "Undo",
            Self::BringBack => "Bring back",
            Self::Dismiss => "Dismiss",
        }
    }
}

/// The live region. It is always there: screen readers announce only what comes into one they know. What its buttons do the
/// list hears ([`super::gestures`]), by the notice's place and the button's name.
#[component]
pub fn Notices(
    /// What there is to say.
    notices: Vec<Notice>,
) -> impl IntoView {
    let said = |(place, notice)| view! { <Said place notice /> };
    let is_silent = notices.is_empty();
    let notices = notices.into_iter().enumerate().map(said).collect_view();
    let notices = Later((!is_silent).then_some(notices));
    view! {
        <div class="notices" data-testid="notices" role="status" aria-live="polite">
            // In place: what has the focus keeps it when another notice comes or this one grows.
            {notices}
        </div>
    }
}

#[component]
fn Said(place: usize, notice: Notice) -> impl IntoView {
    let button = |act: Act, disabled: bool| {
        view! {
            <button
                type="button"
                class=if act == Act::Dismiss { "quiet" } else { "" }
                disabled=disabled
                data-act=act.name()
            >
                {act.name()}
            </button>
        }
    };
    view! {
        <div class="notice" data-testid="notice" data-notice=place.to_string()>
            <p dir="auto">{notice.text}</p>
            {notice.link.map(|(href, text)| view! {
                // Elsewhere: what the browser could not keep, leaving this tab would lose.
                <a class="button" href=href target="_blank">
                    {text}
                </a>
            })}
            // Each in its own place, and there from the start: none moves, or turns into another, under a finger.
            {notice.retry.map(|is_open| button(Act::Retry, !is_open))}
            {notice.offer.map(|act| button(act, false))}
            {button(Act::Dismiss, false)}
        </div>
    }
}
