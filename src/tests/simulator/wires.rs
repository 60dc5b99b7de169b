//! The pages' sockets: frames get there in order or not at all.

use super::{
    Checked,
    tab::Request,
    tally::Hit,
    violated,
    world::{World, browser},
};
use crate::core::{
    id::{ClientId, Epoch, Mid, Seq},
    link::{Timer, live::code},
    replica::{Brings, News},
    wire::heard::{Heard, PROTOCOL, Welcome},
};
use crate::server::hub::order::Order;
use std::collections::VecDeque;

/// What happens to a socket.
#[derive(Debug, Clone, Copy)]
pub enum Twist {
    /// It opens, or the next frame gets there.
    On,
    /// It opens, and all that is on its way gets there.
    Through,
    /// It breaks, with all that is on its way.
    Cut,
    /// The server closes it, with one of its codes.
    Close(u8),
    /// Nothing gets there any more, and nobody is told.
    Silent,
    /// The next frame is one that nobody can read, or an event of a later version.
    Garble,
}

/// Codes that a server closes a socket with at any time.
const CODES: [u16; 5] = [1012, 4408, code::SLOW, code::FLOOD, code::TOO_BIG];

#[derive(Debug)]
enum Frame {
    Heard(Heard),
    Garbled,
    Close(u16),
}

/// A socket.
#[derive(Debug)]
pub struct Wire {
    tab: usize,
    run: u32,
    socket: u32,
    client: ClientId,
    since: (Epoch, Seq),
    /// Where the server is with it: what it sent last. `None`: it is not open yet.
    sent: Option<Seq>,
    is_silent: bool,
    is_closing: bool,
    /// Where the list was when whose it is lost it, or their session: nothing that came after may follow.
    last: Option<Seq>,
    frames: VecDeque<Frame>,
}

impl Wire {
    pub fn new(tab: usize, run: u32, socket: u32, client: ClientId, since: (Epoch, Seq)) -> Self {
        Self {
            tab,
            run,
            socket,
            client,
            since,
            sent: None,
            is_silent: false,
            is_closing: false,
            last: None,
            frames: VecDeque::new(),
        }
    }
}

impl Wire {
    /// Whether what happens goes out on it.
    fn is_open(&self) -> bool {
        self.sent.is_some() && !self.is_closing
    }
}

impl Frame {
    /// Where the list is after it, if it brings any of it.
    fn seq(&self) -> Option<Seq> {
        match self {
            Self::Heard(Heard::Event(placed)) => Some(placed.seq),
            Self::Heard(Heard::Snapshot { seq, .. }) => Some(*seq),
            _ => None,
        }
    }
}

impl World<'_> {
    /// A page does something with its socket.
    pub fn wire(&mut self, tab: usize, ticket: u32, request: &Request) {
        let run = self.tabs[tab].run;
        match request {
            Request::Connect { client, since } => {
                let wire = Wire::new(tab, run, ticket, *client, *since);
                self.wires.push(wire);
            }
            Request::Disconnect => self.wires.retain(|wire| wire.tab != tab),
            Request::Ping => {
                self.hit(Hit::Pinged);
                let head = self.model.head;
                let its = |wire: &&mut Wire| wire.tab == tab && wire.is_open();
                for wire in self.wires.iter_mut().filter(its) {
                    wire.frames.push_back(Frame::Heard(Heard::Pong(head)));
                }
            }
            _ => {}
        }
    }

    /// Something happens to the nth socket.
    pub fn twist(&mut self, nth: u8, twist: Twist) -> Checked {
        let Some(at) = usize::from(nth).checked_rem(self.wires.len()) else {
            return Ok(());
        };
        match twist {
            Twist::On => self.on(at).map(drop),
            Twist::Through => self.through(at),
            Twist::Cut => {
                self.hit(Hit::SocketCut);
                self.hang(at, 1006)
            }
            Twist::Close(code) => {
                self.hit(Hit::SocketClosed);
                self.hang(at, CODES[usize::from(code) % CODES.len()])
            }
            Twist::Silent => {
                self.hit(Hit::SocketSilent);
                self.wires[at].is_silent = true;
                Ok(())
            }
            Twist::Garble => {
                self.garble(at, nth);
                Ok(())
            }
        }
    }

    fn garble(&mut self, at: usize, nth: u8) {
        match self.wires[at].frames.front_mut() {
            Some(Frame::Heard(Heard::Event(placed))) if nth.is_multiple_of(2) => {
                placed.event = None;
                self.hit(Hit::SocketUnknown);
            }
            Some(frame @ Frame::Heard(Heard::Event(_))) => {
                *frame = Frame::Garbled;
                self.hit(Hit::SocketGarbled);
            }
            _ => {}
        }
    }

    /// All that is on its way over a socket gets there.
    fn through(&mut self, at: usize) -> Checked {
        let id = (self.wires[at].tab, self.wires[at].socket);
        while let Some(at) = self
            .wires
            .iter()
            .position(|wire| (wire.tab, wire.socket) == id)
        {
            if !self.on(at)? {
                break;
            }
        }
        Ok(())
    }

    /// The sockets of a page get on as far as they can. Whether there was anything to do.
    pub fn wires_get_there(&mut self, tab: usize) -> Result<bool, super::Violation> {
        let mut any = false;
        while let Some(at) = self.wires.iter().position(|wire| {
            let is_ready = wire.sent.is_none() || !wire.frames.is_empty();
            wire.tab == tab && !wire.is_silent && is_ready
        }) {
            any = true;
            self.on(at)?;
        }
        Ok(any)
    }

    /// A socket opens, or its next frame gets there. Whether there was anything to do.
    fn on(&mut self, at: usize) -> Result<bool, super::Violation> {
        if self.wires[at].is_silent {
            return Ok(false);
        }
        if self.wires[at].sent.is_none() {
            self.open(at)?;
            return Ok(true);
        }
        let Some(frame) = self.wires[at].frames.pop_front() else {
            return Ok(false);
        };
        let Wire {
            tab, run, socket, ..
        } = self.wires[at];
        if self.tabs[tab].run != run {
            self.wires.remove(at);
            return Ok(true);
        }
        // Nor what would have followed its end.
        let sent = [&frame].into_iter().chain(&self.wires[at].frames);
        let last = self.wires[at].last;
        if let Some(seq) = sent.filter_map(Frame::seq).max()
            && last.is_some_and(|last| seq > last)
        {
            return violated(format!(
                "{seq:?} goes out on a socket whose person was out at {last:?}"
            ));
        }
        match frame {
            Frame::Close(code) => {
                self.hang(at, code)?;
                let hit = match code {
                    code::NO_ACCESS => Hit::ClosedAsOut,
                    code::DELETED => Hit::ClosedAsDeleted,
                    _ => return Ok(true),
                };
                self.hit(hit);
                if !self.tabs[tab].photo.is_hidden {
                    return violated(format!("{code} came, and the page still shows its list"));
                }
            }
            Frame::Garbled => {
                self.with(tab, |page, scene| page.heard(scene, socket, None))?;
            }
            Frame::Heard(heard) => {
                match &heard {
                    Heard::Event(_) => self.hit(Hit::SocketEvent),
                    Heard::Snapshot { .. } => self.hit(Hit::SocketSnapshot),
                    _ => {}
                }
                self.with(tab, |page, scene| page.heard(scene, socket, Some(heard)))?;
            }
        }
        Ok(true)
    }

    /// The server has the request for a socket: it registers it, reads, and streams.
    fn open(&mut self, at: usize) -> Checked {
        let Wire {
            tab, client, since, ..
        } = self.wires[at];
        let person = self.tabs[tab].person;
        let Ok(news) = self.pull(tab, person, client, Some(since))? else {
            self.hit(Hit::SocketRefused);
            return self.hang(at, 1006);
        };
        self.hit(Hit::SocketOpened);
        let News {
            epoch,
            seq,
            last_mid,
            role,
            brings,
        } = news;
        let wire = &mut self.wires[at];
        let welcome = Welcome {
            protocol: PROTOCOL,
            user: self.users[self.tabs[tab].person],
            epoch,
            seq,
            role,
            last_mid,
        };
        wire.frames.push_back(Frame::Heard(Heard::Welcome(welcome)));
        match brings {
            Brings::Snapshot(todos) => {
                let all = Heard::Snapshot { epoch, seq, todos };
                wire.frames.push_back(Frame::Heard(all));
            }
            Brings::Delta(events) => {
                let events = events.into_iter().map(Heard::Event).map(Frame::Heard);
                wire.frames.extend(events);
            }
        }
        wire.sent = Some(seq);
        Ok(())
    }

    /// What was committed goes to all sockets that are open. It is heard in whatever order, and of some of it only that it
    /// happened, as from another instance; the hub's own order ([`Order`]) puts it right.
    pub fn publish(&mut self) -> Checked {
        let new = self
            .model
            .events()
            .filter(|placed| placed.seq > self.published);
        let mut new: Vec<_> = new.cloned().collect();
        self.published = self.model.head;
        if self.now.unsigned_abs().is_multiple_of(2) {
            new.reverse();
        }
        let mut ready = Vec::new();
        for placed in new {
            let is_known = !(placed.seq.0 + self.now.unsigned_abs()).is_multiple_of(5);
            ready.extend(self.order.heard(placed.seq, is_known.then_some(placed)));
        }
        if let Some((after, until)) = self.order.missing() {
            self.hit(Hit::HubRead);
            let missing = self.model.events();
            let missing = missing.filter(|placed| placed.seq > after && placed.seq <= until);
            for placed in missing.cloned().collect::<Vec<_>>() {
                ready.extend(self.order.heard(placed.seq, Some(placed)));
            }
        }
        if self.order.missing().is_some() {
            return violated("the hub never sends what it has heard of");
        }
        for wire in self.wires.iter_mut().filter(|wire| wire.is_open()) {
            let Some(had) = wire.sent else { continue };
            let mut sent = had;
            for (seq, placed) in ready.iter().filter(|(seq, _)| *seq > had) {
                if *seq != sent.next() {
                    return violated(format!("5: {seq:?} goes out after {sent:?}"));
                }
                sent = *seq;
                let frame = Frame::Heard(Heard::Event(placed.clone()));
                wire.frames.push_back(frame);
            }
            if sent < self.model.head {
                return violated(format!("a socket is left behind at {sent:?}"));
            }
            wire.sent = Some(sent);
        }
        Ok(())
    }

    /// The server begins anew where its database is.
    pub fn begin_anew(&mut self) {
        self.order = Order::default();
        self.order.begin(self.model.head);
        self.published = self.model.head;
    }

    /// The server ends the sockets of whoever is not signed in any more in this browser: nothing follows.
    pub fn sign_out_wires(&mut self, of: usize) {
        let tabs = 0..self.tabs.len();
        let ends = tabs.map(|tab| browser(tab) == of && !self.is_theirs(tab));
        let ends: Vec<_> = ends.collect();
        self.nothing_follows(|tab| ends[tab]);
        self.end_wires(code::SIGNED_OUT, |tab| ends[tab]);
    }

    /// Whose these pages are may not see what comes from now on, until they come again: the check of what the server does.
    pub fn nothing_follows(&mut self, which: impl Fn(usize) -> bool) {
        let head = self.model.head;
        for wire in self.wires.iter_mut().filter(|wire| which(wire.tab)) {
            if wire.sent.is_some() {
                wire.last.get_or_insert(head);
            }
        }
    }

    /// The server ends the sockets of these pages. The first reason counts.
    pub fn end_wires(&mut self, code: u16, which: impl Fn(usize) -> bool) {
        let its = |wire: &&mut Wire| which(wire.tab) && wire.is_open();
        for wire in self.wires.iter_mut().filter(its) {
            wire.frames.push_back(Frame::Close(code));
            wire.is_closing = true;
        }
    }

    /// The server stops: all its sockets break.
    pub fn cut_wires(&mut self) -> Checked {
        self.begin_anew();
        while !self.wires.is_empty() {
            self.hang(0, 1012)?;
        }
        Ok(())
    }

    /// Of a page that is not there any more.
    pub fn forget_wires(&mut self, tab: usize) {
        self.wires.retain(|wire| wire.tab != tab);
    }

    /// Whoever listens to a silent socket notices in the end.
    pub fn notice_silence(&mut self, tab: usize) -> Checked {
        let is_silent = |wire: &Wire| wire.tab == tab && wire.is_silent;
        for _ in 0..3 {
            if self.wires.iter().any(is_silent) {
                self.with(tab, |page, scene| page.waited(scene, Timer::Silence))?;
            }
        }
        Ok(())
    }

    /// A socket is gone, and its page hears of it.
    fn hang(&mut self, at: usize, code: u16) -> Checked {
        let Wire {
            tab, run, socket, ..
        } = self.wires.remove(at);
        if self.tabs[tab].run != run {
            return Ok(());
        }
        self.with(tab, |page, scene| page.hung(scene, socket, code))
    }
}

/// What a frame brings, as a pull would.
pub fn news(heard: &Heard, epoch: Epoch, last_mid: Mid) -> Option<News> {
    let role = crate::core::list::Role::Editor;
    match heard {
        Heard::Event(placed) => Some(News {
            epoch,
            seq: placed.seq,
            last_mid: Mid(0),
            role,
            brings: Brings::Delta(vec![placed.clone()]),
        }),
        Heard::Snapshot { epoch, seq, todos } => Some(News {
            epoch: *epoch,
            seq: *seq,
            last_mid,
            role,
            brings: Brings::Snapshot(todos.clone()),
        }),
        _ => None,
    }
}
