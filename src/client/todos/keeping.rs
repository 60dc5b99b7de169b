//! What the engine has kept, what it finds, and what it tells other tabs; and lists that are sent to in the background.

use super::Todos;
use crate::core::{engine::Engine, id::Seq};

/// What is kept of the list, and why it is there.
#[cfg_attr(feature = "ssr", allow(dead_code))]
#[derive(Default)]
pub(super) struct Keeping {
    /// Whether the page does not show the list: it only sends what was left.
    pub(super) is_unseen: bool,
    /// Whether that is done.
    pub(super) is_over: bool,
    /// Where the list was when it was kept last, and whether it was still this person's to see.
    remembered: Option<(Seq, bool)>,
    /// Whether it is to be kept soon.
    is_due: bool,
}

/// Says whether nobody else sends what this tab does.
pub(super) fn with_locks(engine: Engine) -> Engine {
    #[cfg(feature = "hydrate")]
    if crate::client::tabs::has_locks() {
        return engine.with_locks();
    }
    engine
}

#[cfg(feature = "ssr")]
impl Todos {
    pub(super) fn remember(self) {}
}

#[cfg(feature = "hydrate")]
mod hydrate {
    use super::*;
    use crate::{
        client::{rendered::Rendered, tabs, todos::State},
        core::{
            engine::Input,
            filter::Filter,
            id::{Epoch, ListId, MutationId, Seq, UserId},
            record::{Record, Shared},
            replica::Replica,
            wire::stored::{self, Came},
        },
    };
    use js_sys::Array;
    use leptos::prelude::*;
    use std::time::Duration;

    /// How old a list may be that is kept for a page without a server.
    const REMEMBERED: Duration = Duration::from_secs(2);

    impl State {
        /// Where the list is, and whether it is this person's to see.
        fn stands(&self) -> (Seq, bool) {
            (self.engine.base().seq, !self.engine.is_hidden())
        }
    }

    impl Todos {
        /// A list that the page does not show: what was left to be sent is sent, and that is all.
        pub fn in_background(list: ListId, user: UserId, epoch: Epoch) -> Self {
            let page = Rendered {
                list,
                user,
                editable: true,
                filter: Filter::All,
                base: Replica::new(epoch, Seq(0), Vec::new()),
                draft: None,
            };
            let todos = Self::of(page);
            todos.with(|state| state.keeping.is_unseen = true);
            todos.listen();
            todos
        }

        /// Looks for what other tabs, and earlier runs of this one, have kept.
        pub(in crate::client::todos) fn look(self) {
            let (list, own) = self.who();
            tabs::look(&list, &own);
        }

        /// The list, and the client that counts just now.
        fn who(self) -> (String, String) {
            self.with(|State { engine, .. }| {
                (engine.list().to_string(), engine.client().to_string())
            })
        }

        /// Takes in what the browser and the other tabs tell.
        pub fn hear(self, came: Came) {
            match came {
                Came::Found(base, queues) => {
                    // Both in one step, so that nobody sees one without the other.
                    if let Some(base) = base {
                        self.take(Input::Remembered(base));
                    }
                    self.take(Input::Found(queues));
                }
                Came::Saved { ticket, ok } => self.take(Input::Saved { ticket, ok }),
                Came::Queue(shared) => self.take(Input::Shared(shared)),
                Came::Hello => {
                    self.with(|state| state.engine.introduce());
                    self.perform();
                }
                Came::Back => self.come_back(),
            }
        }

        /// The page was put away, and is there again: others may have sent what it had.
        fn come_back(self) {
            let has_any = self.with(|State { engine, .. }| {
                engine.pending().entries().next().is_some() || !engine.kept().is_empty()
            });
            // All of it is kept: the page finds it again, wherever it is by now.
            if has_any {
                return self.come_again();
            }
            self.take(Input::Returned);
            self.look();
        }

        pub(in crate::client::todos) fn keep(
            self,
            ticket: u32,
            records: Vec<Record>,
            gone: Vec<MutationId>,
        ) {
            let (user, list) = self.with(|state| (state.engine.user(), state.engine.list()));
            let texts = Array::new();
            for record in records {
                texts.push(&stored::key(user, list, record.id).into());
                texts.push(&stored::record(list, record).into());
            }
            let keys = Array::new();
            for id in gone {
                keys.push(&stored::key(user, list, id).into());
            }
            let (list, own) = self.who();
            tabs::keep(&list, &own, ticket, texts, keys);
        }

        pub(in crate::client::todos) fn share(self, shared: Shared) {
            tabs::tell(&stored::shared(shared));
        }

        /// Keeps the list as it is by now, for a page that opens without the server. Nothing opens one on plain HTTP.
        pub(in crate::client::todos) fn remember(self) {
            let is_due = self.with(|state| {
                let (now, keeping) = (state.stands(), &mut state.keeping);
                // What the server rendered is in the page.
                let was = *keeping.remembered.get_or_insert(now);
                let is_due = was != now && !keeping.is_due;
                keeping.is_due |= is_due;
                is_due
            });
            if is_due && window().is_secure_context() {
                set_timeout(move || self.remember_now(), REMEMBERED);
            }
        }

        fn remember_now(self) {
            let (list, text) = self.with(|state| {
                let (seq, is_theirs) = state.stands();
                let (list, base) = (state.engine.list(), state.engine.base());
                let text = is_theirs.then(|| stored::snapshot(list, base));
                state.keeping.remembered = Some((seq, is_theirs));
                state.keeping.is_due = false;
                (list, text)
            });
            tabs::remember(&list.to_string(), text);
        }

        /// Whether there is nothing to do any more: the page does not show the list, and all that was left is sent.
        pub fn is_over(self) -> bool {
            let over = self.with(|state| {
                let (engine, keeping) = (&state.engine, &mut state.keeping);
                let is_sent = engine.pending().entries().next().is_none();
                if keeping.is_unseen && !keeping.is_over && is_sent && engine.is_at_rest() {
                    keeping.is_over = true;
                    return Some(engine.list());
                }
                None
            });
            if let Some(list) = over {
                tabs::done(&list.to_string());
            }
            self.with(|state| state.keeping.is_over)
        }
    }
}
