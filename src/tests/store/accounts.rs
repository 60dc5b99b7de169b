//! Accounts, sign-ins and known browsers.

use super::*;
use crate::{
    core::id::SessionId,
    server::store::{NewSession, TokenHash},
};

const TOKEN: TokenHash = [7; 32];

/// A sign-in made at 1000 that ends at 2000.
async fn signed_in(store: &Store) -> (UserId, SessionId) {
    let user = user(store).await;
    (user, sign_in(store, user, TOKEN).await)
}

async fn sign_in(store: &Store, user: UserId, token: TokenHash) -> SessionId {
    let id = SessionId(uuid());
    let session = NewSession {
        id,
        user,
        token,
        device: "Firefox".to_owned(),
        now: 1000,
        expires_at: 2000,
    };
    store.open_session(session).await.unwrap();
    id
}

async fn is_signed_in(store: &Store, token: TokenHash, now: i64) -> bool {
    store.session(token, now).await.unwrap().is_some()
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_case_and_the_first_account_stays() {
    let (store, _folder) = fresh().await;
    let ada = UserId(uuid());
    store
        .create_user(ada, "Ada", "hash of ada", 1)
        .await
        .unwrap();
    for same in ["Ada", "ada", "ADA"] {
        let refused = store
            .create_user(UserId(uuid()), same, "another hash", 2)
            .await;
        assert!(
            matches!(refused, Err(StoreError::Taken)),
            "{same}: {refused:?}"
        );
    }
    let (user, hash) = store.credentials("aDa").await.unwrap().unwrap();
    assert_eq!(
        (user.id, user.name.as_str(), hash.as_str()),
        (ada, "Ada", "hash of ada")
    );
    assert_eq!(store.credentials("Grace").await.unwrap(), None);
}

#[tokio::test]
async fn a_session_is_found_by_its_tokens_hash_and_no_other() {
    let (store, _folder) = fresh().await;
    let (user, id) = signed_in(&store).await;
    let session = store.session(TOKEN, 1500).await.unwrap().unwrap();
    assert_eq!(
        (session.id, session.user.id, session.last_used_at),
        (id, user, 1000)
    );
    assert!(!is_signed_in(&store, [8; 32], 1500).await);
}

#[tokio::test]
async fn a_session_ends_when_it_expires() {
    let (store, _folder) = fresh().await;
    signed_in(&store).await;
    assert!(is_signed_in(&store, TOKEN, 1999).await);
    assert!(!is_signed_in(&store, TOKEN, 2000).await);
}

#[tokio::test]
async fn a_session_in_use_lasts_longer() {
    let (store, _folder) = fresh().await;
    let (_, id) = signed_in(&store).await;
    store.touch_session(id, 1900, 2900).await.unwrap();
    assert_eq!(
        store
            .session(TOKEN, 2899)
            .await
            .unwrap()
            .unwrap()
            .last_used_at,
        1900
    );
    assert!(!is_signed_in(&store, TOKEN, 2900).await);
}

#[tokio::test]
async fn only_its_owner_ends_a_session_and_only_once() {
    let (store, _folder) = fresh().await;
    let (ada, id) = signed_in(&store).await;
    let bob = user(&store).await;
    not_found(store.end_session(bob, id).await);
    assert!(is_signed_in(&store, TOKEN, 1500).await);
    store.end_session(ada, id).await.unwrap();
    assert!(!is_signed_in(&store, TOKEN, 1500).await);
    not_found(store.end_session(ada, id).await);
}

#[tokio::test]
async fn a_person_sees_their_own_sessions_that_are_good_the_latest_used_first() {
    let (store, _folder) = fresh().await;
    let (ada, old) = signed_in(&store).await;
    let new = sign_in(&store, ada, [8; 32]).await;
    let bob = user(&store).await;
    sign_in(&store, bob, [9; 32]).await;
    store.touch_session(new, 1900, 2900).await.unwrap();
    let seen = async |now| {
        let sessions = store.sessions(ada, old, now).await.unwrap();
        let seen = sessions
            .iter()
            .map(|session| (session.id, session.last_used_at, session.current));
        seen.collect::<Vec<_>>()
    };
    let of_new = (new, 1900, false);
    assert_eq!(seen(1999).await, [of_new, (old, 1000, true)]);
    assert_eq!(seen(2000).await, [of_new]);
}

#[tokio::test]
async fn ending_the_others_or_another_password_leaves_one_session_and_nobody_elses() {
    let (store, _folder) = fresh().await;
    let (ada, here) = signed_in(&store).await;
    let bob = user(&store).await;
    sign_in(&store, bob, [9; 32]).await;
    let good = async |token| is_signed_in(&store, [token; 32], 1500).await;
    for change in 0..3 {
        sign_in(&store, ada, [8; 32]).await;
        match change {
            0 => store.end_other_sessions(ada, here).await.unwrap(),
            1 => store.set_password(ada, "new", Some(here)).await.unwrap(),
            _ => store.set_password(ada, "newer", None).await.unwrap(),
        }
        let is_kept = change < 2;
        assert_eq!(
            (good(7).await, good(8).await, good(9).await),
            (is_kept, false, true),
            "{change}"
        );
    }
    not_found(store.set_password(UserId(uuid()), "x", None).await);
}

#[tokio::test]
async fn an_account_goes_with_its_lists_and_leaves_everybody_elses() {
    let (store, _folder) = fresh().await;
    let ((ada, list), (bob, his)) = (owner(&store).await, owner(&store).await);
    sign_in(&store, ada, TOKEN).await;
    let me = client();
    let ops = vec![add(todo())];
    commit(&store, ada, list, queue(me, 1, ops)).await.unwrap();
    store.delete_user(ada).await.unwrap();
    assert!(!is_signed_in(&store, TOKEN, 1500).await);
    not_found(store.pull(ada, list, None, None).await);
    assert_eq!(store.lists(bob).await.unwrap()[0].id, his);
    // Nothing of the list is left under its id.
    store.create_list(list, "Another", bob, 1).await.unwrap();
    let pulled = store.pull(bob, list, Some(me), None).await.unwrap();
    let pulled = to_value(pulled).unwrap();
    assert_eq!(
        (&pulled["seq"], &pulled["last_mid"], &pulled["payload"]),
        (&0.into(), &0.into(), &serde_json::json!([]))
    );
}

#[tokio::test]
async fn a_browser_is_known_to_the_accounts_it_has_signed_in_to() {
    let (store, _folder) = fresh().await;
    let (ada, bob) = (user(&store).await, user(&store).await);
    for _ in 0..2 {
        store.remember_device(ada, TOKEN, 1).await.unwrap();
    }
    assert!(store.knows_device(ada, TOKEN).await.unwrap());
    assert!(!store.knows_device(bob, TOKEN).await.unwrap());
    assert!(!store.knows_device(ada, [8; 32]).await.unwrap());
}

#[tokio::test]
async fn accounts_and_sessions_are_durable() {
    let (store, folder) = fresh().await;
    let (user, _) = signed_in(&store).await;
    store.remember_device(user, TOKEN, 1).await.unwrap();
    let later = reopen(&folder).await;
    assert!(is_signed_in(&later, TOKEN, 1500).await);
    assert!(later.knows_device(user, TOKEN).await.unwrap());
}
