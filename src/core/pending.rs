//! The queues: a person's mutations of one list that are not settled yet, in the order in which they are folded. This
//! tab's own come last; before them, by client, those of other tabs, and those that this tab adopted from a tab that is
//! gone. What is adopted is sent by this tab, under its original numbers; what another tab has, by that one.
//!
//! Not here: what the page shows with them folded over base (`view`), when they are sent (`link`), how they are kept where
//! a reload does not reach them (`engine`).

use super::{
    conflict::{AFTER_MAX, Base},
    id::{ClientId, Mid, MutationId, Seq, TodoId, TodoIds},
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
    /// Whose queue it is in.
    pub client: ClientId,
    /// Its number there.
    pub mid: Mid,
    /// What was meant.
    pub op: Op,
    /// The todos it speaks of.
    pub ids: TodoIds,
    /// For a restore: the todos as they were last seen.
    pub seen: Vec<Todo>,
    /// For an edit of a text: the text that it started from, if that is known. Of what it was built on, it is the latest
    /// that the server has, so that a conflict is with nothing of one's own. For a deletion: the text that was seen.
    pub was: Option<String>,
    /// Of all that was cleared, in the order of its ids: the text that was seen; none, if it is the person's own.
    pub cleared: Vec<String>,
    /// For an undo: what it takes back.
    pub undoes: Option<Undoes>,
    /// For an undo that was prepared to be sent: the newest state that only its author contributed to.
    pub unless_after: Option<Base>,
    /// Those of other queues that it builds on: it waits until they are decided, or gone from there.
    pub waits_for: Vec<MutationId>,
    /// Whether it is kept where a reload does not reach it: before, it is not sent.
    pub is_saved: bool,
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
}

impl Entry {
    /// Something new.
    pub fn new(id: MutationId, op: Op, seen: Vec<Todo>) -> Self {
        Self {
            client: id.0,
            mid: id.1,
            ids: TodoIds::new(op.ids()),
            op,
            seen,
            was: None,
            cleared: Vec::new(),
            undoes: None,
            unless_after: None,
            waits_for: Vec::new(),
            is_saved: false,
            applied: None,
            sent: false,
            tries: 0,
            given_up: false,
            in_base: false,
        }
    }

    /// Its name.
    pub fn id(&self) -> MutationId {
        (self.client, self.mid)
    }

    /// Whether what it does to this todo's text, or to its being there, others build on.
    fn founds(&self, id: TodoId) -> bool {
        match &self.op {
            Op::AddTodo { id: of, .. }
            | Op::SetTitle { id: of, .. }
            | Op::RestoreTodo { id: of } => *of == id,
            Op::RestoreTodos { ids } => ids.contains(&id),
            _ => false,
        }
    }

    /// Whether the view has its effect on top of base.
    pub fn is_folded(&self) -> bool {
        !self.given_up && !self.in_base
    }

    fn is_open(&self) -> bool {
        self.applied.is_none()
    }

    /// The text that it gives to this todo.
    fn text_of(&self, id: TodoId) -> Option<&str> {
        self.op.text().filter(|_| self.ids.contains(id))
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

/// Whether somebody else changed a todo after what an undo takes back.
pub type IsVoid<'v> = &'v dyn Fn(&Entry, TodoId) -> bool;

/// What goes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// Whose queue it is from.
    pub client: ClientId,
    /// What the push carries; nothing goes if there is none.
    pub mutations: Vec<Mutation>,
    /// What is fixed by now, and is to be saved before it can go.
    pub prepared: Vec<MutationId>,
}

/// A queue beside one's own.
#[derive(Debug, Clone)]
struct Guest {
    client: ClientId,
    /// Where base was when this tab adopted it: what came before, it has not seen. `None`: another tab sends it.
    adopted: Option<Seq>,
}

/// All queues of one person for one list, as one tab has them.
#[derive(Debug, Clone)]
pub struct Pending {
    client: ClientId,
    last: Mid,
    /// Clients that this tab was before: nobody else speaks for them, and nothing waits for them.
    former: Vec<ClientId>,
    guests: Vec<Guest>,
    queue: VecDeque<Entry>,
    /// Whether what is queued is saved before it is sent.
    is_kept: bool,
}

impl Pending {
    /// Nothing yet, of this client. `is_kept`: what is queued is saved before it is sent.
    pub fn new(client: ClientId, is_kept: bool) -> Self {
        Self {
            client,
            last: Mid(0),
            former: Vec::new(),
            guests: Vec::new(),
            queue: VecDeque::new(),
            is_kept,
        }
    }

    /// Whether what is queued is saved before it is sent.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }

    /// Those whose queues this tab sends.
    pub fn clients(&self) -> Vec<ClientId> {
        let adopted = self.guests.iter().filter(|guest| guest.adopted.is_some());
        let mut clients: Vec<_> = adopted.map(|guest| guest.client).collect();
        clients.push(self.client);
        clients
    }

    /// This tab's own client.
    pub fn client(&self) -> ClientId {
        self.client
    }

    /// Takes an op in, under the next number. `seen`: for a restore, the todos as they were last seen.
    pub fn push(&mut self, op: Op, seen: Vec<Todo>, undoes: Option<Undoes>) -> Mid {
        self.last = self.last.next();
        let mut entry = Entry::new((self.client, self.last), op, seen);
        entry.undoes = undoes;
        entry.is_saved = !self.is_kept;
        let others = self
            .queue
            .iter()
            .filter(|other| other.client != self.client);
        let founding =
            others.filter(|other| other.is_open() && entry.ids.iter().any(|id| other.founds(id)));
        entry.waits_for = founding.map(Entry::id).collect();
        self.queue.push_back(entry);
        self.last
    }

    /// Another queue, in the place of what was known of it. `adopted`: this tab sends it from now on, and base is here;
    /// `None`: another tab does.
    pub fn put(&mut self, client: ClientId, adopted: Option<Seq>, mut entries: Vec<Entry>) {
        // What is known here of its places stays known.
        for entry in &mut entries {
            let known = self.queue.iter().find(|old| old.id() == entry.id());
            entry.applied = entry.applied.or(known.and_then(|known| known.applied));
        }
        self.queue.retain(|entry| entry.client != client);
        self.guests.retain(|guest| guest.client != client);
        self.guests.push(Guest { client, adopted });
        let own = self.client;
        let rank = |client| (client == own, client);
        let at = self
            .queue
            .partition_point(|entry| rank(entry.client) < rank(client));
        let after = self.queue.split_off(at);
        self.queue.extend(entries);
        self.queue.extend(after);
    }

    /// Whether this tab sends what this client has.
    pub fn sends(&self, client: ClientId) -> bool {
        client == self.client || self.adopted(client).is_some()
    }

    /// Clients that this tab was before.
    pub fn former(&self) -> &[ClientId] {
        &self.former
    }

    /// Whether other tabs hear of this client's queue from this one.
    pub fn speaks_for(&self, client: ClientId) -> bool {
        self.sends(client) || self.former.contains(&client)
    }

    /// Whether this client's queue is known here, whoever sends it.
    pub fn knows(&self, client: ClientId) -> bool {
        client == self.client || self.guests.iter().any(|guest| guest.client == client)
    }

    /// Whether any queue but this tab's own is known here.
    pub fn has_guests(&self) -> bool {
        !self.guests.is_empty()
    }

    fn adopted(&self, client: ClientId) -> Option<Seq> {
        let guest = self.guests.iter().find(|guest| guest.client == client);
        guest.and_then(|guest| guest.adopted)
    }

    /// All that is not settled, as it is folded.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.queue.iter()
    }

    /// The entry with this name.
    pub fn get(&self, id: MutationId) -> Option<&Entry> {
        self.queue.iter().find(|entry| entry.id() == id)
    }

    /// The entry with this name, to change it.
    pub fn entry(&mut self, id: MutationId) -> Option<&mut Entry> {
        self.queue.iter_mut().find(|entry| entry.id() == id)
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

    /// What goes next: what was adopted goes first, since what is new may build on it.
    pub fn next_push(&mut self, base: Seq, is_void: IsVoid) -> Next {
        let mut prepared = Vec::new();
        for client in self.clients() {
            let mutations = self.next_of(client, base, is_void, &mut prepared);
            if !mutations.is_empty() {
                return Next {
                    client,
                    mutations,
                    prepared,
                };
            }
        }
        Next {
            client: self.client,
            mutations: Vec::new(),
            prepared,
        }
    }

    /// The oldest mutations of a client that have no outcome yet, as many as one push may carry; the oldest alone (with the
    /// no-ops before it) if it failed often enough.
    ///
    /// An undo goes only where nothing that its author has not seen can slip in before it: with the action that it takes
    /// back, when neither was sent yet, or when all that I did to its todos is decided and in base.
    /// `is_void`: whether somebody else changed a todo after what an undo takes back; then the server shall find so, too.
    fn next_of(
        &mut self,
        client: ClientId,
        base: Seq,
        is_void: IsVoid,
        prepared: &mut Vec<MutationId>,
    ) -> Vec<Mutation> {
        let mut mutations: Vec<(usize, Mutation)> = Vec::new();
        let mut text = 0;
        for at in 0..self.queue.len() {
            let entry = &self.queue[at];
            if !entry.is_open() || entry.client != client {
                continue;
            }
            let is_alone = !entry.given_up && entry.tries >= TRIES_TOGETHER;
            let has_others = mutations
                .iter()
                .any(|(_, mutation)| mutation.op != Op::Noop);
            let bytes = entry.op.text_bytes();
            if is_alone && has_others
                || mutations.len() == PUSH_MAX
                || text > 0 && text + bytes > PUSH_TEXT_MAX
                || !entry.given_up && entry.waits_for.iter().any(|id| self.is_undecided(*id))
            {
                break;
            }
            if let Some(undoes) = entry.undoes
                && !entry.sent
            {
                let goes = |id: &MutationId| {
                    let mut going = mutations.iter().map(|(at, _)| self.queue[*at].id());
                    going.any(|other| other == *id)
                };
                let group = entry.unless_after.as_ref().map(|base| &base.after);
                if !group.is_some_and(|group| group.iter().all(goes)) {
                    let Some(since) = self.undo_after(at, undoes) else {
                        break;
                    };
                    self.prepare(at, base, since, is_void);
                    prepared.push(self.queue[at].id());
                    self.queue[at].is_saved &= !self.is_kept;
                }
                let group = self.queue[at].unless_after.iter();
                if let Some((_, first)) = group.flat_map(|base| &base.after).next().copied()
                    && !self.queue[at].is_saved
                {
                    // What it goes together with waits with it.
                    mutations.retain(|(_, mutation)| mutation.mid < first);
                }
            }
            let entry = &self.queue[at];
            if !entry.is_saved {
                break;
            }
            text += bytes;
            let mutation = Mutation {
                mid: entry.mid,
                op: if entry.given_up {
                    Op::Noop
                } else {
                    entry.op.clone()
                },
                unless_after: entry.unless_after.clone().filter(|_| !entry.given_up),
            };
            mutations.push((at, mutation));
            if is_alone {
                break;
            }
        }
        for (at, _) in &mutations {
            self.queue[*at].sent = true;
        }
        mutations
            .into_iter()
            .map(|(_, mutation)| mutation)
            .collect()
    }

    /// Whether something still waits for its outcome.
    fn is_undecided(&self, id: MutationId) -> bool {
        self.get(id).is_some_and(Entry::is_open)
    }

    /// Decides what an undo is sent as. `since`: own edits that go together with it.
    fn prepare(&mut self, at: usize, base: Seq, since: Vec<MutationId>, is_void: IsVoid) {
        let entry = &self.queue[at];
        let Some(undoes) = entry.undoes else { return };
        let void = entry.ids.iter().filter(|id| is_void(entry, *id));
        let void: Vec<_> = void.collect();
        let is_void = void.len() == entry.ids.len();
        let entry = &mut self.queue[at];
        if !is_void && !void.is_empty() {
            // Of several, only those are left alone: what I did to the others since does not count against them.
            entry.leave(&void);
        }
        let server = match undoes.seq {
            // The server, who knows what came since, leaves it alone if it was anything.
            Some(seq) if is_void || undoes.is_blind => seq,
            // Base may not have the action yet.
            Some(seq) => seq.max(base),
            None => base,
        };
        entry.unless_after = Some(Base {
            server,
            after: since,
        });
    }

    /// What an undo that goes now is to name as edits since of the same queue; `None`: it waits.
    fn undo_after(&self, at: usize, undoes: Undoes) -> Option<Vec<MutationId>> {
        let undo = &self.queue[at];
        let mine = self.queue.range(..at);
        let mine = mine.filter(|entry| entry.client == undo.client && entry.touches(&undo.ids));
        let mine: Vec<&Entry> = mine.collect();
        let since = mine.iter().filter(|entry| entry.mid >= undoes.mid);
        let since: Vec<_> = since.collect();
        // Nothing can come in between: all of it, from the action on, is new to the server.
        let is_new = since.first().is_some_and(|first| first.mid == undoes.mid)
            && since.len() <= AFTER_MAX
            && since.iter().all(|entry| !entry.sent);
        // Everything else is waited for. What was given up, too: it may have been applied after all.
        (is_new || mine.is_empty()).then(|| since.iter().map(|entry| entry.id()).collect())
    }

    /// Takes a mutation out.
    pub fn remove(&mut self, id: MutationId) -> Option<Entry> {
        let at = self.queue.iter().position(|entry| entry.id() == id)?;
        self.queue.remove(at)
    }

    /// A mutation has this place: it is folded until base reaches it, what takes it back knows its place, and the text of
    /// what was built on it is its own. Gives those that are to be saved anew.
    pub fn applied(&mut self, id: MutationId, seq: Seq) -> Vec<MutationId> {
        let (client, mid) = id;
        let born = self.adopted(client);
        let mut changed = self.founded(id);
        for entry in self.queue.iter_mut().filter(|entry| entry.client == client) {
            if entry.mid == mid {
                entry.applied = Some(seq);
                entry.given_up = false;
            }
            if let Some(undoes) = &mut entry.undoes
                && undoes.mid == mid
                && undoes.seq.is_none()
            {
                undoes.seq = Some(seq);
                // What came between is not known here.
                undoes.is_blind |= born.is_some_and(|born| seq <= born);
                changed.push(entry.id());
            }
        }
        changed
    }

    /// Edits that were built on this one's text started from it, now that the server has it.
    fn founded(&mut self, id: MutationId) -> Vec<MutationId> {
        // Once: what was built on several started from the last of them.
        let new = self.get(id).filter(|entry| entry.is_open());
        let Some(text) = new.and_then(|entry| entry.op.text()).map(str::to_owned) else {
            return Vec::new();
        };
        let builds = |entry: &&mut Entry| match &entry.op {
            Op::SetTitle { base, .. } => base.after.contains(&id),
            _ => false,
        };
        let building = self.queue.iter_mut().filter(builds);
        let told = building.map(|entry| {
            entry.was = Some(text.clone());
            entry.id()
        });
        told.collect()
    }

    /// The text that an edit of this todo starts from that begins now: as [`Pending::based_on`] has it.
    pub fn text_before(&self, base: &Replica, id: TodoId) -> Option<String> {
        for entry in self.queue.iter().rev().filter(|entry| entry.is_folded()) {
            if let Some(text) = entry.text_of(id) {
                if entry.applied.is_some() {
                    return Some(text.to_owned());
                }
                // One that is known to be applied by now the one before may not have been built on; this one is.
                let applied = self.applied_text(id).map(|(_, text)| text.to_owned());
                return applied.or_else(|| entry.was.clone());
            }
        }
        let shown = base.get(id).or_else(|| self.seen(id).next());
        shown.map(|todo| todo.title.clone())
    }

    /// The latest text of this todo that is known to be applied, and that base does not have yet; and where.
    pub fn applied_text(&self, id: TodoId) -> Option<(Seq, &str)> {
        let mut latest = self.queue.iter().rev();
        latest.find_map(|entry| Some((entry.applied?, entry.text_of(id)?)))
    }

    /// What restores bring back of this todo, as the server last had it.
    fn seen(&self, id: TodoId) -> impl Iterator<Item = &Todo> {
        let seen = self.queue.iter().rev().flat_map(|entry| &entry.seen);
        seen.filter(move |todo| todo.id == id && todo.title_version != UNDECIDED)
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
        for entry in &mut self.queue {
            let is_back = matches!(entry.op, Op::RestoreTodo { id } if id == todo.id);
            match entry.seen.iter_mut().find(|seen| seen.id == todo.id) {
                Some(seen) => seen.clone_from(todo),
                // It was brought back by somebody who had not seen it themselves.
                None if is_back => entry.seen.push(todo.clone()),
                None => {}
            }
        }
    }

    /// Nobody can say what somebody else did to these meanwhile.
    pub fn missed(&mut self, unseen: &[TodoId]) {
        for entry in &mut self.queue {
            if let Some(undoes) = &mut entry.undoes {
                undoes.missed(entry.op.ids(), unseen);
            }
        }
    }

    /// Base has the effect of everything of this client up to here, if there was any.
    pub fn in_base(&mut self, client: ClientId, last: Mid) {
        for entry in &mut self.queue {
            entry.in_base |= entry.client == client && entry.mid <= last;
        }
    }

    /// What an edit of this todo's text is based on that begins now: base's text, and the person's own of it that are not
    /// settled. One that was given up may have been applied after all; then it is still theirs.
    pub fn based_on(&self, base: &Replica, id: TodoId) -> Base {
        // What a restore brings back has the text that it went with.
        let shown = base.get(id).or_else(|| self.seen(id).next());
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
        let mine = mine.filter(|entry| entry.text_of(id).is_some());
        for mine in mine.map(Entry::id) {
            if !based.after.contains(&mine) {
                based.after.push(mine);
            }
        }
        let many = based.after.len().saturating_sub(AFTER_MAX);
        based.after.drain(..many);
        based
    }

    /// Empties it. Gives what this tab would have sent.
    pub fn take(&mut self) -> Vec<Entry> {
        let mut queue: Vec<_> = std::mem::take(&mut self.queue).into();
        queue.retain(|entry| self.sends(entry.client));
        // What was adopted stays so: nobody else speaks for it any more.
        self.guests.retain(|guest| guest.adopted.is_some());
        queue
    }

    /// Begins to count anew, for another client.
    pub fn renew(&mut self, client: ClientId) {
        self.former.push(self.client);
        self.client = client;
        self.last = Mid(0);
    }
}
