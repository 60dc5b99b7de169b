//! What goes by the clock: heartbeat, floods, how often lists and presence are told, the end of a sign-in.

use super::wire::{ADA, BOB, Client, LIST, LONG, Table, at, hub, opening, reading, serve, visitor};
use crate::{
    core::id::Seq,
    server::{
        hub::Hub,
        store::Happened,
        ws::{
            end::End,
            pulse::{PING_AMONG_OTHERS, PING_INTERVAL, Pulse},
            socket::{Reading, SILENCE_MAX},
        },
    },
};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, advance, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(start_paused = true)]
async fn it_is_pinged_every_20_s_and_ended_after_45_s_of_silence() {
    let began = Instant::now();
    let client = at(&hub(), ADA, 0);
    client.message().await;
    for seconds in [20, 40] {
        assert!(matches!(client.message().await, Message::Ping(_)));
        assert_eq!(began.elapsed().as_secs(), seconds);
    }
    assert_eq!(client.to_the_end().await, (vec![], 4408));
    assert_eq!(began.elapsed(), SILENCE_MAX);
}

#[tokio::test(start_paused = true)]
async fn one_that_answers_lives_on() {
    let client = at(&hub(), ADA, 0);
    client.message().await;
    for _ in 0..100 {
        assert!(matches!(client.message().await, Message::Ping(_)));
        client.send(Message::Pong(Default::default()));
    }
    assert!(!client.served.is_finished());
}

#[tokio::test(start_paused = true)]
async fn one_that_is_silent_and_takes_nothing_ends_too() {
    let hub = hub();
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    let client = serve(subscription, opening(reading(0, 9)), &Table::default(), 2);
    assert_eq!(client.served.await.unwrap(), End::Silent);
}

#[tokio::test(start_paused = true)]
async fn one_that_takes_a_replay_little_by_little_is_not_silent() {
    let hub = hub();
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    let client = serve(subscription, opening(reading(0, 9)), &Table::default(), 1);
    let mut seqs = Vec::new();
    while seqs.len() < 9 {
        // One of the two is a ping.
        client.take(2);
        if let Message::Text(text) = client.message().await {
            let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
            seqs.extend(frame["seq"].as_u64());
        }
        advance(Duration::from_secs(40)).await;
    }
    assert!(seqs.into_iter().eq(1..=9));
}

#[tokio::test(start_paused = true)]
async fn twenty_frames_a_second_are_no_flood_and_thirty_are() {
    for (rate, floods) in [(20, false), (30, true)] {
        let client = at(&hub(), ADA, 0);
        for _ in 0..rate * 10 {
            client.say(r#"{"type":"X"}"#);
            sleep(Duration::from_secs(1) / rate).await;
        }
        assert_eq!(client.served.is_finished(), floods, "{rate}");
        if floods {
            assert_eq!(client.to_the_end().await, (vec![], 4429));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_its_lists_it_hears_at_once_and_then_once_a_second() {
    let hub = hub();
    let client = at(&hub, ADA, 0);
    client.message().await;
    let began = Instant::now();
    let changed = |hub: &Hub| hub.tell(Happened::ListsChanged { users: vec![ADA] });
    let mut told = Vec::new();
    changed(&hub);
    for _ in 0..300 {
        if let Ok(frame) = timeout(Duration::from_millis(10), client.next()).await {
            assert_eq!(frame, json!({"type": "LISTS_CHANGED"}));
            told.push(began.elapsed().as_millis() / 100);
        }
        changed(&hub);
    }
    assert_eq!(told, [0, 10, 20]);
    // The last one is told as well, and then there is nothing more to tell.
    assert_eq!(client.next().await, json!({"type": "LISTS_CHANGED"}));
    assert!(
        timeout(Duration::from_secs(5), client.next())
            .await
            .is_err()
    );
    hub.tell(Happened::ListsChanged { users: vec![BOB] });
    assert!(
        timeout(Duration::from_secs(5), client.next())
            .await
            .is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn of_presence_it_hears_four_times_a_second_at_most_and_the_last_word() {
    let hub = hub();
    let (ada, bob) = (at(&hub, ADA, 0), at(&hub, BOB, 0));
    bob.message().await;
    let mut told = 0;
    let began = Instant::now();
    let editing = |n: u128| json!({"type": "EDITING", "id": uuid::Uuid::from_u128(n)}).to_string();
    for n in 0..60 {
        ada.say(&editing(n));
        while timeout(Duration::from_millis(50), bob.next()).await.is_ok() {
            told += 1;
        }
    }
    let most = began.elapsed().as_millis() / 250 + 1;
    assert!((most - 2..=most).contains(&told), "{told} of {most}");
    ada.say(&editing(99));
    let last = bob.next().await;
    let of_ada = last["payload"].as_array().unwrap().iter();
    let mut of_ada = of_ada.filter(|entry| entry["user"] == json!(ADA));
    assert_eq!(
        of_ada.next().unwrap()["editing"],
        json!(uuid::Uuid::from_u128(99))
    );
}

/// Answers pings until presence shows so many people; gives how long that took.
async fn until_people(client: &Client, people: usize) -> Duration {
    let began = Instant::now();
    loop {
        match client.message().await {
            Message::Ping(_) => client.send(Message::Pong(Default::default())),
            Message::Text(text) => {
                let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
                if frame["payload"]
                    .as_array()
                    .is_some_and(|p| p.len() == people)
                {
                    return began.elapsed();
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_drops_off_the_network_is_gone_for_the_others_within_ten_seconds_and_back_when_heard() {
    let hub = hub();
    let (ada, bob) = (at(&hub, ADA, 0), at(&hub, BOB, 0));
    until_people(&bob, 2).await;
    // Each of ada's pings but the last few was answered, and presence was told to nobody meanwhile.
    let both = async {
        let answering = async {
            loop {
                if matches!(ada.message().await, Message::Ping(_)) {
                    ada.send(Message::Pong(Default::default()));
                }
            }
        };
        let _ = timeout(Duration::from_secs(600), answering).await;
    };
    tokio::join!(both, async {
        let quiet = timeout(Duration::from_secs(600), until_people(&bob, 1)).await;
        assert!(quiet.is_err(), "both were there all the time");
    });
    assert!(until_people(&bob, 1).await <= Duration::from_secs(10));
    ada.send(Message::Pong(Default::default()));
    assert!(until_people(&bob, 2).await <= Duration::from_secs(1));
    // For good, this time: once it is alone it is asked as seldom as anybody who is.
    assert!(until_people(&bob, 1).await <= Duration::from_secs(10));
    let next_ping = async { while !matches!(bob.message().await, Message::Ping(_)) {} };
    next_ping.await;
    bob.send(Message::Pong(Default::default()));
    let began = Instant::now();
    while !matches!(bob.message().await, Message::Ping(_)) {}
    assert_eq!(began.elapsed(), PING_INTERVAL);
    drop(ada);
}

#[tokio::test(start_paused = true)]
async fn among_many_people_each_is_asked_less_often() {
    let mut pulse = Pulse::new(Instant::now());
    let mut gap = |people| {
        let now = Instant::now();
        pulse.among(people, now);
        pulse.ping(now);
        pulse.next - now
    };
    assert_eq!(gap(1), PING_INTERVAL);
    assert_eq!(gap(2), PING_AMONG_OTHERS);
    assert_eq!(gap(50), PING_AMONG_OTHERS);
    assert_eq!(gap(51), PING_AMONG_OTHERS * 2);
    assert_eq!(gap(5_000), PING_INTERVAL);
}

#[tokio::test(start_paused = true)]
async fn when_its_sign_in_would_end_it_asks_whether_it_does() {
    let (hub, table) = (hub(), Table::default());
    let minute = Duration::from_secs(60);
    let expires_in = |expires_in| Reading {
        expires_in,
        ..reading(0, 0)
    };
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    subscription.begin(Seq(0));
    table.answers(Ok(expires_in(minute)));
    table.answers(Err(End::SessionEnded));
    let client = serve(
        subscription,
        opening(expires_in(minute)),
        &table,
        usize::MAX,
    );
    let began = Instant::now();
    loop {
        match client.message().await {
            Message::Ping(_) => client.send(Message::Pong(Default::default())),
            Message::Close(frame) => {
                assert_eq!(u16::from(frame.unwrap().code), 4401);
                break;
            }
            _ => {}
        }
    }
    assert_eq!(began.elapsed(), 2 * minute);
    assert!(began.elapsed() < LONG);
}
