//! Presence: who is here and who edits what, told to the list's members and to nobody else.

use super::client::{Socket, open, open_list};
use crate::tests::{
    app::TestApp,
    person::{Person, new_id},
};
use serde_json::{Value, json};

/// Who is here, in the order of their ids, when it is as expected.
async fn sees(socket: &mut Socket, people: &[(&Person, Value)]) {
    let mut expected: Vec<_> = people
        .iter()
        .map(
            |(person, editing)| json!({"user": person.id, "name": person.name, "editing": editing}),
        )
        .collect();
    expected.sort_by_key(|entry| entry["user"].to_string());
    loop {
        let frame = socket.next_of("PRESENCE").await;
        if frame["payload"] == json!(expected) {
            return;
        }
    }
}

#[tokio::test]
async fn members_see_who_is_here_and_edits_what_until_they_go() {
    let mut app = TestApp::start().await;
    let (ada, bob) = (app.person().await, app.person().await);
    let list = ada.list("Groceries").await;
    app.let_in(&bob, &list, "viewer").await;
    let mut adas = open_list(&app, &ada, &list).await;
    let mut bobs = open_list(&app, &bob, &list).await;
    let both = [(&ada, Value::Null), (&bob, Value::Null)];
    sees(&mut adas, &both).await;
    sees(&mut bobs, &both).await;
    let todo = new_id();
    adas.say(json!({"type": "EDITING", "id": todo})).await;
    sees(&mut bobs, &[(&ada, json!(todo)), (&bob, Value::Null)]).await;
    adas.say(json!({"type": "EDITING", "id": null})).await;
    sees(&mut bobs, &both).await;
    adas.say(json!({"type": "EDITING", "id": todo})).await;
    let second = open_list(&app, &ada, &list).await;
    adas.cut();
    sees(&mut bobs, &both).await;
    second.cut();
    sees(&mut bobs, &[(&bob, Value::Null)]).await;
}

#[tokio::test]
async fn who_is_alone_or_elsewhere_or_no_member_is_told_nothing() {
    let mut app = TestApp::start().await;
    let (ada, bob, eve) = (app.person().await, app.person().await, app.person().await);
    let (list, other) = (ada.list("Groceries").await, eve.list("Eve's").await);
    app.let_in(&bob, &list, "editor").await;
    let mut alone = open_list(&app, &eve, &other).await;
    let mut two_tabs = open_list(&app, &eve, &other).await;
    let mut overview = open(&app, &ada, "").await;
    overview.next_of("WELCOME").await;
    let mut adas = open_list(&app, &ada, &list).await;
    let mut bobs = open_list(&app, &bob, &list).await;
    alone.say(json!({"type": "EDITING", "id": new_id()})).await;
    overview
        .say(json!({"type": "EDITING", "id": new_id()}))
        .await;
    bobs.say(json!({"type": "EDITING", "id": new_id()})).await;
    sees(&mut bobs, &[(&ada, Value::Null), (&bob, Value::Null)]).await;
    adas.next_of("PRESENCE").await;
    for socket in [&mut alone, &mut two_tabs, &mut overview] {
        assert_eq!(socket.until_pong().await, Vec::<Value>::new());
    }
}
