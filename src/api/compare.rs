//! What the server does for somebody whose text met another one.

use super::json::Json;
use crate::{
    core::{
        compared::Compared,
        id::{ListId, TodoId, UserId},
    },
    error::AppError,
};
use leptos::prelude::*;

/// A todo's text beside `mine`, and both in one. `was`: what both of them started from, if that is known.
#[server(endpoint = "compare", input = Json)]
pub async fn compare(
    user: Option<UserId>,
    list: ListId,
    id: TodoId,
    mine: String,
    was: Option<String>,
) -> Result<Compared, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    let store = &visit.state.store;
    crate::server::lists::compare(store, &user, list, id, &mine, was.as_deref()).await
}
