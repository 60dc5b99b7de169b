//! In debug builds: requests that go wrong because somebody wants to watch what the page does then. What, is chosen with the
//! buttons in the sync inspector.

use crate::core::link::Failure;
use js_sys::{Promise, futures::JsFuture};
use leptos::{
    ev::Event,
    prelude::*,
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys::Element,
};
use std::sync::Mutex;

/// What goes wrong with each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Its answer comes late.
    Delay,
    /// The server fails, and has done nothing.
    Fail,
    /// Its answer is lost on its way; the server has done it.
    Drop,
    /// It does not get through.
    Offline,
}

static CHOSEN: Mutex<Fault> = Mutex::new(Fault::None);

const DELAY_MS: i32 = 3_000;

/// Hears what is chosen.
pub(super) fn listen() {
    let choose = |event: Event| {
        let button = event.target().and_then(|target| target.dyn_into().ok());
        let fault = match button.and_then(|button: Element| button.get_attribute("data-fault")) {
            Some(fault) if fault == "delay" => Fault::Delay,
            Some(fault) if fault == "fail" => Fault::Fail,
            Some(fault) if fault == "drop" => Fault::Drop,
            Some(fault) if fault == "offline" => Fault::Offline,
            Some(_) => Fault::None,
            None => return,
        };
        if let Ok(mut chosen) = CHOSEN.lock() {
            *chosen = fault;
        }
    };
    let listener = Closure::<dyn Fn(Event)>::new(choose).into_js_value();
    // A name and a function: there is nothing to refuse.
    let _ = document().add_event_listener_with_callback("click", listener.unchecked_ref());
}

fn chosen() -> Fault {
    CHOSEN.lock().map_or(Fault::None, |chosen| *chosen)
}

/// Before a request goes.
pub(super) fn before() -> Result<(), Failure> {
    match chosen() {
        Fault::Fail => Err(Failure::Erring),
        Fault::Offline => Err(Failure::Unreachable),
        _ => Ok(()),
    }
}

/// When its answer has come.
pub(super) async fn after() -> Result<(), Failure> {
    match chosen() {
        Fault::Drop => Err(Failure::Unreachable),
        Fault::Delay => {
            let wait = Promise::new(&mut |resolve, _| {
                // Without a timer there is no delay.
                let _ = window()
                    .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, DELAY_MS);
            });
            let _ = JsFuture::from(wait).await;
            Ok(())
        }
        _ => Ok(()),
    }
}
