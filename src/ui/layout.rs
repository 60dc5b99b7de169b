//! The frame of every page: the bar at the top, and what a page shows while or instead of its data.

use super::appearance::Appearance;
use crate::core::account::User;
use leptos::prelude::*;
use leptos_meta::{Html, Title};

/// The bar and the page. `user`: who is signed in.
#[component]
pub fn Layout(
    /// The page's title.
    #[prop(into)]
    title: String,
    /// Who is signed in.
    user: Option<User>,
    children: Children,
) -> impl IntoView {
    let account = user.as_ref().map(|user| {
        view! { <Html {..} data-user=user.id.to_string() data-name=user.name.clone() /> }
    });
    view! {
        // For whom the page is, as `client::auth` reads it.
        {account}
        <Title text=escaped(&format!("{title} · Lockstep")) />
        <a class="skip" href="#main">
            "Skip to content"
        </a>
        <header class="bar">
            <a class="brand" href="/">
                <img src="/favicon.svg" alt="" width="28" height="28" />
                // On a phone a person's own name takes its place.
                <span class=user.is_some().then_some("wordmark")>"Lockstep"</span>
            </a>
            {user.as_ref().map(|user| view! {
                <a class="who" href="/settings" aria-label=format!("Settings of {}", user.name) dir="auto">
                    {user.name.clone()}
                </a>
            })}
            <Appearance />
            <nav aria-label="Account">
                {match user {
                    Some(user) => view! { <SignOut user /> }.into_any(),
                    None => view! {
                        <a class="button quiet" href="/login">
                            "Sign in"
                        </a>
                    }.into_any(),
                }}
            </nav>
        </header>
        <main id="main">{children()}</main>
    }
}

/// `leptos_meta` 0.8 writes a title into the document as it is, and a title can be somebody else's text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[component]
fn SignOut(user: User) -> impl IntoView {
    view! {
        <form method="post" action="/api/logout">
            <input type="hidden" name="user" value=user.id.to_string() />
            <button class="quiet">"Sign out"</button>
        </form>
    }
}
