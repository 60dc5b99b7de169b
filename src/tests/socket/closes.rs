//! How the server ends sockets: each closing code, and that nothing follows it.

use super::client::{Socket, open, open_list, refused};
use crate::{
    core::id::{ListId, UserId},
    server::store::Happened,
    tests::{
        app::{TestApp, blob},
        person::{PASSWORD, Person, add, new_id},
    },
};
use serde_json::json;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The same person in another browser.
async fn elsewhere(app: &TestApp, person: &Person) -> super::super::person::Browser {
    let browser = app.nobody();
    let fields = [("name", &*person.name), ("password", PASSWORD)];
    browser.form("/api/login", &fields).await.ok();
    browser
}

async fn closed(sockets: impl IntoIterator<Item = &mut Socket>, code: u16) {
    for socket in sockets {
        assert_eq!(socket.closed().await, code);
    }
}

#[tokio::test]
async fn signing_out_ends_the_sign_ins_own_sockets_and_no_others() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let phone = elsewhere(&app, &ada).await;
    let mut sockets = [
        open_list(&app, &ada, &list).await,
        open(&app, &ada, "").await,
    ];
    let mut others = open_list(&app, &phone, &list).await;
    ada.form("/api/logout", &[]).await.ok();
    closed(&mut sockets, 4401).await;
    assert_eq!(others.ping().await, json!(0));
    let answer = refused(&ada, &format!("list={list}"), &[]).await;
    answer.refused(401, "UNAUTHENTICATED");
}

#[tokio::test]
async fn whatever_ends_a_sign_in_ends_its_sockets() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let mut own = open_list(&app, &ada, &list).await;

    let phone = elsewhere(&app, &ada).await;
    let mut socket = open_list(&app, &phone, &list).await;
    let sessions = ada.post("/api/sessions", json!({})).await.ok();
    let other = sessions.as_array().unwrap().iter();
    let mut other = other.filter(|session| session["current"] == false);
    let id = other.next().unwrap()["id"].as_str().unwrap().to_owned();
    ada.form("/api/end_session", &[("id", &id)]).await.ok();
    assert_eq!(socket.closed().await, 4401);

    let phone = elsewhere(&app, &ada).await;
    let mut socket = open_list(&app, &phone, &list).await;
    ada.form("/api/end_other_sessions", &[]).await.ok();
    assert_eq!(socket.closed().await, 4401);

    let phone = elsewhere(&app, &ada).await;
    let mut socket = open_list(&app, &phone, &list).await;
    let fields = [("old", PASSWORD), ("new", "cedar-lantern-58")];
    ada.form("/api/change_password", &fields).await.ok();
    assert_eq!(socket.closed().await, 4401);

    // Through all of it one's own stays, until the account goes.
    assert_eq!(own.ping().await, json!(0));
    let fields = [("password", "cedar-lantern-58")];
    ada.form("/api/delete_account", &fields).await.ok();
    // Whichever of the two it is told first: list and sign-in went in one step.
    assert!([4401, 4410].contains(&own.closed().await));
}

#[tokio::test]
async fn signing_in_anew_ends_the_sockets_of_the_sign_in_before() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let mut socket = open(&app, &ada, "").await;
    let fields = [("name", &*bob.name), ("password", PASSWORD)];
    ada.form("/api/login", &fields).await.ok();
    assert_eq!(socket.closed().await, 4401);
}

#[tokio::test]
async fn a_sign_in_that_expires_ends_its_sockets_unless_it_was_used_meanwhile() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let soon = now.as_millis() + 1_500;
    app.database(&format!("UPDATE sessions SET expires_at = {soon}"))
        .await;
    let mut expires = open(&app, &ada, "").await;
    let mut lasts = open(&app, &bob, "").await;
    let bobs = blob(&bob.id);
    let longer = format!("UPDATE sessions SET expires_at = 9000000000000 WHERE user_id = {bobs}");
    app.database(&longer).await;
    assert_eq!(expires.closed().await, 4401);
    lasts.next_of("WELCOME").await;
    lasts.ping().await;
}

#[tokio::test]
async fn who_loses_access_is_closed_out_and_not_one_event_follows() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    app.let_in(&bob, &list, "editor").await;
    let mut sockets = [
        open_list(&app, &bob, &list).await,
        open_list(&app, &bob, &list).await,
    ];
    let mut overview = open(&app, &bob, "").await;
    overview.next_of("WELCOME").await;
    let mut adas = open_list(&app, &ada, &list).await;
    let gone = format!("DELETE FROM members WHERE user_id = {}", blob(&bob.id));
    app.database(&gone).await;
    app.hub().tell(Happened::AccessLost {
        list: ListId(list.parse().unwrap()),
        user: UserId(bob.id.parse().unwrap()),
    });
    ada.add(&list, "secret").await;
    closed(&mut sockets, 4403).await;
    overview.next_of("LISTS_CHANGED").await;
    assert_eq!(adas.event().await["seq"], json!(1));
    let answer = refused(&bob, &format!("list={list}"), &[]).await;
    answer.refused(404, "NOT_FOUND");
}

#[tokio::test]
async fn a_deleted_list_ends_everybodys_sockets_and_so_does_its_owners_account() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    for how in ["/api/delete_list", "/api/delete_account"] {
        let list = ada.list("Groceries").await;
        app.let_in(&bob, &list, "editor").await;
        let mut bobs = open_list(&app, &bob, &list).await;
        let mut overview = open(&app, &bob, "").await;
        overview.next_of("WELCOME").await;
        ada.form(how, &[("list", &list), ("password", PASSWORD)])
            .await
            .ok();
        assert_eq!(bobs.closed().await, 4410, "{how}");
        overview.next_of("LISTS_CHANGED").await;
    }
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_stops_at_once_and_one_goes_on_where_one_was() {
    let mut app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(open_list(&app, &ada, &list).await);
    }
    ada.add(&list, "oat milk").await;
    for socket in &mut sockets {
        assert_eq!(socket.event().await["seq"], json!(1));
    }
    let before = Instant::now();
    let goodbyes = async {
        for socket in &mut sockets {
            assert_eq!(socket.closed().await, 1012);
        }
    };
    tokio::join!(app.restart(), goodbyes);
    assert!(before.elapsed().as_secs() < 3, "{:?}", before.elapsed());
    let epoch = ada.snapshot(&list).await["epoch"].clone();
    let ops = vec![add(&new_id(), "bread")];
    ada.push(&list, &new_id(), 1, ops).await.ok();
    let query = format!("list={list}&since=1&epoch={}", epoch.as_str().unwrap());
    let mut socket = open(&app, &ada, &query).await;
    socket.next_of("WELCOME").await;
    assert_eq!(socket.next().await["seq"], json!(2));
}
