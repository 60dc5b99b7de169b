//! Doing what the engine asks for: requests and timers. And telling it what the browser sees.

use super::Todos;
use leptos::leptos_dom::helpers::TimeoutHandle;

/// The timers that are running.
#[cfg_attr(feature = "ssr", allow(dead_code))]
#[derive(Default)]
pub(super) struct Timers {
    push: Option<TimeoutHandle>,
    pull: Option<TimeoutHandle>,
}

#[cfg(feature = "ssr")]
impl Todos {
    pub(super) fn begin(self) {}
    pub(super) fn perform(self) {}
    pub(super) fn wake(self) {}
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use super::*;
    use crate::{
        api::{
            accounts::Me,
            sync::{Pull, Push},
        },
        client::{clock::new_id, http::post},
        core::{
            engine::{Effect, Engine, Input},
            id::{ListId, UserId},
            link::{Failure, Lane},
            pending::Outcome,
            wire::{Pulled, Pushed, write},
        },
    };
    use leptos::{ev, prelude::*, server_fn::ServerFn, task::spawn_local};
    use std::time::Duration;

    impl Todos {
        /// Starts what goes on as long as the page is there.
        pub(in crate::client::todos) fn begin(self) {
            self.listen();
            self.perform();
        }

        /// Somebody came back, or wants it now.
        pub(in crate::client::todos) fn wake(self) {
            self.take(Input::Wake);
        }

        /// Does what is to be done.
        pub(in crate::client::todos) fn perform(self) {
            let (effects, list, user) = self.with_engine(|engine| {
                let effects = engine.effects();
                (effects, engine.list(), engine.user())
            });
            for effect in effects {
                match effect {
                    Effect::Wait { lane, millis } => self.wait(lane, millis),
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
                    mutations,
                } => {
                    let body = write::push(user, list, epoch, client, mutations);
                    let answer = post::<Pushed>(<Push as ServerFn>::PATH, body).await;
                    Input::Pushed {
                        ticket,
                        client,
                        answer: answer.map(outcomes),
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

        fn take(self, input: Input) {
            // An answer may come when the page is already gone.
            let taken = self
                .state
                .try_update_value(|state| state.engine.take(input, new_id()));
            if taken.is_some() {
                self.refresh();
            }
        }

        fn wait(self, lane: Lane, millis: u32) {
            let wait = Duration::from_millis(millis.into());
            let timer = set_timeout_with_handle(move || self.take(Input::Waited(lane)), wait).ok();
            self.state.update_value(|state| {
                let running = match lane {
                    Lane::Push => &mut state.timers.push,
                    Lane::Pull => &mut state.timers.pull,
                };
                if let Some(old) = std::mem::replace(running, timer) {
                    old.clear();
                }
            });
        }

        /// The browser asks before it drops a page with edits that the server does not have; and what waits goes at once
        /// when the network or the person is back.
        fn listen(self) {
            let is_waiting = |engine: &Engine| engine.pending().waiting() > 0;
            let leaving = window_event_listener(ev::beforeunload, move |event| {
                let waits = self.state.try_with_value(|state| is_waiting(&state.engine));
                if waits == Some(true) {
                    event.prevent_default();
                }
            });
            let online = window_event_listener(ev::online, move |_| {
                self.take(Input::Online(true));
                self.wake();
            });
            let offline = window_event_listener(ev::offline, move |_| {
                self.take(Input::Online(false));
            });
            let back = window_event_listener(ev::focus, move |_| self.wake());
            on_cleanup(move || {
                leaving.remove();
                online.remove();
                offline.remove();
                back.remove();
            });
        }
    }

    fn outcomes(pushed: Pushed) -> Vec<(crate::core::id::Mid, Outcome)> {
        let outcomes = pushed.outcomes.into_iter();
        outcomes
            .map(|outcome| (outcome.mid, Outcome::from(outcome)))
            .collect()
    }
}
