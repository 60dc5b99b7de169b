//! The connection as a state machine: when a push and a pull may go, how long to wait after a failure, who is asked when
//! the sign-in seems to be over. No clock and no randomness: both are handed in.
//!
//! ```text
//!              may go                     answered
//!   Free ───────────────────► InFlight ───────────────► Free      one such lane for pushes, one for pulls;
//!    ▲                           │                                 a pull's answer leads to Pausing, too: 3 s
//!    │   the wait is over,       │ failed
//!    └────────────────────── Pausing
//!        a wake-up
//!
//!   Open ──── 401 ───► Asking (`me`) ──── 401, or somebody else ───► Parked     nothing goes
//!    ▲                    │  ▲                                          │
//!    └──── it is I ───────┘  └──────────────── a wake-up ───────────────┘
//!   Open ──── 404 on a pull ───► Closed       nothing goes but what a wake-up asks
//! ```
//!
//! Connected: the browser says that it is online, and the socket answers ([`live`]), or, without one, the last request was
//! answered.
//! Not here: what is sent, and what an answer means to the queue (`engine`).

pub mod live;

use live::{Live, Silence};

/// Milliseconds between a pull's answer and the next pull, while there is no socket.
pub const POLL_MS: u32 = 3_000;
/// Milliseconds after the first and after the second error answer to a mutation.
const RETRY_MS: [u32; 2] = [500, 1_500];
/// The shortest and the longest wait of the backoff, in milliseconds.
const BACKOFF_MS: (u32, u32) = (250, 15_000);
/// Seconds to wait at most, whatever a server asks: timers of browsers end at 24 days, patience before.
const BUSY_MAX: u32 = 300;

/// Why a request brought no answer of use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It did not get through.
    Unreachable,
    /// No answer in 10 s.
    Late,
    /// An error answer: 5xx, but for [`Self::Busy`].
    Erring,
    /// 429, or 503 with `Retry-After`: the seconds to wait.
    Busy(u32),
    /// 400, 413 or 422, with the message.
    Refused(String),
    /// 401.
    SignedOut,
    /// 403, 404, 409 and other 4xx, with the message: this list and this client do not go on.
    Barred(String),
    /// An answer that is not what it should be.
    Unreadable,
}

impl Failure {
    /// Whether the server answered.
    fn is_answer(&self) -> bool {
        !matches!(self, Self::Unreachable | Self::Late | Self::Unreadable)
    }
}

/// What is on its way at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Pushes.
    Push,
    /// Pulls, which go round and round as long as there is no socket.
    Pull,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// The next push.
    Push,
    /// The next pull.
    Pull,
    /// The next socket.
    Socket,
    /// Anything to be heard over the socket.
    Silence,
}

impl From<Lane> for Timer {
    fn from(lane: Lane) -> Self {
        match lane {
            Lane::Push => Self::Push,
            Lane::Pull => Self::Pull,
        }
    }
}

/// The state of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    InFlight,
    Pausing(Pause),
}

/// How a pause may end before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    /// When there is anything to ask for.
    Poll,
    /// When there is something new to send, or the connection is back.
    Loose,
    /// When somebody asks for it.
    Firm,
    /// Not at all: the server said when.
    Told,
}

/// Whether the list can be asked for at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Open,
    /// `me` is on its way; or it failed so many times in a row, and goes again after a wait.
    Asking {
        waits: bool,
        failures: u32,
    },
    Parked,
    Closed,
}

/// The connection, as a person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Nothing was answered yet.
    Connecting,
    /// Every change comes as it happens.
    Live,
    /// The server answers, and is asked again and again.
    Polling,
    /// It does not.
    Offline,
    /// Signed out, or somebody else is signed in: nothing is sent.
    Parked,
    /// The list is not there any more for this person.
    Closed,
}

impl Connection {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Polling => "polling",
            Self::Offline => "offline",
            Self::Parked => "parked",
            Self::Closed => "closed",
        }
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Link {
    push: Traffic,
    pull: Traffic,
    live: Live,
    access: Access,
    online: bool,
    answered: Option<bool>,
}

/// A lane, with its failures in a row for the backoff.
#[derive(Debug, Clone, Copy)]
struct Traffic {
    state: State,
    failures: u32,
}

const QUIET: Traffic = Traffic {
    state: State::Free,
    failures: 0,
};

impl Default for Link {
    fn default() -> Self {
        Self {
            push: QUIET,
            pull: QUIET,
            live: Live::default(),
            access: Access::Open,
            online: true,
            answered: None,
        }
    }
}

impl Link {
    /// As a person sees it.
    pub fn connection(&self) -> Connection {
        match (self.access, self.online, self.answered) {
            (Access::Parked, ..) => Connection::Parked,
            (Access::Closed, ..) => Connection::Closed,
            (_, true, _) if self.live.answers() => Connection::Live,
            (_, false, _) | (.., Some(false)) => Connection::Offline,
            (_, true, None) => Connection::Connecting,
            (_, true, Some(true)) => Connection::Polling,
        }
    }

    /// Whether a request that does not get through is the server's failure. (A page that has just come is connected.)
    pub fn is_connected(&self) -> bool {
        let answers = match self.live.is_open() {
            true => self.live.answers(),
            false => self.answered != Some(false),
        };
        self.online && answers
    }

    /// Whether something may go on this lane now. `new`: something that was not tried yet, or cannot wait.
    pub fn is_free(&self, lane: Lane, new: bool) -> bool {
        self.access == Access::Open
            && match self.state(lane) {
                State::Free => true,
                State::InFlight => false,
                State::Pausing(Pause::Poll) => new,
                State::Pausing(Pause::Loose) => new && lane == Lane::Push,
                State::Pausing(_) => false,
            }
    }

    /// Something went.
    pub fn went(&mut self, lane: Lane) {
        self.set(lane, State::InFlight);
    }

    /// The server answered, as it should.
    pub fn answered(&mut self, lane: Lane) {
        *self.lane(lane) = QUIET;
        self.reached(true);
    }

    /// The server answered that it does not take, or failed at, what was sent.
    pub fn refused(&mut self, lane: Lane) {
        self.set(lane, State::Free);
        self.reached(true);
    }

    /// The answer to a failure that says nothing about a single mutation: how long to wait, in milliseconds. `None`: not
    /// at all, what is next may go.
    pub fn failed(&mut self, lane: Lane, failure: &Failure, random: u32) -> Option<u32> {
        self.set(lane, State::Free);
        self.reached(failure.is_answer());
        match failure {
            Failure::Busy(seconds) => {
                self.set(lane, State::Pausing(Pause::Told));
                Some(told(*seconds))
            }
            Failure::SignedOut | Failure::Barred(_) | Failure::Refused(_) => None,
            _ => Some(self.back_off(lane, random)),
        }
    }

    /// Waits after an error answer to mutations of which the one that failed most often has done so `tries` times.
    pub fn retry(&mut self, lane: Lane, tries: u8, random: u32) -> u32 {
        match RETRY_MS.get(usize::from(tries).wrapping_sub(1)) {
            Some(wait) => {
                self.set(lane, State::Pausing(Pause::Firm));
                *wait
            }
            None => self.back_off(lane, random),
        }
    }

    /// Exponential backoff with full jitter.
    pub fn back_off(&mut self, lane: Lane, random: u32) -> u32 {
        let failures = &mut self.lane(lane).failures;
        let millis = jittered(*failures, random);
        *failures = failures.saturating_add(1);
        self.set(lane, State::Pausing(Pause::Loose));
        millis
    }

    /// Waits for the next poll.
    pub fn poll_later(&mut self) -> u32 {
        self.pull.state = State::Pausing(Pause::Poll);
        POLL_MS
    }

    /// The next poll may come at once.
    pub fn poll_now(&mut self) {
        if self.pull.state == State::Pausing(Pause::Poll) {
            self.pull.state = State::Free;
        }
    }

    /// What was on its way there does not count any more.
    pub fn abandon(&mut self, lane: Lane) {
        self.set(lane, State::Free);
    }

    /// A wait is over. A stale one does no harm.
    pub fn waited(&mut self, lane: Lane) {
        if matches!(self.state(lane), State::Pausing(_)) {
            self.set(lane, State::Free);
        }
    }

    /// Whether a socket is to be opened now.
    pub fn wants_socket(&self) -> bool {
        self.access == Access::Open && self.live.is_free()
    }

    /// The socket.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// The socket, to tell it what happened.
    pub fn live_mut(&mut self) -> &mut Live {
        &mut self.live
    }

    /// Something came over the socket.
    pub fn hears(&mut self) {
        self.live.hears();
        self.reached(true);
    }

    /// The page has listened for as long as it meant to.
    pub fn listened(&mut self) -> Silence {
        let waits = self.push.state == State::InFlight;
        self.live.listened(waits)
    }

    /// Somebody came back, or wants it now. Whether `me` is to be asked.
    pub fn wake(&mut self) -> bool {
        self.live.wake();
        for lane in [Lane::Push, Lane::Pull] {
            self.lane(lane).failures = 0;
            if let State::Pausing(Pause::Poll | Pause::Loose | Pause::Firm) = self.state(lane) {
                self.set(lane, State::Free);
            }
        }
        match self.access {
            Access::Parked => self.ask(),
            Access::Closed => {
                self.access = Access::Open;
                false
            }
            Access::Open => false,
            Access::Asking { .. } => self.asks_again(),
        }
    }

    /// What the browser says. It may be wrong about being online.
    pub fn set_online(&mut self, online: bool) {
        self.online = online;
    }

    /// The sign-in seems to be over. Whether `me` is to be asked: once at a time.
    pub fn ask(&mut self) -> bool {
        let asks = !self.is_asking();
        if asks {
            self.access = Access::Asking {
                waits: false,
                failures: 0,
            };
        }
        asks
    }

    /// `me` brought no answer of use: it goes again after so many milliseconds. What is on its way otherwise still is.
    pub fn ask_later(&mut self, failure: &Failure, random: u32) -> u32 {
        self.reached(failure.is_answer());
        let failures = match self.access {
            Access::Asking { failures, .. } => failures,
            _ => 0,
        };
        self.access = Access::Asking {
            waits: true,
            failures: failures.saturating_add(1),
        };
        match failure {
            Failure::Busy(seconds) => told(*seconds),
            _ => jittered(failures, random),
        }
    }

    /// Whether `me` was waiting to go again, and goes now.
    pub fn asks_again(&mut self) -> bool {
        match &mut self.access {
            Access::Asking { waits, .. } => std::mem::take(waits),
            _ => false,
        }
    }

    /// Whether `me` is being asked, or is to be once a wait is over.
    pub fn is_asking(&self) -> bool {
        matches!(self.access, Access::Asking { .. })
    }

    /// It was a false alarm. What is on its way still is.
    pub fn resume(&mut self) {
        self.access = Access::Open;
        for lane in [Lane::Push, Lane::Pull] {
            if self.state(lane) != State::InFlight {
                *self.lane(lane) = QUIET;
            }
        }
        self.reached(true);
    }

    /// Nobody is signed in, or somebody else.
    pub fn park(&mut self) {
        self.access = Access::Parked;
    }

    /// The list is not there any more for this person.
    pub fn close(&mut self) {
        self.access = Access::Closed;
    }

    fn reached(&mut self, answered: bool) {
        let is_back = answered && self.answered == Some(false);
        self.answered = Some(answered);
        if is_back {
            for lane in [Lane::Push, Lane::Pull] {
                if self.state(lane) == State::Pausing(Pause::Loose) {
                    self.set(lane, State::Free);
                }
            }
        }
    }

    fn state(&self, lane: Lane) -> State {
        match lane {
            Lane::Push => self.push.state,
            Lane::Pull => self.pull.state,
        }
    }

    fn set(&mut self, lane: Lane, state: State) {
        self.lane(lane).state = state;
    }

    fn lane(&mut self, lane: Lane) -> &mut Traffic {
        match lane {
            Lane::Push => &mut self.push,
            Lane::Pull => &mut self.pull,
        }
    }
}

/// How long a server asks to wait, in milliseconds, within reason.
fn told(seconds: u32) -> u32 {
    seconds
        .saturating_mul(1_000)
        .clamp(BACKOFF_MS.0, BUSY_MAX * 1_000)
}

/// Milliseconds after so many failures in a row before this one.
fn jittered(failures: u32, random: u32) -> u32 {
    let (least, most) = BACKOFF_MS;
    let cap = most.min(least << failures.saturating_add(1).min(8));
    least + random % (cap - least + 1)
}
