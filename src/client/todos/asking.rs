//! Doing what the engine asks for: requests and timers. And telling it what the browser sees.

use super::Todos;
use leptos::leptos_dom::helpers::TimeoutHandle;

/// The timers that are running.
#[cfg_attr(feature = "ssr", allow(dead_code))]
#[derive(Default)]
pub(super) struct Timers {
    push: Option<TimeoutHandle>,
    pull: Option<TimeoutHandle>,
    socket: Option<TimeoutHandle>,
    silence: Option<TimeoutHandle>,
}

#[cfg(feature = "ssr")]
impl Todos {
    pub(super) fn begin(self) {}
    pub(super) fn perform(self) {}
    pub(super) fn wake(self) {}
    pub(super) fn come_again(self) {}
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use super::*;
    use crate::client::todos::State;
    use crate::{
        api::{
            accounts::Me,
            sync::{Pull, Push},
        },
        client::{
            auth,
            clock::new_id,
            http::{parse, post},
            live::{self, Came},
            tabs,
        },
        core::{
            engine::{Effect, Input, Trouble},
            id::{ListId, UserId},
            link::{Failure, Timer},
            wire::{Pulled, Pushed, heard::Heard, write},
        },
    };
    use js_sys::futures::spawn_local;
    use leptos::{ev::Event, prelude::*, server_fn::ServerFn};
    use std::time::Duration;
    use wasm_bindgen::{JsCast, closure::Closure};

    /// What came over a socket, as the engine takes it.
    fn heard(socket: u32, came: Came, list: ListId) -> Input {
        let heard = match came {
            Came::Frame(text) => parse(&text).and_then(|frame| Heard::read(&frame, list)),
            Came::Other => None,
            Came::End(code) => return Input::Hung { socket, code },
        };
        Input::Heard { socket, heard }
    }

    /// Whatever else in the page shows lists and members is to ask again.
    fn refresh_others() {
        if let Ok(event) = Event::new("lockstep:refresh") {
            // Nobody refuses it.
            let _ = document().dispatch_event(&event);
        }
    }

    impl Todos {
        /// Starts what goes on as long as the page is there.
        pub(in crate::client::todos) fn begin(self) {
            self.listen();
            #[cfg(debug_assertions)]
            crate::client::faults::listen();
            tabs::shows(self.with(|state| state.engine.list()), self);
            self.look();
            self.perform();
        }

        /// Somebody came back, or wants it now.
        pub(in crate::client::todos) fn wake(self) {
            self.take(Input::Wake);
        }

        /// The page as the server makes it now.
        pub(in crate::client::todos) fn come_again(self) {
            // Where it cannot, the page stays, and what the server refuses it says.
            let _ = window().location().reload();
        }

        /// Does what is to be done.
        pub(in crate::client::todos) fn perform(self) {
            // What the account has to send, its page sends no more.
            if auth::is_gone() || self.is_over() {
                return;
            }
            let (effects, list, user, is_unseen) = self.with(|state| {
                let engine = &mut state.engine;
                let effects = engine.effects();
                let is_unseen = state.keeping.is_unseen;
                (effects, engine.list(), engine.user(), is_unseen)
            });
            for effect in effects {
                match effect {
                    // The socket is that of the list that is shown. This one pulls.
                    Effect::Connect { socket, .. } if is_unseen => {
                        let code = live::BROKEN;
                        queue_microtask(move || self.take(Input::Hung { socket, code }));
                    }
                    Effect::Ping
                    | Effect::Editing(_)
                    | Effect::Disconnect
                    | Effect::ListsChanged
                        if is_unseen => {}
                    Effect::Wait { timer, millis } => self.wait(timer, millis),
                    Effect::Ping => live::ping(),
                    Effect::Editing(id) => live::editing(id),
                    Effect::Save {
                        ticket,
                        records,
                        gone,
                    } => self.keep(ticket, records, gone),
                    Effect::Share(shared) => self.share(shared),
                    Effect::Disconnect => live::hang_up(),
                    Effect::ListsChanged => refresh_others(),
                    Effect::Connect {
                        socket,
                        client,
                        since: (epoch, seq),
                    } => {
                        let at = format!(
                            "/ws?list={list}&epoch={epoch}&since={}&client={client}&user={user}",
                            seq.0
                        );
                        live::follow(&at, move |came| self.take(heard(socket, came, list)));
                    }
                    request => spawn_local(async move { self.ask(request, list, user).await }),
                }
            }
        }

        async fn ask(self, request: Effect, list: ListId, user: UserId) {
            let input = match request {
                Effect::Push {
                    ticket,
                    client,
                    epoch,
                    acked,
                    mutations,
                } => {
                    let body = write::push(user, list, epoch, client, acked, mutations);
                    let answer = post::<Pushed>(<Push as ServerFn>::PATH, body).await;
                    let decided = |pushed: Pushed| pushed.decided().ok_or(Failure::Unreadable);
                    Input::Pushed {
                        ticket,
                        client,
                        answer: answer.and_then(decided),
                    }
                }
                Effect::Pull {
                    ticket,
                    client,
                    since,
                } => {
                    let body = write::pull(user, list, client, since);
                    let answer = post::<Pulled>(<Pull as ServerFn>::PATH, body).await;
                    let ours = answer.and_then(|pulled| {
                        let is_ours = pulled.is_of(list);
                        is_ours.then_some(pulled).ok_or(Failure::Unreadable)
                    });
                    Input::Pulled {
                        ticket,
                        answer: ours.map(Pulled::news),
                    }
                }
                _ => Input::Me(post(<Me as ServerFn>::PATH, "{}".to_owned()).await),
            };
            self.take(input);
        }

        pub(in crate::client::todos) fn take(self, input: Input) {
            // What comes to a page that shows nothing any more, it does not hear; so it asks for nothing more either.
            if auth::is_gone() || self.with(|state| state.keeping.is_over) {
                return;
            }
            let is_confirmed = matches!(&input, Input::Me(_));
            let is_unsaved = matches!(&input, Input::Saved { ok: false, .. });
            let (is_catching_up, is_out) = self.with(|state| {
                let engine = &mut state.engine;
                engine.take(input, new_id());
                let trouble = engine.trouble();
                let is_out = matches!(trouble, Some(Trouble::SignedOut | Trouble::OtherUser));
                (engine.is_catching_up() || state.keeping.is_unseen, is_out)
            });
            if is_unsaved {
                self.tell("This browser cannot keep your changes. Leave this page open until they are sent.".to_owned());
            }
            // A thousand missed events are shown once.
            if is_catching_up {
                self.perform();
            } else {
                self.refresh();
            }
            if is_confirmed && is_out {
                auth::refused();
            }
        }

        fn wait(self, timer: Timer, millis: u32) {
            let wait = Duration::from_millis(millis.into());
            let handle = set_timeout_with_handle(move || self.take(Input::Waited(timer)), wait);
            self.with(|State { timers, .. }| {
                let running = match timer {
                    Timer::Push => &mut timers.push,
                    Timer::Pull => &mut timers.pull,
                    Timer::Socket => &mut timers.socket,
                    Timer::Silence => &mut timers.silence,
                };
                if let Some(old) = std::mem::replace(running, handle.ok()) {
                    old.clear();
                }
            });
        }

        /// The browser asks before it drops a page with edits that the server does not have; and what waits goes at once
        /// when the network or the person is back.
        pub(in crate::client::todos) fn listen(self) {
            let hear = move |event: Event| match event.type_().as_str() {
                "beforeunload" => {
                    if !auth::is_gone() && self.with(|state| state.engine.has_unsaved()) {
                        event.prevent_default();
                    }
                }
                "offline" => self.take(Input::Online(false)),
                "online" => {
                    self.take(Input::Online(true));
                    self.wake();
                }
                _ => self.wake(),
            };
            // For as long as the page is there.
            let listener = Closure::<dyn Fn(Event)>::new(hear).into_js_value();
            for kind in ["beforeunload", "online", "offline", "focus", "pageshow"] {
                // A name and a function: there is nothing to refuse.
                let listener = listener.unchecked_ref();
                let _ = window().add_event_listener_with_callback(kind, listener);
            }
        }
    }
}
