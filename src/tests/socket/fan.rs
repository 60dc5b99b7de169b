//! The hub alone: what is missing is asked for and read, whoever brings it.

use super::wire::{ADA, LIST, at, frame, hub, visitor};
use crate::{
    core::id::Seq,
    server::{
        hub::{Caps, Full, Hub},
        store::Happened,
    },
    tests::{
        app::TestApp,
        person::{add, new_id},
    },
};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

#[tokio::test(start_paused = true)]
async fn a_number_without_its_event_holds_up_the_others_until_it_is_there() {
    let hub = hub();
    let client = at(&hub, ADA, 0);
    assert_eq!(client.next().await["type"], "WELCOME");
    hub.heard(LIST, Seq(2), None);
    hub.heard(LIST, Seq(3), Some(frame(3)));
    assert_eq!(hub.missing(LIST), Some((Seq(0), Seq(3))));
    hub.heard(LIST, Seq(1), Some(frame(1)));
    assert_eq!(client.next().await["seq"], json!(1));
    assert_eq!(hub.missing(LIST), Some((Seq(1), Seq(3))));
    hub.heard(LIST, Seq(2), Some(frame(2)));
    assert_eq!(client.next().await["seq"], json!(2));
    assert_eq!(client.next().await["seq"], json!(3));
    assert_eq!(hub.missing(LIST), None);
}

/// A hub that reads what is missing from the app's database, and hears nothing of what the app does: another instance.
fn other_instance(app: &TestApp) -> (Hub, UnboundedSender<Vec<Happened>>) {
    let (hub, missing) = Hub::new(Caps::default());
    let (listener, heard) = unbounded_channel();
    tokio::spawn(hub.clone().run(app.store(), heard, missing));
    (hub, listener)
}

#[tokio::test]
async fn an_event_of_another_instance_is_read_from_the_table_when_its_number_is_heard() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = LIST.to_string();
    let fields = [("name", "Groceries"), ("id", &list)];
    ada.form("/api/create_list", &fields).await.ok();
    let (hub, _listener) = other_instance(&app);
    let client = at(&hub, ADA, 0);
    assert_eq!(client.next().await["type"], "WELCOME");
    let ops = (0..3).map(|_| add(&new_id(), "milk")).collect();
    ada.push(&list, &new_id(), 1, ops).await.ok();
    hub.heard(LIST, Seq(3), None);
    let events = ada.since(&list, &json!(0)).await;
    for event in events {
        assert_eq!(client.next().await, event);
    }
}

#[tokio::test]
async fn an_event_that_is_nowhere_lets_all_who_wait_for_it_begin_anew() {
    let app = TestApp::start().await;
    let (hub, _listener) = other_instance(&app);
    tokio::time::pause();
    let client = at(&hub, ADA, 0);
    hub.heard(LIST, Seq(7), None);
    assert_eq!(client.to_the_end().await, (vec![], 1012));
}

#[test]
fn a_hub_that_is_closed_lets_nobody_in() {
    let hub = hub();
    hub.close();
    let refused = hub.subscribe(visitor(ADA, None)).err();
    assert_eq!(refused, Some(Full::Stopping));
}
