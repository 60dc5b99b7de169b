//! What came of a push: outcomes, or a failure.

use super::{Engine, TRIES, Trouble, UNREADABLE_MAX, low, trace::Traced};
use crate::core::{
    id::{ClientId, Mid, MutationId, Seq, TodoId},
    link::{Failure, Lane},
    pending::{Entry, Outcome},
    review::Why,
};
use uuid::Uuid;

impl Engine {
    pub(super) fn pushed(
        &mut self,
        ticket: u32,
        client: ClientId,
        answer: Result<Vec<(Mid, Outcome)>, Failure>,
        random: Uuid,
    ) {
        let is_latest = ticket == self.push_ticket;
        if is_latest {
            self.push_ticket += 1;
        }
        match answer {
            Ok(outcomes) => {
                let mut touched = Vec::new();
                for (mid, outcome) in outcomes {
                    self.decided((client, mid), outcome, &mut touched);
                }
                self.settle(touched);
                if is_latest {
                    let pushing = std::mem::take(&mut self.pushing);
                    let is_open = |id: &MutationId| {
                        let entry = self.pending.get(*id);
                        entry.is_some_and(|entry| entry.applied.is_none())
                    };
                    if pushing.iter().any(is_open) {
                        // An answer that leaves something out is none.
                        self.push_failed(&[], Failure::Unreadable, random);
                    } else {
                        self.understood();
                        self.link.answered(Lane::Push);
                    }
                }
            }
            Err(failure) if is_latest => {
                self.trace.add(Traced::Failed(Lane::Push), 0);
                let pushing = std::mem::take(&mut self.pushing);
                self.push_failed(&pushing, failure, random);
            }
            Err(_) => {}
        }
    }

    /// Takes an outcome in, and says which todos that touches.
    pub(super) fn decided(&mut self, id: MutationId, outcome: Outcome, touched: &mut Vec<TodoId>) {
        self.trace.add(Traced::of(&outcome), id.1.0);
        let Some(entry) = self.pending.get(id) else {
            return;
        };
        touched.extend(entry.ids.iter());
        let was_given_up = entry.given_up;
        match outcome {
            Outcome::Applied(seq) => return self.applied(id, seq),
            Outcome::Skipped if was_given_up => {
                self.pending.remove(id);
                self.mark(id);
                return self.review.open(id);
            }
            _ => {}
        }
        let why = match outcome {
            Outcome::Conflict(current) => {
                self.supersede(id);
                Why::Conflict(current)
            }
            Outcome::Rejected(rejection) => Why::Rejected(rejection),
            _ => {
                self.needs_snapshot = true;
                Why::Unknown
            }
        };
        if let Some(entry) = self.pending.remove(id) {
            self.came_to_nothing(entry, why, true);
        }
    }

    /// There is nothing to take back, and what was meant is kept.
    fn came_to_nothing(&mut self, entry: Entry, why: Why, retryable: bool) {
        let id = entry.id();
        let Entry { op, seen, was, .. } = entry;
        if id.0 == self.client() {
            self.history.forget(id.1);
        }
        self.review.keep(id, op, seen, was, why, retryable);
        self.mark(id);
    }

    /// A mutation of the person's has this place.
    pub(super) fn applied(&mut self, id: MutationId, seq: Seq) {
        if let Some((of, based, was)) = &mut self.began
            && based.after.contains(&id)
            && let Some(entry) = self.pending.get(id)
            && entry.applied.is_none()
            && entry.ids.contains(*of)
        {
            *was = entry.op.text().map(str::to_owned);
        }
        self.supersede(id);
        let changed = self.pending.applied(id, seq);
        let changed = changed.into_iter();
        let ours: Vec<_> = changed.filter(|id| self.pending.sends(id.0)).collect();
        for id in ours {
            // A text that an edit started from is of no use to the server: nothing waits for it to be saved.
            let is_undo = |entry: &Entry| entry.undoes.is_some();
            match self.pending.get(id).is_some_and(is_undo) {
                true => self.mark(id),
                false => self.remember(id),
            }
        }
        if id.0 == self.client() {
            self.history.applied(id.1, seq);
        }
        if self.review.get(id).is_some() {
            self.review.withdraw(id);
            self.mark(id);
        }
    }

    pub(super) fn push_failed(&mut self, pushing: &[MutationId], failure: Failure, random: Uuid) {
        let jitter = low(random);
        let is_connected = self.link.is_connected();
        match failure {
            Failure::SignedOut => {
                self.link.failed(Lane::Push, &failure, jitter);
                self.ask();
            }
            Failure::Barred(message) => {
                self.link.refused(Lane::Push);
                self.reset(Trouble::Reset(message), random);
            }
            Failure::Refused(message) => {
                self.link.refused(Lane::Push);
                self.count(pushing, |_| TRIES - 1);
                match pushing {
                    [] => self.back_off(Lane::Push, jitter),
                    [alone] => self.give_up(*alone, Why::Refused(message)),
                    _ => {}
                }
            }
            Failure::Erring => {
                self.link.refused(Lane::Push);
                self.tried(pushing, jitter);
            }
            Failure::Unreachable if is_connected => {
                self.link.failed(Lane::Push, &failure, jitter);
                // Whether the server is there after all, its socket says.
                self.doubt();
                self.tried(pushing, jitter);
            }
            failure => {
                if failure == Failure::Unreadable {
                    self.misread();
                }
                if let Some(millis) = self.link.failed(Lane::Push, &failure, jitter) {
                    self.wait(Lane::Push, millis);
                }
            }
        }
    }

    /// An answer could not be understood.
    pub(super) fn misread(&mut self) {
        self.trace.add(Traced::Unreadable, self.unreadable.into());
        self.unreadable = self.unreadable.saturating_add(1);
        if self.unreadable >= UNREADABLE_MAX {
            self.trouble = Some(Trouble::Unreadable);
        }
    }

    pub(super) fn understood(&mut self) {
        self.unreadable = 0;
        self.trouble.take_if(|known| *known == Trouble::Unreadable);
    }

    /// The server failed at these: again after a while, or no more.
    pub(super) fn tried(&mut self, pushing: &[MutationId], jitter: u32) {
        let most = self.count(pushing, |tries| tries.saturating_add(1));
        if let ([alone], TRIES..) = (pushing, most) {
            self.give_up(*alone, Why::Erring);
            if self.pending.waiting() == 0 {
                self.back_off(Lane::Push, jitter);
            } else {
                // What follows goes at once.
                self.link.abandon(Lane::Push);
            }
        } else {
            let millis = self.link.retry(Lane::Push, most, jitter);
            self.wait(Lane::Push, millis);
        }
    }

    /// Counts what happened to these. Gives the most that one of them has failed that somebody still waits for.
    pub(super) fn count(&mut self, pushing: &[MutationId], tries: impl Fn(u8) -> u8) -> u8 {
        let mut most = 0;
        for id in pushing {
            if let Some(entry) = self.pending.entry(*id)
                && entry.applied.is_none()
            {
                entry.tries = tries(entry.tries).max(entry.tries);
                most = most.max(entry.tries);
            }
        }
        most
    }

    /// Takes a mutation out of the view; its slot is kept, since it may have been decided.
    pub(super) fn give_up(&mut self, id: MutationId, why: Why) {
        let Some(entry) = self.pending.entry(id) else {
            return;
        };
        if entry.applied.is_some() {
            // Its outcome overtook the failure.
            return;
        }
        entry.given_up = true;
        let entry = entry.clone();
        let ids = entry.ids.clone();
        self.came_to_nothing(entry, why, false);
        self.refold(ids);
    }
}
