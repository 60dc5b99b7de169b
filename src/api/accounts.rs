//! Signing up, in and out.

use super::json::Json;
use crate::{core::account::User, core::id::UserId, error::AppError};
use leptos::prelude::*;

/// A new account, signed in. `next` is the page that a plain form leads to (`server::guard`).
#[server(endpoint = "register")]
pub async fn register(
    name: String,
    password: String,
    next: Option<String>,
) -> Result<User, AppError> {
    let _ = next;
    let visit = crate::server::visit::Visit::here()?;
    crate::server::auth::register(&visit, &name, password).await
}

/// Signs in. `next` as for [`register`].
#[server(endpoint = "login")]
pub async fn login(name: String, password: String, next: Option<String>) -> Result<User, AppError> {
    let _ = next;
    let visit = crate::server::visit::Visit::here()?;
    crate::server::auth::login(&visit, &name, password).await
}

/// Ends this browser's sign-in.
#[server(endpoint = "logout")]
pub async fn logout(user: Option<UserId>) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    visit.user(user).await?;
    crate::server::auth::logout(&visit).await
}

/// Who is signed in.
#[server(endpoint = "me", input = Json)]
pub async fn me() -> Result<User, AppError> {
    crate::server::visit::Visit::here()?.user(None).await
}
