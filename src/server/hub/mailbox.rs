//! What waits for one socket: bounded, filled by the hub without ever waiting, emptied by the socket's task.
//!
//! Not here: what is sent how (`ws`).

use super::Close;
use crate::core::id::Seq;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
};
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// Events that wait for one socket at most.
pub const EVENTS_MAX: usize = 512;
/// Their bytes at most; one event may be larger.
pub const BYTES_MAX: usize = 1024 * 1024;

/// See the module.
#[derive(Debug)]
pub struct Mailbox(Mutex<Inbox>);

#[derive(Debug)]
struct Inbox {
    events: VecDeque<(Seq, Utf8Bytes)>,
    bytes: usize,
    /// The socket reads from the table and takes nothing from here: too much is no fault of its own.
    catching_up: bool,
    /// While it did so, more came than there is room for.
    lost: bool,
    lists_changed: bool,
    presence: bool,
    close: Option<Close>,
    waker: Option<Waker>,
}

/// What the socket is to do next about events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Send this one.
    Event(Seq, Utf8Bytes),
    /// Read on from the table: something is missing here.
    CatchUp,
    /// Wait.
    Nothing,
}

impl Default for Mailbox {
    /// An empty one, of a socket that is about to read.
    fn default() -> Self {
        Self(Mutex::new(Inbox {
            events: VecDeque::new(),
            bytes: 0,
            catching_up: true,
            lost: false,
            lists_changed: false,
            presence: false,
            close: None,
            waker: None,
        }))
    }
}

impl Mailbox {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more event. Whether the socket turned out to be too slow, and is to be closed.
    pub fn push(&self, seq: Seq, frame: &Utf8Bytes) -> bool {
        let mut inbox = self.inbox();
        if inbox.close.is_some() || inbox.lost {
            return false;
        }
        let bytes = inbox.bytes + frame.len();
        let is_full =
            inbox.events.len() >= EVENTS_MAX || (bytes > BYTES_MAX && !inbox.events.is_empty());
        if !is_full {
            inbox.events.push_back((seq, frame.clone()));
            inbox.bytes = bytes;
            inbox.wake();
            return false;
        }
        inbox.forget();
        if inbox.catching_up {
            inbox.lost = true;
            return false;
        }
        true
    }

    /// The socket's next event, when it has been sent everything up to `at`. From now on it keeps up, or is too slow.
    pub fn next(&self, at: Seq) -> Next {
        let mut inbox = self.inbox();
        inbox.catching_up = false;
        if inbox.lost {
            return Next::CatchUp;
        }
        while let Some((seq, frame)) = inbox.events.pop_front() {
            inbox.bytes -= frame.len();
            if seq == at.next() {
                return Next::Event(seq, frame);
            }
            // What it has already, it has read.
            if seq > at {
                return Next::CatchUp;
            }
        }
        // A burst's room is given back.
        if inbox.events.capacity() > 16 {
            inbox.events = VecDeque::new();
        }
        Next::Nothing
    }

    /// The socket is about to read from the table: what comes from now on is kept beside.
    pub fn catch_up(&self) {
        let mut inbox = self.inbox();
        inbox.forget();
        inbox.lost = false;
        inbox.catching_up = true;
    }

    /// The socket's lists changed.
    pub fn lists_changed(&self) {
        let mut inbox = self.inbox();
        inbox.lists_changed = true;
        inbox.wake();
    }

    /// Who is here changed.
    pub fn presence(&self) {
        let mut inbox = self.inbox();
        inbox.presence = true;
        inbox.wake();
    }

    /// Whether the socket's lists changed since this was asked last.
    pub fn take_lists_changed(&self) -> bool {
        std::mem::take(&mut self.inbox().lists_changed)
    }

    /// Whether it changed who is here since this was asked last.
    pub fn take_presence(&self) -> bool {
        std::mem::take(&mut self.inbox().presence)
    }

    /// Whether there is something to tell of lists, and of who is here.
    pub fn notes(&self) -> (bool, bool) {
        let inbox = self.inbox();
        (inbox.lists_changed, inbox.presence)
    }

    /// The end: nothing follows it. The first reason counts.
    pub fn close(&self, why: Close) {
        let mut inbox = self.inbox();
        inbox.close.get_or_insert(why);
        inbox.forget();
        inbox.wake();
    }

    /// Why the socket is to end, if it is.
    pub fn closing(&self) -> Option<Close> {
        self.inbox().close
    }

    /// Wakes the task when something comes.
    pub fn wake_me(&self, context: &Context<'_>) {
        let mut inbox = self.inbox();
        match &mut inbox.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
    }
}

impl Inbox {
    fn forget(&mut self) {
        self.events = VecDeque::new();
        self.bytes = 0;
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Utf8Bytes {
        "event".into()
    }

    #[test]
    fn too_much_while_reading_is_read_again_and_too_much_afterwards_is_too_slow() {
        let mailbox = Mailbox::default();
        let fill =
            |from: u64| (0..=EVENTS_MAX as u64).any(|n| mailbox.push(Seq(from + n), &frame()));
        assert!(!fill(1));
        assert_eq!(mailbox.next(Seq(0)), Next::CatchUp);
        mailbox.catch_up();
        assert!(!mailbox.push(Seq(600), &frame()));
        assert_eq!(mailbox.next(Seq(599)), Next::Event(Seq(600), frame()));
        assert!(fill(601));
    }

    #[test]
    fn what_was_read_is_left_out_and_a_gap_is_read() {
        let mailbox = Mailbox::default();
        for seq in [3, 4, 5, 7] {
            mailbox.push(Seq(seq), &frame());
        }
        assert_eq!(mailbox.next(Seq(4)), Next::Event(Seq(5), frame()));
        assert_eq!(mailbox.next(Seq(5)), Next::CatchUp);
    }

    #[test]
    fn bytes_are_bounded_too_but_for_one_large_event() {
        let mailbox = Mailbox::default();
        mailbox.next(Seq(0));
        let large: Utf8Bytes = "x".repeat(BYTES_MAX + 1).into();
        assert!(!mailbox.push(Seq(1), &large));
        assert!(mailbox.push(Seq(2), &frame()));
    }

    #[test]
    fn nothing_follows_the_end_and_its_first_reason_counts() {
        let mailbox = Mailbox::default();
        mailbox.push(Seq(1), &frame());
        mailbox.close(Close::AccessLost);
        mailbox.close(Close::Restarting);
        mailbox.push(Seq(2), &frame());
        assert_eq!(mailbox.next(Seq(0)), Next::Nothing);
        assert_eq!(mailbox.closing(), Some(Close::AccessLost));
    }
}
