//! Lists, and the todo forms.

use crate::tests::{
    app::TestApp,
    person::{add, new_id, tick},
};
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_list_is_empty_and_among_mine() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let made = ada
        .form(
            "/api/create_list",
            &[("user", &ada.id), ("name", " Groceries ")],
        )
        .await
        .ok();
    let id = &made["id"];
    let expected = json!({"id": id, "name": "Groceries", "role": "owner", "left": 0, "total": 0, "members": 1});
    assert_eq!(made, expected);
    assert_eq!(
        ada.post("/api/lists", json!({"user": ada.id})).await.ok(),
        json!([expected])
    );
    assert_eq!(bob.post("/api/lists", json!({})).await.ok(), json!([]));
}

#[tokio::test]
async fn making_a_list_again_with_its_id_gives_the_same_list() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let id = new_id();
    let first = ada
        .form("/api/create_list", &[("name", "Groceries"), ("id", &id)])
        .await
        .ok();
    let again = ada
        .form("/api/create_list", &[("name", "Groceries"), ("id", &id)])
        .await
        .ok();
    assert_eq!((&again, &again["id"]), (&first, &json!(id)));
    assert_eq!(
        ada.post("/api/lists", json!({}))
            .await
            .ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn what_may_not_be_a_lists_name_is_refused() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for name in ["", "   ", "a\nb", &"x".repeat(101)] {
        let refused = ada.form("/api/create_list", &[("name", name)]).await;
        assert_eq!(refused.refused(422, "INVALID")["field"], "name");
    }
    ada.form("/api/create_list", &[("name", &"🥛".repeat(100))])
        .await
        .ok();
}

#[tokio::test]
async fn the_201st_list_is_refused() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    for n in 0..200 {
        ada.list(&format!("List {n}")).await;
    }
    let refused = ada.form("/api/create_list", &[("name", "One more")]).await;
    refused.refused(422, "LIMIT");
}

#[tokio::test]
async fn forms_add_at_the_end_tick_and_delete() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    for title in ["oat milk", " rye bread ", "tea"] {
        assert_eq!(
            ada.form("/api/add_todo", &[("list", &list), ("title", title)])
                .await
                .ok(),
            Value::Null
        );
    }
    assert_eq!(ada.titles(&list).await, ["oat milk", "rye bread", "tea"]);
    let bread = ada.snapshot(&list).await["payload"][1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let of_bread = [("list", &*list), ("id", &bread)];
    ada.form(
        "/api/set_completed",
        &[of_bread[0], of_bread[1], ("completed", "true")],
    )
    .await
    .ok();
    assert_eq!(ada.snapshot(&list).await["payload"][1]["completed"], true);
    ada.form("/api/set_completed", &of_bread).await.ok();
    assert_eq!(ada.snapshot(&list).await["payload"][1]["completed"], false);
    for _ in 0..2 {
        ada.form("/api/delete_todo", &of_bread).await.ok();
    }
    assert_eq!(ada.titles(&list).await, ["oat milk", "tea"]);
    ada.form("/api/set_completed", &of_bread)
        .await
        .refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_form_adds_what_a_title_may_be_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    for title in ["", " \t ", "a\nb", "a\0b", &"🥛".repeat(501)] {
        let refused = ada
            .form("/api/add_todo", &[("list", &list), ("title", title)])
            .await;
        assert_eq!(
            refused.refused(422, "INVALID")["field"],
            "title",
            "{title:?}"
        );
    }
    let longest = "🥛".repeat(500);
    ada.form("/api/add_todo", &[("list", &list), ("title", &longest)])
        .await
        .ok();
    assert_eq!(ada.titles(&list).await, [longest]);
}

#[tokio::test]
async fn the_overview_counts_what_is_left() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let (one, two, three) = (new_id(), new_id(), new_id());
    let delete = json!({"type": "DELETE_TODO", "id": three});
    let ops = vec![
        add(&one, "milk"),
        add(&two, "tea"),
        add(&three, "rye"),
        tick(&one),
        tick(&three),
        delete,
    ];
    ada.push(&list, &new_id(), 1, ops).await.ok();
    let mine = ada.post("/api/lists", json!({})).await.ok();
    assert_eq!(
        (&mine[0]["total"], &mine[0]["left"]),
        (&json!(2), &json!(1))
    );
}

#[tokio::test]
async fn a_list_gets_another_name_if_it_may_be_one() {
    let mut app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    ada.add(&list, "oat milk").await;
    let before = app.written().await;
    for name in ["", " \u{3000}", "a\nb", "a\0b", &"🥛".repeat(101)] {
        let fields = [("list", &*list), ("name", name)];
        let refused = ada.form("/api/rename_list", &fields).await;
        assert_eq!(refused.refused(422, "INVALID")["field"], "name");
    }
    assert_eq!(app.written().await, before);
    let longest = "🥛".repeat(100);
    let fields = [("list", &*list), ("name", &format!(" {longest}\n"))];
    let renamed = ada.form("/api/rename_list", &fields).await.ok();
    let expected =
        json!({"id": list, "name": longest, "role": "owner", "left": 1, "total": 1, "members": 1});
    assert_eq!(renamed, expected);
    let mine = ada.post("/api/lists", json!({})).await.ok();
    assert_eq!(mine, json!([expected]));
}

#[tokio::test]
async fn a_deleted_list_comes_back_as_it_was_for_30_days() {
    let mut app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    ada.add(&list, "oat milk").await;
    let (before, of_list) = (ada.snapshot(&list).await, [("list", &*list)]);
    let mine = ada.post("/api/lists", json!({})).await.ok();
    for _ in 0..2 {
        let deleted = ada.form("/api/delete_list", &of_list).await.ok();
        assert_eq!(deleted, Value::Null);
        assert_eq!(ada.post("/api/lists", json!({})).await.ok(), json!([]));
    }
    for _ in 0..2 {
        let restored = ada.form("/api/restore_list", &of_list).await.ok();
        assert_eq!(json!([restored]), mine);
    }
    assert_eq!(ada.snapshot(&list).await, before);

    ada.form("/api/delete_list", &of_list).await.ok();
    let days = |days: i64| days * 24 * 60 * 60 * 1000;
    for (ago, status) in [(days(30) + 1, 404), (days(29), 200)] {
        let deleted_at = crate::server::clock::now() - ago;
        let aged = format!("UPDATE lists SET deleted_at = {deleted_at}");
        app.database(&aged).await;
        let answer = ada.form("/api/restore_list", &of_list).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
}
