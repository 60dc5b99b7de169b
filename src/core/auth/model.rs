//! Several tabs of one browser and one server, through random histories: what is under way takes its time, overtakes
//! and gets lost, pages sleep in the back/forward cache, and the person does anything anywhere.

use super::{Auth, Effect, Input, Stored};
use crate::core::{
    account::User,
    id::UserId,
    link::Failure::{self, SignedOut, Unreachable},
};
use proptest::{collection::vec, prelude::*};
use std::collections::{BTreeMap, VecDeque};
use uuid::Uuid;

const TABS: usize = 4;

/// What happens next. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    SignIn(usize, u128),
    SignOut(usize),
    Remove(usize),
    Expire,
    Open(usize),
    Freeze(usize),
    Thaw(usize),
    Look(usize),
    Refuse(usize),
    Waited(usize),
    Hear(usize),
    Hydrate(usize),
    Arrive(usize),
    Lose(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let tab = || 0..TABS;
    prop_oneof![
        2 => (tab(), 1..=2_u128).prop_map(|(tab, user)| Step::SignIn(tab, user)),
        1 => tab().prop_map(Step::SignOut),
        2 => tab().prop_map(Step::Remove),
        1 => Just(Step::Expire),
        1 => tab().prop_map(Step::Open),
        1 => tab().prop_map(Step::Freeze),
        1 => tab().prop_map(Step::Thaw),
        1 => tab().prop_map(Step::Look),
        1 => tab().prop_map(Step::Refuse),
        1 => tab().prop_map(Step::Waited),
        8 => tab().prop_map(Step::Hear),
        6 => tab().prop_map(Step::Hydrate),
        16 => (0..8_usize).prop_map(Step::Arrive),
        1 => (0..8_usize).prop_map(Step::Lose),
    ]
}

/// A request, on its way to the server or back. `run`: of which page in the tab.
#[derive(Debug, Clone)]
enum Message {
    Ask(Option<u32>),
    Met(Result<UserId, Failure>),
    End(Option<u32>, UserId),
    Ended(Result<(), Failure>),
    /// What a page does before anything else that finds its user leaving (`sign_out.js`).
    Finish(Option<u32>, UserId),
    Finished(Result<(), Failure>),
    /// A page, after ending this session and opening one for this user.
    Page {
        ends: Option<u32>,
        opens: Option<UserId>,
    },
    Arrived(Option<UserId>),
}

#[derive(Debug)]
struct Tab {
    auth: Auth,
    run: u32,
    lives: bool,
    sleeps: bool,
    waits: bool,
    /// It ends the session before anything else.
    finishes: bool,
    events: usize,
    /// The latest page that is on its way.
    loading: Option<u32>,
}

#[derive(Debug)]
struct World {
    tabs: Vec<Tab>,
    stored: Stored,
    cookie: Option<u32>,
    sessions: BTreeMap<u32, UserId>,
    opened: u32,
    under_way: Vec<(usize, u32, Message)>,
    has_locks: bool,
    lock: VecDeque<(usize, u32)>,
    /// Who was told that it has the lock.
    holder: Option<(usize, u32)>,
    writes: usize,
    loads: usize,
    ends: usize,
    runs: u32,
}

impl World {
    fn new(has_locks: bool) -> Self {
        let tab = |_| Tab {
            auth: Auth::new(None),
            run: 0,
            lives: true,
            sleeps: false,
            waits: false,
            finishes: false,
            events: 0,
            loading: None,
        };
        Self {
            tabs: (0..TABS).map(tab).collect(),
            stored: Stored::Missing,
            cookie: None,
            sessions: BTreeMap::new(),
            opened: 0,
            under_way: Vec::new(),
            has_locks,
            lock: VecDeque::new(),
            holder: None,
            writes: 0,
            loads: 0,
            ends: 0,
            runs: 0,
        }
    }

    /// Everybody in their list, and all is quiet.
    fn signed_in(has_locks: bool) -> Self {
        let mut world = Self::new(has_locks);
        world.step(Step::SignIn(0, 1));
        world.settle();
        for tab in 1..TABS {
            world.step(Step::Open(tab));
        }
        world.settle();
        (world.writes, world.loads, world.ends) = (0, 0, 0);
        world
    }

    /// Who is signed in, in truth.
    fn truth(&self) -> Option<UserId> {
        self.sessions.get(&self.cookie?).copied()
    }

    fn is_awake(&self, tab: usize) -> bool {
        self.tabs[tab].lives && !self.tabs[tab].sleeps
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::SignIn(tab, user) => {
                // The form ends whatever has still to be ended.
                if let Stored::Leaving(_) = self.stored {
                    self.store(tab, Stored::User(None));
                }
                let opens = Some(UserId(Uuid::from_u128(user)));
                self.load(
                    tab,
                    Message::Page {
                        ends: self.cookie,
                        opens,
                    },
                );
            }
            Step::Open(tab) => self.load(
                tab,
                Message::Page {
                    ends: None,
                    opens: None,
                },
            ),
            Step::SignOut(tab) => {
                let auth = &self.tabs[tab].auth;
                if self.is_awake(tab) && auth.is_here() && auth.user().is_some() {
                    self.take(tab, Input::SignOut);
                }
            }
            Step::Remove(tab) => self.store(tab, Stored::Missing),
            Step::Expire => {
                self.cookie.map(|session| self.sessions.remove(&session));
            }
            // A page that holds or wants a lock is not kept.
            Step::Freeze(tab) if !self.lock.iter().any(|(of, _)| *of == tab) => {
                self.tabs[tab].sleeps = true;
            }
            Step::Thaw(tab) => {
                let slept = std::mem::take(&mut self.tabs[tab].sleeps);
                if slept && self.tabs[tab].lives {
                    self.take(tab, Input::Checked);
                }
            }
            Step::Look(tab) if self.is_awake(tab) => self.take(tab, Input::Checked),
            Step::Refuse(tab) if self.is_awake(tab) => self.take(tab, Input::Refused),
            Step::Waited(tab) if self.is_awake(tab) && self.tabs[tab].waits => {
                self.tabs[tab].waits = false;
                self.take(tab, Input::Waited);
            }
            Step::Hear(tab) if self.is_awake(tab) && self.tabs[tab].events > 0 => {
                self.tabs[tab].events -= 1;
                self.take(tab, Input::Changed);
            }
            Step::Hydrate(tab)
                if !self.tabs[tab].lives && !self.tabs[tab].sleeps && !self.tabs[tab].finishes =>
            {
                let user = self.tabs[tab].auth.user().map(|user| user.id);
                match self.stored {
                    Stored::Leaving(id) if user == Some(id) => {
                        self.tabs[tab].finishes = true;
                        let finish = Message::Finish(self.cookie, id);
                        self.under_way.push((tab, self.tabs[tab].run, finish));
                        return;
                    }
                    Stored::Leaving(_) => self.store(tab, Stored::User(None)),
                    _ => {}
                }
                self.tabs[tab].lives = true;
                self.take(tab, Input::Hydrated);
            }
            Step::Arrive(which) if !self.under_way.is_empty() => {
                let (tab, run, message) = self.under_way.remove(which % self.under_way.len());
                self.arrive(tab, run, message);
            }
            Step::Lose(which) if !self.under_way.is_empty() => {
                let which = which % self.under_way.len();
                let (tab, run, message) = self.under_way[which].clone();
                let lost = match message {
                    Message::Ask(_) | Message::Met(_) => Message::Met(Err(Unreachable)),
                    Message::End(..) | Message::Ended(_) => Message::Ended(Err(Unreachable)),
                    Message::Finish(..) | Message::Finished(_) => {
                        Message::Finished(Err(Unreachable))
                    }
                    // Whoever loads a page tries again.
                    page => page,
                };
                self.under_way[which] = (tab, run, lost);
            }
            _ => {}
        }
    }

    fn load(&mut self, tab: usize, page: Message) {
        self.loads += 1;
        self.tabs[tab].sleeps = false;
        self.runs += 1;
        self.tabs[tab].loading = Some(self.runs);
        self.under_way.push((tab, self.runs, page));
    }

    fn store(&mut self, by: usize, stored: Stored) {
        if std::mem::replace(&mut self.stored, stored) == stored {
            return;
        }
        for (n, tab) in self.tabs.iter_mut().enumerate() {
            // The page that was loaded after this reads it.
            if n != by && !tab.sleeps && tab.lives {
                tab.events += 1;
            }
        }
    }

    fn arrive(&mut self, tab: usize, run: u32, message: Message) {
        let is_its = self.tabs[tab].run == run && self.tabs[tab].lives;
        let mut send = |message| self.under_way.push((tab, run, message));
        match message {
            Message::Ask(cookie) => {
                let user = cookie.and_then(|session| self.sessions.get(&session).copied());
                send(Message::Met(user.ok_or(SignedOut)));
            }
            Message::End(cookie, user) => {
                let session = cookie.filter(|session| self.sessions.get(session) == Some(&user));
                let ended = session.map(|session| self.sessions.remove(&session));
                self.ends += usize::from(ended.is_some());
                send(Message::Ended(ended.map(|_| ()).ok_or(SignedOut)));
            }
            Message::Finish(cookie, user) => {
                let session = cookie.filter(|session| self.sessions.get(session) == Some(&user));
                let ended = session.map(|session| self.sessions.remove(&session));
                send(Message::Finished(ended.map(|_| ()).ok_or(SignedOut)));
            }
            Message::Finished(answer) => {
                if answer.is_ok() {
                    self.cookie = None;
                }
                let user = self.tabs[tab].auth.user().map(|user| user.id);
                if self.tabs[tab].run != run || !self.tabs[tab].finishes {
                    return;
                }
                let is_marked = matches!(self.stored, Stored::Leaving(id) if user == Some(id));
                match answer {
                    // It tries again, as long as the mark is there.
                    Err(Unreachable) if is_marked => {
                        let finish =
                            Message::Finish(self.cookie, user.unwrap_or(UserId(Uuid::nil())));
                        self.under_way.push((tab, run, finish));
                    }
                    _ => {
                        if is_marked {
                            self.store(tab, Stored::User(None));
                        }
                        let (ends, opens) = (None, None);
                        self.load(tab, Message::Page { ends, opens });
                    }
                }
            }
            Message::Page { ends, opens } => {
                ends.map(|session| self.sessions.remove(&session));
                let cookie = opens.map(|user| {
                    self.opened += 1;
                    self.sessions.insert(self.opened, user);
                    self.opened
                });
                // Whoever is sent on by a form carries the new cookie.
                if opens.is_some() || ends.is_some() {
                    self.cookie = cookie;
                }
                let shown = Message::Arrived(self.truth());
                self.under_way.push((tab, run, shown));
            }
            Message::Met(_) | Message::Ended(_) if is_its && self.tabs[tab].sleeps => {
                // It is told when it wakes.
                self.under_way.push((tab, run, message));
            }
            Message::Met(answer) if is_its => self.take(tab, Input::Me(answer)),
            Message::Ended(answer) => {
                if answer.is_ok() {
                    self.cookie = None;
                }
                if is_its {
                    self.take(tab, Input::Ended(answer));
                }
            }
            Message::Arrived(user) if self.tabs[tab].loading == Some(run) => {
                self.lock.retain(|(of, _)| *of != tab);
                let name = "ada".to_owned();
                self.tabs[tab] = Tab {
                    auth: Auth::new(user.map(|id| User { id, name })),
                    run,
                    lives: false,
                    sleeps: false,
                    waits: false,
                    finishes: false,
                    events: 0,
                    loading: None,
                };
                self.hand_on_lock();
            }
            _ => {}
        }
    }

    fn hand_on_lock(&mut self) {
        // Whoever is first holds it, and is told once.
        let holder = self.lock.front().copied();
        if holder != std::mem::replace(&mut self.holder, holder)
            && let Some((tab, run)) = holder
        {
            assert_eq!(self.tabs[tab].run, run);
            self.take(tab, Input::Held);
        }
    }

    fn take(&mut self, tab: usize, input: Input) {
        let stored = self.stored;
        let may_write = matches!(
            input,
            Input::Hydrated
                | Input::SignOut
                | Input::Me(Ok(_) | Err(SignedOut))
                | Input::Ended(Ok(()) | Err(SignedOut))
        );
        let follows = matches!(input, Input::Changed | Input::Checked);
        let run = self.tabs[tab].run;
        let effects = self.tabs[tab].auth.take(input, stored);
        let auth = &self.tabs[tab].auth;
        if let Some(user) = auth.user().filter(|_| follows && auth.is_here()) {
            let is_fine = match stored {
                Stored::User(id) => id == Some(user.id),
                _ => !auth.has_seen,
            };
            assert!(is_fine, "a page of {} while {stored:?} is stored", user.id);
        }
        let user = auth.user().map(|user| user.id);
        let mut goes_on = Vec::new();
        for effect in effects {
            match effect {
                Effect::Write(user) => {
                    assert!(may_write, "following writes nothing");
                    self.writes += 1;
                    self.store(tab, Stored::User(user));
                    self.tabs[tab].auth.saw(self.stored);
                }
                Effect::AskMe => self.under_way.push((tab, run, Message::Ask(self.cookie))),
                Effect::Lock if !self.has_locks => goes_on.push(Input::Held),
                Effect::Lock => {
                    assert!(!self.lock.iter().any(|(of, _)| *of == tab));
                    self.lock.push_back((tab, run));
                    if self.lock.len() == 1 {
                        self.holder = Some((tab, run));
                        goes_on.push(Input::Held);
                    }
                }
                Effect::Unlock => {
                    if self.lock.front() == Some(&(tab, run)) {
                        self.lock.pop_front();
                        self.hand_on_lock();
                    }
                }
                Effect::EndSession => {
                    let user = user.unwrap_or(UserId(Uuid::nil()));
                    // The page has gone, and the person wants it: the key is missing, or says so.
                    assert!(!self.tabs[tab].auth.is_here());
                    let is_so = matches!(self.stored, Stored::Missing | Stored::Leaving(_));
                    assert!(is_so, "ends it while {:?} is stored", self.stored);
                    let end = Message::End(self.cookie, user);
                    self.under_way.push((tab, run, end));
                }
                Effect::Leave | Effect::Left => {
                    assert!(may_write, "following writes nothing");
                    self.writes += 1;
                    let leaves = user.filter(|_| effect == Effect::Leave);
                    let stored = leaves.map_or(Stored::User(None), Stored::Leaving);
                    self.store(tab, stored);
                    self.tabs[tab].auth.saw(self.stored);
                }
                Effect::Follow(_) => assert!(!self.tabs[tab].auth.is_here()),
                Effect::Load(_) => self.load(
                    tab,
                    Message::Page {
                        ends: None,
                        opens: None,
                    },
                ),
                Effect::Wait => self.tabs[tab].waits = true,
            }
        }
        for input in goes_on {
            self.take(tab, input);
        }
    }

    /// Lets everything arrive that is under way, in order, until nothing is.
    fn settle(&mut self) {
        for _ in 0..2_000 {
            let is_quiet = self.under_way.is_empty()
                && self
                    .tabs
                    .iter()
                    .all(|tab| tab.lives && !tab.sleeps && !tab.waits && tab.events == 0);
            if is_quiet {
                return;
            }
            for tab in 0..TABS {
                self.step(Step::Thaw(tab));
                self.step(Step::Hydrate(tab));
                self.step(Step::Hear(tab));
                self.step(Step::Waited(tab));
            }
            self.step(Step::Arrive(0));
        }
        panic!("it never ends: {self:#?}");
    }

    /// Tabs, what is stored and the server are of one mind.
    fn agree(&self) {
        let truth = self.truth();
        for (n, tab) in self.tabs.iter().enumerate() {
            let shown = tab.auth.user().map(|user| user.id);
            assert!(tab.auth.is_here(), "tab {n} shows nothing: {self:#?}");
            assert_eq!(shown, truth, "tab {n}");
        }
        match truth {
            Some(_) => assert_eq!(self.stored, Stored::User(truth)),
            None => assert!(matches!(self.stored, Stored::Missing | Stored::User(None))),
        }
        assert!(self.lock.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn in_the_end_all_tabs_agree_with_the_server(
        has_locks: bool,
        steps in vec(step(), 0..120),
    ) {
        let mut world = World::new(has_locks);
        for step in steps {
            world.step(step);
        }
        // From here on nobody does anything: what tabs tell each other comes to an end.
        (world.writes, world.loads) = (0, 0);
        let under_way = world.under_way.len();
        world.settle();
        // As a person finds it: one looks at a tab. And a page is opened, for somebody may have left another while it was
        // signing them in, so that no page knows.
        for tab in 0..TABS {
            world.step(Step::Look(tab));
            world.settle();
        }
        world.step(Step::Open(0));
        world.settle();
        world.agree();
        prop_assert!(world.writes <= 2 * TABS + under_way, "{} writes", world.writes);
        prop_assert!(world.loads <= 4 * TABS + 2 * under_way, "{} loads", world.loads);
    }

    #[test]
    fn a_removal_ends_the_session_once_under_locks(
        by in 0..TABS,
        order in vec(0..TABS, 0..40),
        arrivals in vec(0..8_usize, 0..40),
    ) {
        for has_locks in [true, false] {
            let mut world = World::signed_in(has_locks);
            world.step(Step::Remove(by));
            for (tab, which) in order.iter().zip(&arrivals) {
                world.step(Step::Hear(*tab));
                world.step(Step::Arrive(*which));
            }
            world.settle();
            world.step(Step::Look(by));
            world.settle();
            prop_assert_eq!(world.ends, 1);
            prop_assert_eq!(world.truth(), None);
            prop_assert_eq!(world.stored, Stored::User(None));
            world.agree();
        }
    }

    #[test]
    fn the_button_without_a_network_ends_the_session_as_soon_as_there_is_one(
        by in 0..TABS,
        is_closed: bool,
        order in vec(0..TABS, 0..20),
        lost in 0..10_usize,
    ) {
        let mut world = World::signed_in(true);
        world.step(Step::SignOut(by));
        prop_assert!(!world.tabs[by].auth.is_here());
        for tab in order {
            world.step(Step::Hear(tab));
        }
        for which in 0..lost {
            world.step(Step::Lose(which));
            world.step(Step::Arrive(which));
        }
        if is_closed {
            // Another page in its place: what it had asked for reaches nobody.
            world.under_way.retain(|(tab, ..)| *tab != by);
            world.step(Step::Open(by));
        }
        world.settle();
        prop_assert_eq!(world.truth(), None);
        prop_assert_eq!(world.stored, Stored::User(None));
        world.agree();
    }

    #[test]
    fn who_signs_in_anew_after_the_button_stays_signed_in(
        by in 0..TABS,
        user in 1..=2_u128,
        others in vec(0..TABS, 0..20),
    ) {
        let mut world = World::signed_in(true);
        world.step(Step::SignOut(by));
        // It never reached the server.
        world.under_way.clear();
        for tab in others {
            world.step(Step::Hear(tab));
        }
        world.step(Step::SignIn((by + 1) % TABS, user));
        world.step(Step::Arrive(0));
        world.settle();
        prop_assert_eq!(world.truth(), Some(UserId(Uuid::from_u128(user))));
        for tab in 0..TABS {
            world.step(Step::Look(tab));
            world.settle();
        }
        world.agree();
    }

    #[test]
    fn a_late_answer_of_an_old_session_signs_nobody_out(
        tab in 0..TABS,
        arrivals in vec(0..8_usize, 0..40),
    ) {
        let mut world = World::signed_in(true);
        // A tab has asked with the old cookie, and its answer says 401.
        world.step(Step::Expire);
        world.step(Step::Refuse(tab));
        world.step(Step::Arrive(0));
        world.step(Step::SignIn((tab + 1) % TABS, 1));
        for which in arrivals {
            world.step(Step::Arrive(which));
        }
        world.settle();
        prop_assert_eq!(world.truth(), Some(UserId(Uuid::from_u128(1))));
        prop_assert_eq!(world.ends, 0);
        world.agree();
    }
}
