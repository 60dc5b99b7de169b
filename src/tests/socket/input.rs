//! Bad input: each has its closing code, and other clients notice nothing.

use super::client::{Socket, open, open_list};
use crate::tests::app::TestApp;
use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

/// What is sent, and the code that ends the socket.
fn bad() -> Vec<(&'static str, Vec<Message>, u16)> {
    let piece = |text: &str, code, last| {
        Message::Frame(Frame::message(text.to_owned(), OpCode::Data(code), last))
    };
    let mut endless = vec![piece("{", Data::Text, false)];
    endless.extend((0..50).map(|_| piece(&" ".repeat(100), Data::Continue, false)));
    vec![
        ("no JSON", vec![Message::text("hello")], 1008),
        ("no object", vec![Message::text("[]")], 1008),
        ("no type", vec![Message::text("{}")], 1008),
        (
            "an id that is none",
            vec![Message::text(r#"{"type":"EDITING","id":"x"}"#)],
            1008,
        ),
        ("bytes", vec![Message::binary(vec![1, 2, 3])], 1003),
        ("a long text", vec![Message::text(" ".repeat(4097))], 1009),
        (
            "a very long text",
            vec![Message::text(" ".repeat(3_000_000))],
            1009,
        ),
        ("long bytes", vec![Message::binary(vec![0; 4097])], 1009),
        ("pieces without end", endless, 1009),
        (
            "no UTF-8",
            vec![Message::Frame(Frame::message(
                vec![0xff],
                OpCode::Data(Data::Text),
                true,
            ))],
            1007,
        ),
        (
            "a continuation of nothing",
            vec![piece("x", Data::Continue, true)],
            1002,
        ),
        (
            "a flood",
            (0..2_000)
                .map(|_| Message::text(r#"{"type":"PING"}"#))
                .collect(),
            4429,
        ),
        (
            "a flood of pings",
            (0..2_000)
                .map(|_| Message::Ping(vec![0; 100].into()))
                .collect(),
            4429,
        ),
        (
            "a flood of what it does not know",
            (0..2_000)
                .map(|_| Message::text(r#"{"type":"X"}"#))
                .collect(),
            4429,
        ),
    ]
}

async fn send_all(socket: &mut Socket, messages: Vec<Message>) {
    for message in messages {
        // The server may have hung up in the middle of it.
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

/// The code, whatever comes before it.
async fn code(mut socket: Socket) -> u16 {
    loop {
        if let Some(code) = socket.code().await {
            return code;
        }
    }
}

#[tokio::test]
async fn each_bad_input_ends_its_own_socket_with_its_code() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let list = ada.list("Groceries").await;
    let mut other = open_list(&app, &ada, &list).await;
    for (what, messages, expected) in bad() {
        let mut socket = open_list(&app, &ada, &list).await;
        send_all(&mut socket, messages).await;
        assert_eq!(code(socket).await, expected, "{what}");
        ada.add(&list, what).await;
        assert_eq!(other.event().await["payload"]["title"], what);
    }
}

#[tokio::test]
async fn what_is_as_large_as_may_be_or_of_another_version_is_no_fault() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let mut socket = open(&app, &ada, "").await;
    socket.next_of("WELCOME").await;
    let padding = " ".repeat(4096 - r#"{"type":"PING"}"#.len());
    let ping = format!(r#"{{"type":"PING"{padding}}}"#);
    assert_eq!(ping.len(), 4096);
    socket.send(Message::text(ping)).await.unwrap();
    assert_eq!(socket.next().await, json!({"type": "PONG"}));
    socket.say(json!({"type": "SOMETHING", "new": [1]})).await;
    socket.say(json!({"type": "EDITING", "id": null})).await;
    socket.say(json!({"type": "PING", "more": {}})).await;
    assert_eq!(socket.next().await, json!({"type": "PONG"}));
}

#[tokio::test]
async fn a_client_that_says_goodbye_gets_one() {
    let app = TestApp::start().await;
    let ada = app.person().await;
    let mut socket = open(&app, &ada, "").await;
    socket.next_of("WELCOME").await;
    socket.send(Message::Close(None)).await.unwrap();
    assert_eq!(socket.closed().await, 1005);
    while app.hub().sockets() > 0 {
        tokio::task::yield_now().await;
    }
}
