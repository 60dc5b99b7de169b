//! What there is to say, said politely: one live region, and in it a notice a thing.

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
    /// Whether trying again can help.
    pub retry: bool,
    /// Whether it can be taken back.
    pub undo: bool,
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
    /// Take the notice away.
    Dismiss,
}

/// The live region. It is always there: screen readers announce only what comes into one they know.
#[component]
pub fn Notices(
    /// What there is to say.
    notices: Vec<Notice>,
    /// Does it.
    on_act: impl Fn(&Notice, Act) + Copy + Send + 'static,
) -> impl IntoView {
    view! {
        <div class="notices" data-testid="notices" role="status" aria-live="polite">
            // In place: what has the focus keeps it when another notice comes or this one grows.
            {notices.into_iter().map(|notice| view! { <Said notice on_act /> }).collect_view()}
        </div>
    }
}

#[component]
fn Said(notice: Notice, on_act: impl Fn(&Notice, Act) + Copy + Send + 'static) -> impl IntoView {
    let button = |act: Act, name: &'static str| {
        let notice = notice.clone();
        view! {
            <button
                type="button"
                class=(act == Act::Dismiss).then_some("quiet")
                on:click=move |_| on_act(&notice, act)
            >
                {name}
            </button>
        }
    };
    view! {
        <div class="notice" data-testid="notice">
            <p dir="auto">{notice.text.clone()}</p>
            {notice.link.clone().map(|(href, text)| view! {
                // Elsewhere: leaving this tab would lose what waits in it.
                <a class="button" href=href target="_blank">
                    {text}
                </a>
            })}
            {notice.retry.then(|| button(Act::Retry, "Retry"))}
            {notice.undo.then(|| button(Act::Undo, "Undo"))}
            {button(Act::Dismiss, "Dismiss")}
        </div>
    }
}
