//! What may happen, and how often. Each step stands alone: its numbers are taken modulo what there is, so that a history
//! means something still when steps are taken out of it.

use super::wires::Twist;
use crate::core::link::{Lane, Timer};
use proptest::{collection::vec, prelude::*};

/// Pages that look at the list: two of one person's, one of another's.
pub const TABS: u8 = 3;
/// Steps of a history at most. Most faults show within ten; the rest is for those that need others first.
const STEPS_MAX: usize = 120;

/// What a person does.
#[derive(Debug, Clone, Copy)]
pub enum Act {
    Add {
        at: u8,
    },
    Tick {
        todo: u8,
    },
    Retitle {
        todo: u8,
        same: bool,
    },
    BeginEdit {
        todo: u8,
    },
    EndEdit,
    Move {
        todo: u8,
        to: u8,
    },
    Delete {
        todo: u8,
    },
    TickAll {
        completed: bool,
    },
    Clear,
    Undo,
    Redo,
    Retry {
        kept: u8,
    },
    Discard {
        kept: u8,
    },
    /// Decides a conflict, with both texts before the eyes: for mine, for theirs, or with a third.
    Resolve {
        nth: u8,
        way: Way,
    },
    /// Begins to write a third; `EndEdit` ends it.
    BeginMerge {
        nth: u8,
    },
    /// The server has compared the texts of a conflict.
    Compare {
        nth: u8,
    },
    /// Brings back what was deleted, with the text that came too late for it.
    BringBack {
        kept: u8,
    },
}

/// How a conflict is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Mine,
    Theirs,
    Merged,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::Mine, Self::Theirs, Self::Merged];
}

/// What the server, or something between, says instead of an answer.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    Erring,
    Busy,
    Refused,
    Barred,
    SignedOut,
    Unreadable,
}

/// What is wrong with the server for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Illness {
    Healthy,
    /// Every push fails, and nothing is done.
    FailsBefore,
    /// Every push fails, and all of it is done.
    FailsAfter,
    /// It takes no push of more than one mutation, and none that adds.
    Picky,
}

/// Who is signed in where a person is at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    Own,
    Nobody,
    Other,
}

#[derive(Debug, Clone, Copy)]
pub enum Step {
    Act {
        tab: u8,
        act: Act,
    },
    /// All that is on its way for a page gets there, the oldest first, and waits end.
    Flow {
        tab: u8,
    },
    /// A request gets there.
    Arrive {
        nth: u8,
    },
    /// An answer gets there.
    Answer {
        nth: u8,
    },
    /// A request gets there, and once more later.
    ArriveTwice {
        nth: u8,
    },
    /// An answer gets there, and once more later.
    AnswerTwice {
        nth: u8,
    },
    LoseRequest {
        nth: u8,
    },
    LoseAnswer {
        nth: u8,
    },
    /// A page has waited long enough; what it waited for goes on its way.
    TimeOut {
        tab: u8,
        lane: Lane,
    },
    /// A request is answered like this, and nothing is done.
    Fail {
        nth: u8,
        fault: Fault,
    },
    /// What was done is answered like this.
    FailAfter {
        nth: u8,
        fault: Fault,
    },
    /// Something in an answer on its way is missing, or of a later version.
    Puzzle {
        nth: u8,
    },
    /// A delta on its way loses an event.
    Gap {
        nth: u8,
    },
    /// A delta on its way begins with an event of long ago.
    Repeat {
        nth: u8,
    },
    Timer {
        tab: u8,
        timer: Timer,
    },
    /// Something happens to a socket.
    Socket {
        nth: u8,
        twist: Twist,
    },
    Wake {
        tab: u8,
    },
    Online {
        tab: u8,
        online: bool,
    },
    Reload {
        tab: u8,
    },
    /// What a page has saved is, or is not.
    Save {
        tab: u8,
        ok: bool,
    },
    /// A page looks at what its browser keeps.
    Find {
        tab: u8,
    },
    /// A page hears of another tab.
    Note {
        tab: u8,
    },
    /// A page without WebAssembly.
    Form {
        kind: u8,
        todo: u8,
    },
    Ill(Illness),
    /// Whether the second person may change the list.
    MayEdit(bool),
    /// Whether the second person may see it.
    LetIn(bool),
    /// Whether it is there.
    BeThere(bool),
    Sign {
        browser: u8,
        session: Session,
    },
    /// A page notices who is signed in.
    Follow {
        tab: u8,
    },
    /// The button: with edits that wait, the person stays, or discards them.
    SignOut {
        tab: u8,
        discards: bool,
    },
    /// A browser loses all that it has stored.
    LoseStorage {
        browser: u8,
    },
    Backup,
    Restore,
    CopyBack,
    Sweep {
        back: u8,
    },
    Forget,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => any::<u8>().prop_map(|at| Act::Add { at }),
        5 => any::<u8>().prop_map(|todo| Act::Tick { todo }),
        6 => (any::<u8>(), prop::bool::weighted(0.1)).prop_map(|(todo, same)| Act::Retitle { todo, same }),
        2 => any::<u8>().prop_map(|todo| Act::BeginEdit { todo }),
        3 => Just(Act::EndEdit),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(todo, to)| Act::Move { todo, to }),
        3 => any::<u8>().prop_map(|todo| Act::Delete { todo }),
        1 => any::<bool>().prop_map(|completed| Act::TickAll { completed }),
        1 => Just(Act::Clear),
        5 => Just(Act::Undo),
        2 => Just(Act::Redo),
        2 => any::<u8>().prop_map(|kept| Act::Retry { kept }),
        1 => any::<u8>().prop_map(|kept| Act::Discard { kept }),
        3 => (any::<u8>(), way()).prop_map(|(nth, way)| Act::Resolve { nth, way }),
        1 => any::<u8>().prop_map(|nth| Act::BeginMerge { nth }),
        2 => any::<u8>().prop_map(|kept| Act::BringBack { kept }),
    ]
}

/// Everybody writes the same two texts, and decides.
fn quarrel() -> impl Strategy<Value = Act> {
    let todo = || 0..2u8;
    prop_oneof![
        6 => todo().prop_map(|todo| Act::Retitle { todo, same: false }),
        1 => todo().prop_map(|todo| Act::Retitle { todo, same: true }),
        3 => todo().prop_map(|todo| Act::BeginEdit { todo }),
        4 => Just(Act::EndEdit),
        5 => (any::<u8>(), way()).prop_map(|(nth, way)| Act::Resolve { nth, way }),
        3 => any::<u8>().prop_map(|nth| Act::BeginMerge { nth }),
        2 => any::<u8>().prop_map(|nth| Act::Compare { nth }),
        6 => any::<u8>().prop_map(|kept| Act::BringBack { kept }),
        2 => todo().prop_map(|todo| Act::Delete { todo }),
        1 => Just(Act::Undo),
        1 => any::<u8>().prop_map(|kept| Act::Retry { kept }),
    ]
}

fn way() -> impl Strategy<Value = Way> {
    prop_oneof![3 => Just(Way::Mine), 1 => Just(Way::Theirs), 2 => Just(Way::Merged)]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::Erring),
        2 => Just(Fault::Busy),
        3 => Just(Fault::Refused),
        1 => Just(Fault::Barred),
        1 => Just(Fault::SignedOut),
        2 => Just(Fault::Unreadable),
    ]
}

fn lane() -> impl Strategy<Value = Lane> {
    prop_oneof![3 => Just(Lane::Push), 1 => Just(Lane::Pull)]
}

fn timer() -> impl Strategy<Value = Timer> {
    prop_oneof![
        6 => Just(Timer::Push),
        2 => Just(Timer::Pull),
        2 => Just(Timer::Socket),
        1 => Just(Timer::Silence),
    ]
}

fn on() -> impl Strategy<Value = Twist> {
    prop_oneof![Just(Twist::On), Just(Twist::Through)]
}

fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        3 => Just(Twist::Cut),
        1 => any::<u8>().prop_map(Twist::Close),
        1 => Just(Twist::Silent),
        1 => Just(Twist::Garble),
    ]
}

fn step(act: impl Strategy<Value = Act> + 'static) -> impl Strategy<Value = Step> {
    let tab = || 0..TABS;
    let nth = any::<u8>;
    let usual = prop_oneof![
        24 => (tab(), act).prop_map(|(tab, act)| Step::Act { tab, act }),
        14 => tab().prop_map(|tab| Step::Flow { tab }),
        10 => nth().prop_map(|nth| Step::Arrive { nth }),
        10 => nth().prop_map(|nth| Step::Answer { nth }),
        5 => (tab(), timer()).prop_map(|(tab, timer)| Step::Timer { tab, timer }),
        12 => (nth(), on()).prop_map(|(nth, twist)| Step::Socket { nth, twist }),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(kind, todo)| Step::Form { kind, todo }),
        16 => (tab(), prop::bool::weighted(0.99)).prop_map(|(tab, ok)| Step::Save { tab, ok }),
        4 => tab().prop_map(|tab| Step::Find { tab }),
        6 => tab().prop_map(|tab| Step::Note { tab }),
    ];
    let network = prop_oneof![
        2 => nth().prop_map(|nth| Step::ArriveTwice { nth }),
        2 => nth().prop_map(|nth| Step::AnswerTwice { nth }),
        2 => nth().prop_map(|nth| Step::LoseRequest { nth }),
        3 => nth().prop_map(|nth| Step::LoseAnswer { nth }),
        2 => (tab(), lane()).prop_map(|(tab, lane)| Step::TimeOut { tab, lane }),
        1 => tab().prop_map(|tab| Step::Wake { tab }),
        5 => (nth(), twist()).prop_map(|(nth, twist)| Step::Socket { nth, twist }),
        2 => (tab(), any::<bool>()).prop_map(|(tab, online)| Step::Online { tab, online }),
        3 => tab().prop_map(|tab| Step::Follow { tab }),
    ];
    let server = prop_oneof![
        3 => (nth(), fault()).prop_map(|(nth, fault)| Step::Fail { nth, fault }),
        3 => (nth(), fault()).prop_map(|(nth, fault)| Step::FailAfter { nth, fault }),
        1 => nth().prop_map(|nth| Step::Puzzle { nth }),
        1 => nth().prop_map(|nth| Step::Gap { nth }),
        2 => nth().prop_map(|nth| Step::Repeat { nth }),
        5 => prop_oneof![
            3 => Just(Illness::Healthy),
            3 => Just(Illness::FailsBefore),
            3 => Just(Illness::FailsAfter),
            1 => Just(Illness::Picky),
        ].prop_map(Step::Ill),
        2 => any::<bool>().prop_map(Step::MayEdit),
        2 => any::<bool>().prop_map(Step::LetIn),
        1 => prop::bool::weighted(0.7).prop_map(Step::BeThere),
        2 => any::<u8>().prop_map(|back| Step::Sweep { back }),
        2 => Just(Step::Forget),
    ];
    let rare = prop_oneof![
        5 => tab().prop_map(|tab| Step::Reload { tab }),
        4 => (0..2u8, prop_oneof![2 => Just(Session::Own), 1 => Just(Session::Nobody), 2 => Just(Session::Other)])
            .prop_map(|(browser, session)| Step::Sign { browser, session }),
        2 => (tab(), any::<bool>()).prop_map(|(tab, discards)| Step::SignOut { tab, discards }),
        1 => (0..2u8).prop_map(|browser| Step::LoseStorage { browser }),
        2 => Just(Step::Backup),
        1 => Just(Step::Restore),
        1 => Just(Step::CopyBack),
    ];
    prop_oneof![32 => usual, 5 => network, 5 => server, 1 => rare]
}

/// A history.
pub fn history() -> impl Strategy<Value = Vec<Step>> {
    prop_oneof![
        3 => vec(step(act()), 1..STEPS_MAX),
        1 => vec(step(quarrel()), 1..STEPS_MAX),
    ]
}
