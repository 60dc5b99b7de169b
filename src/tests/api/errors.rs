//! Every status and code of the contract, each met over HTTP, with the body that goes with it to the letter.

use crate::{
    core::id::{ListId, UserId},
    tests::{
        answer::{Answer, Ask},
        app::TestApp,
        person::{PASSWORD, add, new_id},
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

/// What an answer must be: its status and its whole body, but for how long to wait.
fn is(answer: &Answer, status: u16, body: Value) {
    answer.refused(status, body["code"].as_str().unwrap());
    let mut said = answer.body.clone();
    if let Some(seconds) = said.as_object_mut().unwrap().remove("retry_after") {
        assert!((1..=60).contains(&seconds.as_u64().unwrap()), "{seconds}");
    }
    assert_eq!(said, body);
}

#[tokio::test]
async fn every_code_has_its_status_and_says_what_is_wrong_in_which_field() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let (list, theirs) = (ada.list("Groceries").await, bob.list("Bob's").await);
    app.let_in(&ada, &theirs, "editor").await;
    let (hers, his) = (new_id(), new_id());
    ada.push(&list, &hers, 1, vec![]).await.ok();
    bob.push(&theirs, &his, 1, vec![]).await.ok();
    let (gone, malformed) = (
        "There is nothing here, or you have no access to it.",
        "The request could not be read.",
    );
    let many = (0..501).map(|_| json!({"type": "NOOP"})).collect();
    let push = |more: Value| {
        let mut body = json!({"user": ada.id, "list": list, "client": hers, "mutations": []});
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        ada.post("/api/push", body)
    };

    is(
        &push(json!({"list": null})).await,
        400,
        json!({"code": "MALFORMED", "message": malformed, "field": "list"}),
    );
    is(
        &push(json!({"mutations": [{"mid": 0, "op": {"type": "NOOP"}}]})).await,
        400,
        json!({"code": "MALFORMED", "message": "Mutations are numbered from 1.", "field": "mid"}),
    );
    is(
        &app.nobody().post("/api/me", json!({})).await,
        401,
        json!({"code": "UNAUTHENTICATED", "message": "Please sign in first."}),
    );
    is(
        &push(json!({"user": bob.id})).await,
        401,
        json!({"code": "OTHER_USER", "message": "Another account is signed in here by now. Nothing was changed."}),
    );
    is(
        &ada.form("/api/rename_list", &[("list", &theirs), ("name", "Mine")])
            .await,
        403,
        json!({"code": "FORBIDDEN", "message": "Only the owner of this list may do that."}),
    );
    is(
        &push(json!({"client": his})).await,
        403,
        json!({"code": "CLIENT_TAKEN", "message": "This client id belongs to another account."}),
    );
    let foreign = ada
        .request(Method::POST, "/api/me")
        .header("origin", "null");
    is(
        &foreign.json(&json!({})).answer().await,
        403,
        json!({"code": "CROSS_SITE", "message": "This request comes from a foreign page and was not carried out."}),
    );
    is(
        &push(json!({"list": new_id()})).await,
        404,
        json!({"code": "NOT_FOUND", "message": gone}),
    );
    is(
        &ada.post("/api/nowhere", json!({})).await,
        404,
        json!({"code": "NOT_FOUND", "message": gone}),
    );
    is(
        &ada.get("/api/push").await,
        405,
        json!({"code": "METHOD_NOT_ALLOWED", "message": "This address takes another method."}),
    );
    is(
        &push(json!({"mutations": [{"mid": 2, "op": {"type": "NOOP"}}]})).await,
        409,
        json!({"code": "OUT_OF_ORDER", "message": "An earlier change is missing."}),
    );
    is(
        &push(json!({"epoch": new_id()})).await,
        409,
        json!({"code": "EPOCH", "message": "The server's data was restored from a backup."}),
    );
    is(
        &bob.form("/api/create_list", &[("name", "Mine"), ("id", &list)])
            .await,
        409,
        json!({"code": "TAKEN", "message": "This is taken already."}),
    );
    is(
        &ada.push(&list, &hers, 1, many).await,
        413,
        json!({"code": "TOO_LARGE", "message": "A push carries at most 500 mutations.", "field": "mutations"}),
    );
    is(
        &ada.post_raw("/api/push", "application/json", " ".repeat(1024 * 1024 + 1))
            .await,
        413,
        json!({"code": "TOO_LARGE", "message": "This is more than the server takes at once (1 MiB)."}),
    );
    is(
        &ada.form("/api/create_list", &[("name", " ")]).await,
        422,
        json!({"code": "INVALID", "message": "A list's name has 1 to 100 characters.", "field": "name"}),
    );
    for n in 2..200 {
        app.store()
            .create_list(ListId(uuid(&new_id())), "Work", UserId(uuid(&ada.id)), n)
            .await
            .unwrap();
    }
    is(
        &ada.form("/api/create_list", &[("name", "One more")]).await,
        422,
        json!({"code": "LIMIT", "message": "You have 200 lists, which is the most there can be."}),
    );
    app.lose_database().await;
    is(
        &push(json!({})).await,
        500,
        json!({"code": "INTERNAL", "message": "Something went wrong on our side. Please try again."}),
    );
}

#[tokio::test]
async fn who_tries_too_often_is_told_when_to_come_again() {
    let app = TestApp::with()
        .setting("LOCKSTEP_LIMITS_SIGN_INS_PER_MINUTE", "1")
        .start()
        .await;
    let fields = [("name", "nobody"), ("password", PASSWORD)];
    app.nobody()
        .form("/api/login", &fields)
        .await
        .refused(401, "UNAUTHENTICATED");
    let refused = app.nobody().form("/api/login", &fields).await;
    let seconds = refused.body["retry_after"].as_u64().unwrap();
    let message = format!("Too many tries. Please try again in {seconds} seconds.");
    is(
        &refused,
        429,
        json!({"code": "TOO_MANY", "message": message}),
    );
}

fn uuid(id: &str) -> uuid::Uuid {
    id.parse().unwrap()
}

#[tokio::test]
async fn when_too_much_waits_one_is_told_when_to_come_again_and_what_waits_is_done() {
    let mut app = TestApp::start().await;
    let ada = Arc::new(app.person().await);
    let list = ada.list("Groceries").await;
    // A thousand changes each, of ten thousand that may wait for one list.
    let ids: Vec<_> = (0..1_000).map(|_| new_id()).collect();
    let heavy = json!({"type": "CLEAR_COMPLETED", "ids": ids});
    let mut pushes = JoinSet::new();
    app.database("BEGIN IMMEDIATE").await;
    for _ in 0..20 {
        let (ada, list, op) = (ada.clone(), list.clone(), heavy.clone());
        pushes.spawn(async move { ada.push(&list, &new_id(), 1, vec![op]).await });
    }
    // Those that there is no room for are the first to be answered: nothing can be done as long as the lock is held.
    let refused = pushes.join_next().await.unwrap().unwrap();
    let busy = "The server is busy. Please try again in a moment.";
    is(
        &refused,
        503,
        json!({"code": "UNAVAILABLE", "message": busy}),
    );
    assert!(refused.body["retry_after"].is_u64());
    app.database("COMMIT").await;
    let answers = pushes.join_all().await;
    let done = answers.iter().filter(|answer| answer.status == 200);
    assert!((10..=12).contains(&done.count()), "{}", answers.len());
    let milk = vec![add(&new_id(), "milk")];
    ada.push(&list, &new_id(), 1, milk).await.ok();
    assert_eq!(ada.titles(&list).await, ["milk"]);
}
