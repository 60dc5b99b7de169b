//! Where somebody is signed in, and ending it there.

use super::{END_OTHERS, END_SESSION, Left, Outcome, device::device};
use crate::{
    core::{account::SessionInfo, id::UserId},
    pages::day::ago,
    ui::field::Unreachable,
};
use leptos::prelude::*;

/// See the module. This browser's own session comes first; it ends by signing out. `now`: milliseconds since 1970.
#[component]
pub fn Sessions(
    me: UserId,
    mut sessions: Vec<SessionInfo>,
    now: i64,
    left: Option<Left>,
) -> impl IntoView {
    sessions.sort_by_key(|session| !session.current);
    let has_others = sessions.iter().any(|session| !session.current);
    let rows = sessions
        .into_iter()
        .map(|session| view! { <Row me session now /> });
    view! {
        <section id="sessions" class="part" tabindex="-1" aria-labelledby="signed-in" data-in-place="">
            <h2 id="signed-in">"Sessions"</h2>
            <Outcome left fields=&[] />
            <Unreachable />
            <ul class="people">{rows.collect_view()}</ul>
            {has_others.then(|| view! {
                <form method="post" action=END_OTHERS>
                    <input type="hidden" name="user" value=me.to_string() />
                    <button>"End all others"</button>
                </form>
            })}
        </section>
    }
}

#[component]
fn Row(me: UserId, session: SessionInfo, now: i64) -> impl IntoView {
    let id = format!("session-{}", session.id);
    let (lately, used) = ago(session.last_used_at, now);
    let used = if session.current {
        "in use now".into_any()
    } else {
        view! { "used " <time datetime=used>{lately}</time> }.into_any()
    };
    let end = if session.current {
        view! { <span class="meta">"This one"</span> }.into_any()
    } else {
        view! {
            <form method="post" action=END_SESSION>
                <input type="hidden" name="user" value=me.to_string() />
                <input type="hidden" name="id" value=session.id.to_string() />
                <button class="danger" aria-describedby=id.clone()>
                    "End this one"
                </button>
            </form>
        }
        .into_any()
    };
    view! {
        <li aria-current=session.current.then_some("true")>
            <span id=id>
                {device(&session.device)} <br />
                <span class="meta">{used}</span>
            </span>
            {end}
        </li>
    }
}
