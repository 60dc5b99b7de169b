//! The socket as a state machine: when the next one may be opened, and whether the one that is open still answers. A browser
//! tells nothing of the server's pings, so a page that hears nothing asks.
//!
//! ```text
//!            opens              WELCOME          anything heard
//!   Free ───────────► Opening ───────────► Open ◄───────────────┐
//!    ▲                   │                  │ 20 s of silence,  │
//!    │ the wait is over, │ 10 s, closed     │ or a push waits   │
//!    │ a wake-up         ▼                  ▼ for 3 s: PING     │
//!    └─────────────── Pausing ◄────────── Asked ────────────────┘
//!                          closed, 25 s (5 s) of silence
//! ```
//!
//! Not here: what is said on it (`engine`), whether one is wanted at all (`link`).

use super::jittered;

/// Milliseconds until a socket must have been welcomed.
const WELCOME_MS: u32 = 10_000;
/// Milliseconds of silence after which the page asks; and then until it gives up, 45 s altogether.
const SILENCE_MS: (u32, u32) = (20_000, 25_000);
/// The same while a push waits for its answer, or when there is reason to doubt.
const DOUBT_MS: (u32, u32) = (3_000, 5_000);
/// Milliseconds after the server said that this page sends too much.
const FLOOD_MS: u32 = 30_000;

/// Codes with which the server closes a socket, as far as they mean something else than *come again*.
pub mod code {
    /// A frame was too big.
    pub const TOO_BIG: u16 = 1009;
    /// The session ended, or is another user's.
    pub const SIGNED_OUT: u16 = 4401;
    /// The list is not shared with this person any more.
    pub const NO_ACCESS: u16 = 4403;
    /// The list was deleted.
    pub const DELETED: u16 = 4410;
    /// Too many frames.
    pub const FLOOD: u16 = 4429;
    /// The page did not take what the server sent fast enough.
    pub const SLOW: u16 = 4499;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Opening,
    Open,
    /// Open, and a PING waits for anything to be heard.
    Asked,
    /// `firm`: whoever comes back does not end it.
    Pausing {
        firm: bool,
    },
}

/// What to do when the page has listened for as long as it meant to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Nothing: there is none.
    None,
    /// Listen for so many milliseconds more.
    Listen(u32),
    /// Ask, and listen for so many milliseconds more.
    Ask(u32),
    /// Give up: nobody is there.
    Dead,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Live {
    state: State,
    failures: u32,
    /// Whether anything was heard since the page began to listen.
    heard: bool,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            state: State::Free,
            failures: 0,
            heard: false,
        }
    }
}

impl Live {
    /// Whether one may be opened now.
    pub fn is_free(&self) -> bool {
        self.state == State::Free
    }

    /// Whether there is one, welcomed.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Open | State::Asked)
    }

    /// Whether there is one, and nothing says that it is dead.
    pub fn answers(&self) -> bool {
        self.state == State::Open
    }

    /// One is being opened. For how many milliseconds to listen.
    pub fn opens(&mut self) -> u32 {
        self.state = State::Opening;
        WELCOME_MS
    }

    /// It is open. For how many milliseconds to listen.
    pub fn welcomed(&mut self) -> u32 {
        self.failures = 0;
        self.state = State::Open;
        SILENCE_MS.0
    }

    /// Something came over it.
    pub fn hears(&mut self) {
        self.heard = true;
        if self.state == State::Asked {
            self.state = State::Open;
        }
    }

    /// A push went: for how many milliseconds to listen from now on.
    pub fn listens_for_push(&mut self) -> Option<u32> {
        let is_sure = self.answers();
        if is_sure {
            self.heard = false;
        }
        is_sure.then_some(DOUBT_MS.0)
    }

    /// There is reason to doubt that anybody is there.
    pub fn doubts(&mut self) -> Silence {
        if !self.answers() {
            return Silence::None;
        }
        self.state = State::Asked;
        Silence::Ask(DOUBT_MS.1)
    }

    /// It has listened for as long as it meant to. `waits`: whether a push waits for its answer.
    pub fn listened(&mut self, waits: bool) -> Silence {
        match self.state {
            State::Opening | State::Asked => Silence::Dead,
            State::Open if std::mem::take(&mut self.heard) => Silence::Listen(SILENCE_MS.0),
            State::Open if waits => self.doubts(),
            State::Open => {
                self.state = State::Asked;
                Silence::Ask(SILENCE_MS.1)
            }
            State::Free | State::Pausing { .. } => Silence::None,
        }
    }

    /// It is gone. How many milliseconds to wait before the next one; `None`: it may come at once.
    pub fn closed(&mut self, code: u16, random: u32) -> Option<u32> {
        let (millis, firm) = match code {
            code::SLOW if self.is_open() => (None, false),
            code::FLOOD | code::TOO_BIG => (Some(FLOOD_MS), true),
            _ => (Some(jittered(self.failures, random)), false),
        };
        self.failures = self.failures.saturating_add(1);
        self.state = match millis {
            Some(_) => State::Pausing { firm },
            None => State::Free,
        };
        millis
    }

    /// The wait is over.
    pub fn waited(&mut self) {
        if let State::Pausing { .. } = self.state {
            self.state = State::Free;
        }
    }

    /// Somebody came back.
    pub fn wake(&mut self) {
        if self.state == (State::Pausing { firm: false }) {
            self.failures = 0;
            self.state = State::Free;
        }
    }

    /// What is said over it nobody here understands: none is opened any more.
    pub fn refuses(&mut self) {
        self.state = State::Pausing { firm: true };
    }

    /// It is not wanted any more.
    pub fn ends(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{super::BACKOFF_MS, *};

    fn open() -> Live {
        let mut live = Live::default();
        assert_eq!(live.opens(), WELCOME_MS);
        assert_eq!(live.welcomed(), 20_000);
        live
    }

    #[test]
    fn whoever_is_silent_is_asked_and_given_up_after_45_seconds() {
        let mut live = open();
        assert_eq!(live.listened(false), Silence::Ask(25_000));
        assert!(live.is_open() && !live.answers());
        assert_eq!(live.listened(false), Silence::Dead);
    }

    #[test]
    fn whoever_answers_is_there() {
        let mut live = open();
        live.listened(false);
        live.hears();
        assert!(live.answers());
        assert_eq!(live.listened(false), Silence::Listen(20_000));
        assert_eq!(live.listened(false), Silence::Ask(25_000));
    }

    #[test]
    fn a_push_without_an_answer_asks_after_3_seconds_and_gives_up_5_later() {
        let mut live = open();
        assert_eq!(live.listens_for_push(), Some(3_000));
        assert_eq!(live.listened(true), Silence::Ask(5_000));
        assert_eq!(live.listens_for_push(), None, "it is listening already");
        assert_eq!(live.listened(true), Silence::Dead);
    }

    #[test]
    fn one_that_is_never_welcomed_is_given_up() {
        let mut live = Live::default();
        live.opens();
        assert_eq!(live.listened(false), Silence::Dead);
    }

    #[test]
    fn the_next_one_waits_longer_each_time_up_to_15_seconds() {
        let mut live = open();
        let mut most = 0;
        for failures in 0..12 {
            let wait = live.closed(1006, 14_749).unwrap();
            assert!((BACKOFF_MS.0..=BACKOFF_MS.1).contains(&wait), "{failures}");
            most = most.max(wait);
            assert!(!live.is_free());
            live.waited();
            assert!(live.is_free());
            live.opens();
        }
        assert!(most > 8_000, "{most}");
        live.welcomed();
        assert!(
            live.closed(1012, 14_749).unwrap() < 1_000,
            "welcomed, it begins anew"
        );
    }

    #[test]
    fn codes_say_when_to_come_again() {
        assert_eq!(open().closed(code::SLOW, 7), None);
        for code in [code::FLOOD, code::TOO_BIG] {
            let mut live = open();
            assert_eq!(live.closed(code, 7), Some(30_000));
            live.wake();
            assert!(!live.is_free(), "the server said when");
        }
        let mut live = open();
        live.closed(1006, 7);
        live.wake();
        assert!(live.is_free());
    }
}
