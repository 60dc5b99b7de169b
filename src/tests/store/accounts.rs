//! Accounts, sign-ins and known browsers.

use super::*;
use crate::{
    core::id::SessionId,
    server::store::{NewSession, TokenHash},
};

const TOKEN: TokenHash = [7; 32];

/// A sign-in made at 1000 that ends at 2000.
async fn signed_in(store: &Store) -> (UserId, SessionId) {
    let (user, id) = (user(store).await, SessionId(uuid()));
    let session = NewSession {
        id,
        user,
        token: TOKEN,
        device: "Firefox".to_owned(),
        now: 1000,
        expires_at: 2000,
    };
    store.open_session(session).await.unwrap();
    (user, id)
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
async fn an_ended_session_is_gone_and_ending_it_again_is_fine() {
    let (store, _folder) = fresh().await;
    let (_, id) = signed_in(&store).await;
    for _ in 0..2 {
        store.end_session(id).await.unwrap();
        assert!(!is_signed_in(&store, TOKEN, 1500).await);
    }
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
