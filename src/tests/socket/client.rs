//! A client that knows the server by its socket only.

use crate::tests::{
    answer::{Answer, Ask},
    app::TestApp,
    person::Browser,
};
use futures_util::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, from_str, json};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

/// Far longer than anything here takes.
const LONG: Duration = Duration::from_secs(10);

/// An open socket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Opens one that is let in.
pub async fn open(app: &TestApp, browser: &Browser, query: &str) -> Socket {
    open_with(app, &browser.cookies(), query).await
}

/// As [`open`], with these cookies.
pub async fn open_with(app: &TestApp, cookies: &str, query: &str) -> Socket {
    let mut request = address(app, query).into_client_request().unwrap();
    let cookies = cookies.parse().unwrap();
    request.headers_mut().insert("cookie", cookies);
    let (stream, answer) = connect_async(request).await.unwrap();
    assert_eq!(answer.status(), 101);
    assert!(!answer.headers().contains_key("content-encoding"));
    Socket(stream)
}

/// Opens one of a list, and takes what it begins with.
pub async fn open_list(app: &TestApp, browser: &Browser, list: &str) -> Socket {
    let mut socket = open(app, browser, &format!("list={list}")).await;
    assert_eq!(socket.next().await["type"], "WELCOME");
    assert_eq!(socket.next().await["type"], "SNAPSHOT");
    socket
}

/// Asks for one that is refused.
pub async fn refused(browser: &Browser, query: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = browser.request(Method::GET, &format!("/ws?{query}"));
    let upgrade = [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    for (name, value) in upgrade.iter().chain(headers) {
        request = request.header(*name, *value);
    }
    request.answer().await
}

fn address(app: &TestApp, query: &str) -> String {
    format!("{}/ws?{query}", app.origin().replace("http", "ws"))
}

impl Socket {
    /// The next frame of JSON.
    pub async fn next(&mut self) -> Value {
        loop {
            let next = timeout(LONG, self.0.next()).await.expect("a frame");
            match next.expect("an open socket").unwrap() {
                Message::Text(text) => return from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next frame of this type; what comes before it and is an event is an error.
    pub async fn next_of(&mut self, r#type: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == r#type {
                return frame;
            }
            assert!(frame["seq"].is_null(), "{frame}");
        }
    }

    /// The next frame that is about todos.
    pub async fn event(&mut self) -> Value {
        loop {
            let frame = self.next().await;
            if !frame["seq"].is_null() {
                return frame;
            }
        }
    }

    /// The code that the server ends it with. No event comes before.
    pub async fn closed(&mut self) -> u16 {
        loop {
            let next = timeout(LONG, self.0.next()).await.expect("an end");
            match next.expect("a goodbye") {
                Ok(Message::Close(frame)) => return frame.map_or(1005, |frame| frame.code.into()),
                Ok(Message::Text(text)) => {
                    let frame: Value = from_str(&text).unwrap();
                    assert!(frame["seq"].is_null(), "{frame}");
                }
                Ok(_) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// The code, if the next message is the end.
    pub async fn code(&mut self) -> Option<u16> {
        let next = timeout(LONG, self.0.next()).await.expect("an end");
        match next.expect("a goodbye").unwrap() {
            Message::Close(frame) => Some(frame.map_or(1005, |frame| frame.code.into())),
            _ => None,
        }
    }

    /// Nothing has come but what has to do with lists and presence, up to an answer to a `PING`: gives its `seq`.
    pub async fn ping(&mut self) -> Value {
        self.say(json!({"type": "PING"})).await;
        loop {
            let mut frame = self.next().await;
            if frame["type"] == "PONG" {
                return frame["seq"].take();
            }
            assert!(frame["seq"].is_null(), "{frame}");
        }
    }

    /// All frames up to the answer to a `PING`.
    pub async fn until_pong(&mut self) -> Vec<Value> {
        self.say(json!({"type": "PING"})).await;
        let mut frames = Vec::new();
        loop {
            let frame = self.next().await;
            if frame["type"] == "PONG" {
                return frames;
            }
            frames.push(frame);
        }
    }

    /// Sends JSON.
    pub async fn say(&mut self, frame: Value) {
        self.send(Message::text(frame.to_string())).await.unwrap();
    }

    /// Sends anything.
    pub async fn send(&mut self, message: Message) -> Result<(), Error> {
        self.0.send(message).await
    }

    /// Hangs up without a word.
    pub fn cut(self) {
        drop(self);
    }
}
