//! What a caller claims that is not theirs to say: other people's clients, fields that the server decides, ids in
//! another spelling, and how a body is labelled.

use super::functions::{Kind, Scene, all};
use crate::tests::{
    answer::Ask,
    app::TestApp,
    person::{add, new_id, tick},
};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn two_members_of_one_list_cannot_share_a_client_whoever_names_it_first_and_how() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (ada, bob, list) = (&scene.mine.person, &scene.theirs.person, &scene.mine.list);
    app.let_in(bob, list, "editor").await;
    for (first, second) in [(ada, bob), (bob, ada)] {
        let (by_push, by_pull) = (new_id(), new_id());
        first
            .push(list, &by_push, 1, vec![tick(&scene.mine.todo)])
            .await
            .ok();
        first.pull(list, json!({"client": by_pull})).await.ok();
        let before = (ada.snapshot(list).await, app.written().await);
        for client in [&by_push, &by_pull, &by_push.to_uppercase()] {
            for mid in [1, 2] {
                let push = second
                    .push(list, client, mid, vec![add(&new_id(), "tea")])
                    .await;
                push.refused(403, "CLIENT_TAKEN");
            }
            second
                .pull(list, json!({"client": client}))
                .await
                .refused(403, "CLIENT_TAKEN");
        }
        assert_eq!((ada.snapshot(list).await, app.written().await), before);
        // And it still is the first one's.
        let state = first.pull(list, json!({"client": by_push})).await.ok();
        assert_eq!(state["last_mid"], 1);
        first
            .push(list, &by_pull, 1, vec![tick(&scene.mine.todo)])
            .await
            .ok();
    }
}

#[tokio::test]
async fn what_the_server_decides_is_ignored_in_a_request() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (ada, list, client, id) = (&scene.mine.person, &scene.mine.list, new_id(), new_id());
    let claims = json!({"owner": scene.theirs.person.id, "creator": scene.theirs.person.id, "role": "viewer", "seq": 99,
        "version": 99, "title_version": 99, "last_mid": 99, "created_at": 1, "updated_at": 1, "completed": true,
        "deleted_at": 1, "author": scene.theirs.person.id, "now": 1});
    let claiming = |value: Value| {
        let mut all = claims.clone();
        all.as_object_mut()
            .unwrap()
            .extend(value.as_object().unwrap().clone());
        all
    };
    let mut op = claiming(add(&id, "tea"));
    op["list"] = json!(scene.theirs.list);
    let body = claiming(
        json!({"list": list, "client": client, "mutations": [claiming(json!({"mid": 1, "op": op}))]}),
    );
    let pushed = ada.post("/api/push", body).await.ok();
    assert_eq!(
        (&pushed["last_mid"], &pushed["outcomes"][0]["seq"]),
        (&json!(1), &json!(2))
    );
    let pulled = ada
        .post(
            "/api/pull",
            claiming(json!({"list": list, "client": client})),
        )
        .await
        .ok();
    assert_eq!(
        (&pulled["role"], &pulled["seq"], &pulled["last_mid"]),
        (&json!("owner"), &json!(2), &json!(1))
    );
    let todos = pulled["payload"].as_array().unwrap();
    let todo = todos.iter().find(|todo| todo["id"] == id).unwrap();
    let now = &todo["created_at"];
    assert!(now.as_u64() > Some(1));
    let expected = json!({"id": id, "list": list, "title": "tea", "completed": false, "position": "a0", "version": 2,
        "title_version": 2, "created_at": now, "updated_at": now});
    assert_eq!(*todo, expected);
    // The creator is who is signed in: to add it again is nothing new to her.
    assert_eq!(ada.op(list, add(&id, "again")).await["type"], "APPLIED");
    assert_eq!(
        scene.theirs.person.titles(&scene.theirs.list).await,
        ["oat milk"]
    );
}

#[tokio::test]
async fn an_id_is_the_same_in_capitals_and_comes_back_in_small_letters() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let (ada, list, client, id) = (&scene.mine.person, &scene.mine.list, new_id(), new_id());
    let capitals = |id: &str| id.to_uppercase();
    let op = add(&capitals(&id), "tea");
    let body = json!({"user": capitals(&ada.id), "list": capitals(list), "client": capitals(&client),
        "mutations": [{"mid": 1, "op": op}]});
    let first = ada.post("/api/push", body).await.ok();
    assert_eq!(
        ada.push(list, &client, 1, vec![add(&id, "tea")]).await.ok(),
        first
    );
    assert_eq!(ada.op(list, tick(&id)).await["type"], "APPLIED");
    let more = json!({"epoch": capitals(first["epoch"].as_str().unwrap()), "since": 1, "client": capitals(&client)});
    let delta = ada.pull(&capitals(list), more).await.ok();
    assert_eq!(
        (&delta["type"], &delta["list"], &delta["last_mid"]),
        (&json!("DELTA"), &json!(list), &json!(1))
    );
    let added = &delta["events"][0];
    assert_eq!(
        (&added["client"], &added["payload"]["id"], &added["list"]),
        (&json!(client), &json!(id), &json!(list))
    );
    let made = new_id();
    let made_list = ada
        .form(
            "/api/create_list",
            &[("name", "Work"), ("id", &capitals(&made))],
        )
        .await
        .ok();
    assert_eq!(made_list["id"], made);
}

#[tokio::test]
async fn a_body_is_what_it_is_whatever_it_is_called() {
    let mut app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let before = app.written().await;
    for function in all() {
        let (fields, path) = ((function.works)(&scene), function.path());
        // A form that is sent as JSON is none, and JSON that is sent as a form is none.
        let foreign = match function.kind {
            Kind::Json => "list=x".to_owned(),
            _ if function.required.is_empty() => continue,
            _ => fields.to_string(),
        };
        for label in ["application/json", "application/x-www-form-urlencoded"] {
            let answer = scene
                .mine
                .person
                .post_raw(&path, label, foreign.clone())
                .await;
            answer.refused(400, "MALFORMED");
        }
    }
    assert_eq!(app.written().await, before);
    for label in [
        "",
        "text/plain",
        "application/json; charset=latin1",
        "multipart/form-data; boundary=x",
        "nonsense",
    ] {
        let body = json!({"list": scene.mine.list}).to_string();
        let request = scene
            .mine
            .person
            .request(Method::POST, "/api/pull")
            .header("content-type", label);
        assert_eq!(request.body(body).answer().await.status, 200, "{label}");
    }
}

#[tokio::test]
async fn somebody_elses_list_is_answered_for_like_one_that_never_was() {
    let app = TestApp::start().await;
    let scene = Scene::new(&app).await;
    let mut tried = 0;
    for function in all() {
        if !function.required.contains(&"list") {
            continue;
        }
        let ask = async |list: &str| {
            let body = function.with(&scene, "list", Some(json!(list)));
            let answer = function.request(&scene.mine.person, body).answer().await;
            answer.refused(404, "NOT_FOUND");
            (
                answer.text,
                answer.headers.keys().cloned().collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            ask(&scene.theirs.list).await,
            ask(&new_id()).await,
            "{}",
            function.name
        );
        tried += 1;
    }
    assert_eq!(tried, 16);
}
