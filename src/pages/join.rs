//! `/join/{token}`: what an invitation's link leads to. It says what joining means; looking at it changes nothing.

use super::not_found::eventually;
use crate::{
    core::{list::Role, sharing::Invited},
    error::AppError,
    server::{sharing::invited, visit::Visit},
    ui::{field::Refusal, layout::Layout},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// See the module. Who is not signed in signs in first, and comes back here.
#[component]
pub fn JoinPage() -> impl IntoView {
    let visit = Visit::here();
    let token = use_params_map().with_untracked(|params| params.get("token"));
    eventually(async move { shown(visit?, token.unwrap_or_default()).await })
}

async fn shown(visit: Visit, token: String) -> Result<AnyView, AppError> {
    let user = visit.user(None).await?;
    let invited = invited(&visit.state.store, &user, &token).await?;
    let flash = visit.take_flash(|flash| flash.action == "/api/join");
    let message = flash.map(|flash| flash.reason().to_owned());
    let Invited {
        list,
        name,
        owner,
        role,
        is_member,
    } = invited;
    let body = if is_member {
        view! {
            <p class="hint">"You are a member of this list already."</p>
            <a class="button primary" href=format!("/lists/{list}")>
                "Open the list"
            </a>
        }
        .into_any()
    } else {
        let what = match role {
            Role::Viewer => "You would see everything in it, and change nothing.",
            _ => "You would add, edit and complete items as they do.",
        };
        view! {
            <p>
                <b dir="auto">{owner}</b> " invites you to this list as "
                {if role == Role::Viewer { "a viewer" } else { "an editor" }} ". " {what}
            </p>
            <Refusal message />
            <input type="hidden" name="user" value=user.id.to_string() />
            <input type="hidden" name="token" value=token />
            <button class="primary">"Join"</button>
        }
        .into_any()
    };
    let title = format!("Join {name}");
    Ok(view! {
        <Layout title user=Some(user)>
            <form class="card" method="post" action="/api/join">
                <h1 dir="auto">{name}</h1>
                {body}
            </form>
        </Layout>
    }
    .into_any())
}
