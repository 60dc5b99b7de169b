//! What every store promises (`server::store`), tested through [`Store`] alone.
//!
//! [`fresh`] and [`reopen`] are all that tests of another database replace.

mod accounts;
mod based;
mod commit;
mod file;
mod history;
mod lists;
mod live;
mod members;
mod pull;
mod sweep;
mod title;
mod together;

use crate::{
    core::{
        id::{ClientId, ListId, Mid, Seq, TodoId, UserId},
        op::{Op, decide},
        pending::{Mutation, Outcome},
    },
    server::store::{Batch, Committed, Origin, Store, StoreError, Stored},
};
use serde_json::{Value, to_value};
use tempfile::TempDir;
use uuid::Uuid;

/// A store with nothing in it. It goes away with the folder.
async fn fresh() -> (Store, TempDir) {
    let folder = TempDir::new().unwrap();
    (reopen(&folder).await, folder)
}

/// Another opening of the same store, as after a crash: whatever had it open has not closed it.
async fn reopen(folder: &TempDir) -> Store {
    let file = folder.path().join("store.db");
    Store::open(&format!("sqlite://{}", file.display()))
        .await
        .unwrap()
}

fn uuid() -> Uuid {
    Uuid::now_v7()
}

fn client() -> ClientId {
    ClientId(uuid())
}

fn todo() -> TodoId {
    TodoId(uuid())
}

async fn user(store: &Store) -> UserId {
    let id = UserId(uuid());
    store
        .create_user(id, &format!("u{}", id.0.simple()), "hash", 1)
        .await
        .unwrap();
    id
}

/// A person with a list.
async fn owner(store: &Store) -> (UserId, ListId) {
    let (user, list) = (user(store).await, ListId(uuid()));
    store.create_list(list, "Groceries", user, 1).await.unwrap();
    (user, list)
}

fn add(id: TodoId) -> Op {
    Op::AddTodo {
        id,
        title: "oat milk".to_owned(),
        position: "a0".to_owned(),
    }
}

fn tick(id: TodoId) -> Op {
    Op::SetCompleted {
        id,
        completed: true,
    }
}

/// Hands ops in, from a queue that numbers them from `first`, or from a form.
async fn commit(store: &Store, author: UserId, list: ListId, origin: Origin) -> Stored<Committed> {
    let batch = Batch {
        list,
        author,
        epoch: None,
        origin,
        now: 1000,
    };
    store
        .commit(batch, |_role, op, facts| decide(op, facts))
        .await
}

fn queue(client: ClientId, first: u64, ops: Vec<Op>) -> Origin {
    let mutations = (first..).map(Mid).zip(ops).map(|(mid, op)| Mutation {
        mid,
        op,
        unless_after: None,
    });
    Origin::Queue {
        client,
        acked: Mid(0),
        mutations: mutations.collect(),
    }
}

fn outcomes(committed: Committed) -> Vec<Outcome> {
    let outcomes = committed.outcomes.into_iter();
    outcomes.map(|outcome| outcome.decided().unwrap()).collect()
}

/// The whole list as the wire has it.
async fn snapshot(store: &Store, user: UserId, list: ListId) -> Value {
    to_value(store.pull(user, list, None, None).await.unwrap()).unwrap()
}

/// What came after `since`, as the wire has it.
async fn since(store: &Store, user: UserId, list: ListId, since: u64) -> Value {
    let epoch = crate::core::id::Epoch(
        snapshot(store, user, list).await["epoch"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap(),
    );
    to_value(
        store
            .pull(user, list, None, Some((epoch, Seq(since))))
            .await
            .unwrap(),
    )
    .unwrap()
}

/// A client's highest decided mutation.
async fn last_mid(store: &Store, user: UserId, list: ListId, client: ClientId) -> Mid {
    store
        .pull(user, list, Some(client), None)
        .await
        .unwrap()
        .last_mid
}

/// The numbers of a delta's events.
fn seqs(delta: &Value) -> Vec<u64> {
    assert_eq!(delta["type"], "DELTA", "{delta}");
    let events = delta["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["seq"].as_u64().unwrap())
        .collect()
}

#[track_caller]
fn not_found<T: std::fmt::Debug>(result: Stored<T>) {
    assert!(matches!(result, Err(StoreError::NotFound)), "{result:?}");
}
