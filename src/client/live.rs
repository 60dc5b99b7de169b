//! The page's socket: opens one, hands on what is heard over it, says what there is to say.
//!
//! Not here: when there is one, and what is said (`core::engine`).

use crate::core::id::TodoId;
use futures_util::StreamExt;
use gloo_net::websocket::{Message, WebSocketError, futures::WebSocket};
use leptos::prelude::*;
use std::cell::RefCell;

/// The code of a connection that broke, or never was.
const BROKEN: u16 = 1006;

/// What came over a socket.
pub enum Came {
    /// A frame.
    Frame(String),
    /// A frame of another kind than text: there is none.
    Other,
    /// The end, with its code.
    End(u16),
}

thread_local! {
    /// The latest one: there is one list in a page.
    static LATEST: RefCell<Option<web_sys::WebSocket>> = const { RefCell::new(None) };
}

/// Opens a socket on this path of the page's server, and hands on what comes, up to the end.
pub async fn follow(path_and_query: &str, hand_on: impl Fn(Came)) {
    let code = match open(path_and_query) {
        Some(frames) => listen(frames, &hand_on).await,
        None => BROKEN,
    };
    hand_on(Came::End(code));
}

fn open(path_and_query: &str) -> Option<WebSocket> {
    let origin = location().origin().ok()?;
    // Of HTTP and of HTTPS, each its own.
    let url = format!("ws{}{path_and_query}", origin.strip_prefix("http")?);
    let socket = web_sys::WebSocket::new(&url).ok()?;
    LATEST.set(Some(socket.clone()));
    WebSocket::try_from(socket).ok()
}

async fn listen(mut frames: WebSocket, hand_on: &impl Fn(Came)) -> u16 {
    loop {
        match frames.next().await {
            Some(Ok(Message::Text(text))) => hand_on(Came::Frame(text)),
            Some(Ok(Message::Bytes(_))) => hand_on(Came::Other),
            Some(Err(WebSocketError::ConnectionClose(close))) => return close.code,
            // An error is followed by the end.
            Some(Err(_)) => {}
            None => return BROKEN,
        }
    }
}

/// Asks whether anybody is there.
pub fn ping() {
    say("{\"type\":\"PING\"}");
}

/// Says whose text is being changed here.
pub fn editing(id: Option<TodoId>) {
    match id {
        Some(id) => say(&format!("{{\"type\":\"EDITING\",\"id\":\"{id}\"}}")),
        None => say("{\"type\":\"EDITING\",\"id\":null}"),
    }
}

/// Closes it.
pub fn hang_up() {
    if let Some(socket) = LATEST.take() {
        // Without a code there is nothing to refuse.
        let _ = socket.close();
    }
}

fn say(text: &str) {
    LATEST.with_borrow(|latest| {
        if let Some(socket) = latest {
            // One that is not open hears of it by its end.
            let _ = socket.send_with_str(text);
        }
    });
}
