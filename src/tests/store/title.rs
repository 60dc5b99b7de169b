//! The text of a todo, and whose it is.

use super::*;
use crate::server::{store::Title, sweep::sweep};

fn retitle(id: TodoId, title: &str) -> Op {
    let seen = crate::core::conflict::Base {
        server: Seq(u64::MAX),
        after: vec![],
    };
    Op::SetTitle {
        id,
        title: title.to_owned(),
        base: seen,
    }
}

async fn name(store: &Store, user: UserId, list: ListId) -> String {
    let members = store.members(user, list).await.unwrap();
    let mut all = members.into_iter();
    all.find(|member| member.user == user).unwrap().name
}

#[tokio::test]
async fn a_text_comes_with_who_wrote_it_and_when_until_its_event_is_gone() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (milk, tea, me) = (todo(), todo(), client());
    let ops = vec![add(milk), add(tea), retitle(milk, "rice milk"), tick(milk)];
    commit(&store, ada, list, queue(me, 1, ops)).await.unwrap();
    let mut title = Title {
        text: "rice milk".to_owned(),
        version: Seq(3),
        by: Some(name(&store, ada, list).await),
        at: Some(1000),
    };
    assert_eq!(store.title(ada, list, milk).await.unwrap(), title);
    sweep(&store, 1000 + 31 * 24 * 60 * 60 * 1000)
        .await
        .unwrap();
    (title.by, title.at) = (None, None);
    assert_eq!(store.title(ada, list, milk).await.unwrap(), title);
}

#[tokio::test]
async fn a_restored_todos_text_is_still_its_authors() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let milk = todo();
    commit(&store, ada, list, queue(client(), 1, vec![add(milk)]))
        .await
        .unwrap();
    let before = store.title(ada, list, milk).await.unwrap();
    for op in [Op::DeleteTodo { id: milk }, Op::RestoreTodo { id: milk }] {
        let is_deletion = matches!(op, Op::DeleteTodo { .. });
        commit(&store, ada, list, Origin::Form(op)).await.unwrap();
        if is_deletion {
            not_found(store.title(ada, list, milk).await);
        }
    }
    assert_eq!(store.title(ada, list, milk).await.unwrap(), before);
}

#[tokio::test]
async fn only_members_see_a_text() {
    let (store, _folder) = fresh().await;
    let (ada, list) = owner(&store).await;
    let (eve, errands) = owner(&store).await;
    let milk = todo();
    commit(&store, ada, list, queue(client(), 1, vec![add(milk)]))
        .await
        .unwrap();
    not_found(store.title(eve, list, milk).await);
    not_found(store.title(eve, errands, milk).await);
    store.delete_list(ada, list, |_| true, 1).await.unwrap();
    not_found(store.title(ada, list, milk).await);
}
