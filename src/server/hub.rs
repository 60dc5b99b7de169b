//! Live fan-out: who has what open, and who is told what happened, in which order.
//!
//! ```text
//! store ─ Happened ─→ hub ─ in order ─→ mailboxes of the list's sockets ─→ each socket's task (ws)
//!   ↑                  │
//!   └── what is missing┘
//! ```
//! A subscriber is registered before it reads, so that what is committed after its read waits in its mailbox, and what
//! it has read is left out there. Nothing here waits for a socket: a mailbox that is full is closed. Events of another
//! instance come in by the same door, [`Hub::heard`].
//!
//! Not here: SQL (`store`), frames on the wire (`ws`).

pub mod mailbox;
pub mod order;
pub mod presence;
mod subscription;

use super::{
    limits::network,
    store::{Happened, Store},
};
use crate::core::id::{ListId, Seq, UserId};
use mailbox::Mailbox;
use order::Order;
use presence::People;
use std::{
    collections::{BTreeSet, HashMap},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
pub use subscription::{Full, Subscription, Visitor};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// How long events that could not be read are waited for before they are read again.
const READ_AGAIN: Duration = Duration::from_secs(1);
/// How often they are, before those who wait for them begin anew.
const READS: u32 = 5;

/// A socket, as long as the process runs.
pub type SocketId = u64;

/// Why the server ends a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// Its sign-in ended.
    SessionEnded,
    /// Its person may no longer see the list.
    AccessLost,
    /// The list was deleted.
    ListDeleted,
    /// It does not take what it is sent.
    TooSlow,
    /// The server stops, or lost its place: come again.
    Restarting,
}

/// See the module. A clone is the same hub.
#[derive(Clone)]
pub struct Hub(Arc<Shared>);

struct Shared {
    rooms: Mutex<Rooms>,
    /// How many sockets there are.
    open: watch::Sender<usize>,
    /// Lists of which something is missing.
    missing: mpsc::UnboundedSender<ListId>,
    caps: Caps,
}

/// How many sockets there may be, 0 for no limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Caps {
    /// Of one user.
    pub per_user: u32,
    /// From one address.
    pub per_address: u32,
}

/// Lists of which something is missing, for [`Hub::run`].
pub struct Missing(mpsc::UnboundedReceiver<ListId>);

#[derive(Default)]
struct Rooms {
    closed: bool,
    made: SocketId,
    sockets: HashMap<SocketId, Socket>,
    topics: HashMap<ListId, Topic>,
    users: HashMap<UserId, BTreeSet<SocketId>>,
    addresses: HashMap<IpAddr, u32>,
}

struct Socket {
    visitor: Visitor,
    mailbox: Arc<Mailbox>,
}

/// One list that somebody has open.
#[derive(Default)]
struct Topic {
    sockets: HashMap<SocketId, Arc<Mailbox>>,
    order: Order<Utf8Bytes>,
    people: People,
    /// What is missing is being read.
    reads: bool,
}

impl Hub {
    /// Nobody is here yet.
    pub fn new(caps: Caps) -> (Self, Missing) {
        let (missing, lists) = mpsc::unbounded_channel();
        let hub = Self(Arc::new(Shared {
            rooms: Mutex::default(),
            open: watch::channel(0).0,
            missing,
            caps,
        }));
        (hub, Missing(lists))
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        // Nothing panics while it holds the lock.
        self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on what happens, and reads what is missing, until the store is gone.
    pub async fn run(
        self,
        store: Store,
        mut happened: mpsc::UnboundedReceiver<Vec<Happened>>,
        mut missing: Missing,
    ) {
        loop {
            tokio::select! {
                batch = happened.recv() => match batch {
                    Some(batch) => batch.into_iter().for_each(|one| self.tell(one)),
                    None => return,
                },
                Some(list) = missing.0.recv() => {
                    tokio::spawn(read_missing(self.clone(), store.clone(), list));
                }
            }
        }
    }

    /// Tells those whom it concerns.
    pub fn tell(&self, happened: Happened) {
        match happened {
            Happened::Event { list, seq, frame } => self.heard(list, seq, Some(frame.into())),
            Happened::AccessLost { list, user } => {
                let mut rooms = self.rooms();
                let is_out = |visitor: &Visitor| visitor.list == Some(list);
                rooms.close_users(user, is_out, Close::AccessLost);
                rooms.lists_changed(user);
            }
            Happened::RoleChanged { list, user } => {
                // The welcome of the next socket says what the role is now.
                let is_here = |visitor: &Visitor| visitor.list == Some(list);
                self.rooms().close_users(user, is_here, Close::Restarting);
            }
            Happened::ListDeleted { list } => {
                let mut rooms = self.rooms();
                let topic = rooms.topics.get(&list);
                let here: Vec<_> = topic.into_iter().flat_map(|t| t.sockets.keys()).collect();
                let here: Vec<SocketId> = here.into_iter().copied().collect();
                rooms.close(here, Close::ListDeleted);
            }
            Happened::SessionsEnded { user, which } => {
                let has_ended = |visitor: &Visitor| which.has(visitor.session);
                self.rooms()
                    .close_users(user, has_ended, Close::SessionEnded);
            }
            Happened::ListsChanged { users } => {
                let rooms = self.rooms();
                users.into_iter().for_each(|user| rooms.lists_changed(user));
            }
        }
    }

    /// An event was committed, here or by another instance; `None`: only its number is known. It goes out when those
    /// before it have.
    pub fn heard(&self, list: ListId, seq: Seq, frame: Option<Utf8Bytes>) {
        let mut rooms = self.rooms();
        let Some(topic) = rooms.topics.get_mut(&list) else {
            return;
        };
        let ready = topic.order.heard(seq, frame);
        let slow = topic.send(&ready);
        self.ask_for_missing(list, topic);
        rooms.close(slow, Close::TooSlow);
    }

    /// Has what is missing read, unless that is under way.
    fn ask_for_missing(&self, list: ListId, topic: &mut Topic) {
        if !topic.reads && topic.order.missing().is_some() {
            topic.reads = true;
            // Nobody reads when the server stops.
            let _ = self.0.missing.send(list);
        }
    }

    /// What is missing of a list: the events after the first and up to the second.
    pub fn missing(&self, list: ListId) -> Option<(Seq, Seq)> {
        self.rooms().topics.get(&list)?.order.missing()
    }

    /// Reading what was missing came to its end; what is missing by now is asked for.
    pub fn read(&self, list: ListId) {
        if let Some(topic) = self.rooms().topics.get_mut(&list) {
            topic.reads = false;
            self.ask_for_missing(list, topic);
        }
    }

    /// What is missing cannot be had: all who wait for it begin anew.
    fn give_up(&self, list: ListId) {
        let mut rooms = self.rooms();
        if let Some(topic) = rooms.topics.get(&list) {
            let all = topic.sockets.keys().copied().collect();
            rooms.close(all, Close::Restarting);
        }
    }

    /// Ends all sockets and lets no other in: the server stops.
    pub fn close(&self) {
        let mut rooms = self.rooms();
        rooms.closed = true;
        let all = rooms.sockets.keys().copied().collect();
        rooms.close(all, Close::Restarting);
    }

    /// Waits until all sockets have said goodbye.
    pub async fn closed(&self) {
        let mut open = self.0.open.subscribe();
        // The sender lives as long as this.
        let _ = open.wait_for(|open| *open == 0).await;
    }

    /// How many sockets there are.
    pub fn sockets(&self) -> usize {
        *self.0.open.borrow()
    }
}

/// Reads what is missing of a list, and lets all who wait for it begin anew if it is not to be had.
async fn read_missing(hub: Hub, store: Store, list: ListId) {
    for _ in 0..READS {
        let Some((after, until)) = hub.missing(list) else {
            break;
        };
        match store.events(list, after, until).await {
            Ok(events) => {
                for (seq, frame) in events {
                    hub.heard(list, seq, Some(frame.into()));
                }
            }
            Err(cause) => tracing::warn!(%cause, "could not read events that are missing"),
        }
        // Committed later than what was heard, or not readable now.
        if hub.missing(list).is_some_and(|(_, still)| still <= until) {
            tokio::time::sleep(READ_AGAIN).await;
        }
    }
    if hub.missing(list).is_some() {
        hub.give_up(list);
    }
    hub.read(list);
}

impl Topic {
    /// Puts events into all mailboxes. Whose is full.
    fn send(&self, events: &[(Seq, Utf8Bytes)]) -> Vec<SocketId> {
        let mut slow = Vec::new();
        for (seq, frame) in events {
            for (id, mailbox) in &self.sockets {
                if mailbox.push(*seq, frame) {
                    slow.push(*id);
                }
            }
        }
        slow
    }

    /// Lets all know that somebody came, went or edits something else. `before`: how many people were here. Who is
    /// alone, and was, is told nothing.
    fn tell_presence(&self, before: usize) {
        if before.max(self.people.count()) > 1 {
            self.sockets.values().for_each(|mailbox| mailbox.presence());
        }
    }
}

impl Rooms {
    fn lists_changed(&self, user: UserId) {
        let sockets = self.users.get(&user).into_iter().flatten();
        for socket in sockets.filter_map(|id| self.sockets.get(id)) {
            socket.mailbox.lists_changed();
        }
    }

    fn close_users(&mut self, user: UserId, which: impl Fn(&Visitor) -> bool, why: Close) {
        let sockets = self.users.get(&user).into_iter().flatten().copied();
        let chosen = sockets.filter(|id| self.sockets.get(id).is_some_and(|s| which(&s.visitor)));
        self.close(chosen.collect(), why);
    }

    /// Ends sockets: nothing reaches them any more, and nobody sees them. They count until they have said goodbye.
    fn close(&mut self, sockets: Vec<SocketId>, why: Close) {
        for id in sockets {
            if let Some(socket) = self.sockets.get(&id) {
                socket.mailbox.close(why);
                let (user, list) = (socket.visitor.user, socket.visitor.list);
                self.leave_topic(id, user, list);
            }
        }
    }

    fn leave_topic(&mut self, id: SocketId, user: UserId, list: Option<ListId>) {
        let Some(list) = list else { return };
        let Some(topic) = self.topics.get_mut(&list) else {
            return;
        };
        topic.sockets.remove(&id);
        let before = topic.people.count();
        if topic.people.go(id, user) {
            topic.tell_presence(before);
        }
        if topic.sockets.is_empty() {
            self.topics.remove(&list);
        }
    }
}
