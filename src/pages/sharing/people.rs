//! Who shares a list, and the links that are open: to look at, and for the owner to change.

use super::{INVITE, Roles, Shared, named};
use crate::{
    core::{
        id::{ListId, UserId},
        list::Role,
        sharing::{Invitation, Member},
    },
    pages::day::day,
    ui::{
        field::{Refusal, Unreachable},
        whose::Whose,
    },
};
use leptos::prelude::*;

/// See the module.
#[component]
pub fn People(shared: Shared) -> impl IntoView {
    let message = shared.refusal(|action| action != INVITE);
    let (page, is_owner) = (shared.page(), shared.is_owner());
    let Shared {
        list,
        me,
        members,
        invitations,
        ..
    } = shared;
    let list = list.id;
    let members = members
        .into_iter()
        .map(|member| view! { <Row list me member changeable=is_owner /> });
    view! {
        <div id="people" class="part" tabindex="-1" data-in-place="" data-live=page>
            <Refusal message />
            <Unreachable />
            <section aria-labelledby="members">
                <h2 id="members">"Members"</h2>
                <ul class="people">{members.collect_view()}</ul>
            </section>
            {(!invitations.is_empty()).then(|| view! { <Open list me invitations /> })}
            {(!is_owner).then(|| view! { <Leave list me /> })}
        </div>
    }
}

/// One member, with what the owner can do about others.
#[component]
fn Row(list: ListId, me: UserId, member: Member, changeable: bool) -> impl IntoView {
    let Member { user, name, role } = member;
    let id = format!("member-{user}");
    let you = (user == me).then(|| view! { <span class="meta">" (you)"</span> });
    let what = if changeable && role != Role::Owner {
        let name = name.clone();
        view! { <Change list me user name role /> }.into_any()
    } else {
        view! { <span class="meta">{named(role)}</span> }.into_any()
    };
    view! {
        <li>
            <span id=id dir="auto">
                {name}
                {you}
            </span>
            {what}
        </li>
    }
}

#[component]
fn Change(list: ListId, me: UserId, user: UserId, name: String, role: Role) -> impl IntoView {
    let whom = format!("member-{user}");
    view! {
        <form method="post" action="/api/set_role">
            <Whose list user=me />
            <input type="hidden" name="member" value=user.to_string() />
            <select
                id=format!("role-{user}")
                name="role"
                autocomplete="off"
                aria-label=format!("Role of {name}")
                data-submits=""
            >
                <Roles chosen=role />
            </select>
            <button class="without-script" aria-describedby=whom.clone()>
                "Change"
            </button>
            <button class="danger" formaction="/api/remove_member" aria-describedby=whom>
                "Remove"
            </button>
        </form>
    }
}

/// The links that are open.
#[component]
fn Open(list: ListId, me: UserId, invitations: Vec<Invitation>) -> impl IntoView {
    let rows = invitations.into_iter().map(|invitation| {
        let (date, exact) = day(invitation.expires_at);
        let name = named(invitation.role);
        let which = format!("invitation-{}", invitation.id);
        view! {
            <li>
                <span id=which.clone()>
                    {name} <br /> <span class="meta">"until " <time datetime=exact>{date}</time></span>
                </span>
                <form method="post" action="/api/revoke_invitation">
                    <Whose list user=me />
                    <input type="hidden" name="id" value=invitation.id.to_string() />
                    <button class="danger" aria-describedby=which>
                        "Revoke"
                    </button>
                </form>
            </li>
        }
    });
    view! {
        <section aria-labelledby="invitations">
            <h2 id="invitations">"Open links"</h2>
            <ul class="people">{rows.collect_view()}</ul>
        </section>
    }
}

/// Asks first: there is no way back but a new invitation.
#[component]
fn Leave(list: ListId, me: UserId) -> impl IntoView {
    view! {
        <details>
            <summary>"Leave this list"</summary>
            <form class="part" method="post" action="/api/leave_list">
                <Whose list user=me />
                <p>"You come back only by a new invitation. What you added stays."</p>
                <button class="danger">"Leave"</button>
            </form>
        </details>
    }
}
