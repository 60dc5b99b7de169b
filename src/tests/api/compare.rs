//! Two texts of a todo, compared.

use super::ops::table::set_title;
use crate::tests::{
    answer::Answer,
    app::{TestApp, blob},
    person::{Person, new_id},
};
use serde_json::{Value, json};

/// Asks what became of a todo's text.
async fn ask(person: &Person, list: &str, id: &str, mine: &str, was: Option<&str>) -> Answer {
    let body = json!({"user": person.id, "list": list, "id": id, "mine": mine, "was": was});
    person.post("/api/compare", body).await
}

/// Ada's list with one todo in it.
async fn scene(app: &TestApp) -> (Person, String, String) {
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let id = ada.add(&list, "milk, 1 l").await;
    (ada, list, id)
}

#[tokio::test]
async fn texts_are_compared_with_what_the_list_has_and_nothing_is_changed() {
    let mut app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let bob = app.person().await;
    app.let_in(&bob, &list, "editor").await;
    assert_eq!(
        bob.op(&list, set_title(&id, "rice milk, 1 l")).await["type"],
        "APPLIED"
    );
    let before = (ada.snapshot(&list).await, app.written().await);
    let mut compared = ask(&ada, &list, &id, " oat milk, 2 l ", Some("milk, 1 l "))
        .await
        .ok();
    let at = compared["at"].take();
    assert_eq!(at, before.0["payload"][0]["updated_at"]);
    assert_eq!(
        compared,
        json!({
            "title": "rice milk, 1 l",
            "title_version": 2,
            "by": bob.name,
            "at": null,
            "theirs": ["", "rice", " milk, ", "1", " l"],
            "mine": ["", "oat", " milk, ", "2", " l"],
            "merged": "oat rice milk, 2 l",
        })
    );
    let compared = ask(&ada, &list, &id, "oat milk", None).await.ok();
    assert_eq!(compared["merged"], "oat milk");
    assert_eq!((ada.snapshot(&list).await, app.written().await), before);
}

#[tokio::test]
async fn it_is_known_who_wrote_the_text_and_not_who_changed_something_else() {
    let mut app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let bob = app.person().await;
    app.let_in(&bob, &list, "editor").await;
    let tick = json!({"type": "SET_COMPLETED", "id": id, "completed": true});
    bob.op(&list, tick).await;
    let compared = ask(&bob, &list, &id, "milk", None).await.ok();
    assert_eq!(
        (&compared["by"], &compared["title_version"]),
        (&json!(ada.name), &json!(1))
    );
    let todo = &ada.snapshot(&list).await["payload"][0];
    assert_eq!(compared["at"], todo["created_at"]);
}

#[tokio::test]
async fn who_wrote_what_came_from_a_plain_form_is_not_known() {
    let app = TestApp::start().await;
    let (ada, list, _) = scene(&app).await;
    ada.form("/api/add_todo", &[("list", &list), ("title", "tea")])
        .await
        .ok();
    let todo = &ada.snapshot(&list).await["payload"][1];
    let id = todo["id"].as_str().unwrap();
    let compared = ask(&ada, &list, id, "green tea", None).await.ok();
    assert_eq!(
        (&compared["by"], &compared["at"]),
        (&Value::Null, &todo["created_at"])
    );
}

#[tokio::test]
async fn who_is_gone_is_not_named() {
    let mut app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let bob = app.person().await;
    app.let_in(&bob, &list, "editor").await;
    bob.op(&list, set_title(&id, "rice milk")).await;
    let of_bob = format!("DELETE FROM members WHERE user_id = {}", blob(&bob.id));
    app.database(&of_bob).await;
    let compared = ask(&ada, &list, &id, "milk", None).await.ok();
    assert_eq!(compared["by"], bob.name);
    let password = ("password", crate::tests::person::PASSWORD);
    bob.form("/api/delete_account", &[password]).await.ok();
    let compared = ask(&ada, &list, &id, "milk", None).await.ok();
    assert_eq!(compared["by"], Value::Null);
    assert!(compared["at"].is_i64());
}

#[tokio::test]
async fn once_the_event_is_pruned_neither_who_nor_when_is_known() {
    let mut app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    app.database(&format!(
        "DELETE FROM events WHERE list_id = {}",
        blob(&list)
    ))
    .await;
    let compared = ask(&ada, &list, &id, "milk", None).await.ok();
    assert_eq!(
        compared,
        json!({
            "title": "milk, 1 l",
            "title_version": 1,
            "by": null,
            "at": null,
            "theirs": ["milk", ", 1 l"],
            "mine": ["milk", ""],
            "merged": "milk",
        })
    );
}

#[tokio::test]
async fn every_member_may_ask_and_nobody_else() {
    let mut app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let (bob, eve) = (app.person().await, app.person().await);
    app.let_in(&bob, &list, "viewer").await;
    ask(&bob, &list, &id, "milk", None).await.ok();

    let refused = ask(&eve, &list, &id, "milk", None).await;
    assert_eq!(
        refused.refused(404, "NOT_FOUND"),
        eve.pull(&list, json!({})).await.refused(404, "NOT_FOUND")
    );
    ask(&ada, &new_id(), &id, "milk", None)
        .await
        .refused(404, "NOT_FOUND");
    let body = json!({"user": bob.id, "list": list, "id": id, "mine": "milk"});
    ada.post("/api/compare", body.clone())
        .await
        .refused(401, "OTHER_USER");
    app.nobody()
        .post("/api/compare", body)
        .await
        .refused(401, "UNAUTHENTICATED");
    ada.form("/api/delete_list", &[("list", &list)]).await.ok();
    ask(&bob, &list, &id, "milk", None)
        .await
        .refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_todo_that_is_not_there_has_no_text() {
    let app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let other = ada.list("Errands").await;
    ask(&ada, &other, &id, "milk", None)
        .await
        .refused(404, "NOT_FOUND");
    ask(&ada, &list, &new_id(), "milk", None)
        .await
        .refused(404, "NOT_FOUND");
    ada.op(&list, json!({"type": "DELETE_TODO", "id": id}))
        .await;
    ask(&ada, &list, &id, "milk", None)
        .await
        .refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn what_is_no_text_of_a_todo_is_refused_with_its_field() {
    let app = TestApp::start().await;
    let (ada, list, id) = scene(&app).await;
    let long = "🥛".repeat(501);
    for bad in ["", " \u{3000}", "oat\nmilk", "oat\u{85}milk", &long] {
        let refused = ask(&ada, &list, &id, bad, None).await;
        assert_eq!(refused.refused(422, "INVALID")["field"], "mine", "{bad:?}");
        let refused = ask(&ada, &list, &id, "milk", Some(bad)).await;
        assert_eq!(refused.refused(422, "INVALID")["field"], "was", "{bad:?}");
    }
    ask(&ada, &list, &id, &long[4..], Some(&long[4..]))
        .await
        .ok();
}
