//! One list as one run of one tab has it: base, queue, view, undo and link put together. Inputs go in; what is to be done
//! (effects) and what changed on the page come out.
//!
//! Pure: no clock, no randomness, no I/O. The page (`client::todos`) and the simulator (`tests::simulator`) drive the same
//! code. Not here: JSON (`wire`), signals, requests and timers (the client).

mod trace;

use super::{
    conflict::Base,
    event::{Event, Placed},
    id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, TodoIds, UserId},
    link::{Failure, Lane, Link},
    op::Op,
    pending::{Entry, Mutation, Outcome, Pending, Undoes},
    replica::{Brings, Merged, News, Replica},
    review::{Kept, Review, Why},
    todo::Todo,
    undo::{History, Part, Way, inverse},
    view::{Counts, Layers, View},
};
pub use trace::{Trace, Traced};
use uuid::Uuid;

/// Error answers to a mutation, the last of them alone, after which it is given up.
const TRIES: u8 = 3;
/// Answers in a row that cannot be read, after which the page is to be loaded anew.
const UNREADABLE_MAX: u8 = 3;

/// What the world did.
#[derive(Debug, Clone)]
pub enum Input {
    /// The answer to a push of this client. Outcomes are facts: they are taken in whenever they come, however often.
    Pushed {
        /// Which one.
        ticket: u32,
        /// Whose push it was.
        client: ClientId,
        /// What came.
        answer: Result<Vec<(Mid, Outcome)>, Failure>,
    },
    /// The answer to a pull.
    Pulled {
        /// Which one: only the latest counts.
        ticket: u32,
        /// What came.
        answer: Result<News, Failure>,
    },
    /// Who is signed in.
    Me(Result<UserId, Failure>),
    /// A wait that [`Effect::Wait`] asked for is over. A stale one does no harm.
    Waited(Lane),
    /// The person came back to the page, or the network did, or the person wants it now.
    Wake,
    /// What the browser says of its network.
    Online(bool),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send these.
    Push {
        /// Comes back with the answer.
        ticket: u32,
        /// As this client.
        client: ClientId,
        /// To this history.
        epoch: Epoch,
        /// In this order.
        mutations: Vec<Mutation>,
    },
    /// Ask for what is new.
    Pull {
        /// Comes back with the answer.
        ticket: u32,
        /// As this client.
        client: ClientId,
        /// What came after this; `None`: everything.
        since: Option<(Epoch, Seq)>,
    },
    /// Ask who is signed in.
    Me,
    /// Say [`Input::Waited`] after so many milliseconds. Replaces the lane's earlier wait.
    Wait {
        /// Whose wait.
        lane: Lane,
        /// How long.
        millis: u32,
    },
}

/// What changed on the page since this was asked last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Todos that may look different now.
    pub ids: Vec<TodoId>,
    /// Whether all may.
    pub all: bool,
    /// Whether the order is another one.
    pub order: bool,
}

/// How a todo stands with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncState {
    /// Something about it is on its way.
    Pending,
    /// Something about it failed.
    Failed,
    /// Somebody else changed its text at the same time.
    Conflict,
}

/// What became of *Undo* or *Redo*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// It is done.
    Done,
    /// There is nothing to take back.
    Nothing,
    /// Somebody else changed it since: it stays as it is.
    Changed,
}

/// Something that stands between this page and its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Nobody is signed in any more.
    SignedOut,
    /// Somebody else is.
    OtherUser,
    /// The list is not there any more for this person, with the server's words.
    Closed(String),
    /// The server has another history, or another idea of this page, with words for it: what was waiting is in review.
    Reset(String),
    /// What the server says cannot be understood, time after time: the page is to be loaded anew.
    Unreadable,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Engine {
    list: ListId,
    user: UserId,
    client: ClientId,
    base: Replica,
    pending: Pending,
    view: View,
    history: History,
    review: Review,
    link: Link,
    trace: Trace,
    trouble: Option<Trouble>,
    /// The numbers of the latest pull and the latest push.
    ticket: u32,
    push_ticket: u32,
    /// Where the server was for certain when the pull on its way was asked for.
    pulling: Option<Seq>,
    /// The push on its way, without its no-ops.
    pushing: Vec<Mid>,
    needs_snapshot: bool,
    needs_pull: bool,
    unreadable: u8,
    effects: Vec<Effect>,
    changes: Changes,
}

impl Engine {
    /// The list as the page was rendered with it, for a client that nobody knows yet.
    pub fn new(list: ListId, user: UserId, client: ClientId, base: Replica) -> Self {
        let mut engine = Self {
            list,
            user,
            client,
            view: View::new(list, user, &base),
            base,
            pending: Pending::default(),
            history: History::default(),
            review: Review::default(),
            link: Link::default(),
            trace: Trace::default(),
            trouble: None,
            ticket: 0,
            push_ticket: 0,
            pulling: None,
            pushing: Vec::new(),
            needs_snapshot: false,
            needs_pull: false,
            unreadable: 0,
            effects: Vec::new(),
            changes: Changes::default(),
        };
        let millis = engine.link.poll_later();
        engine.wait(Lane::Pull, millis);
        engine
    }

    // What is there.

    /// The list.
    pub fn list(&self) -> ListId {
        self.list
    }

    /// Who looks at it.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// The client that counts just now.
    pub fn client(&self) -> ClientId {
        self.client
    }

    /// The confirmed state.
    pub fn base(&self) -> &Replica {
        &self.base
    }

    /// The queue.
    pub fn pending(&self) -> &Pending {
        &self.pending
    }

    /// A todo as the page shows it.
    pub fn get(&self, id: TodoId) -> Option<&Todo> {
        self.view.get(id)
    }

    /// What the page shows.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// The page's order.
    pub fn order(&self) -> &[TodoId] {
        self.view.order()
    }

    /// How many there are.
    pub fn counts(&self) -> Counts {
        self.view.counts()
    }

    /// What came to nothing and was not put aside yet.
    pub fn kept(&self) -> &[Kept] {
        self.review.kept()
    }

    /// The connection.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// What went by.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// What stands between this page and its list.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// How a todo stands with the server.
    pub fn sync(&self, id: TodoId) -> Option<SyncState> {
        let is_pending = |entry: &Entry| !entry.given_up && entry.ids.contains(id);
        match self.review.of(id) {
            Some(Why::Conflict(_)) => Some(SyncState::Conflict),
            Some(_) => Some(SyncState::Failed),
            None => self
                .pending
                .entries()
                .any(is_pending)
                .then_some(SyncState::Pending),
        }
    }

    /// What an edit of this todo's text is based on that begins now.
    pub fn based_on(&self, id: TodoId) -> Base {
        self.pending.based_on(&self.base, self.client, id)
    }

    /// What is to be done now; it is told once.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What changed on the page; it is told once.
    pub fn changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    // What a person does.

    /// Does something: one op, or several where a bulk op had to be split.
    pub fn dispatch(&mut self, ops: impl IntoIterator<Item = Op>) {
        let ops = ops.into_iter();
        let action = ops.filter_map(|op| self.queue(op, Vec::new(), None));
        let action = action.collect();
        self.history.did(action);
        self.pump();
    }

    /// Takes the last action back, or does again what was taken back last.
    pub fn undo(&mut self, way: Way) -> Undone {
        let Some(action) = self.history.take(way) else {
            return Undone::Nothing;
        };
        let mut reverse = Vec::new();
        let mut is_changed = false;
        // The other way round: what was done last goes first.
        for Part { did, inverse } in action.into_iter().rev() {
            let changed = |id: &TodoId| self.history.is_changed(*id, did);
            is_changed |= inverse.op.ids().iter().any(changed);
            let unchanged = |ids: Vec<TodoId>| ids.into_iter().filter(|id| !changed(id)).collect();
            let op = match inverse.op {
                Op::SetAllCompleted { ids, completed } => Op::SetAllCompleted {
                    ids: unchanged(ids),
                    completed,
                },
                Op::ClearCompleted { ids } => Op::ClearCompleted {
                    ids: unchanged(ids),
                },
                Op::RestoreTodos { ids } => Op::RestoreTodos {
                    ids: unchanged(ids),
                },
                op if op.ids().iter().any(changed) => continue,
                Op::SetTitle { id, title, .. } => Op::SetTitle {
                    id,
                    title,
                    base: self.based_on(id),
                },
                op => op,
            };
            if op.ids().is_empty() {
                continue;
            }
            reverse.extend(self.queue(op, inverse.seen, Some(did)));
        }
        let is_done = !reverse.is_empty();
        self.history.keep(
            reverse,
            match way {
                Way::Back => Way::Forth,
                Way::Forth => Way::Back,
            },
        );
        self.pump();
        match (is_done, is_changed) {
            (true, _) => Undone::Done,
            (false, true) => Undone::Changed,
            (false, false) => Undone::Nothing,
        }
    }

    /// Sends again what came to nothing, as something new. `new`: the id of an item that is added again.
    pub fn retry(&mut self, kept: u32, new: TodoId) {
        let is_open = |other: &&Kept| other.id == kept && other.retryable;
        if !self.kept().iter().any(|other| is_open(&other)) {
            return;
        }
        let Some(Kept { op, seen, .. }) = self.review.take(kept) else {
            return;
        };
        self.touch(op.ids().iter().copied());
        let position = self.view.end().map_or_else(String::new, String::from);
        let is_there = |id| self.view.get(id).is_some();
        let op = match op {
            Op::SetTitle { id, title, .. } if is_there(id) => Op::SetTitle {
                id,
                title,
                base: self.based_on(id),
            },
            // Its item is gone: the text becomes one of its own.
            Op::AddTodo { title, .. } | Op::SetTitle { title, .. } => Op::AddTodo {
                id: new,
                title,
                position,
            },
            op => op,
        };
        let part = self.queue(op, seen, None);
        self.history.did(part.into_iter().collect());
        self.pump();
    }

    /// The person has read it.
    pub fn dismiss_trouble(&mut self) {
        self.trouble = None;
    }

    /// Drops what came to nothing.
    pub fn discard(&mut self, kept: u32) {
        if let Some(kept) = self.review.take(kept) {
            self.touch(kept.op.ids().iter().copied());
        }
    }

    /// Takes an op into the queue and shows it. Gives what can be taken back of it.
    fn queue(&mut self, op: Op, seen: Vec<Todo>, undoes: Option<Undoes>) -> Option<Part> {
        let inverse = inverse(&op, &self.view);
        let ids = TodoIds::new(op.ids());
        let mid = self.pending.push(op, seen, undoes);
        self.refold(ids);
        let did = Undoes { mid, seq: None };
        inverse.map(|inverse| Part { did, inverse })
    }

    // What the world does.

    /// Takes in what happened. `random`: new each time.
    pub fn take(&mut self, input: Input, random: Uuid) {
        match input {
            Input::Pushed {
                ticket,
                client,
                answer,
            } => {
                if client == self.client {
                    self.pushed(ticket, answer, random);
                }
            }
            Input::Pulled { ticket, answer } => {
                if ticket == self.ticket {
                    // It counts once.
                    self.ticket += 1;
                    self.pulled(answer, random);
                }
            }
            Input::Me(answer) => self.met(answer, random),
            Input::Waited(lane) => {
                self.link.waited(lane);
                match lane {
                    Lane::Pull => self.needs_pull = true,
                    Lane::Push if self.link.asks_again() => self.effects.push(Effect::Me),
                    Lane::Push => {}
                }
            }
            Input::Wake => {
                self.needs_pull = true;
                if self.link.wake() {
                    self.effects.push(Effect::Me);
                }
            }
            Input::Online(online) => self.link.set_online(online),
        }
        self.pump();
    }

    fn pushed(&mut self, ticket: u32, answer: Result<Vec<(Mid, Outcome)>, Failure>, random: Uuid) {
        let is_latest = ticket == self.push_ticket;
        if is_latest {
            self.push_ticket += 1;
        }
        match answer {
            Ok(outcomes) => {
                let mut touched = Vec::new();
                for (mid, outcome) in outcomes {
                    self.decided(mid, outcome, &mut touched);
                }
                self.settle(touched);
                if is_latest {
                    let pushing = std::mem::take(&mut self.pushing);
                    let is_open = |mid: &Mid| {
                        let entry = self.pending.entry(*mid);
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
    fn decided(&mut self, mid: Mid, outcome: Outcome, touched: &mut Vec<TodoId>) {
        let Some(entry) = self.pending.entry(mid) else {
            return;
        };
        self.trace.add(Traced::of(&outcome), mid.0);
        touched.extend(entry.ids.iter());
        let was_given_up = entry.given_up;
        match outcome {
            Outcome::Applied(seq) => return self.applied(mid, seq),
            Outcome::Skipped if was_given_up => {
                self.pending.remove(mid);
                return self.review.open(mid);
            }
            _ => {}
        }
        let why = match outcome {
            Outcome::Conflict(current) => Why::Conflict(current),
            Outcome::Rejected(rejection) => Why::Rejected(rejection),
            _ => {
                self.needs_snapshot = true;
                Why::Unknown
            }
        };
        if let Some(Entry { op, seen, .. }) = self.pending.remove(mid) {
            self.history.forget(mid);
            self.review.keep(mid, op, seen, why, true);
        }
    }

    /// A mutation of mine has this place.
    fn applied(&mut self, mid: Mid, seq: Seq) {
        self.pending.applied(mid, seq);
        self.history.applied(mid, seq);
        self.review.withdraw(mid);
    }

    fn push_failed(&mut self, pushing: &[Mid], failure: Failure, random: Uuid) {
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
    fn misread(&mut self) {
        self.trace.add(Traced::Unreadable, self.unreadable.into());
        self.unreadable = self.unreadable.saturating_add(1);
        if self.unreadable >= UNREADABLE_MAX {
            self.trouble = Some(Trouble::Unreadable);
        }
    }

    fn understood(&mut self) {
        self.unreadable = 0;
        self.trouble.take_if(|known| *known == Trouble::Unreadable);
    }

    /// The server failed at these: again after a while, or no more.
    fn tried(&mut self, pushing: &[Mid], jitter: u32) {
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
    fn count(&mut self, pushing: &[Mid], tries: impl Fn(u8) -> u8) -> u8 {
        let mut most = 0;
        for mid in pushing {
            if let Some(entry) = self.pending.entry(*mid)
                && entry.applied.is_none()
            {
                entry.tries = tries(entry.tries).max(entry.tries);
                most = most.max(entry.tries);
            }
        }
        most
    }

    /// Takes a mutation out of the view; its slot is kept, since it may have been decided.
    fn give_up(&mut self, mid: Mid, why: Why) {
        let Some(entry) = self.pending.entry(mid) else {
            return;
        };
        if entry.applied.is_some() {
            // Its outcome overtook the failure.
            return;
        }
        entry.given_up = true;
        let (op, seen, ids) = (entry.op.clone(), entry.seen.clone(), entry.ids.clone());
        self.history.forget(mid);
        self.review.keep(mid, op, seen, why, false);
        self.refold(ids);
    }

    fn pulled(&mut self, answer: Result<News, Failure>, random: Uuid) {
        let jitter = low(random);
        match answer {
            Ok(news) => {
                self.link.answered(Lane::Pull);
                if self.pending.waiting() == 0 {
                    self.understood();
                }
                let is_behind = Some(news.seq) < self.pulling;
                if news.epoch != self.base.epoch || is_behind {
                    self.adopt(news, random);
                } else {
                    self.take_in(news);
                }
                let is_complete = self.pending.reaches() <= Some(self.base.seq);
                if is_complete && !self.needs_snapshot {
                    let millis = self.link.poll_later();
                    self.wait(Lane::Pull, millis);
                }
            }
            Err(failure) => {
                self.trace.add(Traced::Failed(Lane::Pull), 0);
                let millis = self.link.failed(Lane::Pull, &failure, jitter);
                match failure {
                    Failure::SignedOut => self.ask(),
                    Failure::Barred(message) => {
                        self.reset(Trouble::Closed(message), random);
                        self.link.close();
                    }
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
    fn merge(&mut self, placed: Placed, touched: &mut Vec<TodoId>) -> bool {
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
        match origin {
            Some((client, mid)) if client == self.client => {
                // What it did and what it was meant to do may differ. And what was queued before it is decided: its
                // event came before this one, or never will.
                let decided = self.pending.entries().filter(|entry| entry.mid <= mid);
                decided.for_each(|entry| touched.extend(entry.ids.iter()));
                self.pending.in_base(mid);
                self.applied(mid, seq);
            }
            _ => {
                // What was so already, nobody changed.
                let changed = ids.iter().zip(&was);
                let changed = changed.filter(|(id, was)| self.base.get(**id) != was.as_ref());
                changed.for_each(|(id, _)| self.history.others(*id, seq));
            }
        }
        for todo in was.into_iter().flatten() {
            self.last_seen(todo);
        }
        touched.extend(ids);
        true
    }

    /// What base does not have any more comes back like this, until the server says how it really is: somebody may have
    /// changed it after it was deleted here, and before it was deleted there.
    fn last_seen(&mut self, todo: Todo) {
        if self.base.get(todo.id).is_none() {
            self.pending.last_seen(&todo);
            self.history.last_seen(&todo);
        }
    }

    /// Puts another base in the place of this one.
    fn replace(&mut self, base: Replica, last_mid: Mid) {
        let changed = |old: &&Todo| {
            base.get(old.id)
                .is_none_or(|new| new.version != old.version)
        };
        let gone = self.base.todos().iter().filter(changed).map(|old| old.id);
        for id in gone.collect::<Vec<_>>() {
            let seq = base.get(id).map_or(base.seq, |todo| todo.version);
            self.history.others(id, seq);
        }
        for todo in base.todos().iter() {
            if self.base.get(todo.id).is_none() {
                self.history.others(todo.id, todo.version);
            }
        }
        self.trace.add(Traced::Snapshot, base.seq.0);
        let was = std::mem::replace(&mut self.base, base);
        for todo in was.todos().iter() {
            self.last_seen(todo.clone());
        }
        self.pending.in_base(last_mid);
        self.pending.settle(self.base.seq);
        self.show_all();
    }

    /// Another history, or the same one cut short: what was waiting goes to review, and everything begins anew from there.
    fn adopt(&mut self, news: News, random: Uuid) {
        let message = "The server was restored from a backup.".to_owned();
        self.reset(Trouble::Reset(message), random);
        self.history.clear();
        if let Brings::Snapshot(todos) = news.brings {
            self.replace(Replica::new(news.epoch, news.seq, todos), Mid(0));
            self.needs_snapshot = false;
        }
    }

    /// The list's queue goes to review, and another client begins to count.
    fn reset(&mut self, trouble: Trouble, random: Uuid) {
        self.review.renumber();
        self.history.renumber();
        let (Trouble::Reset(why) | Trouble::Closed(why)) = &trouble else {
            return;
        };
        for entry in self.pending.take() {
            if !entry.given_up {
                let why = Why::Barred(why.clone());
                self.review.keep(entry.mid, entry.op, entry.seen, why, true);
            }
        }
        self.review.renumber();
        self.trouble = Some(trouble);
        self.client = ClientId(random);
        self.pushing.clear();
        self.link.abandon(Lane::Push);
        // An answer to what the other client asked does not count.
        self.ticket += 1;
        self.push_ticket += 1;
        self.link.abandon(Lane::Pull);
        self.needs_snapshot = true;
        self.show_all();
    }

    fn ask(&mut self) {
        if self.link.ask() {
            self.effects.push(Effect::Me);
        }
    }

    fn met(&mut self, answer: Result<UserId, Failure>, random: Uuid) {
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

    fn park(&mut self, trouble: Trouble) {
        self.trouble = Some(trouble);
        self.link.park();
    }

    // What comes of it.

    /// Lets go what may go.
    fn pump(&mut self) {
        let is_new = |entry: &Entry| !entry.sent && !entry.given_up;
        let has_new = self.pending.entries().any(is_new);
        if self.link.is_free(Lane::Push, has_new) {
            let history = &self.history;
            let is_void = |entry: &Entry, id| is_void(history, entry, id);
            let mutations = self.pending.next_push(self.base.seq, self.client, &is_void);
            if !mutations.is_empty() {
                let real = mutations.iter().filter(|mutation| mutation.op != Op::Noop);
                self.pushing = real.map(|mutation| mutation.mid).collect();
                self.link.went(Lane::Push);
                self.effects.push(Effect::Push {
                    ticket: self.push_ticket,
                    client: self.client,
                    epoch: self.base.epoch,
                    mutations,
                });
            }
        }
        let promised = self.pending.reaches();
        let is_behind = promised > Some(self.base.seq);
        let is_urgent = is_behind || self.needs_snapshot;
        if self.link.is_free(Lane::Pull, is_urgent) && (is_urgent || self.needs_pull) {
            let is_known = !self.needs_snapshot;
            let since = is_known.then_some((self.base.epoch, self.base.seq));
            self.pulling = promised.max(Some(self.base.seq));
            self.needs_pull = false;
            self.link.went(Lane::Pull);
            self.effects.push(Effect::Pull {
                ticket: self.ticket,
                client: self.client,
                since,
            });
        }
    }

    /// Drops from the queue what base has by now, and shows what that and these touch.
    fn settle(&mut self, mut touched: Vec<TodoId>) {
        for entry in self.pending.settle(self.base.seq) {
            touched.extend(entry.ids.iter());
        }
        self.refold(TodoIds::new(&touched));
    }

    fn refold(&mut self, ids: TodoIds) {
        if ids.is_empty() {
            return;
        }
        let history = &self.history;
        let layers = Layers {
            base: &self.base,
            pending: &self.pending,
            is_void: &|entry, id| is_void(history, entry, id),
        };
        let (folded, is_moved) = self.view.fold(ids, &layers);
        self.changes.order |= is_moved;
        self.touch(folded);
    }

    fn show_all(&mut self) {
        self.view.reset(&self.base);
        let mut ids = Vec::new();
        let queue = self.pending.entries();
        queue.for_each(|entry| ids.extend(entry.ids.iter()));
        self.refold(TodoIds::new(&ids));
        self.changes.all = true;
    }

    fn touch(&mut self, ids: impl IntoIterator<Item = TodoId>) {
        self.changes.ids.extend(ids);
    }

    fn back_off(&mut self, lane: Lane, jitter: u32) {
        let millis = self.link.back_off(lane, jitter);
        self.wait(lane, millis);
    }

    fn wait(&mut self, lane: Lane, millis: u32) {
        self.effects.push(Effect::Wait { lane, millis });
    }
}

/// Whether somebody else changed a todo after what an undo takes back: the server will leave it alone.
fn is_void(history: &History, entry: &Entry, id: TodoId) -> bool {
    entry
        .undoes
        .is_some_and(|undoes| history.is_changed(id, undoes))
}

/// The last bits of a UUID, which are random in every version that is.
fn low(random: Uuid) -> u32 {
    let (_, low) = random.as_u64_pair();
    #[allow(clippy::cast_possible_truncation)]
    let low = low as u32;
    low
}

/// What an event did, for whoever wants to see it.
impl Traced {
    fn event(event: &Event) -> Self {
        match event {
            Event::Added(_) | Event::ManyAdded(_) => Self::Added,
            Event::Updated(_) | Event::ManyCompleted { .. } => Self::Updated,
            Event::Deleted(_) | Event::ManyDeleted(_) => Self::Deleted,
        }
    }

    fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Applied(_) => Self::Applied,
            Outcome::Conflict(_) => Self::Conflict,
            Outcome::Rejected(_) => Self::Rejected,
            Outcome::Skipped => Self::Skipped,
            Outcome::Unknown => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
