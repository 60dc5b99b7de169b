//! What sockets are told by the store: what they begin with, and what happened, when it is durable.

use super::{
    add, commit, fresh, members::invitation, not_found, owner, queue, since, snapshot, todo, user,
    uuid,
};
use crate::{
    core::{
        id::{ClientId, InvitationId, ListId, Seq, SessionId, UserId},
        list::Role,
        op::Op,
    },
    server::store::{
        Allow, Ended, Happened, NewSession, Origin, Store, StoreError, Stored, TuneIn, Tuned,
    },
};
use serde_json::{Value, from_str, json};

/// Signs somebody in until `expires_at`.
async fn session(store: &Store, user: UserId, expires_at: i64) -> SessionId {
    let id = SessionId(uuid());
    let session = NewSession {
        id,
        user,
        token: crate::server::sessions::token_hash(&id.to_string()),
        device: String::new(),
        now: 1,
        expires_at,
    };
    store.open_session(session).await.unwrap();
    id
}

fn ask(user: UserId, session: SessionId, list: ListId) -> TuneIn {
    TuneIn {
        user,
        session,
        list: Some(list),
        client: None,
        since: None,
        now: 100,
    }
}

async fn frames(store: &Store, ask: TuneIn) -> (Seq, Seq, Vec<Value>) {
    let list = store.tune_in(ask).await.unwrap().unwrap().list.unwrap();
    let frames = list.frames.iter().map(|text| from_str(text).unwrap());
    (list.from, list.head, frames.collect())
}

#[tokio::test]
async fn a_socket_begins_as_a_pull_does() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let session = session(&store, ada, 1_000).await;
    let ops = (0..3).map(|_| add(todo())).collect();
    let client = ClientId(uuid());
    commit(&store, ada, list, queue(client, 1, ops))
        .await
        .unwrap();
    let whole = snapshot(&store, ada, list).await;
    let first = ask(ada, session, list);
    let (from, head, got) = frames(&store, first).await;
    assert_eq!((from, head), (Seq(0), Seq(3)));
    assert_eq!(got[0]["type"], "SNAPSHOT");
    assert_eq!(got[0]["payload"], whole["payload"]);
    let named = TuneIn {
        client: Some(client),
        ..first
    };
    let tuned = store.tune_in(named).await.unwrap().unwrap();
    let tuned_list = tuned.list.unwrap();
    assert_eq!(tuned.expires_at, 1_000);
    assert_eq!((tuned_list.role, tuned_list.last_mid.0), (Role::Owner, 3));
    for n in 0..=3 {
        let later = TuneIn {
            since: Some((tuned_list.epoch, Seq(n))),
            ..first
        };
        let delta = since(&store, ada, list, n).await;
        let (from, head, got) = frames(&store, later).await;
        assert_eq!((from, head), (Seq(n), Seq(3)));
        assert_eq!(json!(got), delta["events"]);
    }
    let nowhere = TuneIn {
        list: None,
        ..first
    };
    let expires_at = 1_000;
    let nothing = Tuned {
        expires_at,
        list: None,
    };
    assert_eq!(store.tune_in(nowhere).await.unwrap(), Some(nothing));
}

#[tokio::test]
async fn a_socket_begins_only_with_a_sign_in_that_is_good_a_list_of_ones_own_and_a_client_of_ones_own()
 {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let bob = user(&store).await;
    let (hers, his) = (
        session(&store, ada, 1_000).await,
        session(&store, bob, 1_000).await,
    );
    let old = session(&store, ada, 100).await;
    for ended in [old, his, SessionId(uuid())] {
        assert_eq!(store.tune_in(ask(ada, ended, list)).await.unwrap(), None);
    }
    not_found(store.tune_in(ask(bob, his, list)).await);
    not_found(store.tune_in(ask(ada, hers, ListId(uuid()))).await);
    let client = ClientId(uuid());
    let named = |user, session, list| TuneIn {
        client: Some(client),
        ..ask(user, session, list)
    };
    not_found(store.tune_in(named(bob, his, list)).await);
    store.tune_in(named(ada, hers, list)).await.unwrap();
    let theirs = ListId(uuid());
    store.create_list(theirs, "Bob's", bob, 1).await.unwrap();
    let taken = store.tune_in(named(bob, his, theirs)).await;
    assert!(matches!(taken, Err(StoreError::ClientTaken)), "{taken:?}");
    store.end_session(ada, hers).await.unwrap();
    assert_eq!(store.tune_in(ask(ada, hers, list)).await.unwrap(), None);
}

/// What happened since this was asked last.
fn heard(happened: &mut tokio::sync::mpsc::UnboundedReceiver<Vec<Happened>>) -> Vec<Happened> {
    let mut all = Vec::new();
    while let Ok(some) = happened.try_recv() {
        all.extend(some);
    }
    all
}

fn changed(users: &[UserId]) -> Happened {
    Happened::ListsChanged {
        users: users.to_vec(),
    }
}

#[tokio::test]
async fn an_event_is_told_as_it_is_stored_and_counts_only_where_they_changed() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let mut happened = store.listen();
    let milk = todo();
    let tick = Op::SetCompleted {
        id: milk,
        completed: true,
    };
    let gone = Op::DeleteTodo { id: todo() };
    let ops = vec![add(milk), gone, tick.clone()];
    commit(&store, ada, list, queue(ClientId(uuid()), 1, ops))
        .await
        .unwrap();
    commit(&store, ada, list, Origin::Form(tick)).await.unwrap();
    let told = heard(&mut happened);
    let stored = store.events(list, Seq(0), Seq(9)).await.unwrap();
    let events = stored
        .into_iter()
        .map(|(seq, frame)| Happened::Event { list, seq, frame });
    let mut expected: Vec<_> = events.collect();
    assert_eq!(expected.len(), 3);
    expected.insert(2, changed(&[ada]));
    assert_eq!(told, expected);
    let some = store.events(list, Seq(1), Seq(2)).await.unwrap();
    assert_eq!(some.len(), 1);
}

#[tokio::test]
async fn a_refused_push_and_one_that_is_repeated_tell_nothing() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let client = ClientId(uuid());
    let push = || queue(client, 1, vec![add(todo())]);
    commit(&store, ada, list, push()).await.unwrap();
    let mut happened = store.listen();
    commit(&store, ada, list, push()).await.unwrap();
    let gap = commit(&store, ada, list, queue(client, 3, vec![add(todo())])).await;
    assert!(gap.is_err());
    assert_eq!(heard(&mut happened), []);
}

#[tokio::test]
async fn what_becomes_of_lists_is_told_to_their_members() {
    let (store, _folder) = fresh().await;
    let ada = user(&store).await;
    let mut happened = store.listen();
    let (list, allow) = (ListId(uuid()), |_: Role| true);
    store.create_list(list, "Groceries", ada, 1).await.unwrap();
    store.create_list(list, "Groceries", ada, 1).await.unwrap();
    store.rename_list(ada, list, "Food", allow).await.unwrap();
    assert_eq!(heard(&mut happened), [changed(&[ada]), changed(&[ada])]);
    let refused: Stored<_> = store.rename_list(ada, list, "x", |_| false).await;
    assert!(refused.is_err());
    store.delete_list(ada, list, allow, 5).await.unwrap();
    let gone = Happened::ListDeleted { list };
    assert_eq!(heard(&mut happened), [gone, changed(&[ada])]);
    store.delete_list(ada, list, allow, 6).await.unwrap();
    assert_eq!(heard(&mut happened), []);
    store.restore_list(ada, list, allow, 1).await.unwrap();
    assert_eq!(heard(&mut happened), [changed(&[ada])]);
}

#[tokio::test]
async fn invitations_are_told_to_the_owner_alone_when_they_are_made_and_revoked() {
    let (store, _folder) = fresh().await;
    let ((ada, list), bob) = (owner(&store).await, user(&store).await);
    let (any, none): (Allow, Allow) = (|_| true, |_| false);
    let invitation = |n| invitation(list, [n; 32], Role::Editor);
    let first = invitation(1);
    store.invite(ada, first.clone(), any).await.unwrap();
    store.join(bob, first.token, first.now).await.unwrap();
    let mut happened = store.listen();
    let second = invitation(2);
    store.invite(ada, second.clone(), any).await.unwrap();
    assert_eq!(heard(&mut happened), [changed(&[ada])]);
    store
        .revoke_invitation(ada, list, second.id, any)
        .await
        .unwrap();
    assert_eq!(heard(&mut happened), [changed(&[ada])]);
    assert!(store.invite(ada, invitation(3), none).await.is_err());
    let unknown = InvitationId(uuid());
    not_found(store.revoke_invitation(ada, list, unknown, any).await);
    assert_eq!(heard(&mut happened), []);
}

#[tokio::test]
async fn the_end_of_sign_ins_is_told_and_of_an_account_all_that_goes_with_it() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (one, other) = (session(&store, ada, 9).await, session(&store, ada, 9).await);
    let mut happened = store.listen();
    let ended = |which| Happened::SessionsEnded { user: ada, which };
    store.end_session(ada, one).await.unwrap();
    not_found(store.end_session(ada, one).await);
    store.end_other_sessions(ada, other).await.unwrap();
    store.set_password(ada, "hash", None).await.unwrap();
    let kept = Ended::AllBut(Some(other));
    assert_eq!(
        heard(&mut happened),
        [
            ended(Ended::One(one)),
            ended(kept),
            ended(Ended::AllBut(None))
        ]
    );
    assert!(kept.has(one) && !kept.has(other));
    store.delete_user(ada).await.unwrap();
    assert_eq!(
        heard(&mut happened),
        [
            changed(&[ada]),
            Happened::ListDeleted { list },
            ended(Ended::AllBut(None)),
        ]
    );
}
