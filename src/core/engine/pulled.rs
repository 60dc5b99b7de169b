//! What came of a pull: events, or the whole state, or another history; and of asking who is signed in.

use super::{Effect, Engine, RESTORED, Trouble, low, trace::Traced};
use crate::core::{
    event::Placed,
    id::{ClientId, Mid, TodoId, UserId},
    link::{Failure, Lane},
    replica::{Brings, Merged, News, Replica},
    review::Why,
    todo::Todo,
};
use uuid::Uuid;

impl Engine {
    pub(super) fn pulled(&mut self, answer: Result<News, Failure>, random: Uuid) {
        let jitter = low(random);
        match answer {
            Ok(news) => {
                self.link.answered(Lane::Pull);
                if self.pending.waiting() == 0 {
                    self.understood();
                }
                self.is_now(news.role);
                let is_behind = Some(news.seq) < self.pulling;
                self.news(news, is_behind, random);
                let is_complete = self.pending.reaches() <= Some(self.base.seq);
                if is_complete && !self.needs_snapshot && !self.link.live().is_open() {
                    let millis = self.link.poll_later();
                    self.wait(Lane::Pull, millis);
                }
            }
            Err(failure) => {
                self.trace.add(Traced::Failed(Lane::Pull), 0);
                let millis = self.link.failed(Lane::Pull, &failure, jitter);
                self.needs_pull = true;
                match failure {
                    Failure::SignedOut => self.ask(),
                    Failure::Barred(message) => self.closed(message, random),
                    Failure::Unreadable | Failure::Refused(_) => {
                        // Perhaps all of it can be understood.
                        self.needs_snapshot = true;
                        self.misread();
                        match millis {
                            Some(millis) => self.wait(Lane::Pull, millis),
                            None => self.back_off(Lane::Pull, jitter),
                        }
                    }
                    _ => {
                        if let Some(millis) = millis {
                            self.wait(Lane::Pull, millis);
                        }
                    }
                }
            }
        }
    }

    /// Takes in what came. `is_behind`: it is from before what whoever asked for it had already.
    pub(super) fn news(&mut self, news: News, is_behind: bool, random: Uuid) {
        if std::mem::take(&mut self.is_hidden) {
            self.changes.all = true;
            self.trouble = None;
            // What was done meanwhile has numbers that nobody ever sends.
            self.renew(random);
        }
        if news.epoch != self.base.epoch || is_behind {
            self.adopt(news, random);
        } else if news.seq >= self.base.seq {
            self.take_in(news);
        }
    }

    /// Takes in what is new in the same history.
    fn take_in(&mut self, news: News) {
        match news.brings {
            Brings::Snapshot(todos) => {
                self.replace(Replica::new(news.epoch, news.seq, todos), news.last_mid);
                self.needs_snapshot = false;
            }
            Brings::Delta(events) => {
                let mut touched = Vec::new();
                for placed in events {
                    if !self.merge(placed, &mut touched) {
                        break;
                    }
                }
                if self.base.seq < news.seq {
                    self.needs_snapshot = true;
                }
                self.settle(touched);
            }
        }
    }

    /// Merges one event, and says whether the next one may follow.
    pub(super) fn merge(&mut self, placed: Placed, touched: &mut Vec<TodoId>) -> bool {
        let Placed { seq, origin, event } = placed;
        let Some(event) = event else {
            self.trace.add(Traced::Unknown, seq.0);
            return seq <= self.base.seq;
        };
        let ids = event.ids();
        let what = Traced::event(&event);
        let was = ids.iter().map(|id| self.base.get(*id).cloned());
        let was: Vec<_> = was.collect();
        match self.base.merge(seq, event) {
            Merged::Known => return true,
            Merged::Gap => return false,
            Merged::Advanced => self.trace.add(what, seq.0),
        }
        if let Some((client, mid)) = origin
            && self.pending.knows(client)
        {
            // What it did and what it was meant to do may differ. And what was queued before it is decided: its event came
            // before this one, or never will.
            let queued = self.pending.entries();
            let decided = queued.filter(|entry| entry.client == client && entry.mid <= mid);
            decided.for_each(|entry| touched.extend(entry.ids.iter()));
            self.pending.in_base(client, mid);
            self.applied((client, mid), seq);
            if self.pending.sends(client) {
                self.crossed((client, mid), &was);
            }
        }
        // What was so already, nobody changed.
        let changed = ids.iter().zip(&was);
        let changed = changed.filter(|(id, was)| self.base.get(**id) != was.as_ref());
        let by = origin.map(|(client, _)| client);
        // Of my own changes only another queue's undo asks.
        if by != Some(self.client()) || self.pending.has_guests() {
            changed.for_each(|(id, _)| self.history.changed(*id, by, seq));
        }
        for todo in was.iter().flatten() {
            self.last_seen(todo);
        }
        touched.extend(ids);
        true
    }

    /// What base does not have any more comes back like this, until the server says how it really is: somebody may have
    /// changed it after it was deleted here, and before it was deleted there.
    fn last_seen(&mut self, todo: &Todo) {
        if self.base.get(todo.id).is_none() {
            self.pending.last_seen(todo);
            self.history.last_seen(todo);
        }
    }

    /// Puts another base in the place of this one. Who changed what in between it does not say: it may have been anybody.
    pub(super) fn replace(&mut self, base: Replica, last_mid: Mid) {
        self.trace.add(Traced::Snapshot, base.seq.0);
        let was = std::mem::replace(&mut self.base, base);
        let queue = self.pending.entries();
        let mut ids: Vec<_> = queue.flat_map(|entry| entry.op.ids()).copied().collect();
        self.history.ids(&mut ids);
        let mut unseen = Vec::new();
        for id in ids {
            let (old, new) = (was.get(id), self.base.get(id));
            match (old, new.map(|new| new.version)) {
                (None, None) => unseen.push(id),
                (Some(old), Some(new)) if old.version == new => {}
                (_, new) => self.history.changed(id, None, new.unwrap_or(self.base.seq)),
            }
            if let Some(old) = old {
                self.last_seen(old);
            }
        }
        self.history.missed(&unseen);
        self.pending.missed(&unseen);
        self.pending.in_base(self.client(), last_mid);
        for entry in self.pending.settle(self.base.seq) {
            self.settled(&entry);
        }
        self.show_all();
    }

    /// Another history, or the same one cut short: what was waiting goes to review, and everything begins anew from there.
    fn adopt(&mut self, news: News, random: Uuid) {
        self.reset(Trouble::Reset(RESTORED.to_owned()), random);
        self.history.clear();
        if let Brings::Snapshot(todos) = news.brings {
            self.replace(Replica::new(news.epoch, news.seq, todos), Mid(0));
            self.needs_snapshot = false;
            // The other tabs, if they are there already, heard nothing that was said of the history before.
            self.introduce();
        }
    }

    /// The list is not there any more for this person, in the server's words.
    pub(super) fn closed(&mut self, why: String, random: Uuid) {
        self.reset(Trouble::Closed(why), random);
        self.is_hidden = true;
        // Whatever else shows something of it looks again.
        self.effects.push(Effect::ListsChanged);
        self.link.close();
    }

    /// The queue goes to review, with the reason.
    fn bar(&mut self, why: &str) {
        for entry in self.pending.take() {
            let id = entry.id();
            if !entry.given_up {
                let why = Why::Barred(why.to_owned());
                self.review
                    .keep(id, entry.op, entry.seen, entry.was, why, true);
            }
            self.mark(id);
        }
        self.review.open_all();
    }

    /// What is done on a list that is no longer there goes to review at once: nothing will ever send it.
    pub(super) fn bar_if_hidden(&mut self) {
        if self.is_hidden && self.pending.entries().next().is_some() {
            let why = match &self.trouble {
                Some(Trouble::Closed(why)) => why.clone(),
                _ => "This list is not there any more.".to_owned(),
            };
            self.history.renumber();
            self.bar(&why);
            self.show_all();
        }
    }

    /// The list's queue goes to review, and another client begins to count.
    pub(super) fn reset(&mut self, trouble: Trouble, random: Uuid) {
        self.history.renumber();
        let (Trouble::Reset(why) | Trouble::Closed(why)) = &trouble else {
            return;
        };
        self.bar(&why.clone());
        self.trouble = Some(trouble);
        self.renew(random);
        self.pushing.clear();
        self.link.abandon(Lane::Push);
        self.push_ticket += 1;
        self.hang_up();
        self.needs_snapshot = true;
        self.show_all();
    }

    /// Another client goes on in this one's place, and asks anew: an answer to what this one asked does not count.
    pub(super) fn renew(&mut self, random: Uuid) {
        let client = ClientId(random);
        self.history.renamed(self.client(), client);
        self.pending.renew(client);
        self.ticket += 1;
        self.link.abandon(Lane::Pull);
        self.needs_pull = true;
    }

    pub(super) fn ask(&mut self) {
        if self.link.ask() {
            self.effects.push(Effect::Me);
        }
    }

    pub(super) fn met(&mut self, answer: Result<UserId, Failure>, random: Uuid) {
        if !self.link.is_asking() {
            return;
        }
        match answer {
            Ok(user) if user == self.user => {
                self.trouble = None;
                self.link.resume();
                self.needs_pull = true;
            }
            Ok(_) => self.park(Trouble::OtherUser),
            Err(Failure::SignedOut) => self.park(Trouble::SignedOut),
            Err(failure) => {
                let millis = self.link.ask_later(&failure, low(random));
                self.wait(Lane::Push, millis);
            }
        }
    }

    pub(super) fn park(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
        self.hang_up();
        self.link.park();
    }
}
