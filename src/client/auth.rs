//! Sign-in across the tabs of one browser: what `core::auth` asks for is done here, and what the browser tells is told.
//! Runs on every page, whatever else is on it.
//!
//! Not here: what it means (`core::auth`).

use super::{
    http::{parse, post, post_form},
    live,
};
use crate::{
    api::accounts::{Logout, Me},
    core::{
        account::User,
        auth::{Auth, Effect, Gone, Input, KEY, Stored, To},
        wire::write,
    },
};
use gloo_storage::{LocalStorage, Storage};
use js_sys::{Function, Promise, Reflect, encode_uri_component, futures::spawn_local};
use leptos::{ev::Event, prelude::*, server_fn::ServerFn};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Element, HtmlFormElement, PageTransitionEvent, StorageEvent};

/// Until a server that could not be reached is asked again.
const AGAIN: Duration = Duration::from_secs(3);
const SIGN_OUT: &str = "form[action=\"/api/logout\"]";

thread_local! {
    static AUTH: RefCell<Option<Auth>> = const { RefCell::new(None) };
    /// Lets the lock go.
    static UNLOCK: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Begins, for whom the page was rendered.
pub fn start() {
    AUTH.set(Some(Auth::new(rendered())));
    listen();
    take(Input::Hydrated);
}

/// Whether the page may show and send nothing of its user any more.
pub fn is_gone() -> bool {
    AUTH.with_borrow(|auth| auth.as_ref().is_some_and(|auth| !auth.is_here()))
}

/// The server told something in the page that nobody, or somebody else, is signed in.
pub fn refused() {
    take(Input::Refused);
}

fn rendered() -> Option<User> {
    let root = document().document_element()?;
    Some(User {
        id: root.get_attribute("data-user")?.parse().ok()?,
        name: root.get_attribute("data-name")?,
    })
}

fn take(input: Input) {
    let stored = stored();
    let effects = AUTH.with_borrow_mut(|auth| auth.as_mut().map(|auth| auth.take(input, stored)));
    effects.into_iter().flatten().for_each(perform);
}

fn perform(effect: Effect) {
    match effect {
        Effect::Write(user) => store(user.as_ref()),
        Effect::AskMe => spawn_local(async {
            take(Input::Me(
                post(<Me as ServerFn>::PATH, "{}".to_owned()).await,
            ));
        }),
        Effect::Lock => lock(),
        Effect::Unlock => {
            if let Some(unlock) = UNLOCK.take() {
                // It resolves a promise, which nothing hinders.
                let _ = unlock.call0(&JsValue::UNDEFINED);
            }
        }
        Effect::EndSession => spawn_local(async {
            let body = format!("user={}", user_id().unwrap_or_default());
            take(Input::Ended(
                post_form(<Logout as ServerFn>::PATH, body).await,
            ));
        }),
        Effect::SubmitForm => {
            let form = document().query_selector(SIGN_OUT).ok().flatten();
            if let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) {
                // What goes wrong the page says that comes of it.
                let _ = form.submit();
            }
        }
        Effect::Follow(gone) => hide(gone),
        Effect::Load(to) => load(to),
        Effect::Wait => set_timeout(|| take(Input::Waited), AGAIN),
    }
}

fn user_id() -> Option<String> {
    AUTH.with_borrow(|auth| Some(auth.as_ref()?.user()?.id.to_string()))
}

// What is stored. A browser may be told to give pages no storage: then nothing is ever there.

fn storage() -> Option<web_sys::Storage> {
    let is_there = matches!(window().local_storage(), Ok(Some(_)));
    is_there.then(LocalStorage::raw)
}

fn stored() -> Stored {
    let Some(text) = storage().and_then(|storage| storage.get_item(KEY).ok().flatten()) else {
        return Stored::Missing;
    };
    parse(&text).map_or(Stored::Unreadable, |value| Stored::read(&value))
}

fn store(user: Option<&User>) {
    if let Some(storage) = storage() {
        // Where it is full, the tabs learn from the server.
        let _ = storage.set_item(KEY, &write::auth(user));
    }
    let stored = stored();
    AUTH.with_borrow_mut(|auth| {
        if let Some(auth) = auth {
            auth.saw(stored);
        }
    });
}

/// Takes the lock that one tab at a time has. On plain HTTP, and in old browsers, there are none.
fn lock() {
    let get = |of: &JsValue, name| Reflect::get(of, &JsValue::from_str(name)).ok();
    let locks = get(&window().navigator(), "locks");
    let request = locks.as_ref().and_then(|locks| get(locks, "request"));
    let request = request.and_then(|request| request.dyn_into::<Function>().ok());
    let (Some(locks), Some(request)) = (locks, request) else {
        return take(Input::Held);
    };
    // It is held until the promise is fulfilled.
    let held = Closure::once_into_js(|| {
        let until = Promise::new(&mut |unlock, _| UNLOCK.set(Some(unlock)));
        take(Input::Held);
        until
    });
    // One that is refused rejects a promise: such a page has no storage either.
    let _ = request.call2(&locks, &JsValue::from_str(KEY), &held);
}

/// In this very task the page holds nothing of the account any more, and hears nothing of it.
fn hide(gone: Gone) {
    live::hang_up();
    if let Ok(event) = Event::new("lockstep:gone") {
        // Nobody refuses it.
        let _ = window().dispatch_event(&event);
    }
    let document = document();
    document.set_title("Lockstep");
    if let Some(root) = document.document_element() {
        for name in ["data-user", "data-name"] {
            // There is nothing to refuse in a name.
            let _ = root.remove_attribute(name);
        }
    }
    let path = path();
    let (what, to, link) = match gone {
        Gone::OtherUser => ("Somebody else is signed in.", "/lists".to_owned(), "Lists"),
        Gone::SignedOut if path.starts_with("/lists/") => {
            let next = encode_uri_component(&path);
            let to = format!("/login?next={next}");
            ("You are signed out.", to, "Sign in")
        }
        Gone::SignedOut => ("You are signed out.", "/login".to_owned(), "Sign in"),
    };
    if let Some(body) = document.body() {
        body.set_inner_html(&format!(
            "<main id=main><section class=lost role=status><h1>{what}</h1>\
             <p class=actions><a class=\"button primary\" href=\"{to}\">{link}</a></section></main>"
        ));
    }
}

fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

fn load(to: To) {
    let location = window().location();
    // Whatever the browser does not let a page do, the page stays, and its link leads on.
    let _ = match to {
        To::Start => location.replace("/"),
        To::TheirPage if path().starts_with("/lists") => location.replace("/lists"),
        // Signed in, the pages for signing in lead on by themselves.
        To::Here | To::TheirPage => location.reload(),
    };
}

// What the browser tells.

fn listen() {
    // For as long as the page is there.
    let listener = Closure::<dyn Fn(Event)>::new(hear).into_js_value();
    for kind in [
        "storage",
        "pagehide",
        "pageshow",
        "visibilitychange",
        "online",
        "submit",
        "lockstep:refused",
    ] {
        // A name and a function: there is nothing to refuse.
        let _ = window().add_event_listener_with_callback(kind, listener.unchecked_ref());
    }
}

fn hear(event: Event) {
    match event.type_().as_str() {
        "storage" => {
            let key = event.unchecked_ref::<StorageEvent>().key();
            // Without a key, all were removed.
            if key.is_none_or(|key| key == KEY) {
                take(Input::Changed);
            }
        }
        // With an open socket the browser would not keep the page for whoever goes back.
        "pagehide" => live::hang_up(),
        "pageshow" if !event.unchecked_ref::<PageTransitionEvent>().persisted() => {}
        "visibilitychange" if document().hidden() => {}
        "pageshow" | "visibilitychange" | "online" => take(Input::Checked),
        "submit" => {
            let target = event.target().and_then(|target| target.dyn_into().ok());
            let is_its = target.is_some_and(|form: Element| form.matches(SIGN_OUT) == Ok(true));
            if is_its && !waits() {
                event.prevent_default();
                take(Input::SignOut);
            }
        }
        _ => refused(),
    }
}

/// Whether the page tells of edits that the server does not have: then the browser asks before they are dropped.
fn waits() -> bool {
    let waiting = "[data-waiting]:not([data-waiting=\"0\"])";
    matches!(document().query_selector(waiting), Ok(Some(_)))
}
