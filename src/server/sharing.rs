//! The rules of sharing: who may let whom into a list, and what comes of it. Not here: SQL (`store`), what a member may
//! do in a list (`lists`).

use super::{
    clock, sessions,
    store::{Allow, NewInvitation, Store, StoreError, TokenHash},
};
use crate::{
    core::{
        account::User,
        id::{InvitationId, ListId, UserId},
        list::{List, Role},
        sharing::{Invitation, Invited, Member, check_given},
    },
    error::{AppError, Code},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

/// How long an invitation is open, in milliseconds.
pub const INVITATIONS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Whom a list is shared with is its owner's to decide.
const OWNER: Allow = |role| role == Role::Owner;

/// The owner's own place is nobody's to change: a list without its owner would be nobody's.
const OTHERS: Allow = |role| role != Role::Owner;

/// Who shares a list, its owner first.
///
/// # Errors
/// 404.
pub async fn members(store: &Store, user: &User, list: ListId) -> Result<Vec<Member>, AppError> {
    Ok(store.members(user.id, list).await?)
}

/// Another role for a member: editor or viewer.
///
/// # Errors
/// 403 for members who do not own the list and for the owner's own role, 404, 422.
pub async fn set_role(
    store: &Store,
    user: &User,
    list: ListId,
    member: UserId,
    role: Role,
) -> Result<(), AppError> {
    let role = check_given(role)?;
    Ok(store
        .set_role(user.id, list, member, role, OWNER, OTHERS)
        .await?)
}

/// Away with a member, and with all invitations to the list.
///
/// # Errors
/// 403 for members who do not own the list and for the owner, 404.
pub async fn remove(
    store: &Store,
    user: &User,
    list: ListId,
    member: UserId,
) -> Result<(), AppError> {
    Ok(store
        .remove_member(user.id, list, member, OWNER, OTHERS)
        .await?)
}

/// Out of a list of somebody else's.
///
/// # Errors
/// 403 for its owner, 404.
pub async fn leave(store: &Store, user: &User, list: ListId) -> Result<(), AppError> {
    Ok(store.leave_list(user.id, list, OTHERS).await?)
}

/// A new invitation with its token, which is told this once.
///
/// # Errors
/// 403 for members who do not own the list, 404, 422 for a role that is not given and at 100 open invitations.
pub async fn invite(
    store: &Store,
    user: &User,
    list: ListId,
    role: Role,
) -> Result<Invitation, AppError> {
    let role = check_given(role)?;
    let (token, hash) = sessions::new_token()?;
    let now = clock::now();
    let invitation = NewInvitation {
        id: InvitationId(Uuid::now_v7()),
        list,
        role,
        token: hash,
        now,
        expires_at: now + INVITATIONS,
    };
    let told = Invitation {
        id: invitation.id,
        token: Some(token),
        role,
        expires_at: invitation.expires_at,
    };
    store.invite(user.id, invitation, OWNER).await?;
    Ok(told)
}

/// The open invitations to a list, the latest first.
///
/// # Errors
/// 403 for members who do not own the list, 404.
pub async fn invitations(
    store: &Store,
    user: &User,
    list: ListId,
) -> Result<Vec<Invitation>, AppError> {
    Ok(store
        .invitations(user.id, list, OWNER, clock::now())
        .await?)
}

/// Ends an invitation.
///
/// # Errors
/// 403 for members who do not own the list, 404.
pub async fn revoke(
    store: &Store,
    user: &User,
    list: ListId,
    id: InvitationId,
) -> Result<(), AppError> {
    Ok(store.revoke_invitation(user.id, list, id, OWNER).await?)
}

/// What an invitation's link leads to.
///
/// # Errors
/// 404 if it is none, or has expired or been revoked.
pub async fn invited(store: &Store, user: &User, token: &str) -> Result<Invited, AppError> {
    let token = token_hash(token)?;
    let invited = store.invited(user.id, token, clock::now()).await;
    invited.map_err(not_open)
}

/// Into a list, by an invitation's token. Who is a member already stays as they are.
///
/// # Errors
/// 404 as for [`invited`], 422 at 100 members or 200 lists.
pub async fn join(store: &Store, user: &User, token: &str) -> Result<List, AppError> {
    let token = token_hash(token)?;
    let joined = store.join(user.id, token, clock::now()).await;
    joined.map_err(not_open)
}

/// Whether it could be a token of ours, which an address can hold as it is.
pub fn is_token(text: &str) -> bool {
    BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == sessions::TOKEN_BYTES)
}

fn token_hash(token: &str) -> Result<TokenHash, AppError> {
    if is_token(token) {
        Ok(sessions::token_hash(token))
    } else {
        Err(not_open(StoreError::NotFound))
    }
}

/// One answer, whether a link has expired, was revoked, or never was one.
fn not_open(error: StoreError) -> AppError {
    match error {
        StoreError::NotFound => AppError::new(
            Code::NotFound,
            "This invitation is not open, or not any more. Ask whoever sent it for a new link.",
        ),
        other => other.into(),
    }
}
