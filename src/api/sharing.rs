//! Who shares a list: members, invitations, joining and leaving.

use super::json::Json;
use crate::{
    core::id::{InvitationId, ListId, UserId},
    core::list::{List, Role},
    core::sharing::{Invitation, Member},
    error::AppError,
};
use leptos::prelude::*;

/// Who shares a list.
#[server(endpoint = "members", input = Json)]
pub async fn members(user: Option<UserId>, list: ListId) -> Result<Vec<Member>, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::sharing::members(&visit.state.store, &user, list).await
}

/// Another role for a member.
#[server(endpoint = "set_role")]
pub async fn set_role(
    user: Option<UserId>,
    list: ListId,
    member: UserId,
    role: Role,
) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::sharing::set_role(&visit.state.store, &user, list, member, role).await
}

/// Away with a member.
#[server(endpoint = "remove_member")]
pub async fn remove_member(
    user: Option<UserId>,
    list: ListId,
    member: UserId,
) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::sharing::remove(&visit.state.store, &user, list, member).await
}

/// A new link that lets people into a list.
#[server(endpoint = "invite")]
pub async fn invite(
    user: Option<UserId>,
    list: ListId,
    role: Role,
) -> Result<Invitation, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::sharing::invite(&visit.state.store, &user, list, role).await
}

/// The open invitations to a list.
#[server(endpoint = "invitations", input = Json)]
pub async fn invitations(user: Option<UserId>, list: ListId) -> Result<Vec<Invitation>, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::sharing::invitations(&visit.state.store, &user, list).await
}

/// Ends an invitation.
#[server(endpoint = "revoke_invitation")]
pub async fn revoke_invitation(
    user: Option<UserId>,
    list: ListId,
    id: InvitationId,
) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::sharing::revoke(&visit.state.store, &user, list, id).await
}

/// Into a list, by an invitation.
#[server(endpoint = "join")]
pub async fn join(user: Option<UserId>, token: String) -> Result<List, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::sharing::join(&visit.state.store, &user, &token).await
}

/// Out of a list of somebody else's.
#[server(endpoint = "leave_list")]
pub async fn leave_list(user: Option<UserId>, list: ListId) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::sharing::leave(&visit.state.store, &user, list).await
}
