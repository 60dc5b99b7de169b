//! One socket: what it is sent in which order, and what happens when it does not take it.

use super::wire::{
    ADA, BOB, LIST, SESSION, Table, at, frame, hub, opening, reading, serve, visitor,
};
use crate::{
    core::id::Seq,
    server::{
        hub::{Hub, mailbox::EVENTS_MAX},
        store::{Ended, Happened},
        ws::{end::End, socket::PIECE_MAX},
    },
};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

fn publish(hub: &Hub, seqs: impl IntoIterator<Item = u64>) {
    for seq in seqs {
        hub.heard(LIST, Seq(seq), Some(frame(seq)));
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_committed_while_it_read_comes_once_and_after_what_it_read() {
    let hub = hub();
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    // 3 and 4 were committed before the read, and heard of only now.
    publish(&hub, 3..=6);
    subscription.begin(Seq(4));
    let client = serve(
        subscription,
        opening(reading(2, 4)),
        &Table::default(),
        usize::MAX,
    );
    publish(&hub, 7..=8);
    assert_eq!(client.next().await["type"], "WELCOME");
    for seq in 3..=8 {
        assert_eq!(client.next().await["seq"], json!(seq));
    }
}

#[tokio::test(start_paused = true)]
async fn events_that_are_heard_out_of_order_go_out_in_order() {
    let hub = hub();
    let client = at(&hub, ADA, 0);
    publish(&hub, [2, 4, 1, 3, 2, 6, 5]);
    hub.close();
    let (seqs, code) = client.to_the_end().await;
    assert_eq!(
        (seqs, code),
        (vec![], 1012),
        "what waited is for the next time"
    );
    let client = at(&self::hub(), ADA, 0);
    client.say(r#"{"type":"PING"}"#);
    assert_eq!(client.next().await["type"], "WELCOME");
    assert_eq!(client.next().await, json!({"type": "PONG", "seq": 0}));

    let hub = self::hub();
    let client = at(&hub, ADA, 0);
    assert_eq!(client.next().await["type"], "WELCOME");
    publish(&hub, [2, 4, 1, 3, 2, 6, 5]);
    for seq in 1..=6 {
        assert_eq!(client.next().await["seq"], json!(seq));
    }
    client.say(r#"{"type":"PING"}"#);
    assert_eq!(client.next().await, json!({"type": "PONG", "seq": 6}));
}

#[tokio::test(start_paused = true)]
async fn nothing_follows_the_loss_of_access_of_the_sign_in_or_of_the_list() {
    let which = Ended::AllBut(None);
    for (happened, code) in [
        (
            Happened::AccessLost {
                list: LIST,
                user: ADA,
            },
            4403,
        ),
        (Happened::ListDeleted { list: LIST }, 4410),
        (Happened::SessionsEnded { user: ADA, which }, 4401),
    ] {
        let hub = hub();
        let client = at(&hub, ADA, 0);
        publish(&hub, [1]);
        assert_eq!(client.next().await["type"], "WELCOME");
        assert_eq!(client.next().await["seq"], json!(1));
        hub.tell(happened);
        publish(&hub, [2]);
        let other = Ended::One(SESSION);
        hub.tell(Happened::SessionsEnded {
            user: ADA,
            which: other,
        });
        assert_eq!(client.to_the_end().await, (vec![], code));
        assert_eq!(client.served.await.unwrap().code(), Some(code));
        assert_eq!(hub.sockets(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_also_overtakes_a_replay_and_a_text_in_pieces() {
    let hub = hub();
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    subscription.begin(Seq(9));
    let client = serve(subscription, opening(reading(0, 9)), &Table::default(), 3);
    client.message().await;
    client.message().await;
    hub.tell(Happened::AccessLost {
        list: LIST,
        user: ADA,
    });
    client.take(100);
    let (seqs, code) = client.to_the_end().await;
    assert_eq!((seqs, code), (vec![2], 4403));
}

#[tokio::test(start_paused = true)]
async fn a_slow_one_is_ended_and_the_others_get_everything() {
    let hub = hub();
    let all = 3 * EVENTS_MAX as u64;
    let fast = at(&hub, BOB, 0);
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    subscription.begin(Seq(0));
    let slow = serve(subscription, opening(reading(0, 0)), &Table::default(), 10);
    assert_eq!(fast.next().await["type"], "WELCOME");
    assert_eq!(slow.next().await["type"], "WELCOME");
    for seq in 1..=all {
        publish(&hub, [seq]);
        loop {
            let frame = fast.next().await;
            if frame["type"] != "PRESENCE" {
                assert_eq!(frame["seq"], json!(seq));
                break;
            }
        }
    }
    slow.take(100);
    let (seqs, code) = slow.to_the_end().await;
    assert_eq!(code, 4499);
    assert!(
        seqs.len() < 20 && seqs.iter().copied().eq(1..=seqs.len() as u64),
        "{seqs:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn one_that_takes_nothing_at_all_is_cut_off() {
    let hub = hub();
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    subscription.begin(Seq(0));
    let client = serve(subscription, opening(reading(0, 0)), &Table::default(), 1);
    client.message().await;
    publish(&hub, 1..=2 * EVENTS_MAX as u64);
    assert_eq!(client.served.await.unwrap(), End::TooSlow);
    assert_eq!(hub.sockets(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_long_replay_does_not_count_as_slow_and_is_read_on_from_where_it_was() {
    let hub = hub();
    let (table, last) = (Table::default(), 1 + 2 * EVENTS_MAX as u64);
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    subscription.begin(Seq(1));
    let client = serve(subscription, opening(reading(0, 1)), &table, 1);
    assert_eq!(client.next().await["type"], "WELCOME");
    publish(&hub, 2..=last);
    table.answers(Ok(reading(1, last)));
    client.take(usize::MAX);
    for seq in 1..=last {
        assert_eq!(client.next().await["seq"], json!(seq));
    }
    assert_eq!(*table.asked.lock().unwrap(), [Seq(1)]);
    publish(&hub, [last + 1]);
    assert_eq!(client.next().await["seq"], json!(last + 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_in_its_mailbox_is_read_rather_than_left_out() {
    let hub = hub();
    let table = Table::default();
    let first = at(&hub, BOB, 4);
    assert_eq!(first.next().await["type"], "WELCOME");
    // It registered, and read an older moment than the hub is at.
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    subscription.begin(Seq(2));
    publish(&hub, [5]);
    table.answers(Ok(reading(2, 5)));
    let client = serve(subscription, opening(reading(2, 2)), &table, usize::MAX);
    assert_eq!(client.next().await["type"], "WELCOME");
    for seq in 3..=5 {
        assert_eq!(client.next().await["seq"], json!(seq));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_fails_ends_it_as_it_says() {
    let (hub, table) = (hub(), Table::default());
    let subscription = hub.subscribe(visitor(ADA, Some(LIST))).unwrap();
    table.answers(Err(End::AccessLost));
    let client = serve(subscription, opening(reading(0, 0)), &table, usize::MAX);
    publish(&hub, [2]);
    hub.subscribe(visitor(BOB, Some(LIST)))
        .unwrap()
        .begin(Seq(1));
    assert_eq!(client.to_the_end().await, (vec![], 4403));
}

#[tokio::test(start_paused = true)]
async fn a_large_text_goes_in_pieces_and_nothing_comes_between_but_the_end() {
    let hub = hub();
    let client = at(&hub, ADA, 0);
    client.message().await;
    let title = "🥛".repeat(PIECE_MAX);
    let large = json!({"seq": 1, "title": title}).to_string();
    hub.heard(LIST, Seq(1), Some(large.clone().into()));
    publish(&hub, [2]);
    let mut got = Vec::new();
    loop {
        let Message::Frame(piece) = client.message().await else {
            panic!("a piece");
        };
        assert!(piece.payload().len() <= PIECE_MAX);
        got.extend_from_slice(piece.payload());
        if piece.header().is_final {
            break;
        }
    }
    assert_eq!(got, large.as_bytes());
    assert_eq!(client.next().await["seq"], json!(2));
}
