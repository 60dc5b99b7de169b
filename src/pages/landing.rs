//! `/`: what this is, for who is not signed in; the lists, for who is.

use super::not_found::eventually;
use crate::{server::visit::Visit, ui::layout::Layout};
use leptos::prelude::*;

/// The first page.
#[component]
pub fn Landing() -> impl IntoView {
    let visit = Visit::here();
    eventually(async move {
        let visit = visit?;
        if visit.session().await?.is_some() {
            visit.see_other("/lists");
        }
        Ok(view! {
            <Layout title="A list that stays in step" user=None>
                <section class="hero">
                    <h1>"One list, everywhere in step"</h1>
                    <p class="lead">
                        "A shared to-do list for your tabs, your devices and your people. Every click shows at once, \
                         and nothing you did is ever silently lost."
                    </p>
                    <p class="actions">
                        <a class="button primary" href="/register">
                            "Create an account"
                        </a>
                        <a class="button" href="/login">
                            "Sign in"
                        </a>
                    </p>
                </section>
                <div class="in-step" aria-hidden="true">
                    <Sample whose="Your laptop" />
                    <Sample whose="Mira's phone" />
                </div>
            </Layout>
        }.into_any())
    })
}

/// The same list on two devices, as a picture.
#[component]
fn Sample(whose: &'static str) -> impl IntoView {
    view! {
        <div class="sample">
            <p>{whose}</p>
            <ul>
                <li class="completed">"Sourdough"</li>
                <li class="completed">"Olive oil"</li>
                <li>"Lemons"</li>
            </ul>
        </div>
    }
}
