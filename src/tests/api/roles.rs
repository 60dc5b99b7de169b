//! What members may do who do not own the list.

use super::ops::table::{TABLE, set_title};
use crate::tests::{
    app::{TestApp, blob},
    person::{Person, add, new_id},
};
use serde_json::json;

/// Ada's list with one todo, and Bob with his role in it.
async fn scene(app: &mut TestApp, role: &str) -> (Person, Person, String, String) {
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    let id = ada.add(&list, "oat milk").await;
    app.let_in(&bob, &list, role).await;
    (ada, bob, list, id)
}

#[tokio::test]
async fn a_viewer_sees_everything_and_each_mutation_is_refused() {
    let mut app = TestApp::start().await;
    let (ada, bob, list, id) = scene(&mut app, "viewer").await;
    let client = new_id();
    let ops: Vec<_> = TABLE
        .iter()
        .map(|row| (row.op)(&id))
        .chain([add(&new_id(), "tea")])
        .collect();
    let before = ada.snapshot(&list).await;
    let pushed = bob.push(&list, &client, 1, ops.clone()).await.ok();
    assert_eq!(pushed["last_mid"], ops.len());
    for ((outcome, op), mid) in pushed["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .zip(&ops)
        .zip(1..)
    {
        let refused = json!({"mid": mid, "type": "REJECTED", "code": "FORBIDDEN",
            "message": "You may look at this list, but not change it."});
        let skipped = json!({"mid": mid, "type": "SKIPPED"});
        assert_eq!(
            outcome,
            if op["type"] == "NOOP" {
                &skipped
            } else {
                &refused
            }
        );
    }
    assert_eq!(bob.push(&list, &client, 1, ops).await.ok(), pushed);
    assert_eq!(ada.snapshot(&list).await, before);

    let mut seen = bob.snapshot(&list).await;
    assert_eq!(seen["role"].take(), "viewer");
    assert_eq!(
        (&seen["payload"], &seen["seq"]),
        (&before["payload"], &before["seq"])
    );
    assert_eq!(bob.since(&list, &json!(0)).await.len(), 1);
}

#[tokio::test]
async fn a_viewers_forms_are_refused_and_a_list_is_only_its_owners_to_change() {
    let mut app = TestApp::start().await;
    let (ada, bob, list, id) = scene(&mut app, "viewer").await;
    let eve = app.person().await;
    app.let_in(&eve, &list, "editor").await;
    let before = (ada.snapshot(&list).await, app.written().await);
    let (of_list, of_todo) = (("list", &*list), ("id", &*id));
    let todos: [(&str, &[(&str, &str)]); 3] = [
        ("add_todo", &[of_list, ("title", "tea")]),
        ("set_completed", &[of_list, of_todo, ("completed", "true")]),
        ("delete_todo", &[of_list, of_todo]),
    ];
    for (name, fields) in todos {
        bob.form(&format!("/api/{name}"), fields)
            .await
            .refused(403, "FORBIDDEN");
    }
    let lists: [(&str, &[(&str, &str)]); 3] = [
        ("rename_list", &[of_list, ("name", "Mine")]),
        ("delete_list", &[of_list]),
        ("restore_list", &[of_list]),
    ];
    for (name, fields) in lists {
        for member in [&bob, &eve] {
            member
                .form(&format!("/api/{name}"), fields)
                .await
                .refused(403, "FORBIDDEN");
        }
    }
    assert_eq!((ada.snapshot(&list).await, app.written().await), before);
    for (name, fields) in todos {
        eve.form(&format!("/api/{name}"), fields).await.ok();
    }
    assert_eq!(ada.titles(&list).await, ["tea"]);
}

#[tokio::test]
async fn who_has_lost_a_list_finds_nothing_there() {
    let mut app = TestApp::start().await;
    let (ada, bob, list, id) = scene(&mut app, "editor").await;
    let client = new_id();
    let edit = || vec![set_title(&id, "rye bread")];
    bob.push(&list, &client, 1, edit()).await.ok();
    let lost = format!("DELETE FROM members WHERE user_id = {}", blob(&bob.id));
    app.database(&lost).await;
    let before = ada.snapshot(&list).await;
    bob.push(&list, &client, 1, edit())
        .await
        .refused(404, "NOT_FOUND");
    bob.push(&list, &client, 2, edit())
        .await
        .refused(404, "NOT_FOUND");
    bob.pull(&list, json!({"client": client}))
        .await
        .refused(404, "NOT_FOUND");
    bob.form("/api/delete_todo", &[("list", &list), ("id", &id)])
        .await
        .refused(404, "NOT_FOUND");
    assert_eq!(bob.post("/api/lists", json!({})).await.ok(), json!([]));
    assert_eq!(ada.snapshot(&list).await, before);
}

#[tokio::test]
async fn a_deleted_list_is_gone_for_its_members_and_its_queues_go_on_when_it_is_back() {
    let mut app = TestApp::start().await;
    let (ada, bob, list, id) = scene(&mut app, "editor").await;
    let client = new_id();
    let edit = |title| vec![set_title(&id, title)];
    let first = bob.push(&list, &client, 1, edit("rye bread")).await.ok();
    ada.form("/api/delete_list", &[("list", &list)]).await.ok();
    for person in [&ada, &bob] {
        person
            .pull(&list, json!({}))
            .await
            .refused(404, "NOT_FOUND");
        person
            .push(&list, &new_id(), 1, edit("tea"))
            .await
            .refused(404, "NOT_FOUND");
    }
    bob.form("/api/restore_list", &[("list", &list)])
        .await
        .refused(403, "FORBIDDEN");
    ada.form("/api/restore_list", &[("list", &list)]).await.ok();
    assert_eq!(
        bob.push(&list, &client, 1, edit("rye bread")).await.ok(),
        first
    );
    bob.push(&list, &client, 2, edit("tea")).await.ok();
    assert_eq!(ada.titles(&list).await, ["tea"]);
}
