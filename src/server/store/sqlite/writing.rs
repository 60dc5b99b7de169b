//! A transaction under way: the connection, and what is to be made known once it is durable.
//!
//! Not here: when that is (`writer`), and who is told (`server::hub`).

use super::rows::all;
use crate::{
    core::id::{ListId, UserId},
    server::store::{Happened, Stored},
};
use rusqlite::Connection;
use std::{cell::RefCell, collections::BTreeSet, ops::Deref};

/// See the module. It is the connection as well.
pub(super) struct Writing<'c> {
    connection: &'c Connection,
    happened: RefCell<Vec<Happened>>,
    changed: RefCell<BTreeSet<ListId>>,
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl<'c> Writing<'c> {
    /// Nothing happened yet.
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            happened: RefCell::default(),
            changed: RefCell::default(),
        }
    }

    /// Makes something known once the transaction is durable, unless this write is taken back.
    pub(super) fn tell(&self, happened: Happened) {
        self.happened.borrow_mut().push(happened);
    }

    /// A list's name, counts, members or roles changed, or it went or came back: tells all who are its members when
    /// the transaction ends. Who left it is told by [`Happened::AccessLost`].
    pub(super) fn list_changed(&self, list: ListId) {
        self.changed.borrow_mut().insert(list);
    }

    /// As [`Writing::list_changed`], to one person alone: for what nobody else sees, the invitations to their lists.
    pub(super) fn tell_person(&self, user: UserId) {
        self.tell(Happened::ListsChanged { users: vec![user] });
    }

    /// As [`Writing::list_changed`], to those who are its members now: for a list that is about to go for good.
    pub(super) fn tell_members_of(&self, list: ListId) -> Stored<()> {
        let sql = "SELECT user_id FROM members WHERE list_id = ?";
        let users = all(self, sql, [list.0], |row| Ok(UserId(row.get(0)?)))?;
        if !users.is_empty() {
            self.tell(Happened::ListsChanged { users });
        }
        Ok(())
    }

    /// How much is to be told so far.
    pub(super) fn told(&self) -> usize {
        self.happened.borrow().len()
    }

    /// Takes back all but the first so many. What is only "look again" stays: it says nothing wrong.
    pub(super) fn take_back(&self, but: usize) {
        self.happened.borrow_mut().truncate(but);
    }

    /// Adds whom the changed lists concern: once for all writes of the transaction.
    pub(super) fn tell_members(&self) -> Stored<()> {
        let changed = self.changed.take();
        changed
            .into_iter()
            .try_for_each(|list| self.tell_members_of(list))
    }

    /// What there is to tell, in order.
    pub(super) fn happened(self) -> Vec<Happened> {
        self.happened.into_inner()
    }
}
