//! Lists and who sees them.

use super::*;
use crate::core::list::{LISTS_MAX, List, Role};

#[tokio::test]
async fn a_new_list_is_its_owners_and_empty() {
    let (store, _folder) = fresh().await;
    let (ada, id) = owner(&store).await;
    let list = store.list(ada, id).await.unwrap();
    assert_eq!(
        (list.id, list.name.as_str(), list.role),
        (id, "Groceries", Role::Owner)
    );
    assert_eq!((list.left, list.total, list.members), (0, 0, 1));
    assert_eq!(store.lists(ada).await.unwrap(), [list]);
}

#[tokio::test]
async fn a_list_that_its_owner_makes_again_is_the_same_list() {
    let (store, _folder) = fresh().await;
    let (ada, id) = owner(&store).await;
    commit(&store, ada, id, Origin::Form(add(todo())))
        .await
        .unwrap();
    let again = store.create_list(id, "Another name", ada, 9).await.unwrap();
    assert_eq!((again.name.as_str(), again.total), ("Groceries", 1));
    assert_eq!(store.lists(ada).await.unwrap(), [again]);
}

#[tokio::test]
async fn the_id_of_somebodys_list_is_taken() {
    let (store, _folder) = fresh().await;
    let (ada, id) = owner(&store).await;
    let bob = user(&store).await;
    let refused = store.create_list(id, "Mine", bob, 9).await;
    assert!(matches!(refused, Err(StoreError::Taken)), "{refused:?}");
    not_found(store.list(bob, id).await);
    assert_eq!(store.list(ada, id).await.unwrap().members, 1);
}

#[tokio::test]
async fn a_person_has_200_lists_at_most_and_can_still_repeat_the_last() {
    let (store, _folder) = fresh().await;
    let (ada, bob) = (user(&store).await, user(&store).await);
    let mut last = ListId(uuid());
    for now in 0..LISTS_MAX {
        last = ListId(uuid());
        store
            .create_list(last, "Groceries", ada, now as i64)
            .await
            .unwrap();
    }
    let refused = store
        .create_list(ListId(uuid()), "One more", ada, 999)
        .await;
    assert!(matches!(refused, Err(StoreError::Limit)), "{refused:?}");
    assert_eq!(
        store
            .create_list(last, "Groceries", ada, 999)
            .await
            .unwrap()
            .id,
        last
    );
    assert_eq!(store.lists(ada).await.unwrap().len(), 200);
    assert!(
        store
            .create_list(ListId(uuid()), "Bob's", bob, 999)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn lists_come_in_the_order_they_came_to_the_person() {
    let (store, _folder) = fresh().await;
    let ada = user(&store).await;
    for (name, now) in [("third", 30), ("first", 10), ("second", 20)] {
        store
            .create_list(ListId(uuid()), name, ada, now)
            .await
            .unwrap();
    }
    let names: Vec<_> = store
        .lists(ada)
        .await
        .unwrap()
        .into_iter()
        .map(|list| list.name)
        .collect();
    assert_eq!(names, ["first", "second", "third"]);
}

#[tokio::test]
async fn who_is_not_a_member_gets_the_same_as_for_a_list_that_is_not_there() {
    let (store, _folder) = fresh().await;
    let (_, theirs) = owner(&store).await;
    let bob = user(&store).await;
    for list in [theirs, ListId(uuid())] {
        not_found(store.list(bob, list).await);
        not_found(store.last_position(bob, list).await);
        not_found(store.pull(bob, list, None, None).await);
        not_found(commit(&store, bob, list, Origin::Form(add(todo()))).await);
        not_found(commit(&store, bob, list, queue(client(), 1, vec![add(todo())])).await);
    }
    assert!(store.lists(bob).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_last_position_is_the_greatest_among_the_live_todos() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    assert_eq!(store.last_position(ada, list).await.unwrap(), None);
    let (first, last) = (todo(), todo());
    for (id, position) in [(last, "b00"), (first, "a5")] {
        let (title, position) = ("x".to_owned(), position.to_owned());
        let op = Op::AddTodo {
            id,
            title,
            position,
        };
        commit(&store, ada, list, Origin::Form(op)).await.unwrap();
    }
    let position = || async { store.last_position(ada, list).await.unwrap().unwrap() };
    assert_eq!(position().await.as_str(), "b00");
    commit(&store, ada, list, Origin::Form(Op::DeleteTodo { id: last }))
        .await
        .unwrap();
    assert_eq!(position().await.as_str(), "a5");
}

#[tokio::test]
async fn an_owner_renames_deletes_and_restores_and_finds_everything_again() {
    let (store, _folder) = fresh().await;
    let (ada, id) = owner(&store).await;
    commit(&store, ada, id, Origin::Form(add(todo())))
        .await
        .unwrap();
    let renamed = store
        .rename_list(ada, id, "Market", |_| true)
        .await
        .unwrap();
    assert_eq!((renamed.name.as_str(), renamed.total), ("Market", 1));

    let before = snapshot(&store, ada, id).await;
    for now in [500, 700] {
        // Deleting it again does not begin its 30 days again.
        store.delete_list(ada, id, |_| true, now).await.unwrap();
        not_found(store.list(ada, id).await);
        assert_eq!(store.lists(ada).await.unwrap(), []);
        not_found(commit(&store, ada, id, Origin::Form(add(todo()))).await);
    }
    not_found(store.restore_list(ada, id, |_| true, 501).await);
    let restored = store.restore_list(ada, id, |_| true, 500).await.unwrap();
    assert_eq!(restored, renamed);
    assert_eq!(snapshot(&store, ada, id).await, before);
    // Of a list that is there, nothing changes.
    assert_eq!(
        store.restore_list(ada, id, |_| true, 900).await.unwrap(),
        renamed
    );
}

#[tokio::test]
async fn whom_the_rule_does_not_let_and_strangers_change_no_list() {
    let (store, _folder) = fresh().await;
    let (ada, id) = owner(&store).await;
    let bob = user(&store).await;
    let nobody = |_| false;
    let forbidden = |refused: Result<List, StoreError>| {
        assert!(matches!(refused, Err(StoreError::Forbidden)), "{refused:?}");
    };
    forbidden(store.rename_list(ada, id, "x", nobody).await);
    forbidden(store.restore_list(ada, id, nobody, 0).await);
    let refused = store.delete_list(ada, id, nobody, 5).await;
    assert!(matches!(refused, Err(StoreError::Forbidden)), "{refused:?}");
    not_found(store.rename_list(bob, id, "x", |_| true).await);
    not_found(store.restore_list(bob, id, |_| true, 0).await);
    not_found(store.delete_list(bob, id, |_| true, 5).await);
    assert_eq!(store.list(ada, id).await.unwrap().name, "Groceries");
}

#[tokio::test]
async fn a_list_comes_back_only_where_there_is_room() {
    let (store, _folder) = fresh().await;
    let (ada, id) = owner(&store).await;
    store.delete_list(ada, id, |_| true, 5).await.unwrap();
    for _ in 0..LISTS_MAX {
        store
            .create_list(ListId(uuid()), "Groceries", ada, 6)
            .await
            .unwrap();
    }
    let refused = store.restore_list(ada, id, |_| true, 0).await;
    assert!(matches!(refused, Err(StoreError::Limit)), "{refused:?}");
}

#[tokio::test]
async fn deleted_lists_are_those_that_can_be_restored_the_latest_first() {
    let (store, _folder) = fresh().await;
    let (ada, bob) = (user(&store).await, user(&store).await);
    let mut ids = Vec::new();
    for (name, owner) in [("old", ada), ("first", ada), ("last", ada), ("Bob's", bob)] {
        let id = ListId(uuid());
        store.create_list(id, name, owner, 1).await.unwrap();
        ids.push((id, owner));
    }
    let deleted = |of| {
        let store = &store;
        async move {
            let lists = store.deleted_lists(of, |_| true, 500).await.unwrap();
            let shown = lists.into_iter().map(|list| (list.name, list.deleted_at));
            shown.collect::<Vec<_>>()
        }
    };
    assert_eq!(deleted(ada).await, []);
    for ((id, owner), now) in ids.iter().zip([499, 500, 600, 700]) {
        store.delete_list(*owner, *id, |_| true, now).await.unwrap();
    }
    assert_eq!(
        deleted(ada).await,
        [("last".to_owned(), 600), ("first".to_owned(), 500)]
    );
    assert_eq!(deleted(bob).await, [("Bob's".to_owned(), 700)]);
    assert_eq!(store.deleted_lists(ada, |_| false, 500).await.unwrap(), []);

    let (last, _) = ids[2];
    store.restore_list(ada, last, |_| true, 500).await.unwrap();
    assert_eq!(deleted(ada).await, [("first".to_owned(), 500)]);
}

#[tokio::test]
async fn of_many_deleted_lists_the_latest_200_are_told() {
    let (store, _folder) = fresh().await;
    let ada = user(&store).await;
    for now in 0..=LISTS_MAX as i64 {
        let id = ListId(uuid());
        store.create_list(id, "Groceries", ada, now).await.unwrap();
        store.delete_list(ada, id, |_| true, now).await.unwrap();
    }
    let told = store.deleted_lists(ada, |_| true, 0).await.unwrap();
    assert_eq!(told.len(), LISTS_MAX);
    assert_eq!(
        (told[0].deleted_at, told[LISTS_MAX - 1].deleted_at),
        (200, 1)
    );
}
