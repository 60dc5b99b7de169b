//! The pages, what is on its way between them and the server, and the server: one step after the other.

use super::{
    Checked, Scene, Violation, acts,
    chronicle::Chronicle,
    mirror::Mirror,
    server::{Model, Pusher, Refusal},
    shelf::{Notes, Shelf},
    step::{Act, Fault, Illness, Session, Step, TABS, Way},
    tab::{Answer, Open, Request, Tab},
    tally::{Hit, Tally},
    violated,
    wires::Wire,
};
use crate::core::{
    engine::Input,
    event::Placed,
    id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, UserId},
    link::{Failure, Lane, Timer},
    list::Role,
    op::{Op, RejectionCode},
    pending::{Entry, Mutation, Outcome},
    replica::{Brings, News, Replica},
};
use crate::server::hub::order::Order;
use uuid::Uuid;

/// Rounds in which everything must have got there, once nothing is broken.
const ROUNDS: usize = 40;

/// Something on its way.
#[derive(Debug, Clone)]
struct Flight<T> {
    tab: usize,
    run: u32,
    /// Whose page sent it, or is answered.
    person: usize,
    ticket: u32,
    /// How often it has arrived already.
    arrived: u8,
    what: T,
}

/// What is on its way in one direction, and what it is when something there overtakes another.
type Traffic<'w, T> = (for<'a> fn(&'a mut World<'w>) -> &'a mut Vec<Flight<T>>, Hit);

/// See the module.
pub struct World<'w> {
    pub scene: Scene<'w>,
    pub model: Model,
    pub mirror: Option<&'w mut Mirror>,
    backup: Model,
    pub now: i64,
    pub users: [UserId; 2],
    /// Who is signed in, in each browser.
    pub sessions: [Option<usize>; 2],
    may_edit: bool,
    illness: Illness,
    pub was_copied_back: bool,
    /// Whether the server has forgotten outcomes that nobody had acknowledged.
    has_forgotten: bool,
    pub tabs: Vec<Tab>,
    requests: Vec<Flight<Request>>,
    answers: Vec<Flight<Answer>>,
    pub wires: Vec<Wire>,
    /// In each browser, of each person.
    pub shelves: [[Shelf; 2]; 2],
    /// In each browser.
    pub notes: [Notes; 2],
    /// What the server's hub has sent, and up to where it has heard.
    pub order: Order<Placed>,
    pub published: Seq,
}

fn requests<'w>() -> Traffic<'w, Request> {
    (|world| &mut world.requests, Hit::RequestOvertook)
}

fn answers<'w>() -> Traffic<'w, Answer> {
    (|world| &mut world.answers, Hit::Reordered)
}

/// Where it is: each person is at home in one browser, under the same number.
pub fn browser(tab: usize) -> usize {
    usize::from(tab == usize::from(TABS) - 1)
}

impl<'w> World<'w> {
    pub fn new(
        history: u64,
        tally: &'w Tally,
        mut mirror: Option<&'w mut Mirror>,
    ) -> Result<Self, Violation> {
        let mut scene = Scene {
            list: ListId(Uuid::nil()),
            chronicle: Chronicle::default(),
            tally,
            history,
            made: 0,
        };
        scene.list = ListId(scene.uuid());
        let users = [UserId(scene.uuid()), UserId(scene.uuid())];
        let epoch = match &mut mirror {
            Some(mirror) => mirror.begin(scene.list, users),
            None => Epoch(scene.uuid()),
        };
        let model = Model::new(scene.list, epoch);
        scene.chronicle.begin(&model);
        let mut world = Self {
            scene,
            backup: model.clone(),
            model,
            mirror,
            now: 1_000,
            users,
            sessions: [Some(0), Some(1)],
            may_edit: true,
            illness: Illness::Healthy,
            was_copied_back: false,
            has_forgotten: false,
            tabs: Vec::new(),
            requests: Vec::new(),
            answers: Vec::new(),
            wires: Vec::new(),
            shelves: Default::default(),
            notes: Default::default(),
            order: Order::default(),
            published: Seq(0),
        };
        world.begin_anew();
        for _ in 0..2 {
            world.form(0, 0)?;
        }
        if let Some(mirror) = &mut world.mirror {
            mirror.backup();
        }
        world.backup = world.model.clone();
        for tab in 0..TABS.into() {
            let (page, requests) = world.page(browser(tab), 0)?;
            world.tabs.push(page);
            world.send(tab, requests)?;
        }
        Ok(world)
    }

    /// A page as the server renders it now.
    pub fn page(
        &mut self,
        person: usize,
        run: u32,
    ) -> Result<(Tab, Vec<(u32, Request)>), Violation> {
        let base = Replica::new(self.model.epoch, self.model.head, self.model.state());
        let mut page = Tab::new(&mut self.scene, (person, self.users[person]), base, run);
        let requests = page.effects(&mut self.scene)?;
        Ok((page, requests))
    }

    pub fn chronicle(&self) -> &Chronicle {
        &self.scene.chronicle
    }

    /// Which pages are this person's.
    pub fn pages_of(&self, person: usize) -> Vec<bool> {
        self.tabs.iter().map(|page| page.person == person).collect()
    }

    pub fn hit(&self, hit: Hit) {
        self.scene.tally.hit(hit);
    }

    pub fn step(&mut self, step: Step) -> Checked {
        self.now += 1;
        match step {
            Step::Act { tab, act } => {
                self.with(tab.into(), |page, scene| acts::act(page, scene, act))
            }
            Step::Flow { tab } => self.flow(tab.into()),
            Step::Arrive { nth } => self.nth(nth, requests(), Self::arrive),
            Step::Answer { nth } => self.nth(nth, answers(), Self::deliver),
            Step::ArriveTwice { nth } => self.nth_twice(nth, requests(), Self::arrive),
            Step::AnswerTwice { nth } => self.nth_twice(nth, answers(), Self::deliver),
            Step::LoseRequest { nth } => self.nth(nth, requests(), |world, request| {
                world.hit(Hit::RequestLost);
                world.refuse(&request, Failure::Unreachable)
            }),
            Step::LoseAnswer { nth } => self.nth(nth, answers(), |world, answer| {
                world.hit(Hit::AnswerLost);
                world.fail(answer, Failure::Unreachable)
            }),
            Step::TimeOut { tab, lane } => self.time_out(tab.into(), lane),
            Step::Fail { nth, fault } => self.nth(nth, requests(), |world, request| {
                let failure = world.failure(fault, false);
                world.refuse(&request, failure)
            }),
            Step::FailAfter { nth, fault } => self.nth(nth, requests(), |world, request| {
                world.arrive(request)?;
                let failure = world.failure(fault, true);
                match world.answers.pop() {
                    Some(answer) => world.fail(answer, failure),
                    None => Ok(()),
                }
            }),
            Step::Puzzle { nth } => self.spoil(nth, puzzle),
            Step::Gap { nth } => self.spoil(nth, gap),
            Step::Repeat { nth } => self.repeat(nth),
            Step::Timer { tab, timer } => {
                self.with(tab.into(), |page, scene| page.waited(scene, timer))
            }
            Step::Socket { nth, twist } => self.twist(nth, twist),
            Step::Wake { tab } => {
                self.with(tab.into(), |page, scene| page.take(scene, Input::Wake))
            }
            Step::Online { tab, online } => self.with(tab.into(), |page, scene| {
                page.take(scene, Input::Online(online))
            }),
            // Whoever is out gets another page than this.
            Step::Reload { tab } if !self.is_open_to(tab.into()) => Ok(()),
            Step::Reload { tab } => self.reload(tab.into()),
            Step::Save { tab, ok } => self.write(tab.into(), ok),
            Step::Find { tab } => self.find(tab.into()),
            Step::Note { tab } => self.note(tab.into()).map(drop),
            Step::Form { kind, todo } => self.form(kind, todo),
            Step::Ill(illness) => {
                self.illness = illness;
                Ok(())
            }
            Step::MayEdit(may_edit) => {
                self.may_edit = may_edit;
                Ok(())
            }
            Step::LetIn(is_in) => self.let_in(is_in),
            Step::BeThere(is_there) => self.be_there(is_there),
            Step::Sign { browser, session } => {
                self.sign(browser.into(), session);
                Ok(())
            }
            Step::Follow { tab } => self.follow(tab.into()),
            Step::SignOut { tab, discards } => self.sign_out(tab.into(), discards),
            Step::LoseStorage { browser } => {
                self.lose_storage(browser.into());
                Ok(())
            }
            Step::Backup => {
                self.backup = self.model.clone();
                self.mirror.iter_mut().for_each(|mirror| mirror.backup());
                Ok(())
            }
            Step::Restore => self.restore(),
            Step::CopyBack => self.copy_back(),
            Step::Sweep { back } => {
                self.hit(Hit::Swept);
                let before = self.now - i64::from(back % 32);
                self.model.sweep(before);
                self.mirror
                    .iter_mut()
                    .for_each(|mirror| mirror.sweep(before, 0));
                Ok(())
            }
            Step::Forget => {
                self.hit(Hit::Forgotten);
                self.has_forgotten = true;
                self.model.forget();
                let now = self.now;
                self.mirror
                    .iter_mut()
                    .for_each(|mirror| mirror.sweep(0, now + 1));
                Ok(())
            }
        }
    }

    // The network.

    /// Lets something happen to a page, and sends what it asks then.
    pub fn with(
        &mut self,
        tab: usize,
        happens: impl FnOnce(&mut Tab, &mut Scene) -> Result<Vec<(u32, Request)>, Violation>,
    ) -> Checked {
        if self.tabs[tab].is_away {
            return Ok(());
        }
        let requests = happens(&mut self.tabs[tab], &mut self.scene)?;
        self.send(tab, requests)
    }

    fn send(&mut self, tab: usize, requests: Vec<(u32, Request)>) -> Checked {
        let Tab { run, person, .. } = self.tabs[tab];
        for (ticket, what) in requests {
            if let Request::Push { client, acked, .. } = &what {
                self.may_forget(tab, *client, *acked)?;
            }
            match what {
                Request::Push { .. } | Request::Pull { .. } | Request::Me => {
                    self.requests.push(Flight {
                        tab,
                        run,
                        person,
                        ticket,
                        arrived: 0,
                        what,
                    });
                }
                Request::Save { .. } | Request::Share(_) => self.shelve(tab, what),
                what => self.wire(tab, ticket, &what),
            }
        }
        Ok(())
    }

    /// The nth of what is on its way gets on, if there is any.
    fn nth<T>(
        &mut self,
        nth: u8,
        (on_their_way, overtakes): Traffic<'w, T>,
        then: impl FnOnce(&mut Self, Flight<T>) -> Checked,
    ) -> Checked {
        let flights = on_their_way(self);
        let Some(at) = usize::from(nth).checked_rem(flights.len()) else {
            return Ok(());
        };
        let flight = flights.remove(at);
        if at > 0 {
            self.hit(overtakes);
        }
        then(self, flight)
    }

    /// The same, and it gets on once more later.
    fn nth_twice<T: Clone>(
        &mut self,
        nth: u8,
        traffic: Traffic<'w, T>,
        then: impl FnOnce(&mut Self, Flight<T>) -> Checked,
    ) -> Checked {
        self.nth(nth, traffic, |world, mut flight| {
            flight.arrived += 1;
            if flight.arrived < 3 {
                traffic.0(world).push(flight.clone());
            }
            then(world, flight)
        })
    }

    /// The server has a request now, and its answer sets out.
    fn arrive(&mut self, request: Flight<Request>) -> Checked {
        let Flight {
            tab,
            run,
            person,
            ticket,
            arrived,
            what,
        } = request;
        if arrived > 1 {
            self.hit(Hit::RequestTwice);
        }
        let page = &self.tabs[tab];
        let open = match what {
            Request::Push { .. } => page.push.as_ref(),
            _ => page.pull.as_ref(),
        };
        if !matches!(what, Request::Me) && open.is_none_or(|open| open.ticket != ticket) {
            self.hit(Hit::ArrivedLate);
        }
        let what = match what {
            Request::Push {
                client,
                epoch,
                acked,
                mutations,
            } => {
                let answer = self.push((tab, person), client, epoch, (acked, &mutations))?;
                Answer::Pushed { client, answer }
            }
            Request::Pull { client, since } => {
                Answer::Pulled(self.pull(tab, person, client, since)?)
            }
            _ => Answer::Me(match self.sessions[browser(tab)] {
                None => Err(Failure::SignedOut),
                Some(other) => {
                    if other != person {
                        self.hit(Hit::OtherUser);
                    }
                    Ok(self.users[other])
                }
            }),
        };
        self.answers.push(Flight {
            tab,
            run,
            person,
            ticket,
            arrived,
            what,
        });
        Ok(())
    }

    /// A page has its answer now.
    fn deliver(&mut self, answer: Flight<Answer>) -> Checked {
        let Flight {
            tab,
            run,
            ticket,
            arrived,
            what,
            ..
        } = answer;
        let page = &self.tabs[tab];
        if page.run != run {
            return Ok(());
        }
        if arrived > 1 {
            self.hit(Hit::AnswerTwice);
        }
        let is = |open: &Option<Open>| open.as_ref().is_some_and(|open| open.ticket == ticket);
        let is_late = match &what {
            Answer::Pushed { .. } => !is(&page.push),
            Answer::Pulled(_) => !is(&page.pull),
            Answer::Me(_) => !page.asks,
        };
        match what {
            // Whoever stopped waiting hears of no failure any more; what was decided is true for ever.
            Answer::Pushed { answer: Err(_), .. } | Answer::Pulled(Err(_)) | Answer::Me(_)
                if is_late =>
            {
                Ok(())
            }
            Answer::Pushed { client, answer } => {
                self.is_remembered(tab, client, &answer)?;
                self.with(tab, |page, scene| {
                    page.pushed(scene, ticket, client, answer)
                })
            }
            Answer::Pulled(answer) => {
                self.with(tab, |page, scene| page.pulled(scene, ticket, answer))
            }
            Answer::Me(answer) => self.with(tab, |page, scene| page.met(scene, answer)),
        }
    }

    /// The server has forgotten nothing that somebody still waits for, unless it forgot by itself.
    fn is_remembered(
        &self,
        tab: usize,
        client: ClientId,
        answer: &Result<Vec<(Mid, Outcome)>, Failure>,
    ) -> Checked {
        let unknown = answer.iter().flatten();
        let unknown = unknown.filter(|(_, outcome)| *outcome == Outcome::Unknown);
        for (mid, _) in unknown {
            let waits = self.tabs[tab].photo.entry((client, *mid)).is_some();
            if waits && !self.has_forgotten {
                return violated(format!(
                    "{mid:?} of {client} is acknowledged, and still waits"
                ));
            }
        }
        Ok(())
    }

    /// A request got nowhere.
    fn refuse(&mut self, request: &Flight<Request>, failure: Failure) -> Checked {
        let what = match &request.what {
            Request::Push { client, .. } => Answer::Pushed {
                client: *client,
                answer: Err(failure),
            },
            Request::Pull { .. } => Answer::Pulled(Err(failure)),
            _ => Answer::Me(Err(failure)),
        };
        let Flight {
            tab,
            run,
            person,
            ticket,
            arrived,
            ..
        } = *request;
        self.deliver(Flight {
            tab,
            run,
            person,
            ticket,
            arrived,
            what,
        })
    }

    /// Instead of an answer this came.
    fn fail(&mut self, answer: Flight<Answer>, failure: Failure) -> Checked {
        let what = match answer.what {
            Answer::Pushed { client, .. } => Answer::Pushed {
                client,
                answer: Err(failure),
            },
            Answer::Pulled(_) => Answer::Pulled(Err(failure)),
            Answer::Me(_) => Answer::Me(Err(failure)),
        };
        self.deliver(Flight { what, ..answer })
    }

    fn failure(&self, fault: Fault, is_after: bool) -> Failure {
        let (hit, failure) = match fault {
            Fault::Erring if is_after => (Hit::ErredAfter, Failure::Erring),
            Fault::Erring => (Hit::ErredBefore, Failure::Erring),
            Fault::Busy => (Hit::Busy, Failure::Busy(1)),
            Fault::Refused => (Hit::Refused, Failure::Refused("no".to_owned())),
            Fault::Barred => (Hit::Barred, Failure::Barred("gone".to_owned())),
            Fault::SignedOut => (Hit::SignedOut, Failure::SignedOut),
            Fault::Unreadable => (Hit::Unreadable, Failure::Unreadable),
        };
        self.hit(hit);
        failure
    }

    fn time_out(&mut self, tab: usize, lane: Lane) -> Checked {
        let page = &self.tabs[tab];
        let open = match lane {
            Lane::Push => page.push.as_ref(),
            Lane::Pull => page.pull.as_ref(),
        };
        if open.is_some() {
            self.hit(Hit::TimedOut);
        }
        self.hear_nothing(tab, Some(lane), Failure::Late)
    }

    /// A page hears that what it waits for failed: a push or a pull, or without a lane who is signed in.
    fn hear_nothing(&mut self, tab: usize, lane: Option<Lane>, failure: Failure) -> Checked {
        let page = &self.tabs[tab];
        let ticket = |open: &Option<Open>| open.as_ref().map(|open| open.ticket);
        let (ticket, what) = match lane {
            Some(Lane::Push) => {
                let open = page.push.as_ref();
                let client = open.map_or(page.engine.client(), |open| open.client);
                let answer = Err(failure);
                (ticket(&page.push), Answer::Pushed { client, answer })
            }
            Some(Lane::Pull) => (ticket(&page.pull), Answer::Pulled(Err(failure))),
            None => (page.asks.then_some(0), Answer::Me(Err(failure))),
        };
        let Some(ticket) = ticket else {
            return Ok(());
        };
        self.deliver(Flight {
            tab,
            run: page.run,
            person: page.person,
            ticket,
            arrived: 0,
            what,
        })
    }

    /// What is on its way for a page gets there; and if nothing is, its waits end.
    fn flow(&mut self, tab: usize) -> Checked {
        if self.tabs[tab].is_away {
            return self.follow(tab);
        }
        for _ in 0..2 {
            if !self.gets_there(tab)? {
                for timer in [Timer::Push, Timer::Pull, Timer::Socket] {
                    self.with(tab, |page, scene| page.waited(scene, timer))?;
                }
            }
        }
        Ok(())
    }

    /// All that is on its way for a page, there and back. Whether there was any.
    fn gets_there(&mut self, tab: usize) -> Result<bool, Violation> {
        let mut any = false;
        while let Some(at) = self.requests.iter().position(|request| request.tab == tab) {
            any = true;
            let request = self.requests.remove(at);
            self.arrive(request)?;
        }
        while let Some(at) = self.answers.iter().position(|answer| answer.tab == tab) {
            any = true;
            let answer = self.answers.remove(at);
            self.deliver(answer)?;
        }
        any |= self.wires_get_there(tab)?;
        any |= self.shelf_gets_there(tab)?;
        Ok(any)
    }

    fn spoil(&mut self, nth: u8, spoils: impl FnOnce(&mut Answer, &Tab) -> Option<Hit>) -> Checked {
        if let Some(at) = usize::from(nth).checked_rem(self.answers.len()) {
            let answer = &mut self.answers[at];
            let page = &self.tabs[answer.tab];
            if page.run == answer.run
                && let Some(hit) = spoils(&mut answer.what, page)
            {
                self.hit(hit);
            }
        }
        Ok(())
    }

    fn repeat(&mut self, nth: u8) -> Checked {
        let Some(at) = usize::from(nth).checked_rem(self.answers.len()) else {
            return Ok(());
        };
        let Answer::Pulled(Ok(News {
            brings: Brings::Delta(events),
            epoch,
            seq,
            ..
        })) = &mut self.answers[at].what
        else {
            return Ok(());
        };
        let first = events.first().map_or(seq.next(), |placed| placed.seq);
        let earlier: Vec<Placed> = self
            .model
            .events()
            .filter(|placed| placed.seq < first)
            .cloned()
            .collect();
        if *epoch == self.model.epoch && !earlier.is_empty() {
            // One alone: all of them, one after the other, would lead to where they led before.
            events.insert(0, earlier[earlier.len() / 2].clone());
            self.scene.tally.hit(Hit::Repeated);
        }
        Ok(())
    }

    // The server.

    fn may_edit(&self, person: usize) -> bool {
        self.may_edit || person == 0
    }

    fn push(
        &mut self,
        (tab, person): (usize, usize),
        client: ClientId,
        epoch: Epoch,
        (acked, mutations): (Option<Mid>, &[Mutation]),
    ) -> Result<Result<Vec<(Mid, Outcome)>, Failure>, Violation> {
        if self.sessions[browser(tab)] != Some(person) {
            self.hit(Hit::SignedOut);
            return Ok(Err(Failure::SignedOut));
        }
        // What has just been put back by hand does not go on before everybody has noticed.
        if self.tabs.iter().any(|page| page.is_astray) {
            return Ok(Err(Failure::Busy(1)));
        }
        match self.illness {
            Illness::FailsBefore => return Ok(Err(self.failure(Fault::Erring, false))),
            Illness::Picky => {
                let adds = |mutation: &Mutation| matches!(mutation.op, Op::AddTodo { .. });
                if mutations.len() > 1 || mutations.iter().any(adds) {
                    return Ok(Err(self.failure(Fault::Refused, false)));
                }
            }
            Illness::Healthy | Illness::FailsAfter => {}
        }
        let who = Pusher {
            user: self.users[person],
            client,
            may_edit: self.may_edit(person),
            now: self.now,
        };
        let first = self.model.last_mid(client);
        let answer = self.model.push(who, epoch, acked, mutations);
        if let Some(mirror) = &mut self.mirror {
            mirror.push(who, epoch, (acked, mutations), &answer)?;
        }
        self.scene.chronicle.grow(&self.model)?;
        self.publish()?;
        let is_lost = |shelf: &Shelf| shelf.lost_of.contains(&client);
        let outcomes = match answer {
            Ok(_) if self.chronicle().authors.get(&client) != Some(&person) => {
                return violated(format!("14: {client} was taken for another person's"));
            }
            Ok(outcomes) => outcomes,
            Err(Refusal::NotFound) => return Ok(Err(self.not_found())),
            Err(Refusal::Epoch) => {
                self.hit(Hit::OtherEpoch);
                return Ok(Err(Failure::Barred("another history".to_owned())));
            }
            // What came before it was forgotten with what the copy undid, or lost before it was sent.
            Err(Refusal::OutOfOrder)
                if self.was_copied_back || self.shelves.iter().flatten().any(is_lost) =>
            {
                self.hit(Hit::OutOfOrder);
                return Ok(Err(Failure::Barred("a gap".to_owned())));
            }
            Err(Refusal::OutOfOrder) => {
                return violated(format!("a push left a gap after {first:?}"));
            }
        };
        for (mid, outcome) in &outcomes {
            let key = (client, *mid);
            let is_new = !self.chronicle().decided.contains_key(&key);
            if is_new && self.shelves[browser(tab)][person].lost.contains(&key) {
                self.hit(Hit::SentAfterLoss);
            }
            self.count(key, outcome);
            self.scene
                .chronicle
                .decide(self.model.epoch, self.model.head, key, outcome)?;
        }
        if self.illness == Illness::FailsAfter {
            return Ok(Err(self.failure(Fault::Erring, true)));
        }
        Ok(Ok(outcomes))
    }

    fn count(&self, key: super::chronicle::Key, outcome: &Outcome) {
        let is_undo = self.scene.chronicle.undos.contains_key(&key);
        let op = self
            .scene
            .chronicle
            .contents
            .get(&key)
            .map(|mutation| &mutation.op);
        let is_text = matches!(op, Some(Op::SetTitle { .. }));
        if is_text && matches!(outcome, Outcome::Applied(_) | Outcome::Conflict(_)) {
            self.hit(Hit::Retitled);
        }
        if matches!(outcome, Outcome::Conflict(_)) && self.chronicle().resolutions.contains(&key) {
            self.hit(Hit::ConflictAgain);
        }
        let hit = match outcome {
            Outcome::Applied(seq) => {
                if is_undo {
                    self.hit(Hit::AppliedUndo);
                }
                let change = self.scene.chronicle.change(self.model.epoch, *seq);
                if change.changed.is_empty() {
                    Hit::Unchanged
                } else {
                    Hit::Applied
                }
            }
            Outcome::Conflict(_) => Hit::Conflict,
            Outcome::Rejected(rejection) => match rejection.code {
                RejectionCode::Gone => Hit::Gone,
                RejectionCode::Forbidden => Hit::Forbidden,
                RejectionCode::Changed => Hit::Changed,
                RejectionCode::Invalid | RejectionCode::Limit => return,
            },
            Outcome::Skipped => Hit::Skipped,
            Outcome::Unknown => Hit::Unknown,
        };
        self.hit(hit);
    }

    pub fn pull(
        &mut self,
        tab: usize,
        person: usize,
        client: ClientId,
        since: Option<(Epoch, Seq)>,
    ) -> Result<Result<News, Failure>, Violation> {
        if self.sessions[browser(tab)] != Some(person) {
            self.hit(Hit::SignedOut);
            return Ok(Err(Failure::SignedOut));
        }
        let role = if self.may_edit(person) {
            Role::Editor
        } else {
            Role::Viewer
        };
        let user = self.users[person];
        let news = self.model.pull(user, client, role, since);
        if let Some(mirror) = &mut self.mirror {
            mirror.pull(user, client, since, &news)?;
        }
        Ok(news.map_err(|_| self.not_found()))
    }

    fn not_found(&self) -> Failure {
        self.hit(Hit::NotFound);
        Failure::Barred("There is no such list.".to_owned())
    }

    /// A page without WebAssembly changes the list.
    fn form(&mut self, kind: u8, todo: u8) -> Checked {
        if self.model.is_deleted || self.tabs.iter().any(|page| page.is_astray) {
            return Ok(());
        }
        let state = self.model.state();
        let chosen = usize::from(todo)
            .checked_rem(state.len())
            .map(|at| &state[at]);
        let op = match (kind % 4, chosen) {
            (1, Some(todo)) => Op::DeleteTodo { id: todo.id },
            (2 | 3, Some(todo)) => Op::SetCompleted {
                id: todo.id,
                completed: !todo.completed,
            },
            _ => Op::AddTodo {
                id: TodoId(self.scene.uuid()),
                title: self.scene.text(),
                position: format!("a{}", state.len() % 10),
            },
        };
        self.hit(Hit::Form);
        let outcome = self.model.form(&op, self.users[0], self.now);
        if let Some(mirror) = &mut self.mirror {
            mirror.form(&op, self.users[0], self.now, &outcome)?;
        }
        self.scene.chronicle.grow(&self.model)?;
        self.publish()
    }

    /// A page is loaded anew, for whoever is signed in.
    pub fn reload(&mut self, tab: usize) -> Checked {
        if !self.is_theirs(tab) {
            return self.follow(tab);
        }
        self.hit(Hit::Reloaded);
        let page = &self.tabs[tab];
        if page.photo.is_hidden {
            self.hit(Hit::LoadedAgain);
        }
        let person = page.person;
        self.ends(tab)?;
        self.enter(tab, person)
    }

    /// A page of this person's begins where none is any more.
    pub fn enter(&mut self, tab: usize, person: usize) -> Checked {
        let run = self.tabs[tab].run + 1;
        self.forget_wires(tab);
        let (page, requests) = self.page(person, run)?;
        self.tabs[tab] = page;
        self.send(tab, requests)?;
        self.is_introduced(tab)
    }

    /// A backup is put back, as it should be: in a history of its own.
    fn restore(&mut self) -> Checked {
        let epoch = match &mut self.mirror {
            Some(mirror) => match mirror.restore(self.backup.list) {
                Some(epoch) => epoch,
                None => return Ok(()),
            },
            None => Epoch(self.scene.uuid()),
        };
        self.hit(Hit::Restored);
        let from = self.backup.epoch;
        self.model = self.backup.clone();
        self.model.epoch = epoch;
        self.scene.chronicle.restored(from, &self.model);
        self.backup = self.model.clone();
        self.cut_wires()
    }

    /// A backup is copied back by hand, in the same history. Nobody promises much then: what has just been decided is
    /// forgotten, and a page that knows of it must be loaded anew, unless it notices.
    fn copy_back(&mut self) -> Checked {
        if self.backup.epoch != self.model.epoch || self.mirror.is_some() {
            return Ok(());
        }
        self.hit(Hit::CopiedBack);
        self.was_copied_back = true;
        let before = std::mem::replace(&mut self.model, self.backup.clone());
        self.scene.chronicle.cut(&before, &self.model);
        self.requests.clear();
        self.answers.clear();
        for page in &mut self.tabs {
            let base = page.engine.base();
            page.is_astray |= base.epoch == self.model.epoch && base.seq > self.model.head;
        }
        for tab in 0..self.tabs.len() {
            let page = &self.tabs[tab];
            let is_undone =
                |client: &ClientId| before.last_mid(*client) > self.model.last_mid(*client);
            if !page.is_astray && page.photo.clients.iter().any(is_undone) {
                self.reload(tab)?;
                continue;
            }
            self.cut(tab)?;
        }
        self.cut_wires()
    }

    /// All that a page waits for is cut.
    fn cut(&mut self, tab: usize) -> Checked {
        for lane in [Some(Lane::Push), Some(Lane::Pull), None] {
            self.hear_nothing(tab, lane, Failure::Unreachable)?;
        }
        Ok(())
    }

    // The end.

    /// 10: nothing is broken any more; then everything gets there, and all pages show the same.
    pub fn heal(&mut self) -> Checked {
        self.illness = Illness::Healthy;
        self.may_edit = true;
        for tab in 0..self.tabs.len() {
            self.sign(browser(tab), Session::Own);
            self.follow(tab)?;
        }
        // What got lost on its way was lost: nobody waits for ever.
        for tab in 0..self.tabs.len() {
            self.with(tab, |page, scene| page.take(scene, Input::Online(true)))?;
            self.time_out(tab, Lane::Push)?;
            self.time_out(tab, Lane::Pull)?;
            self.with(tab, |page, scene| page.take(scene, Input::Wake))?;
            self.notice_silence(tab)?;
        }
        self.those_who_are_out_know()?;
        self.all_gets_there()?;
        self.all_is_decided()?;
        self.guests_come_back()?;
        self.hit(Hit::Drained);
        Ok(())
    }

    /// Whoever is asked about a text decides, until nobody is asked any more.
    fn all_is_decided(&mut self) -> Checked {
        for _ in 0..ROUNDS {
            let mut is_quiet = true;
            for tab in 0..self.tabs.len() {
                let nth = 0;
                let act = match Way::ALL.get((self.scene.uuid().as_u128() % 4) as usize) {
                    Some(way) => Act::Resolve { nth, way: *way },
                    // Somebody else's may come before it is written.
                    None => Act::BeginMerge { nth },
                };
                if !self.tabs[tab].is_away && acts::asked(&self.tabs[tab], nth).is_some() {
                    is_quiet = false;
                    self.with(tab, |page, scene| acts::act(page, scene, act))?;
                }
            }
            if is_quiet {
                return Ok(());
            }
            self.all_gets_there()?;
            for tab in 0..self.tabs.len() {
                if !self.tabs[tab].is_away {
                    self.with(tab, |page, scene| acts::act(page, scene, Act::EndEdit))?;
                }
            }
            self.all_gets_there()?;
        }
        violated("a conflict can be decided for ever")
    }

    /// Everything gets there, and all pages that are there show the same.
    pub fn all_gets_there(&mut self) -> Checked {
        self.get_on(|world| world.tabs.iter().all(|page| world.is_done(page)))?;
        for tab in 0..self.tabs.len() {
            // What a tab has told of a history that a copy back has cut off, no server will ever say.
            let is_lost = |entry: &Entry| entry.applied > Some(self.model.head);
            if self.was_copied_back && self.tabs[tab].photo.queue.iter().any(is_lost) {
                self.reload(tab)?;
            }
        }
        if self.was_copied_back {
            self.get_on(|world| world.tabs.iter().all(|page| world.is_done(page)))?;
        }
        for (tab, page) in self.tabs.iter().enumerate() {
            if !self.is_done(page) {
                return violated(format!(
                    "10: page {tab}, which sends for {:?}, does not get on: base at {:?} of {:?}, {:?} queued, {:?}",
                    page.photo.clients,
                    page.photo.seq,
                    self.model.head,
                    page.photo.queue,
                    page.engine.link()
                ));
            }
            if page.engine.kept().iter().any(|kept| !kept.retryable) {
                return violated("9: something is kept that can never be sent again");
            }
            let base = page.engine.base();
            let state = self.model.state();
            if !state.iter().all(|todo| base.get(todo.id) == Some(todo))
                || !page.photo.view.iter().eq(&state)
            {
                return violated(format!(
                    "10: the view is {:?} and not {state:?}",
                    page.photo.view
                ));
            }
        }
        self.is_cleared()
    }

    /// Everything gets there and all waits end, round by round, until nothing is on its way and all is as it should be.
    pub fn get_on(&mut self, is_done: impl Fn(&Self) -> bool) -> Checked {
        for _ in 0..ROUNDS {
            self.now += 1;
            for tab in 0..self.tabs.len() {
                self.gets_there(tab)?;
            }
            if self.requests.is_empty() && self.answers.is_empty() && is_done(self) {
                break;
            }
            for tab in 0..self.tabs.len() {
                for timer in [Timer::Push, Timer::Pull, Timer::Socket] {
                    self.with(tab, |page, scene| page.waited(scene, timer))?;
                }
                if self.tabs[tab].is_off() {
                    self.with(tab, |page, scene| page.take(scene, Input::Wake))?;
                }
            }
        }
        Ok(())
    }

    /// Whether a page has sent everything and knows everything.
    fn is_done(&self, page: &Tab) -> bool {
        !page.shows_nothing()
            && page.photo.queue.is_empty()
            && !page.saves
            && (page.photo.epoch, page.photo.seq) == (self.model.epoch, self.model.head)
    }
}

/// An answer that leaves an outcome out, or an event of a later version.
fn puzzle(answer: &mut Answer, _: &Tab) -> Option<Hit> {
    match answer {
        Answer::Pushed {
            answer: Ok(outcomes),
            ..
        } => {
            outcomes.pop()?;
            Some(Hit::MissingOutcome)
        }
        Answer::Pulled(Ok(News {
            brings: Brings::Delta(events),
            ..
        })) => {
            events.last_mut()?.event = None;
            Some(Hit::UnknownEvent)
        }
        _ => None,
    }
}

/// A delta without its first event.
fn gap(answer: &mut Answer, _: &Tab) -> Option<Hit> {
    match answer {
        Answer::Pulled(Ok(News {
            brings: Brings::Delta(events),
            ..
        })) if !events.is_empty() => {
            events.remove(0);
            Some(Hit::Gap)
        }
        _ => None,
    }
}
