//! Who is let in, and what a socket begins with.

use super::client::{open, open_list, refused};
use crate::tests::{
    app::TestApp,
    person::{add, new_id},
};
use serde_json::{Value, json};

#[tokio::test]
async fn welcome_comes_first_then_all_of_the_list_then_events_as_a_pull_has_them() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let (list, client) = (ada.list("Groceries").await, new_id());
    ada.add(&list, "oat milk").await;
    let whole = ada.snapshot(&list).await;
    let query = format!("list={list}&client={client}&user={}", ada.id);
    let mut socket = open(&app, &ada, &query).await;
    let epoch = &whole["epoch"];
    assert_eq!(
        socket.next().await,
        json!({"type": "WELCOME", "protocol": 1, "user": ada.id, "list": list, "epoch": epoch, "seq": 1,
            "role": "owner", "last_mid": 0})
    );
    assert_eq!(
        socket.next().await,
        json!({"type": "SNAPSHOT", "list": list, "epoch": epoch, "seq": 1, "payload": whole["payload"]})
    );
    let ops = vec![add(&new_id(), "bread"), add(&new_id(), "rice")];
    ada.push(&list, &client, 1, ops).await.ok();
    let events = ada.since(&list, &json!(1)).await;
    assert_eq!(vec![socket.event().await, socket.event().await], events);
    assert_eq!(events[1]["mid"], json!(2));
    assert_eq!(socket.ping().await, json!(3));
}

#[tokio::test]
async fn from_a_place_on_exactly_the_events_after_it_come_and_then_live_ones() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let (list, client) = (ada.list("Groceries").await, new_id());
    let ops = (0..4).map(|_| add(&new_id(), "milk")).collect();
    ada.push(&list, &client, 1, ops).await.ok();
    let epoch = ada.snapshot(&list).await["epoch"].clone();
    let epoch = epoch.as_str().unwrap();
    for since in 0..=4 {
        let query = format!("list={list}&client={client}&epoch={epoch}&since={since}");
        let mut socket = open(&app, &ada, &query).await;
        let welcome = socket.next().await;
        let head = welcome["seq"].as_u64().unwrap();
        assert_eq!(welcome["last_mid"], json!(4));
        ada.add(&list, "bread").await;
        for seq in since + 1..=head + 1 {
            assert_eq!(socket.event().await["seq"], json!(seq));
        }
        assert_eq!(socket.ping().await, json!(head + 1));
    }
}

#[tokio::test]
async fn of_another_history_or_ahead_or_from_nowhere_it_begins_with_the_whole_list() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    ada.add(&list, "oat milk").await;
    let whole = ada.snapshot(&list).await;
    let epoch = whole["epoch"].as_str().unwrap();
    for query in [
        String::new(),
        "&since=0".to_owned(),
        format!("&epoch={epoch}"),
        format!("&epoch={}&since=0", new_id()),
        format!("&epoch={}&since=1", new_id()),
        format!("&epoch={epoch}&since=2"),
        format!("&epoch={epoch}&since={}", u64::MAX),
    ] {
        let mut socket = open(&app, &ada, &format!("list={list}{query}")).await;
        socket.next_of("WELCOME").await;
        let snapshot = socket.next().await;
        assert_eq!(snapshot["type"], "SNAPSHOT", "{query}");
        assert_eq!(snapshot["payload"], whole["payload"]);
        assert_eq!(socket.ping().await, json!(1));
    }
}

#[tokio::test]
async fn a_snapshot_of_many_pieces_arrives_whole() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let title = "🥛".repeat(500);
    let ops = (0..100).map(|_| add(&new_id(), &title)).collect();
    ada.push(&list, &new_id(), 1, ops).await.ok();
    let mut socket = open(&app, &ada, &format!("list={list}")).await;
    socket.next_of("WELCOME").await;
    let snapshot = socket.next().await;
    assert_eq!(snapshot["payload"], ada.snapshot(&list).await["payload"]);
}

#[tokio::test]
async fn without_a_list_there_is_a_welcome_a_pong_and_word_of_ones_lists_only() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let (list, other) = (ada.list("Groceries").await, bob.list("Bob's").await);
    app.let_in(&bob, &list, "viewer").await;
    let mut socket = open(&app, &bob, "").await;
    let welcome = json!({"type": "WELCOME", "protocol": 1, "user": bob.id});
    assert_eq!(socket.next().await, welcome);
    assert_eq!(socket.until_pong().await, Vec::<Value>::new());
    let mut adas = open(&app, &ada, "").await;
    adas.next_of("WELCOME").await;
    let todo = ada.add(&list, "oat milk").await;
    assert_eq!(socket.next().await, json!({"type": "LISTS_CHANGED"}));
    assert_eq!(adas.next().await, json!({"type": "LISTS_CHANGED"}));
    bob.add(&other, "bread").await;
    assert_eq!(socket.next().await, json!({"type": "LISTS_CHANGED"}));
    ada.op(&list, crate::tests::person::tick(&todo)).await;
    assert_eq!(adas.next().await, json!({"type": "LISTS_CHANGED"}));
    assert_eq!(adas.until_pong().await, Vec::<Value>::new());
}

#[tokio::test]
async fn whoever_may_not_is_told_so_before_anything_opens() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let (list, his) = (ada.list("Groceries").await, new_id());
    let theirs = bob.list("Bob's").await;
    bob.push(&theirs, &his, 1, vec![]).await.ok();
    let of = |list: &str| format!("list={list}");

    let nobody = app.nobody();
    let answer = refused(&nobody, &of(&list), &[]).await;
    answer.refused(401, "UNAUTHENTICATED");
    let answer = refused(&ada, &format!("user={}", bob.id), &[]).await;
    answer.refused(401, "OTHER_USER");
    for list in [new_id(), theirs.clone()] {
        let answer = refused(&ada, &of(&list), &[]).await;
        answer.refused(404, "NOT_FOUND");
    }
    let answer = refused(&ada, &format!("list={list}&client={his}"), &[]).await;
    answer.refused(403, "CLIENT_TAKEN");
    for (query, field) in [
        ("list=x", "list"),
        ("epoch=1", "epoch"),
        ("since=-1", "since"),
        ("client=", "client"),
        ("user=ada", "user"),
    ] {
        let answer = refused(&ada, query, &[]).await;
        assert_eq!(answer.refused(400, "MALFORMED")["field"], field);
    }
    let gone = ada.list("Gone").await;
    ada.form("/api/delete_list", &[("list", &gone)]).await.ok();
    let answer = refused(&ada, &of(&gone), &[]).await;
    answer.refused(404, "NOT_FOUND");
    // Whoever came to nothing has taken no client and no place.
    app.let_in(&ada, &theirs, "viewer").await;
    assert_eq!(app.hub().sockets(), 0);
}

#[tokio::test]
async fn a_client_belongs_to_who_names_it_first_and_a_refused_one_names_nothing() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let (hers, his) = (ada.list("Ada's").await, bob.list("Bob's").await);
    let client = new_id();
    let answer = refused(&ada, &format!("list={his}&client={client}"), &[]).await;
    answer.refused(404, "NOT_FOUND");
    open(&app, &bob, &format!("list={his}&client={client}")).await;
    let answer = refused(&ada, &format!("list={hers}&client={client}"), &[]).await;
    answer.refused(403, "CLIENT_TAKEN");
    ada.push(&hers, &client, 1, vec![])
        .await
        .refused(403, "CLIENT_TAKEN");
}

#[tokio::test]
async fn a_foreign_page_gets_no_socket_and_our_own_and_programs_do() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let own = app.origin();
    let port = own.rsplit(':').next().unwrap();
    for foreign in [
        "null".to_owned(),
        "https://evil.example".to_owned(),
        format!("{own}.evil.example"),
        format!("http://127.0.0.1:{port}0"),
        "http://127.0.0.1:1".to_owned(),
        "http://127.0.0.1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("{own}/"),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://evil127.0.0.1:{port}"),
    ] {
        let answer = refused(&ada, "", &[("origin", &foreign)]).await;
        answer.refused(403, "CROSS_SITE");
    }
    for own in [own.clone(), format!("http://localhost:{port}")] {
        let answer = refused(&ada, "", &[("origin", &own)]).await;
        assert_eq!(answer.status, 101, "{own}");
    }
}

#[tokio::test]
async fn what_asks_for_no_socket_is_told_what_there_is() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    ada.get("/ws").await.refused(400, "MALFORMED");
    let answer = refused(&ada, "", &[("upgrade", "h2c")]).await;
    // Two names are listed by now, and ours is one of them.
    assert_eq!(answer.status, 101);
    ada.post("/ws", json!({}))
        .await
        .refused(405, "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn a_user_has_so_many_sockets_and_an_address_and_the_others_notice_nothing() {
    let app = TestApp::with()
        .setting("LOCKSTEP_LIMITS_SOCKETS_PER_ADDRESS", "53")
        .start()
        .await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    let mut open_ones = Vec::new();
    for _ in 0..50 {
        open_ones.push(open_list(&app, &ada, &list).await);
    }
    for _ in 0..50 {
        let answer = refused(&ada, &format!("list={list}"), &[]).await;
        let answer = answer.refused(429, "TOO_MANY");
        assert_eq!(answer["retry_after"], json!(10));
    }
    for _ in 0..3 {
        let mut socket = open(&app, &bob, "").await;
        socket.next_of("WELCOME").await;
        open_ones.push(socket);
    }
    refused(&bob, "", &[]).await.refused(429, "TOO_MANY");
    ada.add(&list, "oat milk").await;
    for socket in &mut open_ones[..50] {
        assert_eq!(socket.event().await["seq"], json!(1));
    }
    // A place is free again as soon as its socket has gone.
    open_ones.pop().unwrap().cut();
    while app.hub().sockets() > 52 {
        tokio::task::yield_now().await;
    }
    open(&app, &bob, "").await;
}

#[tokio::test]
async fn without_caps_there_is_no_limit() {
    let app = TestApp::with()
        .setting("LOCKSTEP_LIMITS_SOCKETS_PER_USER", "0")
        .setting("LOCKSTEP_LIMITS_SOCKETS_PER_ADDRESS", "0")
        .start()
        .await;
    let ada = app.person().await;
    let mut sockets = Vec::new();
    for _ in 0..100 {
        sockets.push(open(&app, &ada, "").await);
    }
    for socket in &mut sockets {
        socket.next_of("WELCOME").await;
    }
}
