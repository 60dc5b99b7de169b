//! The page's socket: opens one, hands on what is heard over it, says what there is to say.
//!
//! Not here: when there is one, and what is said (`core::engine`).

use crate::core::id::TodoId;
use leptos::{ev::Event, prelude::*};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

/// The code of a connection that broke, or never was.
pub const BROKEN: u16 = 1006;

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
    static LATEST: RefCell<Option<WebSocket>> = const { RefCell::new(None) };
}

/// Opens a socket on this path of the page's server, and hands on what comes, up to the end. (gloo-net's, a stream of
/// frames, costs the WebAssembly 2.5 kB more, brotli.)
pub fn follow(path_and_query: &str, hand_on: impl Fn(Came) + 'static) {
    let Some(socket) = open(path_and_query) else {
        return queue_microtask(move || hand_on(Came::End(BROKEN)));
    };
    // An error says nothing, and is followed by the end.
    let hear = move |event: Event| match event.dyn_ref::<MessageEvent>() {
        Some(message) => hand_on(match message.data().as_string() {
            Some(text) => Came::Frame(text),
            None => Came::Other,
        }),
        None => hand_on(Came::End(event.unchecked_ref::<CloseEvent>().code())),
    };
    let listener = Closure::<dyn Fn(Event)>::new(hear).into_js_value();
    for kind in ["message", "close"] {
        // A name and a function: there is nothing to refuse.
        let listener = listener.unchecked_ref();
        let _ = socket.add_event_listener_with_callback(kind, listener);
    }
    LATEST.set(Some(socket));
}

fn open(path_and_query: &str) -> Option<WebSocket> {
    let origin = location().origin().ok()?;
    // Of HTTP and of HTTPS, each its own.
    let url = format!("ws{}{path_and_query}", origin.strip_prefix("http")?);
    WebSocket::new(&url).ok()
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
