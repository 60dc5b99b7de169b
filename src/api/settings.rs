//! One's own account: password, sign-ins, away with it.

use super::json::Json;
use crate::{
    core::account::SessionInfo,
    core::id::{SessionId, UserId},
    error::AppError,
};
use leptos::prelude::*;

/// Another password; the other sign-ins end.
#[server(endpoint = "change_password")]
pub async fn change_password(
    user: Option<UserId>,
    old: String,
    new: String,
) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let session = visit.sign_in(user).await?;
    crate::server::account::change_password(&visit, &session, old, new).await
}

/// Where I am signed in.
#[server(endpoint = "sessions", input = Json)]
pub async fn sessions(user: Option<UserId>) -> Result<Vec<SessionInfo>, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let session = visit.sign_in(user).await?;
    crate::server::account::sessions(&visit, &session).await
}

/// Ends one sign-in.
#[server(endpoint = "end_session")]
pub async fn end_session(user: Option<UserId>, id: SessionId) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let session = visit.sign_in(user).await?;
    crate::server::account::end_session(&visit, &session, id).await
}

/// Ends all sign-ins but this one.
#[server(endpoint = "end_other_sessions")]
pub async fn end_other_sessions(user: Option<UserId>) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let session = visit.sign_in(user).await?;
    crate::server::account::end_other_sessions(&visit, &session).await
}

/// Away with my account, and the lists I own.
#[server(endpoint = "delete_account")]
pub async fn delete_account(user: Option<UserId>, password: String) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let session = visit.sign_in(user).await?;
    crate::server::account::delete(&visit, &session, password).await
}
