//! What comes over the socket, and what is said over it.

use super::{Effect, Engine, Trouble, low};
use crate::core::{
    id::TodoId,
    link::{
        Timer,
        live::{Silence, code},
    },
    replica::{Brings, News},
    wire::heard::{Heard, PROTOCOL, Present, Welcome},
};
use uuid::Uuid;

/// The code for a socket that this side gave up.
const GIVEN_UP: u16 = 1006;

impl Engine {
    /// Somebody changes a todo's text here, or nobody does any more.
    pub fn edits(&mut self, id: Option<TodoId>) {
        self.editing = id;
        if let Some(id) = id {
            self.began = Some((id, self.based_on(id), self.text_now(id)));
        }
        if self.link.live().is_open() {
            self.effects.push(Effect::Editing(id));
        }
    }

    /// Whether the socket still brings what happened before it was opened. What the page shows then is of the past, and
    /// of no moment anybody has to see.
    pub fn is_catching_up(&self) -> bool {
        let welcome = self.welcome.as_ref();
        welcome.is_some_and(|welcome| self.base.seq < welcome.seq)
    }

    /// Opens a socket for what comes after base.
    pub(super) fn connect(&mut self) {
        self.socket += 1;
        self.socket_since = Some(self.base.seq);
        let millis = self.link.live_mut().opens();
        self.effects.push(Effect::Connect {
            socket: self.socket,
            client: self.client(),
            since: (self.base.epoch, self.base.seq),
        });
        self.wait(Timer::Silence, millis);
    }

    /// Takes in a frame.
    pub(super) fn heard(&mut self, heard: Option<Heard>, random: Uuid) {
        let Some(heard) = heard else {
            // Perhaps all of it can be understood.
            self.needs_snapshot = true;
            return self.misread();
        };
        self.link.hears();
        match heard {
            Heard::Welcome(welcome) => self.welcomed(welcome),
            Heard::Snapshot { epoch, seq, todos } => {
                let Some(welcome) = self.welcome else { return };
                let news = News {
                    epoch,
                    seq,
                    last_mid: welcome.last_mid,
                    role: welcome.role,
                    brings: Brings::Snapshot(todos),
                };
                let is_behind = Some(seq) < self.socket_since;
                self.news(news, is_behind, random);
            }
            Heard::Event(placed) => {
                let seq = placed.seq;
                let mut touched = Vec::new();
                if self.welcome.is_some() && !self.merge(placed, &mut touched) {
                    // What is missing is asked for; of what nobody knows, the whole state is.
                    self.pull_now();
                    self.needs_snapshot |= seq == self.base.seq.next();
                }
                self.settle(touched);
            }
            Heard::Pong(seq) if seq > self.base.seq => self.pull_now(),
            Heard::ListsChanged => self.effects.push(Effect::ListsChanged),
            Heard::Presence(present) => self.sees(present),
            Heard::Pong(_) | Heard::Other => {}
        }
    }

    fn pull_now(&mut self) {
        self.needs_pull = true;
        self.link.poll_now();
    }

    fn welcomed(&mut self, welcome: Welcome) {
        if welcome.user != self.user {
            self.hang_up();
            return self.ask();
        }
        if welcome.protocol != PROTOCOL {
            self.hang_up();
            self.link.live_mut().refuses();
            self.trouble = Some(Trouble::Unreadable);
            return;
        }
        self.is_now(welcome.role);
        self.welcome = Some(welcome);
        let millis = self.link.live_mut().welcomed();
        self.wait(Timer::Silence, millis);
        if let Some(id) = self.editing {
            self.effects.push(Effect::Editing(Some(id)));
        }
    }

    /// The socket is gone.
    pub(super) fn hung(&mut self, code: u16, random: Uuid) {
        self.forget_socket();
        let millis = self.link.live_mut().closed(code, low(random));
        if let Some(millis) = millis {
            self.wait(Timer::Socket, millis);
        }
        match code {
            code::SIGNED_OUT => self.ask(),
            code::NO_ACCESS | code::DELETED => {
                let why = match code {
                    code::DELETED => "This list was deleted.",
                    _ => "This list is not shared with you any more.",
                };
                self.closed(why.to_owned(), random);
            }
            // What came meanwhile, and why none was opened: the answer's status says so, a socket cannot.
            _ => self.pull_now(),
        }
    }

    /// Nothing was heard for as long as the page listened.
    pub(super) fn listened(&mut self, random: Uuid) {
        match self.link.listened() {
            Silence::Dead => {
                self.effects.push(Effect::Disconnect);
                self.hung(GIVEN_UP, random);
            }
            silence => self.listen(silence),
        }
    }

    /// There is reason to doubt that the socket is alive.
    pub(super) fn doubt(&mut self) {
        let silence = self.link.live_mut().doubts();
        self.listen(silence);
    }

    fn listen(&mut self, silence: Silence) {
        match silence {
            Silence::None | Silence::Dead => {}
            Silence::Listen(millis) => self.wait(Timer::Silence, millis),
            Silence::Ask(millis) => {
                self.effects.push(Effect::Ping);
                self.wait(Timer::Silence, millis);
            }
        }
    }

    /// Ends the socket, if there is one.
    pub(super) fn hang_up(&mut self) {
        self.effects.push(Effect::Disconnect);
        self.forget_socket();
        self.link.live_mut().ends();
    }

    fn forget_socket(&mut self) {
        // What still comes over it does not count any more.
        self.socket += 1;
        self.welcome = None;
        self.sees(Vec::new());
    }

    /// These look at the list now.
    fn sees(&mut self, present: Vec<Present>) {
        let before = std::mem::replace(&mut self.presence, present);
        let editing = before.iter().chain(&self.presence);
        let ids: Vec<_> = editing.filter_map(|somebody| somebody.editing).collect();
        self.changes.presence |= before != self.presence;
        self.touch(ids);
    }
}
