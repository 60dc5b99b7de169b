//! `/`: what this is, for who is not signed in; the lists, for who is.

use super::{not_found::eventually, preview::Preview};
use crate::{
    server::{config::Registration, done, visit::Visit},
    ui::{field::Done, layout::Layout},
};
use leptos::prelude::*;
use leptos_meta::Stylesheet;

/// What it does, in a few words each: the sign beside it, what, and how.
const POINTS: [(&str, &str, &str); 3] = [
    (
        "at-once",
        "It shows at once",
        "A tick is there the moment you click, not when a server has answered. If something is refused after all, you \
         are told why and get your text back.",
    ),
    (
        "kept",
        "Nothing goes missing",
        "When the connection drops, what you did stays and is sent once it is back. However often it is sent, it \
         counts once.",
    ),
    (
        "yours",
        "It can be all yours",
        "One program and one file, on a machine of your own if you like. No adverts, no trackers, and plain pages that \
         work without a script.",
    ),
];

/// The first page.
#[component]
pub fn Landing() -> impl IntoView {
    let visit = Visit::here();
    eventually(async move {
        let visit = visit?;
        if visit.session().await?.is_some() {
            visit.see_other("/lists");
        }
        let gone = done::take(&visit, &["/api/delete_account"]);
        let open = visit.state.config.accounts.registration == Registration::Open;
        let sign_in = if open { "button" } else { "button primary" };
        Ok(view! {
            <Layout title="A list that stays in step" user=None>
                <Preview visit path="/" />
                <Stylesheet href="/landing.css" />
                <Done message=gone.map(|(_, words)| words) />
                <div class="landing">
                    <section>
                        <h1>"One list, everywhere in step"</h1>
                        <p class="lead">
                            "A shared to-do list for your tabs, your devices and your people. Every click shows at once, \
                             and nothing you did is ever silently lost."
                        </p>
                        <p class="actions">
                            {open.then(|| view! {
                                <a class="button primary" href="/register">
                                    "Create an account"
                                </a>
                            })}
                            <a class=sign_in href="/login">
                                "Sign in"
                            </a>
                        </p>
                        {open.then(|| view! {
                            <p class="hint">"A name and a password is all it takes. No e-mail address."</p>
                        })}
                    </section>
                    <Picture />
                    <ul class="points">
                        {POINTS.map(|(sign, what, how)| view! {
                            <li class=sign>
                                <h2>{what}</h2>
                                <p>{how}</p>
                            </li>
                        })}
                    </ul>
                </div>
            </Layout>
        }.into_any())
    })
}

/// The same list on two devices. Somebody ticks the lemons on one of them, and the other follows (style/main.css).
#[component]
fn Picture() -> impl IntoView {
    let row = |class: &'static str, title: &'static str| view! { <li class=class>{title}</li> };
    let device = |class: &'static str, whose: &'static str, rows: AnyView| {
        view! {
            <div class=class>
                <p class="whose">{whose}</p>
                <p class="title">"Saturday"</p>
                <p class="field">"What needs to be done?"</p>
                <ul>{rows}</ul>
            </div>
        }
    };
    let shared = move || {
        view! {
            {row("completed", "Sourdough")}
            {row("completed", "Olive oil")}
            {row("completed now", "Lemons")}
        }
    };
    let on_laptop = view! {
        {shared()}
        {row("", "Call Grandma")}
        {row("", "Fix the bicycle lamp")}
    };
    let on_phone = view! {
        {shared()}
        {row("", "Call Grandma")}
    };
    view! {
        <div
            class="picture"
            role="img"
            aria-label="The same list on your laptop and on Mira's phone: lemons ticked on one are ticked on the other."
        >
            {device("device laptop", "Your laptop", on_laptop.into_any())}
            {device("device phone", "Mira's phone", on_phone.into_any())}
        </div>
    }
}
