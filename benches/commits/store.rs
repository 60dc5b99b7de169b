//! Edits through the store alone. Not here: HTTP.

use crate::{LASTS, Measured};
use lockstep::{
    core::{
        id::{ClientId, ListId, Mid, TodoId, UserId},
        op::{Op, decide},
        pending::Mutation,
    },
    server::store::{Batch, Origin, Store},
};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// One client: ticks and unticks a todo of its own list until the time is up. How long each edit took.
async fn edits(store: Store, until: Instant) -> Vec<Duration> {
    let (user, list) = (UserId(Uuid::now_v7()), ListId(Uuid::now_v7()));
    let (client, id) = (ClientId(Uuid::now_v7()), TodoId(Uuid::now_v7()));
    let name = user.to_string();
    store.create_user(user, &name, "", 0).await.expect("a user");
    store
        .create_list(list, "Bench", user, 0)
        .await
        .expect("a list");
    let add = Op::AddTodo {
        id,
        title: "oat milk".to_owned(),
        position: "a0".to_owned(),
    };
    let ticks = (0..).map(|n| Op::SetCompleted {
        id,
        completed: n % 2 == 0,
    });
    let mut took = Vec::new();
    for (mid, op) in (1..).zip(std::iter::once(add).chain(ticks)) {
        let batch = Batch {
            list,
            author: user,
            epoch: None,
            origin: Origin::Queue {
                client,
                acked: Mid(mid - 1),
                mutations: vec![Mutation {
                    mid: Mid(mid),
                    op,
                    unless_after: None,
                }],
            },
            now: 0,
        };
        let began = Instant::now();
        let done = store.commit(batch, |_, op, facts| decide(op, facts)).await;
        done.expect("a commit");
        took.push(began.elapsed());
        if Instant::now() > until {
            break;
        }
    }
    took
}

/// With so many clients at once. `grouped`: several changes in one transaction.
pub async fn measure(clients: usize, grouped: bool) -> Measured {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/bench.db", folder.path().display());
    let store = match grouped {
        true => Store::open(&url).await,
        false => Store::open_grouping(&url, 1).await,
    };
    let store = store.expect("a store");
    let until = Instant::now() + LASTS;
    let clients = (0..clients).map(|_| tokio::spawn(edits(store.clone(), until)));
    let mut took = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        took.extend(client.await.expect("a client"));
    }
    store.close().await;
    Measured::new(took)
}
