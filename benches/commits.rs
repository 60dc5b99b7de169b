//! Durable edits a second through the store, at 1 and at 64 clients, beside the same without group commit.
//!
//! `scripts/bench server`. One run measures both in turn, so that their ratio holds on a noisy machine.

#![allow(clippy::expect_used)]

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

/// How long each measurement lasts.
const LASTS: Duration = Duration::from_secs(4);

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

/// Edits a second, and the 50th and 99th percentile of what one took.
async fn measure(clients: usize, grouped: bool) -> (f64, Duration, Duration) {
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
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    (took.len() as f64 / LASTS.as_secs_f64(), at(50), at(99))
}

#[tokio::main]
#[allow(clippy::print_stdout)]
async fn main() {
    println!(
        "Durable edits (SQLite, synchronous=FULL), {} s each:",
        LASTS.as_secs()
    );
    println!("| clients | group commit | edits/s | p50 | p99 |\n|---|---|---|---|---|");
    for clients in [1, 64] {
        let mut rates = Vec::new();
        for (name, grouped) in [("yes", true), ("no", false)] {
            let (rate, p50, p99) = measure(clients, grouped).await;
            let milliseconds = |took: Duration| took.as_secs_f64() * 1000.0;
            let (p50, p99) = (milliseconds(p50), milliseconds(p99));
            println!("| {clients} | {name} | {rate:.0} | {p50:.2} ms | {p99:.2} ms |");
            rates.push(rate);
        }
        println!(
            "At {clients}, grouping is {:.2} times as fast.",
            rates[0] / rates[1]
        );
    }
}
