//! Push and pull.

use crate::tests::{
    app::TestApp,
    person::{add, new_id, tick},
};
use serde_json::json;

#[tokio::test]
async fn a_push_is_answered_with_the_outcome_of_each_mutation() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let (list, todo) = (ada.list("Groceries").await, new_id());
    let ops = vec![
        add(&todo, " oat milk "),
        tick(&new_id()),
        json!({"type": "NOOP"}),
        add(&new_id(), ""),
    ];
    let pushed = ada.push(&list, &new_id(), 1, ops).await.ok();
    assert_eq!(
        (&pushed["last_mid"], &pushed["epoch"]),
        (&json!(4), &ada.snapshot(&list).await["epoch"])
    );
    let outcomes = &pushed["outcomes"];
    assert_eq!(outcomes[0], json!({"mid": 1, "type": "APPLIED", "seq": 1}));
    assert_eq!(
        (&outcomes[1]["type"], &outcomes[1]["code"]),
        (&json!("REJECTED"), &json!("GONE"))
    );
    assert_eq!(outcomes[2], json!({"mid": 3, "type": "SKIPPED"}));
    assert_eq!(
        (&outcomes[3]["type"], &outcomes[3]["code"]),
        (&json!("REJECTED"), &json!("INVALID"))
    );
    assert_eq!(ada.titles(&list).await, ["oat milk"]);
}

#[tokio::test]
async fn a_push_that_is_repeated_is_applied_once_and_answered_alike_even_after_a_restart() {
    let mut app = TestApp::start().await;
    let ada = app.person().await;
    let (list, client, todo) = (ada.list("Groceries").await, new_id(), new_id());
    let ops = || vec![add(&todo, "oat milk"), tick(&new_id()), tick(&todo)];
    let first = ada.push(&list, &client, 1, ops()).await.ok();
    let state = ada.snapshot(&list).await;
    for _ in 0..2 {
        assert_eq!(ada.push(&list, &client, 1, ops()).await.ok(), first);
        app.restart().await;
    }
    assert_eq!(ada.push(&list, &client, 1, ops()).await.ok(), first);
    assert_eq!(ada.snapshot(&list).await, state);
    assert_eq!(state["seq"], 2);
}

#[tokio::test]
async fn a_gap_refuses_the_whole_push() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let (list, client) = (ada.list("Groceries").await, new_id());
    for mids in [
        vec![2],
        vec![1, 3],
        vec![1, 2, 1 << 63],
        vec![1 << 63],
        vec![u64::MAX],
    ] {
        let mutations: Vec<_> = mids
            .iter()
            .map(|mid| json!({"mid": mid, "op": add(&new_id(), "milk")}))
            .collect();
        let body = json!({"list": list, "client": client, "mutations": mutations});
        ada.post("/api/push", body)
            .await
            .refused(409, "OUT_OF_ORDER");
    }
    let state = ada.pull(&list, json!({"client": client})).await.ok();
    assert_eq!(
        (&state["seq"], &state["last_mid"], &state["payload"]),
        (&json!(0), &json!(0), &json!([]))
    );
}

#[tokio::test]
async fn a_push_carries_500_mutations_at_most() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let (list, client) = (ada.list("Groceries").await, new_id());
    let ops = |count: usize| {
        (0..count)
            .map(|n| add(&new_id(), &format!("item {n}")))
            .collect()
    };
    let refused = ada.push(&list, &client, 1, ops(501)).await;
    assert_eq!(refused.refused(413, "TOO_LARGE")["field"], "mutations");
    assert!(ada.titles(&list).await.is_empty());
    assert_eq!(
        ada.push(&list, &client, 1, ops(500)).await.ok()["last_mid"],
        500
    );
}

#[tokio::test]
async fn a_mutation_that_cannot_be_read_refuses_the_whole_push_and_is_named() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let id = new_id();
    for (mid, op, field) in [
        (0, add(&id, "milk"), "mid"),
        (2, json!({"type": "EXPLODE"}), "type"),
        (
            2,
            json!({"type": "ADD_TODO", "id": id, "position": "a0"}),
            "title",
        ),
        (
            2,
            json!({"type": "ADD_TODO", "id": id, "title": "milk"}),
            "position",
        ),
        (
            2,
            json!({"type": "SET_COMPLETED", "id": id, "completed": null}),
            "completed",
        ),
        (2, json!({"type": "DELETE_TODO"}), "id"),
    ] {
        let mutations = json!([{"mid": 1, "op": add(&new_id(), "milk")}, {"mid": mid, "op": op}]);
        let refused = ada
            .post(
                "/api/push",
                json!({"list": list, "client": new_id(), "mutations": mutations}),
            )
            .await;
        assert_eq!(refused.refused(400, "MALFORMED")["field"], field);
    }
    assert!(ada.titles(&list).await.is_empty());
}

#[tokio::test]
async fn a_push_of_another_epoch_is_refused() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let mutations = json!([{"mid": 1, "op": add(&new_id(), "milk")}]);
    let mut body =
        json!({"list": list, "epoch": new_id(), "client": new_id(), "mutations": mutations});
    ada.post("/api/push", body.clone())
        .await
        .refused(409, "EPOCH");
    body["epoch"] = ada.snapshot(&list).await["epoch"].clone();
    ada.post("/api/push", body).await.ok();
    assert_eq!(ada.titles(&list).await, ["milk"]);
}

#[tokio::test]
async fn a_client_is_the_persons_who_names_it_first() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let (hers, his) = (ada.list("Ada's").await, bob.list("Bob's").await);
    let (by_push, by_pull) = (new_id(), new_id());
    ada.push(&hers, &by_push, 1, vec![]).await.ok();
    ada.pull(&hers, json!({"client": by_pull})).await.ok();
    for client in [by_push, by_pull] {
        bob.push(&his, &client, 1, vec![add(&new_id(), "milk")])
            .await
            .refused(403, "CLIENT_TAKEN");
        bob.pull(&his, json!({"client": client}))
            .await
            .refused(403, "CLIENT_TAKEN");
    }
    assert!(bob.titles(&his).await.is_empty());
}

#[tokio::test]
async fn whoever_else_the_page_believes_to_be_signed_in_nothing_happens() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    let todo = ada.add(&list, "oat milk").await;
    let before = app.written().await;
    let (bobs, list, todo) = (("user", &*bob.id), ("list", &*list), ("id", &*todo));
    let forms: [(&str, &[(&str, &str)]); 5] = [
        ("logout", &[bobs]),
        ("create_list", &[bobs, ("name", "Work")]),
        ("add_todo", &[bobs, list, ("title", "tea")]),
        ("set_completed", &[bobs, list, todo, ("completed", "true")]),
        ("delete_todo", &[bobs, list, todo]),
    ];
    for (name, fields) in forms {
        ada.form(&format!("/api/{name}"), fields)
            .await
            .refused(401, "OTHER_USER");
    }
    let push = json!([{"mid": 1, "op": add(&new_id(), "tea")}]);
    for (name, body) in [
        ("lists", json!({"user": bob.id})),
        (
            "pull",
            json!({"user": bob.id, "list": list.1, "client": new_id()}),
        ),
        (
            "push",
            json!({"user": bob.id, "list": list.1, "client": new_id(), "mutations": push}),
        ),
    ] {
        ada.post(&format!("/api/{name}"), body)
            .await
            .refused(401, "OTHER_USER");
    }
    assert_eq!(app.written().await, before);
    assert_eq!(ada.post("/api/me", json!({})).await.ok()["id"], ada.id);
}

#[tokio::test]
async fn a_pull_without_since_is_a_snapshot_and_with_it_what_came_since() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let (list, client, todo) = (ada.list("Groceries").await, new_id(), new_id());
    ada.push(&list, &client, 1, vec![add(&todo, "oat milk"), tick(&todo)])
        .await
        .ok();
    let state = ada.pull(&list, json!({"client": client})).await.ok();
    let epoch = &state["epoch"];
    let head = json!({"list": list, "epoch": epoch, "seq": 2, "role": "owner", "last_mid": 2});
    for (key, value) in head.as_object().unwrap() {
        assert_eq!(&state[key], value, "{key}");
    }
    let ticked = json!({"id": todo, "list": list, "title": "oat milk", "completed": true, "position": "a0", "version": 2,
        "title_version": 1, "created_at": state["payload"][0]["created_at"], "updated_at": state["payload"][0]["updated_at"]});
    assert_eq!(
        (&state["type"], &state["payload"]),
        (&json!("SNAPSHOT"), &json!([ticked]))
    );

    let delta = ada
        .pull(&list, json!({"client": client, "epoch": epoch, "since": 1}))
        .await
        .ok();
    let event = json!({"type": "TODO_UPDATED", "list": list, "seq": 2, "client": client, "mid": 2, "payload": ticked});
    assert_eq!(
        (&delta["type"], &delta["events"], delta.get("payload")),
        (&json!("DELTA"), &json!([event]), None)
    );
    for (since, events) in [(0, 2), (2, 0)] {
        let delta = ada
            .pull(&list, json!({"epoch": epoch, "since": since}))
            .await
            .ok();
        assert_eq!(delta["events"].as_array().unwrap().len(), events);
    }
}
