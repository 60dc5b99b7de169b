//! What a push can be told about a mutation: every outcome of the contract, with all that it carries.

use crate::tests::{
    app::{TestApp, blob},
    person::{Person, add, new_id, tick},
};
use serde_json::{Value, json};

fn set_title(id: &str, title: &str, base: Value) -> Value {
    json!({"type": "SET_TITLE", "id": id, "title": title, "base": base})
}

/// The same op, as an undo that has seen the list up to a place.
fn undo(mut op: Value, unless_after: Value) -> Value {
    op["unless_after"] = unless_after;
    op
}

/// Somebody's list with one todo, added as `seq` 1.
async fn scene(app: &TestApp) -> (Person, String, String) {
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let id = ada.add(&list, "oat milk").await;
    (ada, list, id)
}

/// A list with so many todos in it.
async fn filled(app: &mut TestApp, owner: &Person, todos: usize) -> String {
    let list = owner.list("Everything").await;
    let (id, ada) = (blob(&list), blob(&owner.id));
    app.database(&format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {todos})
         INSERT INTO todos (list_id, id, creator, title, completed, position, version, title_version, created_at, updated_at)
         SELECT {id}, randomblob(16), {ada}, 'milk', 0, 'a0', 1, 1, 1, 1 FROM n;
         UPDATE lists SET total = {todos}, remaining = {todos} WHERE id = {id}"
    ))
    .await;
    list
}

#[tokio::test]
async fn a_conflict_carries_the_whole_todo_and_takes_no_place() {
    let app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    ada.op(&list, set_title(&id, "rice milk", json!({"server": 1})))
        .await;
    ada.op(&list, tick(&id)).await;
    let before = ada.snapshot(&list).await;
    // Whatever else changed since, it is the text's version that counts.
    for server in [0, 1] {
        let outcome = ada
            .op(&list, set_title(&id, "soy milk", json!({"server": server})))
            .await;
        let expected = json!({"mid": 1, "type": "CONFLICT", "current": before["payload"][0]});
        assert_eq!(outcome, expected);
    }
    assert_eq!(ada.snapshot(&list).await, before);
    for (title, seq) in [("rice milk", 4), ("soy milk", 5)] {
        // The same text conflicts with nothing; and 2 is what the text was last changed at, though the todo went on.
        let base = json!({"server": if title == "rice milk" { 0 } else { 2 }});
        let outcome = ada.op(&list, set_title(&id, title, base)).await;
        assert_eq!(outcome, json!({"mid": 1, "type": "APPLIED", "seq": seq}));
    }
}

#[tokio::test]
async fn an_edit_counts_as_based_on_those_of_mine_that_were_applied() {
    let app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let (mine, theirs) = (new_id(), new_id());
    let after = |mids: &[u64]| {
        let after: Vec<_> = mids
            .iter()
            .map(|mid| json!({"client": mine, "mid": mid}))
            .collect();
        json!({"server": 1, "after": after})
    };
    let quick = vec![
        set_title(&id, "one", after(&[])),
        set_title(&id, "two", after(&[1])),
        // Without the second it would be a conflict.
        set_title(&id, "three", after(&[1])),
        set_title(&id, "four", after(&[1, 2])),
    ];
    let pushed = ada.push(&list, &mine, 1, quick).await.ok();
    let types: Vec<_> = pushed["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| &outcome["type"])
        .collect();
    assert_eq!(types, ["APPLIED", "APPLIED", "CONFLICT", "APPLIED"]);

    // Of an edit built on a refused one, what is really there decides; `after` of another list says nothing.
    ada.push(
        &list,
        &theirs,
        1,
        vec![set_title(&id, "theirs", json!({"server": 4}))],
    )
    .await
    .ok();
    let other = ada.list("Work").await;
    let elsewhere: Vec<_> = (0..9).map(|_| add(&new_id(), "x")).collect();
    ada.push(&other, &mine, 1, elsewhere).await.ok();
    for mids in [&[3][..], &[5, 6, 7, 8, 9], &[u64::MAX]] {
        let outcome = ada.op(&list, set_title(&id, "five", after(mids))).await;
        assert_eq!(outcome["type"], "CONFLICT", "{mids:?}");
    }
}

#[tokio::test]
async fn an_undo_leaves_alone_what_was_changed_since_and_says_so() {
    let app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let gone = ada.add(&list, "tea").await;
    ada.op(&list, json!({"type": "DELETE_TODO", "id": gone}))
        .await;
    ada.op(&list, tick(&id)).await;
    let before = ada.snapshot(&list).await;
    // The todo's version is 4 and its text's 1; the other was deleted at 3.
    for (seen, op) in [
        (
            3,
            json!({"type": "SET_COMPLETED", "id": id, "completed": false}),
        ),
        (3, set_title(&id, "rye bread", json!({"server": 1}))),
        (3, json!({"type": "MOVE_TODO", "id": id, "position": "a5"})),
        (3, json!({"type": "DELETE_TODO", "id": id})),
        (3, json!({"type": "RESTORE_TODO", "id": id})),
        (2, json!({"type": "DELETE_TODO", "id": gone})),
        (2, json!({"type": "RESTORE_TODO", "id": gone})),
    ] {
        let outcome = ada.op(&list, undo(op, json!({"server": seen}))).await;
        let expected = json!({"mid": 1, "type": "REJECTED", "code": "CHANGED",
            "message": "This item was changed since, so it was left as it is."});
        assert_eq!(outcome, expected);
    }
    assert_eq!(ada.snapshot(&list).await, before);

    for (seen, op, seq) in [
        (
            3,
            json!({"type": "SET_ALL_COMPLETED", "ids": [id], "completed": false}),
            5,
        ),
        (3, json!({"type": "CLEAR_COMPLETED", "ids": [id]}), 6),
        (2, json!({"type": "RESTORE_TODOS", "ids": [gone]}), 7),
    ] {
        let outcome = ada.op(&list, undo(op, json!({"server": seen}))).await;
        assert_eq!(outcome, json!({"mid": 1, "type": "APPLIED", "seq": seq}));
    }
    assert_eq!(ada.snapshot(&list).await["payload"], before["payload"]);
    let restore = undo(
        json!({"type": "RESTORE_TODOS", "ids": [gone]}),
        json!({"server": 3}),
    );
    ada.op(&list, restore).await;
    let clear = undo(
        json!({"type": "CLEAR_COMPLETED", "ids": [id]}),
        json!({"server": 4}),
    );
    ada.op(&list, clear).await;
    assert_eq!(ada.titles(&list).await, ["tea"]);
}

#[tokio::test]
async fn an_undo_has_seen_what_its_own_person_did_after() {
    let app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let client = new_id();
    let untick = json!({"type": "SET_COMPLETED", "id": id, "completed": false});
    let after = json!({"server": 1, "after": [{"client": client, "mid": 1}]});
    let ops = vec![
        tick(&id),
        undo(untick.clone(), after),
        undo(untick, json!({"server": 1})),
    ];
    let pushed = ada.push(&list, &client, 1, ops).await.ok();
    let outcomes = pushed["outcomes"].as_array().unwrap();
    assert_eq!(outcomes[1], json!({"mid": 2, "type": "APPLIED", "seq": 3}));
    assert_eq!(outcomes[2]["code"], "CHANGED");
}

#[tokio::test]
async fn an_outcome_that_was_acknowledged_is_unknown_but_for_the_places_of_events() {
    let mut app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let client = new_id();
    let ops = || {
        vec![
            tick(&new_id()),
            tick(&id),
            json!({"type": "NOOP"}),
            tick(&new_id()),
        ]
    };
    let first = ada.push(&list, &client, 1, ops()).await.ok();
    let ack = |acked| json!({"list": list, "client": client, "acked": acked, "mutations": []});
    let acked = ada.post("/api/push", ack(3)).await.ok();
    assert_eq!(
        acked,
        json!({"epoch": first["epoch"], "last_mid": 4, "outcomes": []})
    );
    let state = ada.snapshot(&list).await;
    for _ in 0..2 {
        let again = ada.push(&list, &client, 1, ops()).await.ok();
        let expected = json!([
            {"mid": 1, "type": "UNKNOWN"},
            {"mid": 2, "type": "APPLIED", "seq": 2},
            {"mid": 3, "type": "UNKNOWN"},
            first["outcomes"][3],
        ]);
        assert_eq!(
            (&again["last_mid"], &again["outcomes"]),
            (&json!(4), &expected)
        );
        app.restart().await;
    }
    assert_eq!(ada.snapshot(&list).await, state);
}

#[tokio::test]
async fn the_10_001st_todo_is_refused_whichever_way_it_comes() {
    let mut app = TestApp::start().await;
    let ada = app.person().await;
    let list = filled(&mut app, &ada, 9_997).await;
    let three = [new_id(), new_id(), new_id()];
    let ops = three.iter().map(|id| add(id, "the last")).collect();
    ada.push(&list, &new_id(), 1, ops).await.ok();
    let full = json!({"mid": 1, "type": "REJECTED", "code": "LIMIT", "message": "A list has at most 10,000 items."});
    assert_eq!(ada.op(&list, add(&new_id(), "one more")).await, full);
    // What is there already is no new one.
    assert_eq!(
        ada.op(&list, add(&three[0], "again")).await["type"],
        "APPLIED"
    );
    ada.form("/api/add_todo", &[("list", &list), ("title", "one more")])
        .await
        .refused(422, "LIMIT");

    let delete = three
        .iter()
        .map(|id| json!({"type": "DELETE_TODO", "id": id}))
        .collect();
    ada.push(&list, &new_id(), 1, delete).await.ok();
    let two = (0..2).map(|_| add(&new_id(), "instead")).collect();
    ada.push(&list, &new_id(), 1, two).await.ok();
    let before = ada.snapshot(&list).await;
    let restore = |ids: &[String]| json!({"type": "RESTORE_TODOS", "ids": ids});
    // One has room: two are refused as a whole.
    assert_eq!(ada.op(&list, restore(&three[..2])).await, full);
    assert_eq!(ada.snapshot(&list).await, before);
    assert_eq!(ada.op(&list, restore(&three[..1])).await["type"], "APPLIED");
    assert_eq!(
        ada.op(&list, json!({"type": "RESTORE_TODO", "id": three[1]}))
            .await,
        full
    );
    // Nothing of these needs room.
    for op in [
        restore(&three[..1]),
        restore(&[]),
        json!({"type": "RESTORE_TODO", "id": three[0]}),
    ] {
        assert_eq!(ada.op(&list, op).await["type"], "APPLIED");
    }
    let counted = ada.post("/api/lists", json!({})).await.ok();
    assert_eq!(counted[0]["total"], 10_000);
}
