//! What an edit was based on, as the store resolves it, and what of a decided mutation it keeps.

use super::*;
use crate::core::{conflict::Base, id::Seq, op::RejectionCode};

fn retitle(id: TodoId, title: &str, server: u64, after: &[(ClientId, u64)]) -> Op {
    Op::SetTitle {
        id,
        title: title.to_owned(),
        base: base(server, after),
    }
}

fn base(server: u64, after: &[(ClientId, u64)]) -> Base {
    let after = after.iter().map(|&(client, mid)| (client, Mid(mid)));
    Base {
        server: Seq(server),
        after: after.collect(),
    }
}

/// A list with one todo, added as `seq` 1, and a client that has sent nothing.
async fn scene() -> (Store, TempDir, UserId, ListId, TodoId, ClientId) {
    let (store, folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let id = todo();
    commit(&store, ada, list, queue(client(), 1, vec![add(id)]))
        .await
        .unwrap();
    (store, folder, ada, list, id, client())
}

async fn decided(store: &Store, user: UserId, list: ListId, origin: Origin) -> Vec<Outcome> {
    outcomes(commit(store, user, list, origin).await.unwrap())
}

#[tokio::test]
async fn two_quick_edits_of_mine_do_not_conflict_with_each_other() {
    let (store, _folder, ada, list, id, me) = scene().await;
    let edits = vec![
        retitle(id, "one", 1, &[]),
        retitle(id, "two", 1, &[(me, 1)]),
        // Built on both, and the server's state was still the first.
        retitle(id, "three", 1, &[(me, 1), (me, 2)]),
    ];
    let outcomes = decided(&store, ada, list, queue(me, 1, edits)).await;
    let seqs = [2, 3, 4].map(|seq| Outcome::Applied(Seq(seq)));
    assert_eq!(outcomes, seqs);
}

#[tokio::test]
async fn an_edit_built_on_a_refused_one_is_judged_by_what_is_really_there() {
    let (store, _folder, ada, list, id, me) = scene().await;
    let theirs = queue(client(), 1, vec![retitle(id, "theirs", 1, &[])]);
    decided(&store, ada, list, theirs).await;
    let edits = vec![
        retitle(id, "mine", 1, &[]),
        retitle(id, "mine again", 1, &[(me, 1)]),
    ];
    for outcome in decided(&store, ada, list, queue(me, 1, edits)).await {
        let Outcome::Conflict(current) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(
            (current.title.as_str(), current.title_version),
            ("theirs", Seq(2))
        );
    }
}

#[tokio::test]
async fn somebodys_text_between_two_of_mine_is_seen() {
    let (store, _folder, ada, list, id, me) = scene().await;
    decided(
        &store,
        ada,
        list,
        queue(me, 1, vec![retitle(id, "one", 1, &[])]),
    )
    .await;
    let theirs = queue(client(), 1, vec![retitle(id, "theirs", 2, &[])]);
    decided(&store, ada, list, theirs).await;
    let next = queue(me, 2, vec![retitle(id, "two", 1, &[(me, 1)])]);
    let outcome = decided(&store, ada, list, next).await;
    assert!(matches!(outcome[..], [Outcome::Conflict(_)]), "{outcome:?}");
}

#[tokio::test]
async fn a_conflict_takes_no_seq_and_is_the_same_when_repeated() {
    let (store, _folder, ada, list, id, me) = scene().await;
    let edit = || queue(me, 1, vec![retitle(id, "mine", 0, &[])]);
    let before = snapshot(&store, ada, list).await;
    let first = decided(&store, ada, list, edit()).await;
    assert_eq!(snapshot(&store, ada, list).await, before);
    // The todo moves on; the outcome stays what it was.
    decided(
        &store,
        ada,
        list,
        queue(client(), 1, vec![retitle(id, "theirs", 1, &[])]),
    )
    .await;
    assert_eq!(decided(&store, ada, list, edit()).await, first);
}

#[tokio::test]
async fn an_undo_takes_back_what_only_its_person_changed_since() {
    let (store, _folder, ada, list, id, me) = scene().await;
    let undo = |mid, mids: &[(ClientId, u64)]| Origin::Queue {
        client: me,
        acked: Mid(0),
        mutations: vec![Mutation {
            mid: Mid(mid),
            op: retitle(id, "oat milk", u64::MAX, &[]),
            unless_after: Some(base(0, mids)),
        }],
    };
    let edits = vec![retitle(id, "one", 1, &[]), tick(id)];
    decided(&store, ada, list, queue(me, 1, edits)).await;
    // Having seen the edit only, not the tick after it.
    let early = decided(&store, ada, list, undo(3, &[(me, 1)])).await;
    let Outcome::Rejected(refused) = &early[0] else {
        panic!("{early:?}")
    };
    assert_eq!(refused.code, RejectionCode::Changed);
    let late = decided(&store, ada, list, undo(4, &[(me, 1), (me, 2)])).await;
    assert_eq!(late, [Outcome::Applied(Seq(4))]);
}

#[tokio::test]
async fn a_deletion_is_a_change_that_an_undo_must_have_seen() {
    let (store, _folder, ada, list, id, me) = scene().await;
    decided(&store, ada, list, queue(me, 1, vec![Op::DeleteTodo { id }])).await;
    let back = |mid, server| Origin::Queue {
        client: me,
        acked: Mid(0),
        mutations: vec![Mutation {
            mid: Mid(mid),
            op: Op::RestoreTodo { id },
            unless_after: Some(base(server, &[])),
        }],
    };
    let outcome = decided(&store, ada, list, back(2, 1)).await;
    assert!(matches!(outcome[..], [Outcome::Rejected(_)]), "{outcome:?}");
    let outcome = decided(&store, ada, list, back(3, 2)).await;
    assert_eq!(outcome, [Outcome::Applied(Seq(3))]);
}

#[tokio::test]
async fn deleting_what_is_deleted_is_no_change_that_an_undo_must_have_seen() {
    let (store, _folder, ada, list, id, me) = scene().await;
    let twice = vec![Op::DeleteTodo { id }, Op::DeleteTodo { id }];
    decided(&store, ada, list, queue(me, 1, twice)).await;
    let back = Origin::Queue {
        client: me,
        acked: Mid(0),
        mutations: vec![Mutation {
            mid: Mid(3),
            op: Op::RestoreTodo { id },
            unless_after: Some(base(2, &[])),
        }],
    };
    assert_eq!(
        decided(&store, ada, list, back).await,
        [Outcome::Applied(Seq(4))]
    );
}

#[tokio::test]
async fn what_is_acknowledged_is_forgotten_except_where_applied_edits_stand() {
    let (store, _folder, ada, list, id, me) = scene().await;
    let ops = || vec![tick(id), tick(todo()), Op::Noop, tick(todo())];
    let first = decided(&store, ada, list, queue(me, 1, ops())).await;
    let ack = Origin::Queue {
        client: me,
        acked: Mid(3),
        mutations: vec![],
    };
    decided(&store, ada, list, ack).await;
    let again = decided(&store, ada, list, queue(me, 1, ops())).await;
    let unknown = Outcome::Unknown;
    assert_eq!(
        again,
        [first[0].clone(), unknown.clone(), unknown, first[3].clone()]
    );
    // An edit can still be built on the one that was applied.
    let next = vec![retitle(id, "tea", 0, &[(me, 1)])];
    let outcome = decided(&store, ada, list, queue(me, 5, next)).await;
    assert_eq!(outcome, [Outcome::Applied(Seq(3))]);
}

#[tokio::test]
async fn an_acknowledgement_ahead_of_what_is_decided_forgets_no_later_outcome() {
    let (store, _folder, ada, list, _, me) = scene().await;
    let ahead = Origin::Queue {
        client: me,
        acked: Mid(9),
        mutations: vec![Mutation {
            mid: Mid(1),
            op: tick(todo()),
            unless_after: None,
        }],
    };
    let first = decided(&store, ada, list, ahead).await;
    let again = decided(&store, ada, list, queue(me, 1, vec![tick(todo())])).await;
    assert_eq!(again, first);
}
