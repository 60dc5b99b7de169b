//! What went wrong, said politely: one live region, and in it a notice a thing.

use leptos::prelude::*;

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Tells it from others.
    pub id: u32,
    /// What happened, and what can be done.
    pub text: String,
    /// Where a link in it leads, with its text.
    pub link: Option<(String, &'static str)>,
    /// Whether trying again can help.
    pub retry: bool,
}

/// The live region. It is always there: screen readers announce only what comes into one they know.
#[component]
pub fn Notices(
    /// What there is to say.
    notices: RwSignal<Vec<Notice>>,
    /// Tries again.
    on_retry: Callback<()>,
    /// Takes a notice away.
    on_dismiss: Callback<u32>,
) -> impl IntoView {
    view! {
        <div class="notices" data-testid="notices" role="status" aria-live="polite">
            <For each=move || notices.get() key=Notice::clone_key let:notice>
                <div class="notice" data-testid="notice">
                    <p dir="auto">{notice.text.clone()}</p>
                    {notice.link.clone().map(|(href, text)| view! {
                        // Elsewhere: leaving this tab would lose what waits in it.
                            <a class="button" href=href target="_blank">
                            {text}
                        </a>
                    })}
                    {notice.retry.then(|| view! {
                        <button type="button" on:click=move |_| on_retry.run(())>
                            "Retry"
                        </button>
                    })}
                    <button type="button" class="quiet" on:click=move |_| on_dismiss.run(notice.id)>
                        "Dismiss"
                    </button>
                </div>
            </For>
        </div>
    }
}

impl Notice {
    fn clone_key(&self) -> (u32, String) {
        (self.id, self.text.clone())
    }
}
