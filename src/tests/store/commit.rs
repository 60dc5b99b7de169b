//! Batches: numbered, decided once, as a whole or not at all.

use super::*;
use crate::core::op::RejectionCode;
use crate::core::pending::Outcome::{Applied, Rejected, Skipped};

#[tokio::test]
async fn what_was_answered_is_there_for_whoever_opens_the_store_next() {
    let (store, folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (client, id) = (client(), todo());
    let first = commit(
        &store,
        ada,
        list,
        queue(client, 1, vec![add(id), tick(todo())]),
    )
    .await
    .unwrap();
    let before = snapshot(&store, ada, list).await;
    let later = reopen(&folder).await;
    assert_eq!(snapshot(&later, ada, list).await, before);
    assert_eq!(seqs(&since(&later, ada, list, 0).await), [1]);
    assert_eq!(last_mid(&later, ada, list, client).await, Mid(2));
    let again = commit(
        &later,
        ada,
        list,
        queue(client, 1, vec![add(id), tick(todo())]),
    )
    .await
    .unwrap();
    assert_eq!(again, first);
}

#[tokio::test]
async fn effect_event_outcome_and_last_mid_come_together() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (client, id) = (client(), todo());
    let done = commit(&store, ada, list, queue(client, 1, vec![add(id), tick(id)]))
        .await
        .unwrap();
    assert_eq!(done.last_mid, Mid(2));
    assert_eq!(outcomes(done), [Applied(Seq(1)), Applied(Seq(2))]);
    let delta = since(&store, ada, list, 0).await;
    assert_eq!((seqs(&delta), &delta["seq"]), (vec![1, 2], &2.into()));
    for (event, mid) in delta["events"].as_array().unwrap().iter().zip(1..) {
        assert_eq!(
            (&event["client"], &event["mid"]),
            (&to_value(client).unwrap(), &mid.into())
        );
    }
    let todo = &snapshot(&store, ada, list).await["payload"][0];
    assert_eq!(
        (&todo["completed"], &todo["version"], &todo["title_version"]),
        (&true.into(), &2.into(), &1.into())
    );
    assert_eq!(last_mid(&store, ada, list, client).await, Mid(2));
}

#[tokio::test]
async fn what_is_refused_or_skipped_takes_no_place_but_its_number() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (client, id) = (client(), todo());
    let ops = vec![tick(id), add(id), Op::Noop, tick(todo()), tick(id)];
    let done = commit(&store, ada, list, queue(client, 1, ops))
        .await
        .unwrap();
    assert_eq!(done.last_mid, Mid(5));
    let outcomes = outcomes(done);
    let gone =
        |outcome: &Outcome| matches!(outcome, Rejected(why) if why.code == RejectionCode::Gone);
    assert!(gone(&outcomes[0]) && gone(&outcomes[3]), "{outcomes:?}");
    assert_eq!(
        [&outcomes[1], &outcomes[2], &outcomes[4]],
        [&Applied(Seq(1)), &Skipped, &Applied(Seq(2))]
    );
    assert_eq!(seqs(&since(&store, ada, list, 0).await), [1, 2]);
}

#[tokio::test]
async fn an_op_that_changes_nothing_takes_a_place_all_the_same() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let id = todo();
    commit(
        &store,
        ada,
        list,
        queue(client(), 1, vec![add(id), tick(id), tick(id)]),
    )
    .await
    .unwrap();
    let state = snapshot(&store, ada, list).await;
    assert_eq!(
        (&state["seq"], &state["payload"][0]["version"]),
        (&3.into(), &2.into())
    );
}

#[tokio::test]
async fn a_repeated_batch_gives_the_first_outcomes_and_changes_nothing() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (client, id) = (client(), todo());
    let batch = || {
        queue(
            client,
            1,
            vec![add(id), tick(todo()), tick(id), Op::DeleteTodo { id }],
        )
    };
    let first = commit(&store, ada, list, batch()).await.unwrap();
    let state = snapshot(&store, ada, list).await;
    for _ in 0..3 {
        assert_eq!(commit(&store, ada, list, batch()).await.unwrap(), first);
    }
    assert_eq!(snapshot(&store, ada, list).await, state);
    assert_eq!(seqs(&since(&store, ada, list, 0).await), [1, 2, 3]);
    assert_eq!(store.list(ada, list).await.unwrap().total, 0);
}

#[tokio::test]
async fn only_the_new_part_of_an_overlapping_batch_is_decided() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (client, one, two) = (client(), todo(), todo());
    commit(&store, ada, list, queue(client, 1, vec![add(one)]))
        .await
        .unwrap();
    let done = commit(
        &store,
        ada,
        list,
        queue(client, 1, vec![add(one), add(two)]),
    )
    .await
    .unwrap();
    assert_eq!(
        (done.last_mid, outcomes(done)),
        (Mid(2), vec![Applied(Seq(1)), Applied(Seq(2))])
    );
}

#[tokio::test]
async fn a_number_that_was_decided_stays_so_whatever_is_sent_under_it() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let client = client();
    commit(&store, ada, list, queue(client, 1, vec![add(todo())]))
        .await
        .unwrap();
    let other = commit(&store, ada, list, queue(client, 1, vec![add(todo())]))
        .await
        .unwrap();
    assert_eq!(outcomes(other), [Applied(Seq(1))]);
    assert_eq!(store.list(ada, list).await.unwrap().total, 1);
}

#[tokio::test]
async fn a_gap_refuses_the_whole_batch_and_leaves_nothing() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let client = client();
    let before = snapshot(&store, ada, list).await;
    let mutations = [1, 2, 4].map(|mid| Mutation {
        mid: Mid(mid),
        op: add(todo()),
        unless_after: None,
    });
    for mutations in [
        mutations.to_vec(),
        mutations[1..].to_vec(),
        vec![mutations[2].clone()],
    ] {
        let refused = commit(
            &store,
            ada,
            list,
            Origin::Queue {
                client,
                acked: Mid(0),
                mutations,
            },
        )
        .await;
        assert!(
            matches!(refused, Err(StoreError::OutOfOrder)),
            "{refused:?}"
        );
    }
    assert_eq!(snapshot(&store, ada, list).await, before);
    assert_eq!(store.list(ada, list).await.unwrap().total, 0);
    // Not even the client: whoever names it now has it.
    let (bob, his) = owner(&store).await;
    assert_eq!(last_mid(&store, bob, his, client).await, Mid(0));
}

#[tokio::test]
async fn a_client_belongs_to_whoever_names_it_first() {
    let (store, _folder) = fresh().await;
    let ((ada, hers), (bob, his)) = (owner(&store).await, owner(&store).await);
    let (by_push, by_pull) = (client(), client());
    commit(&store, ada, hers, queue(by_push, 1, vec![]))
        .await
        .unwrap();
    store.pull(ada, hers, Some(by_pull), None).await.unwrap();
    for client in [by_push, by_pull] {
        let pushed = commit(&store, bob, his, queue(client, 1, vec![add(todo())])).await;
        assert!(matches!(pushed, Err(StoreError::ClientTaken)), "{pushed:?}");
        let pulled = store.pull(bob, his, Some(client), None).await;
        assert!(matches!(pulled, Err(StoreError::ClientTaken)), "{pulled:?}");
        assert!(
            commit(&store, ada, hers, queue(client, 1, vec![add(todo())]))
                .await
                .is_ok()
        );
    }
    assert_eq!(snapshot(&store, bob, his).await["seq"], 0);
}

#[tokio::test]
async fn a_refused_method_claims_no_client() {
    let (store, _folder) = fresh().await;
    let ((ada, hers), (bob, his)) = (owner(&store).await, owner(&store).await);
    let (by_push, by_pull) = (client(), client());
    not_found(commit(&store, bob, hers, queue(by_push, 1, vec![add(todo())])).await);
    not_found(store.pull(bob, hers, Some(by_pull), None).await);
    for (client, how) in [(by_push, "push"), (by_pull, "pull")] {
        let named = store.pull(ada, hers, Some(client), None).await;
        assert!(
            named.is_ok(),
            "a refused {how} has taken the client: {named:?}"
        );
    }
    assert_eq!(snapshot(&store, bob, his).await["seq"], 0);
}

#[tokio::test]
async fn a_client_numbers_each_list_for_itself() {
    let (store, _folder) = fresh().await;
    let (ada, one) = owner(&store).await;
    let two = ListId(uuid());
    store.create_list(two, "Work", ada, 2).await.unwrap();
    let client = client();
    for list in [one, two] {
        let done = commit(&store, ada, list, queue(client, 1, vec![add(todo())]))
            .await
            .unwrap();
        assert_eq!(
            (done.last_mid, outcomes(done)),
            (Mid(1), vec![Applied(Seq(1))])
        );
    }
}

#[tokio::test]
async fn another_epoch_refuses_the_batch_and_strangers_hear_nothing_of_it() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let stranger = user(&store).await;
    let push = |author| {
        let batch = Batch {
            list,
            author,
            epoch: Some(crate::core::id::Epoch(uuid())),
            origin: queue(client(), 1, vec![add(todo())]),
            now: 1,
        };
        store.commit(batch, |_role, op, facts| decide(op, facts))
    };
    let refused = push(ada).await;
    assert!(matches!(refused, Err(StoreError::Epoch)), "{refused:?}");
    not_found(push(stranger).await);
    assert_eq!(snapshot(&store, ada, list).await["seq"], 0);
}

#[tokio::test]
async fn a_forms_event_has_its_place_but_no_client_and_no_number() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let done = commit(&store, ada, list, Origin::Form(add(todo())))
        .await
        .unwrap();
    assert_eq!(
        (done.last_mid, outcomes(done)),
        (Mid(0), vec![Applied(Seq(1))])
    );
    let event = &since(&store, ada, list, 0).await["events"][0];
    assert_eq!(
        (event.get("client"), event.get("mid")),
        (None, None),
        "{event}"
    );
}
