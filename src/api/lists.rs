//! Lists, and the todo forms of pages without WebAssembly.

use super::json::Json;
use crate::{
    core::id::{ListId, TodoId, UserId},
    core::list::List,
    error::AppError,
};
use leptos::prelude::*;

/// A new list.
#[server(endpoint = "create_list")]
pub async fn create_list(
    user: Option<UserId>,
    name: String,
    id: Option<ListId>,
) -> Result<List, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::lists::create(&visit.state.store, &user, &name, id).await
}

/// My lists.
#[server(endpoint = "lists", input = Json)]
pub async fn lists(user: Option<UserId>) -> Result<Vec<List>, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    Ok(visit.state.store.lists(user.id).await?)
}

/// Another name for a list.
#[server(endpoint = "rename_list")]
pub async fn rename_list(
    user: Option<UserId>,
    list: ListId,
    name: String,
) -> Result<List, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::lists::rename(&visit.state.store, &user, list, &name).await
}

/// Away with a list, for now.
#[server(endpoint = "delete_list")]
pub async fn delete_list(user: Option<UserId>, list: ListId) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::lists::remove(&visit.state.store, &user, list).await
}

/// Back with a list that was deleted.
#[server(endpoint = "restore_list")]
pub async fn restore_list(user: Option<UserId>, list: ListId) -> Result<List, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::lists::restore(&visit.state.store, &user, list).await
}

/// A new todo at the end.
#[server(endpoint = "add_todo")]
pub async fn add_todo(user: Option<UserId>, list: ListId, title: String) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::lists::add(&visit.state.store, &user, list, &title).await
}

/// Ticks or unticks. A check box that is not ticked is absent from its form.
#[server(endpoint = "set_completed")]
pub async fn set_completed(
    user: Option<UserId>,
    list: ListId,
    id: TodoId,
    #[server(default)] completed: bool,
) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::lists::set_completed(&visit.state.store, &user, list, id, completed).await
}

/// Deletes a todo.
#[server(endpoint = "delete_todo")]
pub async fn delete_todo(user: Option<UserId>, list: ListId, id: TodoId) -> Result<(), AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::lists::delete(&visit.state.store, &user, list, id).await
}
