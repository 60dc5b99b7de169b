//! One socket's place in the hub: it is given up when this is dropped. Not here: what goes through it (`mailbox`).

use super::{Hub, Rooms, Socket, SocketId, mailbox::Mailbox, network, presence::People};
use crate::core::id::{ListId, Seq, SessionId, TodoId, UserId};
use std::{net::IpAddr, sync::Arc};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Whose socket it is, from where, and for what.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// By which sign-in.
    pub session: SessionId,
    /// The address they come from.
    pub address: IpAddr,
    /// What they have open.
    pub list: Option<ListId>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The user, or the address, has as many sockets as there may be.
    TooMany,
    /// The server stops.
    Stopping,
}

/// See the module.
pub struct Subscription {
    hub: Hub,
    id: SocketId,
    user: UserId,
    list: Option<ListId>,
    mailbox: Arc<Mailbox>,
}

impl Hub {
    /// Takes a place: from now on what happens waits for this socket. Call it before reading.
    ///
    /// # Errors
    /// See [`Full`].
    pub fn subscribe(&self, visitor: Visitor) -> Result<Subscription, Full> {
        let mailbox = Arc::new(Mailbox::default());
        let (user, list) = (visitor.user, visitor.list);
        let id = {
            let mut rooms = self.rooms();
            if rooms.closed {
                return Err(Full::Stopping);
            }
            if rooms.is_full(&visitor, self) {
                return Err(Full::TooMany);
            }
            rooms.enter(visitor, Arc::clone(&mailbox))
        };
        self.0.open.send_modify(|open| *open += 1);
        Ok(Subscription {
            hub: self.clone(),
            id,
            user,
            list,
            mailbox,
        })
    }
}

impl Rooms {
    fn is_full(&self, visitor: &Visitor, hub: &Hub) -> bool {
        let is_over = |there: usize, cap: u32| cap > 0 && there >= cap as usize;
        let of_user = self.users.get(&visitor.user).map_or(0, |ids| ids.len());
        let from_there = self.addresses.get(&network(visitor.address));
        let from_there = from_there.copied().unwrap_or(0) as usize;
        is_over(of_user, hub.0.caps.per_user) || is_over(from_there, hub.0.caps.per_address)
    }

    fn enter(&mut self, visitor: Visitor, mailbox: Arc<Mailbox>) -> SocketId {
        self.made += 1;
        let id = self.made;
        self.users.entry(visitor.user).or_default().insert(id);
        *self.addresses.entry(network(visitor.address)).or_default() += 1;
        if let Some(list) = visitor.list {
            let topic = self.topics.entry(list).or_default();
            topic.sockets.insert(id, Arc::clone(&mailbox));
        }
        self.sockets.insert(id, Socket { visitor, mailbox });
        id
    }

    fn leave(&mut self, id: SocketId) {
        let Some(Socket { visitor, .. }) = self.sockets.remove(&id) else {
            return;
        };
        self.leave_topic(id, visitor.user, visitor.list);
        if let Some(ids) = self.users.get_mut(&visitor.user) {
            ids.remove(&id);
            if ids.is_empty() {
                self.users.remove(&visitor.user);
            }
        }
        let address = network(visitor.address);
        if let Some(there) = self.addresses.get_mut(&address) {
            *there -= 1;
            if *there == 0 {
                self.addresses.remove(&address);
            }
        }
    }
}

impl Subscription {
    /// What waits for the socket.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The socket has read its list up to `head`: it belongs to the list from now on, and is seen there.
    pub fn begin(&self, head: Seq) {
        let mut rooms = self.hub.rooms();
        // It may have been closed meanwhile.
        let Some(list) = self.list.filter(|_| self.mailbox.closing().is_none()) else {
            return;
        };
        let name = match rooms.sockets.get(&self.id) {
            Some(socket) => socket.visitor.name.clone(),
            None => return,
        };
        let Some(topic) = rooms.topics.get_mut(&list) else {
            return;
        };
        let ready = topic.order.begin(head);
        let slow = topic.send(&ready);
        let before = topic.people.count();
        // Who comes is told who is here, even if the others see nobody new.
        topic.people.come(self.id, self.user, &name);
        if topic.people.count() > before {
            topic.tell_presence(before);
        } else if before > 1 {
            self.mailbox.presence();
        }
        self.hub.ask_for_missing(list, topic);
        rooms.close(slow, super::Close::TooSlow);
    }

    /// The socket's person edits this todo, or none.
    pub fn edit(&self, todo: Option<TodoId>) {
        self.change(|people| people.edit(self.id, self.user, todo));
    }

    /// The socket does not answer any more: nobody sees its person, unless they have another one. Or it does again.
    pub fn answers(&self, answers: bool) {
        self.change(|people| people.answers(self.id, self.user, answers));
    }

    fn change(&self, change: impl FnOnce(&mut People) -> bool) {
        let mut rooms = self.hub.rooms();
        let topic = self.list.and_then(|list| rooms.topics.get_mut(&list));
        if let Some(topic) = topic {
            let before = topic.people.count();
            if change(&mut topic.people) {
                topic.tell_presence(before);
            }
        }
    }

    /// Who is here, as it goes out, and how many they are.
    pub fn presence(&self) -> Option<(Utf8Bytes, usize)> {
        let mut rooms = self.hub.rooms();
        // Who may no longer see the list sees nobody in it either.
        if self.mailbox.closing().is_some() {
            return None;
        }
        let people = &mut rooms.topics.get_mut(&self.list?)?.people;
        Some((people.frame()?, people.count()))
    }
}

impl Subscription {
    /// The socket ends: nothing reaches it any more, and nobody sees it. It counts until this is dropped.
    pub fn leave(&self) {
        self.hub
            .rooms()
            .close(vec![self.id], super::Close::Restarting);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.rooms().leave(self.id);
        self.hub.0.open.send_modify(|open| *open -= 1);
    }
}
