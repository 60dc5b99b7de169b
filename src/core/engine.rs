//! One list as one run of one tab has it: base, queue, view, undo and link put together. Inputs go in; what is to be done
//! (effects) and what changed on the page come out.
//!
//! Pure: no clock, no randomness, no I/O. The page (`client::todos`) and the simulator (`tests::simulator`) drive the same
//! code. Not here: JSON (`wire`), signals, requests and timers (the client).

mod acts;
mod conflicts;
mod pulled;
mod pushed;
mod queues;
mod socket;
mod trace;

use super::{
    conflict::Base,
    id::{ClientId, Epoch, ListId, Mid, MutationId, Seq, TodoId, TodoIds, UserId},
    link::{Failure, Lane, Link, Timer},
    list::Role,
    op::Op,
    pending::{Entry, Mutation, Next, Outcome, Pending},
    record::{Found, Record, Shared},
    replica::{News, Replica},
    review::{Kept, Review},
    todo::Todo,
    undo::History,
    view::{Counts, Layers, View},
    wire::heard::{Heard, Present, Welcome},
};
pub use conflicts::Conflict;
use queues::Saves;
pub use trace::{Trace, Traced};
use uuid::Uuid;

/// Error answers to a mutation, the last of them alone, after which it is given up.
const TRIES: u8 = 3;
/// Answers in a row that cannot be read, after which the page is to be loaded anew.
const UNREADABLE_MAX: u8 = 3;
/// Why nothing of another history can be sent any more.
const RESTORED: &str = "The server was restored from a backup.";

/// What the world did.
#[derive(Debug, Clone)]
pub enum Input {
    /// The answer to a push. Outcomes are facts: they are taken in whenever they come, however often.
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
    /// Something came over this socket. `None`: nobody can read it.
    Heard {
        /// Which one: only the latest counts.
        socket: u32,
        /// What came.
        heard: Option<Heard>,
    },
    /// This socket is closed, or was never open.
    Hung {
        /// Which one: only the latest counts.
        socket: u32,
        /// With which code.
        code: u16,
    },
    /// What was to be saved is, or cannot be.
    Saved {
        /// Which one.
        ticket: u32,
        /// Whether it is.
        ok: bool,
    },
    /// What was saved of the list by other tabs. Nothing is sent before this was said once: what is new may build on it.
    Found(Vec<Found>),
    /// What waits in another tab.
    Shared(Shared),
    /// The list as it was seen last: a page that opens without the server may be older.
    Remembered(Replica),
    /// The page was put away for a while with nothing waiting. Meanwhile its client counted as gone.
    Returned,
    /// A wait that [`Effect::Wait`] asked for is over. A stale one does no harm.
    Waited(Timer),
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
        /// Nobody will ask again what became of these, up to here.
        acked: Option<Mid>,
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
    /// Keep these where a reload does not reach them, all or none, and say [`Input::Saved`] once that is certain.
    Save {
        /// Comes back with the answer. One at a time.
        ticket: u32,
        /// Each in the place of what was kept of the same mutation.
        records: Vec<Record>,
        /// Of these nothing is to be kept any more.
        gone: Vec<MutationId>,
    },
    /// Tell the other tabs what waits here.
    Share(Shared),
    /// Open a socket.
    Connect {
        /// Comes back with what is heard over it.
        socket: u32,
        /// As this client.
        client: ClientId,
        /// For what comes after this.
        since: (Epoch, Seq),
    },
    /// Say PING over the socket.
    Ping,
    /// Say over the socket whose text is being changed here.
    Editing(Option<TodoId>),
    /// Close the socket.
    Disconnect,
    /// Something about my lists is different: whoever shows them asks again.
    ListsChanged,
    /// Say [`Input::Waited`] after so many milliseconds. Replaces the timer's earlier wait.
    Wait {
        /// What for.
        timer: Timer,
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
    /// Whether somebody came, went, or changes another text.
    pub presence: bool,
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
    pushing: Vec<MutationId>,
    saves: Saves,
    /// Whether something was queued that no push had a chance to carry.
    has_new: bool,
    needs_snapshot: bool,
    needs_pull: bool,
    /// The number of the latest socket, and what it was asked for.
    socket: u32,
    socket_since: Option<Seq>,
    welcome: Option<Welcome>,
    role: Option<Role>,
    /// Whether what base has is not for this person any more.
    is_hidden: bool,
    presence: Vec<Present>,
    /// Whose text is being changed here.
    editing: Option<TodoId>,
    /// What the text was based on, and the text itself, when that began: somebody else may change it meanwhile.
    began: Option<(TodoId, Base, Option<String>)>,
    unreadable: u8,
    effects: Vec<Effect>,
    changes: Changes,
}

impl Engine {
    /// The list as the page was rendered with it, for a client that nobody knows yet. `is_kept`: edits are saved before
    /// they are sent.
    pub fn new(list: ListId, user: UserId, client: ClientId, base: Replica, is_kept: bool) -> Self {
        let mut engine = Self {
            list,
            user,
            view: View::new(list, user, &base),
            base,
            pending: Pending::new(client, is_kept),
            history: History::default(),
            review: Review::default(),
            link: Link::default(),
            trace: Trace::default(),
            trouble: None,
            ticket: 0,
            push_ticket: 0,
            pulling: None,
            pushing: Vec::new(),
            saves: Saves::new(is_kept),
            has_new: false,
            needs_snapshot: false,
            needs_pull: false,
            socket: 0,
            socket_since: None,
            welcome: None,
            role: None,
            is_hidden: false,
            presence: Vec::new(),
            editing: None,
            began: None,
            unreadable: 0,
            effects: Vec::new(),
            changes: Changes::default(),
        };
        let millis = engine.link.poll_later();
        engine.wait(Lane::Pull, millis);
        engine.pump();
        engine
    }

    /// Locks see to it that a queue that is saved has one tab at a time. Only then the server may be told what it can
    /// forget: otherwise somebody else may still send what has left this tab.
    pub fn with_locks(mut self) -> Self {
        self.saves.has_locks = self.pending.is_kept();
        self
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
        self.pending.client()
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

    /// What the person may do, as far as anybody has said.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// The person may do this. What rows offer hangs on it.
    fn is_now(&mut self, role: Role) {
        let old = self.role.replace(role);
        self.changes.all |= old.is_some_and(|old| old != role);
    }

    /// Whether the list is not for this person any more: nothing of it may be shown.
    pub fn is_hidden(&self) -> bool {
        self.is_hidden
    }

    /// Who else changes this todo's text just now.
    pub fn edited_by(&self, id: TodoId) -> Option<&str> {
        let its = |other: &&Present| other.editing == Some(id) && other.user != self.user;
        self.presence
            .iter()
            .find(its)
            .map(|other| other.name.as_str())
    }

    /// Who looks at the list.
    pub fn presence(&self) -> &[Present] {
        &self.presence
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
        if self.conflict(id).is_some() {
            return Some(SyncState::Conflict);
        }
        if self.review.has_failed(id) {
            return Some(SyncState::Failed);
        }
        let is_pending = self.pending.entries().any(is_pending);
        is_pending.then_some(SyncState::Pending)
    }

    /// What an edit of this todo's text is based on that begins now. Whoever is asked to decide a conflict sees both texts.
    pub fn based_on(&self, id: TodoId) -> Base {
        let mut base = self.pending.based_on(&self.base, id);
        if let Some(conflict) = self.conflict(id) {
            base.server = base.server.max(conflict.theirs.title_version);
        }
        base
    }

    /// Whether the server will leave a todo alone that an undo is about, as far as this page can know.
    #[cfg(test)]
    pub fn is_void(&self, entry: &Entry, id: TodoId) -> bool {
        is_void(&self.history, entry, id)
    }

    /// What is to be done now; it is told once.
    pub fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What changed on the page; it is told once.
    pub fn changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
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
                if self.pending.sends(client) {
                    self.pushed(ticket, client, answer, random);
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
            Input::Heard { socket, heard } => {
                if socket == self.socket {
                    self.heard(heard, random);
                }
            }
            Input::Hung { socket, code } => {
                if socket == self.socket {
                    self.hung(code, random);
                }
            }
            Input::Saved { ticket, ok } => self.saved(ticket, ok),
            Input::Found(found) => self.found(found),
            Input::Shared(shared) => self.hear_of(shared),
            Input::Remembered(base) => {
                if base.epoch == self.base.epoch && base.seq > self.base.seq {
                    self.replace(base, Mid(0));
                }
            }
            Input::Returned => self.renew(random),
            Input::Waited(Timer::Pull) => {
                self.link.waited(Lane::Pull);
                self.needs_pull |= !self.link.live().is_open();
            }
            Input::Waited(Timer::Push) => {
                self.link.waited(Lane::Push);
                if self.link.asks_again() {
                    self.effects.push(Effect::Me);
                }
            }
            Input::Waited(Timer::Socket) => self.link.live_mut().waited(),
            Input::Waited(Timer::Silence) => self.listened(random),
            Input::Wake => {
                self.needs_pull = true;
                self.doubt();
                if self.link.wake() {
                    self.effects.push(Effect::Me);
                }
            }
            Input::Online(online) => self.link.set_online(online),
        }
        self.pump();
    }

    // What comes of it.

    /// Lets go what may go.
    fn pump(&mut self) {
        self.bar_if_hidden();
        self.agree();
        if self.link.is_free(Lane::Push, self.has_new) && self.saves.is_ready() {
            self.has_new = false;
            let history = &self.history;
            let is_void = |entry: &Entry, id| is_void(history, entry, id);
            let Next {
                client,
                mutations,
                prepared,
            } = self.pending.next_push(self.base.seq, &is_void);
            prepared.into_iter().for_each(|id| self.mark(id));
            if !mutations.is_empty() {
                let real = mutations.iter().filter(|mutation| mutation.op != Op::Noop);
                self.pushing = real.map(|mutation| (client, mutation.mid)).collect();
                self.link.went(Lane::Push);
                if let Some(millis) = self.link.live_mut().listens_for_push() {
                    self.wait(Timer::Silence, millis);
                }
                self.effects.push(Effect::Push {
                    ticket: self.push_ticket,
                    client,
                    epoch: self.base.epoch,
                    acked: self.acked(client),
                    mutations,
                });
            }
        }
        if self.link.wants_socket() {
            self.connect();
        }
        let promised = self.pending.reaches();
        // What is promised comes over the socket, if there is one.
        let is_behind = promised > Some(self.base.seq) && !self.link.live().is_open();
        let is_urgent = is_behind || self.needs_snapshot;
        if self.link.is_free(Lane::Pull, is_urgent) && (is_urgent || self.needs_pull) {
            let is_known = !self.needs_snapshot;
            let since = is_known.then_some((self.base.epoch, self.base.seq));
            self.pulling = promised.max(Some(self.base.seq));
            self.needs_pull = false;
            self.link.went(Lane::Pull);
            self.effects.push(Effect::Pull {
                ticket: self.ticket,
                client: self.client(),
                since,
            });
        }
        self.save();
    }

    /// Drops from the queue what base has by now, and shows what that and these touch.
    fn settle(&mut self, mut touched: Vec<TodoId>) {
        for entry in self.pending.settle(self.base.seq) {
            touched.extend(entry.ids.iter());
            self.settled(&entry);
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

    fn wait(&mut self, timer: impl Into<Timer>, millis: u32) {
        let timer = timer.into();
        self.effects.push(Effect::Wait { timer, millis });
    }
}

/// Whether somebody else changed a todo after what an undo takes back: the server will leave it alone.
fn is_void(history: &History, entry: &Entry, id: TodoId) -> bool {
    entry
        .undoes
        .is_some_and(|undoes| history.is_changed(id, entry.client, undoes))
}

/// The last bits of a UUID, which are random in every version that is.
fn low(random: Uuid) -> u32 {
    let (_, low) = random.as_u64_pair();
    #[allow(clippy::cast_possible_truncation)]
    let low = low as u32;
    low
}

#[cfg(test)]
mod tests;
