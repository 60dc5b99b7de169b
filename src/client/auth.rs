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
        auth::{Auth, Effect, Gone, Input, KEY, LEAVING, Stored, To},
        id::UserId,
        wire::write,
    },
};
use gloo_storage::{LocalStorage, Storage};
use js_sys::{Function, Promise, Reflect, futures::spawn_local};
use leptos::{
    ev::Event, leptos_dom::helpers::set_timeout_with_handle, prelude::*, server_fn::ServerFn,
};
use std::{cell::RefCell, time::Duration};
use uuid::Uuid;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::Element;

/// Until a server that could not be reached is asked again.
const AGAIN: Duration = Duration::from_secs(3);
/// Until what other tabs have stored before the lock came is seen here, too: each of Chromium's processes has a copy of
/// its own, and the lock may be faster than what was stored.
const SETTLED: Duration = Duration::from_millis(100);

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

/// For whom the page is.
pub fn user() -> Option<UserId> {
    AUTH.with_borrow(|auth| Some(auth.as_ref()?.user()?.id))
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
        Effect::Write(user) => store(user.is_some()),
        Effect::AskMe | Effect::EndSession => spawn_local(async move {
            take(if effect == Effect::AskMe {
                Input::Me(post(<Me as ServerFn>::PATH, "{}".to_owned()).await)
            } else {
                Input::Ended(post_form(<Logout as ServerFn>::PATH, as_user()).await)
            });
        }),
        Effect::Lock => lock(),
        Effect::Unlock => {
            if let Some(unlock) = UNLOCK.take() {
                // It resolves a promise, which nothing hinders.
                let _ = unlock.call0(&JsValue::UNDEFINED);
            }
        }
        Effect::Leave => go_out(leave),
        Effect::Left => go_out(left),
        Effect::Follow(gone) => hide(gone),
        Effect::Load(to) => load(to),
        Effect::Wait => {
            // Without a timer, the person's coming back does it.
            let _ = set_timeout_with_handle(|| take(Input::Waited), AGAIN);
        }
    }
}

/// The field of a form that says whom the page believes to be signed in.
fn as_user() -> String {
    AUTH.with_borrow(|auth| {
        let user = auth.as_ref().and_then(Auth::user);
        format!("user={}", user.map_or(UserId(Uuid::nil()), |user| user.id))
    })
}

// What is stored. A browser may be told to give pages no storage: then nothing is ever there.

fn storage() -> Option<web_sys::Storage> {
    let is_there = matches!(window().local_storage(), Ok(Some(_)));
    is_there.then(LocalStorage::raw)
}

fn stored() -> Stored {
    let get = |key| storage()?.get_item(key).ok().flatten();
    let stored = get(KEY).map_or(Stored::Missing, |text| {
        parse(&text).map_or(Stored::Unreadable, |value| Stored::read(&value))
    });
    if let Stored::User(Some(_)) = stored {
        return stored;
    }
    let leaving = get(LEAVING).and_then(|user| user.parse().ok());
    leaving.map_or(stored, Stored::Leaving)
}

/// Stores the page's user, or nobody.
fn store(user: bool) {
    AUTH.with_borrow_mut(|auth| {
        let Some(auth) = auth else { return };
        if let Some(storage) = storage() {
            let user = auth.user().filter(|_| user);
            // Where it is full, the tabs learn from the server.
            let _ = storage.set_item(KEY, &write::auth(user));
            let _ = storage.remove_item(LEAVING);
        }
        auth.saw(stored());
    });
}

// `sign_out.js`.
#[wasm_bindgen(js_namespace = lockstep)]
extern "C" {
    /// Stores that nobody is signed in, and that this user is leaving. What the browser keeps of them goes.
    fn leave(user: &str);
    /// They have left: what was kept meanwhile goes, then the mark.
    fn left(user: &str);
    /// Loads the first page, as soon as all that has to go has gone.
    #[wasm_bindgen(js_name = startOver)]
    fn start_over();
}

fn go_out(step: fn(&str)) {
    if let Some(user) = user() {
        step(&user.to_string());
    }
    AUTH.with_borrow_mut(|auth| {
        if let Some(auth) = auth {
            auth.saw(stored());
        }
    });
}

/// Takes the lock that one tab at a time has. On plain HTTP, and in old browsers, there are none.
fn lock() {
    // It is held until the promise is fulfilled.
    let held = Closure::once_into_js(|| {
        let until = Promise::new(&mut |unlock, _| UNLOCK.set(Some(unlock)));
        // Without a timer nothing is ended here: the next tab does it.
        let _ = set_timeout_with_handle(|| take(Input::Held), SETTLED);
        until
    });
    let get = |of: &JsValue, name| Reflect::get(of, &JsValue::from_str(name));
    let asked = get(&window().navigator(), "locks").and_then(|locks| {
        let request: Function = get(&locks, "request")?.unchecked_into();
        request.call2(&locks, &JsValue::from_str(KEY), &held)
    });
    if asked.is_err() {
        take(Input::Held);
    }
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
        Gone::OtherUser => ("Somebody else is signed in.", "/lists", "Lists"),
        Gone::SignedOut if path.starts_with("/lists/") => {
            ("You are signed out.", "/login?next=", "Sign in")
        }
        Gone::SignedOut => ("You are signed out.", "/login", "Sign in"),
    };
    let next = if to.ends_with('=') { &*path } else { "" };
    let panel = [
        "<main id=main><section class=lost role=status><h1>",
        what,
        "</h1><p class=actions><a class=\"button primary\" href=\"",
        to,
        // What ends an attribute does not stand in a path as it is (URL standard, path percent-encode set).
        next,
        "\">",
        link,
        "</a></section></main>",
    ];
    if let Some(body) = document.body() {
        body.set_inner_html(&panel.concat());
    }
}

fn path() -> String {
    window().location().pathname().unwrap_or_default()
}

fn load(to: To) {
    let location = window().location();
    // Whatever the browser does not let a page do, the page stays, and its link leads on.
    let _ = match to {
        To::Start => {
            start_over();
            return;
        }
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
        // Whatever was stored or removed.
        "storage" => take(Input::Changed),
        // With an open socket the browser would not keep the page for whoever goes back.
        "pagehide" => live::hang_up(),
        "pageshow" if !is_so(&event, "persisted") => {}
        "visibilitychange" if is_so(&document(), "hidden") => {}
        "pageshow" | "visibilitychange" | "online" => take(Input::Checked),
        "submit" => {
            let form: Option<Element> = event.target().map(JsCast::unchecked_into);
            let action = form.and_then(|form| form.get_attribute("action"));
            if action.as_deref() == Some("/api/logout") {
                event.prevent_default();
                take(Input::SignOut);
            }
        }
        _ => refused(),
    }
}

fn is_so(of: &JsValue, what: &str) -> bool {
    let flag = Reflect::get(of, &JsValue::from_str(what));
    flag.is_ok_and(|flag| flag.as_bool() == Some(true))
}
