//! Pulls: exactly what came since, or everything.

use super::*;
use crate::core::id::Epoch;

/// A list with five todos.
async fn five(store: &Store) -> (UserId, ListId, Epoch) {
    let (ada, list) = owner(store).await;
    let ops = (0..5).map(|_| add(todo())).collect();
    let done = commit(store, ada, list, queue(client(), 1, ops))
        .await
        .unwrap();
    (ada, list, done.epoch)
}

#[tokio::test]
async fn a_delta_is_exactly_what_came_since() {
    let (store, _folder) = fresh().await;
    let (ada, list, _) = five(&store).await;
    for after in 0..=5 {
        let delta = since(&store, ada, list, after).await;
        assert_eq!(seqs(&delta), (after + 1..=5).collect::<Vec<_>>());
        assert_eq!((&delta["seq"], delta.get("payload")), (&5.into(), None));
    }
}

#[tokio::test]
async fn without_since_ahead_or_of_another_epoch_it_is_a_snapshot() {
    let (store, _folder) = fresh().await;
    let (ada, list, epoch) = five(&store).await;
    let elsewhere = Epoch(uuid());
    for since in [
        None,
        Some((epoch, Seq(6))),
        Some((epoch, Seq(1 << 63))),
        Some((epoch, Seq(u64::MAX))),
        Some((elsewhere, Seq(0))),
        Some((elsewhere, Seq(5))),
    ] {
        let pulled = to_value(store.pull(ada, list, None, since).await.unwrap()).unwrap();
        assert_eq!(
            (&pulled["type"], &pulled["seq"]),
            (&"SNAPSHOT".into(), &5.into()),
            "{since:?}"
        );
        assert_eq!(
            (
                pulled["payload"].as_array().unwrap().len(),
                pulled.get("events")
            ),
            (5, None)
        );
    }
}

#[tokio::test]
async fn the_epoch_stays_with_the_store_and_differs_from_anothers() {
    let (store, folder) = fresh().await;
    let (ada, list, epoch) = five(&store).await;
    let later = reopen(&folder).await;
    assert_eq!(
        snapshot(&later, ada, list).await["epoch"],
        to_value(epoch).unwrap()
    );
    let (other, _other_folder) = fresh().await;
    assert_ne!(five(&other).await.2, epoch);
}

#[tokio::test]
async fn a_snapshot_has_no_deleted_todos_and_a_delta_tells_of_them() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let id = todo();
    commit(
        &store,
        ada,
        list,
        queue(client(), 1, vec![add(id), Op::DeleteTodo { id }]),
    )
    .await
    .unwrap();
    assert_eq!(
        snapshot(&store, ada, list).await["payload"],
        serde_json::json!([])
    );
    let delta = since(&store, ada, list, 1).await;
    assert_eq!(delta["events"][0]["type"], "TODO_DELETED");
    assert_eq!(delta["events"][0]["payload"], serde_json::json!({"id": id}));
}
