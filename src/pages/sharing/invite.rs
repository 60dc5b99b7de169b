//! Making a link that invites, and showing it, once.

use super::{INVITE, Roles, Shared};
use crate::{
    core::{list::Role, sharing::Invitation},
    pages::day::day,
    ui::{
        field::{Refusal, Unreachable},
        whose::Whose,
    },
};
use leptos::prelude::*;

/// See the module.
#[component]
pub fn Invite(shared: Shared) -> impl IntoView {
    let message = shared.refusal(|action| action == INVITE);
    let Shared { list, me, link, .. } = shared;
    let role = link
        .as_ref()
        .map_or(Role::Editor, |(invitation, _)| invitation.role);
    view! {
        <div id="inviting" class="part" tabindex="-1" data-in-place="">
            <Refusal message />
            <Unreachable />
            <form class="field" method="post" action=INVITE>
                <Whose list=list.id user=me />
                <label for="invite-as">"Invite as"</label>
                <div class="row-form">
                    <select id="invite-as" name="role" autocomplete="off">
                        <Roles chosen=role />
                    </select>
                    <button id="create-link" class="primary">
                        "Create link"
                    </button>
                </div>
            </form>
            {link.map(|(invitation, address)| view! { <Link invitation address /> })}
        </div>
    }
}

#[component]
fn Link(invitation: Invitation, address: String) -> impl IntoView {
    let (date, exact) = day(invitation.expires_at);
    let role = match invitation.role {
        Role::Viewer => "a viewer",
        _ => "an editor",
    };
    view! {
        <div class="field">
            <label for="invitation-link">"Invitation link"</label>
            <input
                id="invitation-link"
                readonly
                autofocus
                autocomplete="off"
                value=address
                aria-describedby="invitation-hint"
            />
            <p class="hint" id="invitation-hint">
                "Copy it now: it is not shown again. Whoever has it can join as " {role} " until "
                <time datetime=exact>{date}</time> "."
            </p>
        </div>
    }
}
