//! Push and pull, the two halves of the sync contract.

use super::json::Json;
use crate::{
    core::{
        id::{ClientId, Epoch, ListId, Mid, Seq, UserId},
        wire::{Mutation, Pulled, Pushed},
    },
    error::AppError,
};
use leptos::prelude::*;

/// Hands mutations in, to be decided exactly once each. `acked`: outcomes up to here need not be kept.
#[server(endpoint = "push", input = Json)]
pub async fn push(
    user: Option<UserId>,
    list: ListId,
    epoch: Option<Epoch>,
    client: ClientId,
    acked: Option<Mid>,
    mutations: Vec<Mutation>,
) -> Result<Pushed, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    let push = crate::server::lists::Push {
        list,
        epoch,
        client,
        acked: acked.unwrap_or_default(),
        mutations,
    };
    crate::server::lists::push(&visit.state.store, &user, push).await
}

/// A list's todos, or what came since.
#[server(endpoint = "pull", input = Json)]
pub async fn pull(
    user: Option<UserId>,
    list: ListId,
    client: Option<ClientId>,
    epoch: Option<Epoch>,
    since: Option<Seq>,
) -> Result<Pulled, AppError> {
    let visit = crate::server::visit::Visit::here()?;
    let user = visit.user(user).await?;
    crate::server::lists::pull(&visit.state.store, &user, list, client, epoch.zip(since)).await
}
