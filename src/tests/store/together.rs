//! Many at once.

use super::*;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

const TASKS: usize = 8;
const EACH: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn pushes_of_eight_at_once_lose_nothing_and_leave_no_gap() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let store = store.clone();
        tasks.spawn(async move {
            let client = client();
            for mid in 1..=EACH as u64 {
                commit(&store, ada, list, queue(client, mid, vec![add(todo())]))
                    .await
                    .unwrap();
            }
            assert_eq!(last_mid(&store, ada, list, client).await, Mid(EACH as u64));
        });
    }
    tasks.join_all().await;
    let all = TASKS * EACH;
    let delta = since(&store, ada, list, 0).await;
    assert_eq!(seqs(&delta), (1..=all as u64).collect::<Vec<_>>());
    let origins: BTreeSet<_> = delta["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(origin)
        .collect();
    assert_eq!(origins.len(), all);
    assert_eq!(store.list(ada, list).await.unwrap().left, all as u64);
    assert_eq!(
        snapshot(&store, ada, list).await["payload"]
            .as_array()
            .unwrap()
            .len(),
        all
    );
}

fn origin(event: &Value) -> (String, u64) {
    (
        event["client"].as_str().unwrap().to_owned(),
        event["mid"].as_u64().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn one_push_sent_eight_times_at_once_is_decided_once() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let client = client();
    let ops: Vec<Op> = (0..EACH).map(|_| add(todo())).collect();
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (store, ops) = (store.clone(), ops.clone());
        tasks.spawn(async move {
            commit(&store, ada, list, queue(client, 1, ops))
                .await
                .unwrap()
        });
    }
    let answers = tasks.join_all().await;
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:#?}"
    );
    assert_eq!(seqs(&since(&store, ada, list, 0).await).len(), EACH);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_named_by_eight_people_at_once_is_one_persons() {
    let (store, _folder) = fresh().await;
    let client = client();
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (person, list) = owner(&store).await;
        let store = store.clone();
        tasks.spawn(async move { store.pull(person, list, Some(client), None).await.is_ok() });
    }
    assert_eq!(
        tasks
            .join_all()
            .await
            .into_iter()
            .filter(|named| *named)
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_of_one_moment_while_others_write() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let writer = {
        let store = store.clone();
        tokio::spawn(async move {
            let client = client();
            for mid in 1..=100 {
                commit(&store, ada, list, queue(client, mid, vec![add(todo())]))
                    .await
                    .unwrap();
            }
        })
    };
    while !writer.is_finished() {
        let state = snapshot(&store, ada, list).await;
        assert_eq!(
            state["payload"].as_array().unwrap().len() as u64,
            state["seq"]
        );
        let list = store.list(ada, list).await.unwrap();
        assert_eq!(list.left, list.total);
    }
    writer.await.unwrap();
}
