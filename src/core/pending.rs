//! The queue: my mutations of one list that are not settled yet, in the order of their numbers.
//!
//! Not here: what the page shows with them folded over base (`view`), when they are sent (`link`).

use super::{
    conflict::{AFTER_MAX, Base},
    id::{ClientId, Mid, Seq, TodoId, TodoIds},
    op::{Op, Rejection},
    replica::Replica,
    todo::Todo,
    wire::PUSH_MAX,
};
use std::collections::VecDeque;

/// The version of what is not decided yet. Nothing sends it.
pub const UNDECIDED: Seq = Seq(u64::MAX);

/// Bytes of text in a push at most. A push may weigh 1 MiB; escaping doubles a text at worst, and all that
/// stands around 500 mutations is 150 kB.
const PUSH_TEXT_MAX: usize = 256 * 1024;

/// Error answers after which a mutation is sent alone, so that it fails, or does not, by itself.
const TRIES_TOGETHER: u8 = 2;

/// What the server decided about a mutation, as the client uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted: its event is the list's `seq`.
    Applied(Seq),
    /// Somebody else changed the same text meanwhile. With the todo as it was then.
    Conflict(Todo),
    /// Refused, with the reason.
    Rejected(Rejection),
    /// It was a [`Op::Noop`].
    Skipped,
    /// Decided, but the outcome is no longer kept.
    Unknown,
}

/// An op with its number, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutation {
    /// Its number.
    pub mid: Mid,
    /// What was meant.
    pub op: Op,
    /// For an undo: the newest state since what it takes back that only the same person contributed to.
    pub unless_after: Option<Base>,
}

/// What an undo takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undoes {
    /// The mutation, of the same client.
    pub mid: Mid,
    /// Its place, once it is known.
    pub seq: Option<Seq>,
    /// Whether a snapshot hid what somebody else may have done to its todos since: they came and went in between.
    pub is_blind: bool,
}

impl Undoes {
    /// Something that was done just now.
    pub fn new(mid: Mid) -> Self {
        Self {
            mid,
            seq: None,
            is_blind: false,
        }
    }

    /// `ids`: what it is about. Nobody can say what somebody else did to these `unseen` meanwhile.
    pub fn missed(&mut self, ids: &[TodoId], unseen: &[TodoId]) {
        self.is_blind |= ids.iter().any(|id| unseen.contains(id));
    }
}

/// A mutation that is not settled.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number.
    pub mid: Mid,
    /// What was meant.
    pub op: Op,
    /// The todos it speaks of.
    pub ids: TodoIds,
    /// For a restore: the todos as they were last seen.
    pub seen: Vec<Todo>,
    /// For an undo: what it takes back.
    pub undoes: Option<Undoes>,
    /// Its place, once it is known to be applied. Before: undecided, as far as this client knows.
    pub applied: Option<Seq>,
    /// Whether it has been sent: from then on its content is fixed.
    pub sent: bool,
    /// Error answers so far.
    pub tries: u8,
    /// Whether it was given up: its slot is kept by a [`Op::Noop`].
    pub given_up: bool,
    /// Whether base has its effect already, if there was any.
    pub in_base: bool,
    unless_after: Option<Base>,
}

impl Entry {
    /// Whether the view has its effect on top of base.
    pub fn is_folded(&self) -> bool {
        !self.given_up && !self.in_base
    }

    fn is_open(&self) -> bool {
        self.applied.is_none()
    }

    /// Leaves these of several todos alone.
    fn leave(&mut self, alone: &[TodoId]) {
        if let Op::SetAllCompleted { ids, .. }
        | Op::ClearCompleted { ids }
        | Op::RestoreTodos { ids } = &mut self.op
        {
            ids.retain(|id| !alone.contains(id));
            self.ids = TodoIds::new(ids);
        }
    }

    fn touches(&self, ids: &TodoIds) -> bool {
        ids.iter().any(|id| self.ids.contains(id))
    }
}

/// The queue of one client for one list.
#[derive(Debug, Clone, Default)]
pub struct Pending {
    last: Mid,
    queue: VecDeque<Entry>,
}

impl Pending {
    /// Takes an op in, under the next number. `seen`: for a restore, the todos as they were last seen.
    pub fn push(&mut self, op: Op, seen: Vec<Todo>, undoes: Option<Undoes>) -> Mid {
        self.last = self.last.next();
        self.queue.push_back(Entry {
            mid: self.last,
            ids: TodoIds::new(op.ids()),
            op,
            seen,
            undoes,
            applied: None,
            sent: false,
            tries: 0,
            given_up: false,
            in_base: false,
            unless_after: None,
        });
        self.last
    }

    /// All that is not settled, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.queue.iter()
    }

    /// The entry with this number.
    pub fn entry(&mut self, mid: Mid) -> Option<&mut Entry> {
        self.queue.iter_mut().find(|entry| entry.mid == mid)
    }

    /// How many the person waits for: undecided, and not given up.
    pub fn waiting(&self) -> usize {
        let waiting = |entry: &&Entry| entry.is_open() && !entry.given_up;
        self.queue.iter().filter(waiting).count()
    }

    /// The latest place that is known of a mutation whose event base does not have.
    pub fn reaches(&self) -> Option<Seq> {
        self.queue.iter().filter_map(|entry| entry.applied).max()
    }

    /// What the next push carries: the oldest mutations that have no outcome yet, as many as one push may; the
    /// oldest alone (with the no-ops before it) if it failed often enough.
    ///
    /// An undo goes only where nothing that its author has not seen can slip in before it: with the action that it takes
    /// back, when neither was sent yet, or when all that I did to its todos is decided and in base.
    /// `is_void`: whether somebody else changed a todo after what an undo takes back; then the server shall find so, too.
    pub fn next_push(
        &mut self,
        base: Seq,
        client: ClientId,
        is_void: &dyn Fn(&Entry, TodoId) -> bool,
    ) -> Vec<Mutation> {
        let mut mutations = Vec::new();
        let mut text = 0;
        for at in 0..self.queue.len() {
            let entry = &self.queue[at];
            if !entry.is_open() {
                continue;
            }
            let is_alone = !entry.given_up && entry.tries >= TRIES_TOGETHER;
            let has_others = mutations
                .iter()
                .any(|mutation: &Mutation| mutation.op != Op::Noop);
            let bytes = entry.op.text_bytes();
            if is_alone && has_others
                || mutations.len() == PUSH_MAX
                || text > 0 && text + bytes > PUSH_TEXT_MAX
            {
                break;
            }
            if let Some(undoes) = entry.undoes
                && !entry.sent
            {
                let void = entry.ids.iter().filter(|id| is_void(entry, *id));
                let void: Vec<_> = void.collect();
                let is_void = void.len() == entry.ids.len();
                if !is_void && !void.is_empty() {
                    // Of several, only those are left alone: what I did to the others since does not count against them.
                    self.queue[at].leave(&void);
                }
                let server = match undoes.seq {
                    // The server, who knows what came since, leaves it alone if it was anything.
                    Some(seq) if is_void || undoes.is_blind => seq,
                    // Base may not have the action yet.
                    Some(seq) => seq.max(base),
                    None => base,
                };
                let Some(after) = self.undo_after(at, undoes) else {
                    break;
                };
                let after = after.into_iter().map(|mid| (client, mid)).collect();
                let seen = Base { server, after };
                self.queue[at].unless_after = Some(seen);
            }
            text += bytes;
            let entry = &mut self.queue[at];
            entry.sent = true;
            mutations.push(Mutation {
                mid: entry.mid,
                op: if entry.given_up {
                    Op::Noop
                } else {
                    entry.op.clone()
                },
                unless_after: entry.unless_after.clone().filter(|_| !entry.given_up),
            });
            if is_alone {
                break;
            }
        }
        mutations
    }

    /// What an undo that goes now is to name as my own edits since; `None`: it waits.
    fn undo_after(&self, at: usize, undoes: Undoes) -> Option<Vec<Mid>> {
        let undo = &self.queue[at];
        let mine = self.queue.range(..at);
        let mine: Vec<&Entry> = mine.filter(|entry| entry.touches(&undo.ids)).collect();
        let since = mine.iter().filter(|entry| entry.mid >= undoes.mid);
        let since: Vec<_> = since.collect();
        // Nothing can come in between: all of it, from the action on, is new to the server.
        let is_new = since.first().is_some_and(|first| first.mid == undoes.mid)
            && since.len() <= AFTER_MAX
            && since.iter().all(|entry| !entry.sent);
        // Everything else is waited for. What was given up, too: it may have been applied after all.
        (is_new || mine.is_empty()).then(|| since.iter().map(|entry| entry.mid).collect())
    }

    /// Takes a mutation out.
    pub fn remove(&mut self, mid: Mid) -> Option<Entry> {
        let at = self.queue.iter().position(|entry| entry.mid == mid)?;
        self.queue.remove(at)
    }

    /// A mutation has this place: it is folded until base reaches it, and what takes it back knows its place.
    pub fn applied(&mut self, mid: Mid, seq: Seq) {
        for entry in &mut self.queue {
            if entry.mid == mid {
                entry.applied = Some(seq);
                entry.given_up = false;
            }
            if let Some(undoes) = &mut entry.undoes
                && undoes.mid == mid
            {
                undoes.seq = Some(seq);
            }
        }
    }

    /// Takes out what base has by now.
    pub fn settle(&mut self, base: Seq) -> Vec<Entry> {
        let mut settled = Vec::new();
        for _ in 0..self.queue.len() {
            // Once round, so that the order stays.
            let Some(entry) = self.queue.pop_front() else {
                break;
            };
            if entry.applied.is_some_and(|seq| seq <= base) {
                settled.push(entry);
            } else {
                self.queue.push_back(entry);
            }
        }
        settled
    }

    /// What a restore brings back was like this.
    pub fn last_seen(&mut self, todo: &Todo) {
        let seen = self.queue.iter_mut().flat_map(|entry| &mut entry.seen);
        seen.filter(|seen| seen.id == todo.id)
            .for_each(|seen| seen.clone_from(todo));
    }

    /// Nobody can say what somebody else did to these meanwhile.
    pub fn missed(&mut self, unseen: &[TodoId]) {
        for entry in &mut self.queue {
            if let Some(undoes) = &mut entry.undoes {
                undoes.missed(entry.op.ids(), unseen);
            }
        }
    }

    /// Base has the effect of everything up to here, if there was any.
    pub fn in_base(&mut self, last: Mid) {
        for entry in &mut self.queue {
            entry.in_base |= entry.mid <= last;
        }
    }

    /// What an edit of this todo's text is based on that begins now: base's text, and my own of it that are not settled.
    /// One that was given up may have been applied after all; then it is still mine.
    pub fn based_on(&self, base: &Replica, client: ClientId, id: TodoId) -> Base {
        // What a restore brings back has the text that it went with.
        let seen = self.queue.iter().rev().flat_map(|entry| &entry.seen);
        let mut seen = seen.filter(|todo| todo.id == id && todo.title_version != UNDECIDED);
        let shown = base.get(id).or_else(|| seen.next());
        // Under a text of mine nobody sees what base has: then it is what that one was based on.
        let folded = self.queue.iter().rev().filter(|entry| entry.is_folded());
        let mut over = folded.filter_map(|entry| match &entry.op {
            Op::SetTitle { id: of, base, .. } if *of == id => Some(base.clone()),
            _ => None,
        });
        let mut based = over.next().unwrap_or_else(|| Base {
            server: shown.map(|todo| todo.title_version).unwrap_or_default(),
            after: Vec::new(),
        });
        let mine = self.queue.iter().filter(|entry| !entry.in_base);
        let mine = mine.filter(|entry| match &entry.op {
            Op::AddTodo { id: of, .. } | Op::SetTitle { id: of, .. } => *of == id,
            _ => false,
        });
        for mine in mine.map(|entry| (client, entry.mid)) {
            if !based.after.contains(&mine) {
                based.after.push(mine);
            }
        }
        let many = based.after.len().saturating_sub(AFTER_MAX);
        based.after.drain(..many);
        based
    }

    /// Empties the queue, and begins to count anew: for another client.
    pub fn take(&mut self) -> Vec<Entry> {
        std::mem::take(self).queue.into()
    }
}
