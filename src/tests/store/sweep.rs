//! What has had its time goes, and nothing else.

use super::*;
use crate::{
    core::id::SessionId,
    server::{
        store::NewSession,
        sweep::{LISTS, sweep},
    },
};

const DAY: i64 = 24 * 60 * 60 * 1000;
/// When [`commit`] writes.
const WRITTEN: i64 = 1000;

async fn sweep_at(store: &Store, now: i64) -> usize {
    sweep(store, now).await.unwrap()
}

async fn decided(store: &Store, user: UserId, list: ListId, origin: Origin) -> Vec<Outcome> {
    outcomes(commit(store, user, list, origin).await.unwrap())
}

#[tokio::test]
async fn the_text_of_a_deleted_todo_goes_after_30_days_and_its_id_never() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (kept, gone, me) = (todo(), todo(), client());
    let ops = vec![add(kept), add(gone), Op::DeleteTodo { id: gone }];
    decided(&store, ada, list, queue(me, 1, ops)).await;
    let before = snapshot(&store, ada, list).await;
    let restore = || vec![Op::RestoreTodo { id: gone }, Op::DeleteTodo { id: gone }];

    assert_eq!(sweep_at(&store, WRITTEN + 30 * DAY).await, 0);
    let outcomes = decided(&store, ada, list, queue(me, 4, restore())).await;
    assert_eq!(outcomes, [4, 5].map(|seq| Outcome::Applied(Seq(seq))));

    // The text, and the five events.
    assert_eq!(sweep_at(&store, WRITTEN + 30 * DAY + 1).await, 6);
    let outcomes = decided(&store, ada, list, queue(me, 6, restore())).await;
    assert!(matches!(outcomes[0], Outcome::Rejected(_)), "{outcomes:?}");
    assert_eq!(outcomes[1], Outcome::Applied(Seq(6)));
    let again = decided(&store, ada, list, queue(client(), 1, vec![add(gone)])).await;
    assert!(matches!(again[0], Outcome::Rejected(_)), "{again:?}");
    assert_eq!(
        snapshot(&store, ada, list).await["payload"],
        before["payload"]
    );
}

#[tokio::test]
async fn who_comes_back_after_the_events_are_gone_gets_a_snapshot() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let me = client();
    decided(
        &store,
        ada,
        list,
        queue(me, 1, vec![add(todo()), add(todo())]),
    )
    .await;
    sweep_at(&store, WRITTEN + 31 * DAY).await;
    decided(&store, ada, list, queue(me, 3, vec![add(todo())])).await;
    for (after, kind) in [(0, "SNAPSHOT"), (1, "SNAPSHOT"), (2, "DELTA"), (3, "DELTA")] {
        let pulled = since(&store, ada, list, after).await;
        assert_eq!((&pulled["type"], &pulled["seq"]), (&kind.into(), &3.into()));
    }
    // What was applied is known all the same.
    let again = decided(&store, ada, list, queue(me, 1, vec![Op::Noop])).await;
    assert_eq!(again, [Outcome::Applied(Seq(1))]);
}

#[tokio::test]
async fn an_outcome_that_nobody_acknowledges_is_kept_for_90_days() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let me = client();
    let push = || queue(me, 1, vec![Op::Noop, tick(todo())]);
    let first = decided(&store, ada, list, push()).await;
    sweep_at(&store, WRITTEN + 90 * DAY).await;
    assert_eq!(decided(&store, ada, list, push()).await, first);
    sweep_at(&store, WRITTEN + 90 * DAY + 1).await;
    let unknown = [Outcome::Unknown, Outcome::Unknown];
    assert_eq!(decided(&store, ada, list, push()).await, unknown);
}

#[tokio::test]
async fn a_deleted_list_can_be_restored_until_it_is_swept_with_all_that_is_in_it() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let other = ListId(uuid());
    store.create_list(other, "Work", ada, 1).await.unwrap();
    decided(&store, ada, list, queue(client(), 1, vec![add(todo())])).await;
    store
        .delete_list(ada, list, |_| true, WRITTEN)
        .await
        .unwrap();

    sweep_at(&store, WRITTEN + LISTS).await;
    store
        .restore_list(ada, list, |_| true, WRITTEN)
        .await
        .unwrap();
    assert_eq!(store.list(ada, list).await.unwrap().total, 1);

    store
        .delete_list(ada, list, |_| true, WRITTEN)
        .await
        .unwrap();
    // The list, and its event.
    assert_eq!(sweep_at(&store, WRITTEN + LISTS + 1).await, 2);
    not_found(store.restore_list(ada, list, |_| true, 0).await);
    assert_eq!(store.lists(ada).await.unwrap().len(), 1);
}

#[tokio::test]
async fn ended_sessions_and_browsers_that_nobody_uses_go() {
    let (store, _folder) = fresh().await;
    let ada = user(&store).await;
    let session = NewSession {
        id: SessionId(uuid()),
        user: ada,
        token: [7; 32],
        device: "Firefox".to_owned(),
        now: WRITTEN,
        expires_at: WRITTEN + DAY,
    };
    store.open_session(session).await.unwrap();
    store.remember_device(ada, [7; 32], WRITTEN).await.unwrap();
    assert_eq!(sweep_at(&store, WRITTEN + DAY).await, 0);
    assert_eq!(sweep_at(&store, WRITTEN + DAY + 1).await, 1);
    // Signing in again counts.
    store
        .remember_device(ada, [7; 32], WRITTEN + DAY)
        .await
        .unwrap();
    assert_eq!(sweep_at(&store, WRITTEN + 401 * DAY).await, 0);
    assert!(store.knows_device(ada, [7; 32]).await.unwrap());
    assert_eq!(sweep_at(&store, WRITTEN + 401 * DAY + 1).await, 1);
    assert!(!store.knows_device(ada, [7; 32]).await.unwrap());
}

#[tokio::test]
async fn a_sweep_of_many_takes_all_of_them() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    for n in 0..3 {
        let ops = (0..500).map(|_| add(todo())).collect();
        decided(&store, ada, list, queue(client(), 1, ops)).await;
        assert_eq!(store.list(ada, list).await.unwrap().total, 500 * (n + 1));
    }
    assert_eq!(sweep_at(&store, WRITTEN + 31 * DAY).await, 1_500);
}
