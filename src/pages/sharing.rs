//! Who shares a list: a page of its own, `/lists/{id}/sharing`, to which its forms lead back, and the same in a dialog
//! on the list's page. There the forms leave the page where it is (`in_place.js`). Not here: inviting (`invite`), the
//! members (`people`).

mod invite;
mod people;

use super::not_found::eventually;
use crate::{
    core::{
        account::User,
        id::UserId,
        list::{List, Role},
        sharing::{Invitation, Member},
    },
    error::AppError,
    server::{flash::Flash, new_link::NewLink, sharing, visit::Visit},
    ui::layout::Layout,
};
use invite::Invite;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use people::People;

/// The id of the dialog, for the button that opens it.
pub const DIALOG: &str = "share";

/// All there is to say about who shares a list.
#[derive(Debug, Clone)]
pub struct Shared {
    list: List,
    me: UserId,
    members: Vec<Member>,
    /// Open ones. Only its owner knows them.
    invitations: Vec<Invitation>,
    /// The address of an invitation that was made just now.
    link: Option<(Invitation, String)>,
    /// The form that was refused, and why.
    refused: Option<(String, String)>,
}

impl Shared {
    /// As this person sees it.
    ///
    /// # Errors
    /// 404.
    pub async fn of(visit: &Visit, user: &User, list: &List) -> Result<Self, AppError> {
        let store = &visit.state.store;
        let invitations = match list.role {
            Role::Owner => sharing::invitations(store, user, list.id).await?,
            _ => Vec::new(),
        };
        Ok(Self {
            members: sharing::members(store, user, list.id).await?,
            list: list.clone(),
            me: user.id,
            invitations,
            link: None,
            refused: None,
        })
    }

    /// With what forms have left for this page.
    fn answering(mut self, visit: &Visit) -> Self {
        let id = self.list.id;
        let is_mine = |flash: &Flash| {
            let list = flash.typed("list").and_then(|list| list.parse().ok());
            list == Some(id) && FORMS.contains(&flash.action.as_str())
        };
        self.refused = visit.take_flash(is_mine).map(|flash| {
            let reason = flash.reason().to_owned();
            (flash.action, reason)
        });
        // One that was revoked meanwhile leads nowhere.
        let open = |link: NewLink| {
            let invitation = self.invitations.iter().find(|open| open.id == link.id)?;
            let base = &visit.state.config.server.public_url;
            let address = base.join(&format!("/join/{}", link.token)).ok()?;
            Some((invitation.clone(), address.into()))
        };
        self.link = NewLink::take(visit, id).and_then(open);
        self
    }

    /// Why the last form was refused, if it was one of these.
    fn refusal(&self, is_one: impl Fn(&str) -> bool) -> Option<String> {
        let (_, reason) = self.refused.as_ref().filter(|(action, _)| is_one(action))?;
        Some(reason.clone())
    }

    fn is_owner(&self) -> bool {
        self.list.role == Role::Owner
    }

    fn page(&self) -> String {
        format!("/lists/{}/sharing", self.list.id)
    }
}

const INVITE: &str = "/api/invite";

/// The forms whose refusals are told here. Who has left a list, or could not, is on the page of all lists.
const FORMS: [&str; 4] = [
    INVITE,
    "/api/revoke_invitation",
    "/api/set_role",
    "/api/remove_member",
];

/// A list's name, which follows what others call it: this page is read for it, which is small however long the list is.
#[component]
pub fn Name(list: List) -> impl IntoView {
    view! {
        <span id="list-name" data-live=format!("/lists/{}/sharing", list.id)>
            {list.name}
        </span>
    }
}

/// The page.
#[component]
pub fn SharingPage() -> impl IntoView {
    let visit = Visit::here();
    let id = use_params_map().with_untracked(|params| params.get("id"));
    eventually(async move { shown(visit?, id).await })
}

async fn shown(visit: Visit, id: Option<String>) -> Result<AnyView, AppError> {
    let user = visit.user(None).await?;
    let id = id
        .and_then(|id| id.parse().ok())
        .ok_or_else(AppError::not_found)?;
    let list = visit.state.store.list(user.id, id).await?;
    let shared = Shared::of(&visit, &user, &list).await?.answering(&visit);
    // The name first: it is followed there, too (`in_place.js`).
    let title = format!("{} · Share", list.name);
    Ok(view! {
        <Layout title user=Some(user)>
            <section class="sheet">
                <a class="back" href=format!("/lists/{id}") dir="auto">
                    <Name list />
                </a>
                <h1>"Share"</h1>
                <Panel shared />
            </section>
        </Layout>
    }
    .into_any())
}

/// The dialog on the list's page. It stands outside of the sheet, on which the island hears all there is.
#[component]
pub fn Dialog(shared: Shared) -> impl IntoView {
    view! {
        <dialog id=DIALOG class="inspector sharing" popover="auto" aria-labelledby="sharing">
            <h2 id="sharing">"Share"</h2>
            <Panel shared />
            <button type="button" popovertarget=DIALOG popovertargetaction="hide">
                "Close"
            </button>
        </dialog>
    }
    .into_any()
}

/// The two parts. Each, and the dialog, without its type: the compiler cannot follow one as long as a page's.
#[component]
fn Panel(shared: Shared) -> impl IntoView {
    let invite = shared.is_owner().then(|| {
        let shared = shared.clone();
        view! { <Invite shared /> }.into_any()
    });
    let people = view! { <People shared /> }.into_any();
    (invite, people)
}

/// What a role is called.
fn named(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Editor => "Editor",
        Role::Viewer => "Viewer",
    }
}

/// The roles that can be given, to choose from.
#[component]
fn Roles(
    /// The one that is chosen.
    chosen: Role,
) -> impl IntoView {
    [Role::Editor, Role::Viewer]
        .map(|role| {
            view! {
                <option value=role.name() selected=role == chosen>
                    {named(role)}
                </option>
            }
        })
        .to_vec()
}
