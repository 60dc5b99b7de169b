//! A page that looks at the list: an engine, and whatever happens to it is checked.

use super::{
    Checked, Scene, Violation,
    chronicle::{Chronicle, Edit, Key, Undo},
    photo::{Cause, Failed, Photo, Told},
    queue, resume,
    tally::Hit,
    view, violated, wires,
};
use crate::core::{
    conflict::Base,
    engine::{Effect, Engine, Input},
    id::{ClientId, Epoch, Mid, Seq, TodoId, UserId},
    link::{Connection, Failure, Timer},
    op::Op,
    pending::{Entry, Mutation, Outcome, UNDECIDED},
    record::{Record, Shared},
    replica::{Brings, News, Replica},
    review::{Kept, Why},
    todo::Todo,
    wire::heard::Heard,
};
use std::collections::BTreeSet;

/// What a page asks.
#[derive(Debug, Clone)]
pub enum Request {
    Push {
        client: ClientId,
        epoch: Epoch,
        acked: Option<Mid>,
        mutations: Vec<Mutation>,
    },
    Pull {
        client: ClientId,
        since: Option<(Epoch, Seq)>,
    },
    Me,
    Connect {
        client: ClientId,
        since: (Epoch, Seq),
    },
    Ping,
    Disconnect,
    Save {
        ticket: u32,
        records: Vec<Record>,
        gone: Vec<Key>,
    },
    Share(Shared),
}

/// What it is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// With the mutations that it is the answer to.
    Pushed {
        client: ClientId,
        answer: Result<Vec<(Mid, Outcome)>, Failure>,
    },
    Pulled(Result<News, Failure>),
    Me(Result<UserId, Failure>),
}

/// A request on its way, from the page's side.
#[derive(Debug, Clone)]
pub struct Open {
    pub ticket: u32,
    /// For a push: whose it is, and what it carries that is not a no-op.
    pub client: ClientId,
    pub mids: Vec<Key>,
}

/// See the module.
pub struct Tab {
    pub engine: Engine,
    pub photo: Photo,
    /// Whose page it is.
    pub person: usize,
    /// Whether there is no page: it says who signed out, or asks to sign in.
    pub is_away: bool,
    pub told: Told,
    /// All that its page has been.
    clients: Vec<ClientId>,
    /// Counts its reloads: an answer to the page before is not this one's.
    pub run: u32,
    pub push: Option<Open>,
    pub pull: Option<Open>,
    pub asks: bool,
    /// Whether a timer is running.
    pub waits: [bool; 4],
    /// Whether something is being saved.
    pub saves: bool,
    /// Whether it was said what other tabs had saved.
    pub has_found: bool,
    /// Clients whose locks it has.
    pub held: BTreeSet<ClientId>,
    /// Its socket.
    pub socket: Option<u32>,
    /// What its welcome said.
    last_mid: Mid,
    /// A text that is being typed.
    pub typing: Option<Typing>,
    /// Whether its base is of a history that a copy back has cut off.
    pub is_astray: bool,
}

/// A text that is being typed.
#[derive(Debug, Clone)]
pub struct Typing {
    pub id: TodoId,
    pub base: Base,
    pub edit: Edit,
    /// The conflict that it is to decide.
    pub kept: Option<u32>,
}

/// A timer's place in [`Tab::waits`].
pub fn at(timer: Timer) -> usize {
    match timer {
        Timer::Push => 0,
        Timer::Pull => 1,
        Timer::Socket => 2,
        Timer::Silence => 3,
    }
}

impl Tab {
    /// A page that has just come. Its first effects are still to be taken.
    pub fn new(
        scene: &mut Scene,
        (person, user): (usize, UserId),
        base: Replica,
        run: u32,
    ) -> Self {
        let client = ClientId(scene.uuid());
        scene.chronicle.authors.insert(client, person);
        let engine = Engine::new(scene.list, user, client, base, true).with_locks();
        Self {
            photo: Photo::of(&engine),
            engine,
            person,
            is_away: false,
            told: Told::default(),
            clients: vec![client],
            run,
            push: None,
            pull: None,
            asks: false,
            waits: [false; 4],
            saves: false,
            has_found: false,
            held: BTreeSet::from([client]),
            socket: None,
            last_mid: Mid(0),
            typing: None,
            is_astray: false,
        }
    }

    /// Does something to the engine, and checks what came of it. Gives what the page asks now.
    pub fn drive(
        &mut self,
        scene: &mut Scene,
        cause: &Cause,
        input: impl FnOnce(&mut Engine),
    ) -> Result<Vec<(u32, Request)>, Violation> {
        self.drive_with(scene, cause, None, input)
    }

    fn drive_with(
        &mut self,
        scene: &mut Scene,
        cause: &Cause,
        news: Option<&News>,
        input: impl FnOnce(&mut Engine),
    ) -> Result<Vec<(u32, Request)>, Violation> {
        input(&mut self.engine);
        let after = Photo::of(&self.engine);
        let before = std::mem::replace(&mut self.photo, after.clone());
        let is_same = before.client == after.client && before.epoch == after.epoch;
        if is_same && after.seq < before.seq {
            return violated(format!(
                "5: base fell from {:?} to {:?}",
                before.seq, after.seq
            ));
        }
        if after.epoch != before.epoch || after.seq < before.seq {
            self.told.changes.clear();
        }
        if before.client != after.client {
            scene.tally.hit(Hit::Reviewed);
            queue::goes_to_review(&before, &after, &self.told)?;
            self.became(scene, &after);
        }
        self.hides(scene, &before, &after)?;
        self.is_of_one_person(scene, &after)?;
        let is_new = |kept: &&Kept| before.kept(kept.mutation).is_none();
        if matches!(cause, Cause::Pushed { .. }) {
            for kept in after.kept.iter().filter(is_new) {
                scene.chronicle.has_common_base(after.epoch, kept)?;
            }
        }
        self.believes(scene, &before, &after);
        let is_new = news.is_some_and(|news| (news.epoch, news.seq) == (after.epoch, after.seq));
        self.is_astray &= !is_new;
        if !self.is_astray {
            self.learn(scene, &before, &after, news)?;
        }
        if is_same {
            let (told, truth) = (&self.told, &scene.chronicle);
            queue::changes_alone(&before, &after, told, cause, truth)?;
            queue::keeps(&before, &after, told, cause, truth)?;
            self.count(scene, &before, &after);
        }
        let settled = queue::settled(&before, &after, &self.told, &scene.chronicle);
        for (id, how) in settled {
            scene.tally.hit(how);
            scene.chronicle.settled.insert(id);
        }
        let base = self.engine.base();
        let mut todos: Vec<_> = base.todos().iter().cloned().collect();
        todos.sort_by(crate::core::todo::Todo::in_order);
        view::is_folded(&self.engine, &todos, &after, &self.told)?;
        if !self.is_astray {
            view::base_is_true(&self.engine, &scene.chronicle)?;
            if is_same && !matches!(cause, Cause::Person { .. } | Cause::Tabs) {
                view::does_not_flicker(&before, &after, &self.told, &scene.chronicle)?;
            }
        }
        let requests = self.effects(scene)?;
        self.is_not_stuck()?;
        Ok(requests)
    }

    /// What another tab has said of its places counts when its queue is taken over.
    fn believes(&mut self, scene: &Scene, before: &Photo, after: &Photo) {
        for entry in after.mine().filter(|entry| !before.sends(entry.client)) {
            let truth = scene.chronicle.decided.get(&entry.id());
            let place = entry.applied.map(Outcome::Applied);
            if let Some(outcome) = truth.filter(|truth| Some(*truth) == place.as_ref()) {
                self.told.outcomes.insert(entry.id(), outcome.clone());
            }
        }
    }

    /// 14: nothing of another person's is on this page.
    fn is_of_one_person(&self, scene: &Scene, after: &Photo) -> Checked {
        let kept = after.kept.iter().map(|kept| kept.mutation);
        for id in after.queue.iter().map(Entry::id).chain(kept) {
            if scene.chronicle.authors.get(&id.0) != Some(&self.person) {
                return violated(format!("14: {id:?} is another person's"));
            }
        }
        Ok(())
    }

    /// What is not for this person any more is not shown, and nothing of theirs waits for it.
    fn hides(&self, scene: &Scene, before: &Photo, after: &Photo) -> Checked {
        match (before.is_hidden, after.is_hidden) {
            (false, true) => {
                scene.tally.hit(Hit::Hidden);
                if before.queue.iter().any(|entry| !entry.given_up) {
                    scene.tally.hit(Hit::HiddenWithEdits);
                }
                if before.client == after.client {
                    return violated("a page hid its list, and goes on as the same client");
                }
            }
            (true, false) => scene.tally.hit(Hit::ShownAgain),
            _ => {}
        }
        if after.is_hidden && !after.queue.is_empty() {
            return violated("9: something waits on a page whose list is not there any more");
        }
        Ok(())
    }

    /// The queue went to review, and another client counts now.
    fn became(&mut self, scene: &mut Scene, after: &Photo) {
        let mut changes = std::mem::take(&mut self.told.changes);
        // What the page did as the client before is its own all the same.
        let before = self.clients.last().copied();
        let by = changes.values_mut().flatten().map(|(_, by)| by);
        by.filter(|by| **by == before)
            .for_each(|by| *by = Some(after.client));
        let had_snapshot = self.told.had_snapshot;
        self.told = Told {
            changes,
            had_snapshot,
            ..Told::default()
        };
        self.clients.push(after.client);
        scene.chronicle.authors.insert(after.client, self.person);
        self.held.insert(after.client);
        // What was on its way for the client before does not count any more.
        self.push = None;
        self.pull = None;
        if had_snapshot {
            scene.chronicle.unsure.insert(after.client);
        }
    }

    /// What the page could know by now.
    fn learn(
        &mut self,
        scene: &mut Scene,
        before: &Photo,
        after: &Photo,
        news: Option<&News>,
    ) -> Checked {
        let Some(news) = news else { return Ok(()) };
        let is_new = (before.epoch, before.client) != (after.epoch, after.client);
        let was_taken =
            after.epoch == news.epoch && after.seq >= news.seq && news.seq >= before.seq;
        match &news.brings {
            Brings::Snapshot(_) if was_taken || is_new => {
                scene.tally.hit(Hit::Snapshot);
                self.told.had_snapshot = true;
                scene.chronicle.unsure.insert(after.client);
                if !is_new {
                    let is_undecided = |entry: &&Entry| {
                        let is_own = entry.client == after.client;
                        is_own && entry.applied.is_none() && entry.mid <= news.last_mid
                    };
                    if before.queue.iter().any(|entry| is_undecided(&entry)) {
                        scene.tally.hit(Hit::SnapshotOverPending);
                    }
                    self.told.in_base = self.told.in_base.max(news.last_mid);
                }
                self.learn_by_difference(scene, before, after);
            }
            _ => {
                let changes = scene.chronicle.changes(after.epoch, before.seq, after.seq);
                for (seq, change) in changes {
                    scene.tally.hit(Hit::Delta);
                    tells_what_it_crossed(scene, (before, after), seq)?;
                    if let Some((client, mid)) = change.origin
                        && after.sends(client)
                    {
                        if !self.told.outcomes.contains_key(&(client, mid)) {
                            scene.tally.hit(Hit::SettledByEvent);
                        }
                        self.told.merged.insert((client, mid));
                        if client == after.client {
                            self.told.in_base = self.told.in_base.max(mid);
                        }
                    }
                    for id in &change.changed {
                        let by = change.origin.map(|(client, _)| client);
                        self.told.changed(*id, seq, by);
                    }
                }
            }
        }
        Ok(())
    }

    /// A snapshot does not say who it was: what differs may be anybody's.
    fn learn_by_difference(&mut self, scene: &Scene, before: &Photo, after: &Photo) {
        let old = scene.chronicle.state(before.epoch, before.seq);
        let new = scene.chronicle.state(after.epoch, after.seq);
        let (Some(old), Some(new)) = (old, new) else {
            return;
        };
        for todo in old.iter().chain(new.iter()) {
            let version = |todos: &[crate::core::todo::Todo]| {
                let todo = todos.iter().find(|other| other.id == todo.id);
                todo.map(|todo| todo.version)
            };
            if version(old) != version(new) {
                let seq = version(new).unwrap_or(after.seq);
                self.told.changed(todo.id, seq, None);
            }
        }
    }

    fn count(&self, scene: &mut Scene, before: &Photo, after: &Photo) {
        for was in before.mine() {
            let outcome = self.told.outcomes.get(&was.id());
            match after.entry(was.id()) {
                Some(is) if is.given_up && !was.given_up => {
                    scene.chronicle.unsure.insert(after.client);
                    let is_refused = after.kept(was.id()).is_some_and(|kept| {
                        matches!(kept.why, crate::core::review::Why::Refused(_))
                    });
                    scene.tally.hit(if is_refused {
                        Hit::GivenUpRefused
                    } else {
                        Hit::GivenUp
                    });
                }
                Some(is) if was.given_up && !is.given_up => scene.tally.hit(Hit::FoundApplied),
                None if was.given_up && outcome == Some(&Outcome::Skipped) => {
                    scene.tally.hit(Hit::FoundSkipped)
                }
                None if was.given_up => scene.tally.hit(Hit::FoundApplied),
                _ => {}
            }
        }
    }

    /// Takes what the engine wants done, and checks that it may want it.
    pub fn effects(&mut self, scene: &mut Scene) -> Result<Vec<(u32, Request)>, Violation> {
        let mut requests = Vec::new();
        for effect in self.engine.effects() {
            match effect {
                Effect::Push {
                    ticket,
                    client,
                    epoch,
                    acked,
                    mutations,
                } => {
                    if self.push.is_some() {
                        return violated("a push while another one is on its way");
                    }
                    if !self.held.contains(&client) {
                        return violated("a push of a queue whose tab lives");
                    }
                    if !self.photo.sends(client) || epoch != self.engine.base().epoch {
                        return violated("a push as somebody else, or to another history");
                    }
                    for mutation in &mutations {
                        let key = (client, mutation.mid);
                        let entry = self.engine.pending().get(key);
                        let entry = entry.filter(|entry| !entry.given_up);
                        let waits_for = entry.into_iter().flat_map(|entry| &entry.waits_for);
                        for other in waits_for.filter_map(|id| self.engine.pending().get(*id)) {
                            if other.applied.is_none() && !other.given_up && !other.in_base {
                                return violated(format!(
                                    "{mutation:?} goes before {:?}",
                                    other.op
                                ));
                            }
                        }
                        let first = scene
                            .chronicle
                            .contents
                            .entry(key)
                            .or_insert_with(|| mutation.clone());
                        // What could not be saved as it was sent is prepared anew after a reload: the server knows it by its
                        // number, and answers as before.
                        let is_same = match scene.chronicle.has_lost {
                            true => mutation.op == first.op,
                            false => mutation == first,
                        };
                        if mutation.op != Op::Noop && !is_same {
                            return violated(format!("{mutation:?} was {first:?} before"));
                        }
                    }
                    let real = mutations.iter().filter(|mutation| mutation.op != Op::Noop);
                    let mids = real.map(|mutation| (client, mutation.mid)).collect();
                    self.push = Some(Open {
                        ticket,
                        client,
                        mids,
                    });
                    requests.push((
                        ticket,
                        Request::Push {
                            client,
                            epoch,
                            acked,
                            mutations,
                        },
                    ));
                }
                Effect::Pull {
                    ticket,
                    client,
                    since,
                } => {
                    if self.pull.is_some() {
                        return violated("a pull while another one is on its way");
                    }
                    self.pull = Some(Open {
                        ticket,
                        client,
                        mids: vec![],
                    });
                    requests.push((ticket, Request::Pull { client, since }));
                }
                Effect::Me => {
                    self.asks = true;
                    requests.push((0, Request::Me));
                }
                Effect::Connect {
                    socket,
                    client,
                    since,
                } => {
                    if self.socket.is_some() {
                        return violated("a second socket");
                    }
                    self.socket = Some(socket);
                    requests.push((socket, Request::Connect { client, since }));
                }
                Effect::Ping => requests.push((0, Request::Ping)),
                Effect::Disconnect => {
                    self.socket = None;
                    requests.push((0, Request::Disconnect));
                }
                Effect::Save {
                    ticket,
                    records,
                    gone,
                } => {
                    if self.saves {
                        return violated("a save while another one is on its way");
                    }
                    // Whoever takes it over would bring it back.
                    let waits = |record: &&Record| {
                        let is_undecided = record.applied.is_none() && record.why.is_none();
                        record.is_queued && is_undecided && record.op != Op::Noop
                    };
                    let mut waiting = records.iter().filter(waits);
                    let dropped = &scene.chronicle.dropped;
                    if let Some(record) = waiting.find(|record| dropped.contains(&record.id)) {
                        return violated(format!(
                            "9: {record:?} was put aside, and is saved as waiting"
                        ));
                    }
                    self.saves = true;
                    let save = Request::Save {
                        ticket,
                        records,
                        gone,
                    };
                    requests.push((ticket, save));
                }
                Effect::Share(shared) => requests.push((0, Request::Share(shared))),
                Effect::Editing(_) | Effect::ListsChanged => {}
                Effect::Wait { timer, .. } => self.waits[at(timer)] = true,
            }
        }
        Ok(requests)
    }

    /// Whether there is nothing of the list to see.
    pub fn shows_nothing(&self) -> bool {
        self.is_away || self.photo.is_hidden
    }

    /// Whether nothing more is to come of it unless somebody does something.
    pub fn is_off(&self) -> bool {
        matches!(
            self.engine.link().connection(),
            Connection::Parked | Connection::Closed
        )
    }

    /// 15: whatever waits, waits for something.
    fn is_not_stuck(&self) -> Checked {
        if self.is_off() || self.asks || (self.engine.link().is_asking() && self.waits[0]) {
            return Ok(());
        }
        let is_live = self.engine.link().live().is_open() && self.waits[at(Timer::Silence)];
        if self.pull.is_none() && !self.waits[at(Timer::Pull)] && !is_live {
            return violated(format!(
                "nothing will ever be pulled again: {:?}, {:?}",
                self.engine.link(),
                self.waits
            ));
        }
        let listens = self.socket.is_some() && self.waits[at(Timer::Silence)];
        if !listens && !self.waits[at(Timer::Socket)] {
            return violated("there will never be a socket again");
        }
        let mut open = self.photo.mine().filter(|entry| entry.applied.is_none());
        let next = open.next();
        if self.push.is_none() && !self.waits[0] && next.is_some_and(|entry| !self.may_wait(entry))
        {
            return violated(format!(
                "15: {:?} will never be pushed",
                next.map(|entry| entry.mid)
            ));
        }
        Ok(())
    }

    /// Whether there is something that an entry waits for.
    fn may_wait(&self, entry: &Entry) -> bool {
        let is_undecided = |id: &Key| {
            let other = self.photo.entry(*id);
            other.is_some_and(|other| other.applied.is_none())
        };
        // An undo goes together with what it takes back, and all in order.
        let is_unsaved = |other: &Entry| other.client == entry.client && !other.is_saved;
        !self.has_found
            || self.saves && self.photo.mine().any(is_unsaved)
            || entry.undoes.is_some() && !entry.sent
            || entry.waits_for.iter().any(is_undecided)
    }

    // What the world does.

    pub fn pushed(
        &mut self,
        scene: &mut Scene,
        ticket: u32,
        client: ClientId,
        answer: Result<Vec<(Mid, Outcome)>, Failure>,
    ) -> Result<Vec<(u32, Request)>, Violation> {
        let is_open = self.push.as_ref().is_some_and(|open| open.ticket == ticket);
        let mids = match self.push.take_if(|open| open.ticket == ticket) {
            Some(open) => open.mids,
            None => vec![],
        };
        let is_this = self.photo.sends(client);
        let failed = answer.as_ref().err().map(|failure| match failure {
            Failure::Erring => Failed::Erring,
            Failure::Unreachable => Failed::Unreachable,
            Failure::Refused(_) => Failed::Refused,
            _ => Failed::Otherwise,
        });
        if let (Ok(outcomes), true) = (&answer, is_this) {
            for (mid, outcome) in outcomes {
                self.told.outcomes.insert((client, *mid), outcome.clone());
                if *outcome == Outcome::Unknown {
                    scene.chronicle.unsure.insert(client);
                    scene.chronicle.riddles.insert((client, *mid));
                }
            }
        }
        for mid in &mids {
            let errors = self.told.errors.entry(*mid).or_default();
            match failed {
                Some(Failed::Erring) => {
                    *errors += 1;
                    *self.told.erring.entry(*mid).or_default() += 1;
                }
                Some(Failed::Unreachable) => *errors += 1,
                Some(Failed::Refused) => *errors = (*errors).max(2),
                _ => {}
            }
        }
        let is_whole = answer.as_ref().is_ok_and(|outcomes| {
            let is_there = |(_, mid): &Key| outcomes.iter().any(|(of, _)| of == mid);
            mids.iter().all(is_there)
        });
        let is_answered = is_open && is_this && is_whole;
        let random = scene.uuid();
        let cause = Cause::Pushed { mids, failed };
        let requests = self.drive(scene, &cause, |engine| {
            engine.take(
                Input::Pushed {
                    ticket,
                    client,
                    answer,
                },
                random,
            );
        })?;
        // 15: what follows a decision goes at once.
        let open = |entry: &&Entry| entry.applied.is_none() && !entry.given_up;
        let next = self.photo.mine().find(open);
        let goes = next.is_some_and(|next| !self.may_wait(next));
        if is_answered
            && goes
            && self.push.is_none()
            && !self.is_off()
            && !self.engine.link().is_asking()
        {
            return violated(format!(
                "15: {next:?} follows a decision, and did not go at once: {:?}",
                self.engine.link()
            ));
        }
        Ok(requests)
    }

    pub fn pulled(
        &mut self,
        scene: &mut Scene,
        ticket: u32,
        answer: Result<News, Failure>,
    ) -> Result<Vec<(u32, Request)>, Violation> {
        let is_open = self.pull.take_if(|open| open.ticket == ticket).is_some();
        let news = answer.as_ref().ok().filter(|_| is_open).cloned();
        let random = scene.uuid();
        if let Some(news) = news.as_ref().filter(|_| !self.is_astray) {
            resume::is_the_same_either_way(&self.engine, scene, ticket, news, random)?;
        }
        self.drive_with(scene, &Cause::World, news.as_ref(), |engine| {
            engine.take(Input::Pulled { ticket, answer }, random);
        })
    }

    pub fn met(
        &mut self,
        scene: &mut Scene,
        answer: Result<UserId, Failure>,
    ) -> Result<Vec<(u32, Request)>, Violation> {
        self.asks = false;
        self.take(scene, Input::Me(answer))
    }

    /// A wait is over, whether there was one or not.
    pub fn waited(
        &mut self,
        scene: &mut Scene,
        timer: Timer,
    ) -> Result<Vec<(u32, Request)>, Violation> {
        self.waits[at(timer)] = false;
        self.take(scene, Input::Waited(timer))
    }

    /// A frame of its socket gets there.
    pub fn heard(
        &mut self,
        scene: &mut Scene,
        socket: u32,
        heard: Option<Heard>,
    ) -> Result<Vec<(u32, Request)>, Violation> {
        if self.socket != Some(socket) {
            return self.take(scene, Input::Heard { socket, heard });
        }
        if let Some(Heard::Welcome(welcome)) = &heard {
            self.last_mid = welcome.last_mid;
        }
        let news = heard
            .as_ref()
            .and_then(|heard| wires::news(heard, self.photo.epoch, self.last_mid));
        let random = scene.uuid();
        self.drive_with(scene, &Cause::World, news.as_ref(), |engine| {
            engine.take(Input::Heard { socket, heard }, random);
        })
    }

    /// Its socket is gone.
    pub fn hung(
        &mut self,
        scene: &mut Scene,
        socket: u32,
        code: u16,
    ) -> Result<Vec<(u32, Request)>, Violation> {
        self.socket.take_if(|its| *its == socket);
        self.take(scene, Input::Hung { socket, code })
    }

    pub fn take(
        &mut self,
        scene: &mut Scene,
        input: Input,
    ) -> Result<Vec<(u32, Request)>, Violation> {
        let random = scene.uuid();
        self.drive(scene, &Cause::World, |engine| engine.take(input, random))
    }

    // What a person does.

    /// What is on somebody's mind who begins to type now.
    pub fn begin(&self, chronicle: &Chronicle, id: TodoId) -> Edit {
        let queue = self.photo.queue.iter().rev();
        // Under a text of one's own nobody sees what base has.
        let mut over = queue.clone().filter_map(|entry| {
            let is_text = matches!(&entry.op, Op::SetTitle { id: of, .. } if *of == id);
            let is_shown = is_text && entry.is_folded();
            let edit = chronicle.edits.get(&entry.id());
            edit.filter(|_| is_shown)
                .map(|edit| (edit, entry.client != self.photo.client))
        });
        let mut gone = queue
            .flat_map(|entry| entry.seen.iter().map(move |todo| (todo, entry.client)))
            .filter(|(todo, _)| todo.id == id && todo.title_version != UNDECIDED);
        let base = self.engine.base().get(id);
        let gone = gone.next().filter(|_| base.is_none());
        // What another tab brings back, it brings back as that one had seen it.
        let is_brought = gone.is_some_and(|(_, client)| client != self.photo.client);
        let base = base.or(gone.map(|(todo, _)| todo));
        let over = over.next();
        let version = over.map(|(edit, _)| edit.version);
        let version = version.or(base.map(|todo| todo.title_version));
        // Who is asked to decide sees the other one's, too.
        let theirs = self.engine.conflict(id);
        let theirs = theirs.map(|conflict| conflict.theirs.title_version);
        Edit {
            version: version.max(theirs).unwrap_or_default(),
            text: self
                .engine
                .get(id)
                .map_or_else(String::new, |todo| todo.title.clone()),
            // What was written over a text of another queue stands and falls with it.
            is_late: is_brought || over.is_some_and(|(edit, is_others)| edit.is_late || is_others),
            mine: self.mine(),
        }
    }

    /// All clients that are this person's, as far as the page knows.
    fn mine(&self) -> Vec<ClientId> {
        let others = self.photo.queue.iter().map(|entry| entry.client);
        self.clients.iter().copied().chain(others).collect()
    }

    /// Does something, and notes what was meant by it. `edit`: for a text, if it was begun before.
    pub fn act(
        &mut self,
        scene: &mut Scene,
        put_aside: Option<u32>,
        edit: Option<Edit>,
        act: impl FnOnce(&mut Engine),
    ) -> Result<Vec<(u32, Request)>, Violation> {
        let known: Vec<Key> = self.photo.queue.iter().map(Entry::id).collect();
        let seen: Vec<_> = self
            .photo
            .view
            .iter()
            .map(|todo| (todo.id, self.begin(&scene.chronicle, todo.id)))
            .collect();
        // What is written over the server's text is one's own, and there is nothing to tell of it.
        let base = self.engine.base();
        let is_theirs = |todo: &&Todo| {
            let base = base.get(todo.id);
            base.is_some_and(|base| base.title == todo.title)
        };
        let meant = self.photo.view.iter().filter(is_theirs);
        let meant: Vec<_> = meant.map(|todo| (todo.id, todo.title.clone())).collect();
        if let Some(kept) = self
            .photo
            .kept
            .iter()
            .find(|kept| Some(kept.id) == put_aside)
        {
            self.told.dropped.insert(kept.mutation);
            scene.chronicle.dropped.insert(kept.mutation);
        }
        let requests = self.drive(scene, &Cause::Person { put_aside }, act)?;
        let client = self.engine.client();
        for entry in self
            .photo
            .queue
            .iter()
            .filter(|entry| !known.contains(&entry.id()))
        {
            if entry.client != client {
                return violated(format!("{entry:?} is new, in the queue of another run"));
            }
            let key = (client, entry.mid);
            if deletes(entry) {
                let of = |(id, _): &&(TodoId, String)| entry.op.ids().contains(id);
                let meant = meant.iter().filter(of).cloned().collect();
                scene.chronicle.deletions.insert(key, meant);
            }
            if let Op::SetTitle { id, .. } = &entry.op {
                let now = || {
                    seen.iter()
                        .find(|(of, _)| of == id)
                        .map(|(_, edit)| edit.clone())
                };
                let edit = edit.clone().or_else(now);
                if put_aside.is_some() {
                    scene.chronicle.resolutions.insert(key);
                }
                scene.chronicle.edits.extend(edit.map(|edit| (key, edit)));
            }
            if let Some(undoes) = entry.undoes {
                let did = match undoes.seq {
                    Some(seq) if undoes.mid == Mid(0) => Err(seq),
                    _ => Ok((client, undoes.mid)),
                };
                let mine = self.clients.clone();
                scene.chronicle.undos.insert(key, Undo { did, mine });
            }
        }
        Ok(requests)
    }
}

/// 9: whoever deletes a text that somebody else has just changed is told.
fn tells_what_it_crossed(scene: &Scene, (before, after): (&Photo, &Photo), seq: Seq) -> Checked {
    let Some((key, taken)) = scene.chronicle.crossed(after.epoch, seq) else {
        return Ok(());
    };
    let Some(entry) = before.entry(key).filter(|entry| deletes(entry)) else {
        return Ok(());
    };
    if !before.sends(key.0) {
        return Ok(());
    }
    let told = match after.kept(key).map(|kept| &kept.why) {
        Some(Why::Crossed(todos)) => todos.as_slice(),
        _ => &[],
    };
    for (id, has_crossed) in taken {
        let is_told = told.iter().any(|todo| todo.id == id);
        let is_back = after.shown(id).is_some();
        match (has_crossed, is_told) {
            (true, true) if matches!(entry.op, Op::ClearCompleted { .. }) => {
                scene.tally.hit(Hit::CrossedByClearing);
            }
            (true, true) => scene.tally.hit(Hit::Crossed),
            (true, false) if !is_back => {
                return violated(format!(
                    "9: {key:?} took away the unseen text of {id}, untold"
                ));
            }
            (false, true) => {
                return violated(format!("{key:?} took away what its author had seen: {id}"));
            }
            _ => {}
        }
    }
    Ok(())
}

fn deletes(entry: &Entry) -> bool {
    matches!(entry.op, Op::DeleteTodo { .. } | Op::ClearCompleted { .. })
}
