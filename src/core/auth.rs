//! Who is signed in, as one run of one tab has it: what it does when other tabs or the server say otherwise.
//!
//! ```text
//!            another user, or nobody, is stored ──► Gone(Told)      the page shows nothing, at once
//!        ────the button is pressed ───────────────► Gone(Left)      …, the other tabs are told, the session is ended
//!   Here ────the key is gone ─────────────────────► Gone(Removed)   …, and one tab ends the session under a lock
//!    ▲   ────`me` says so ────────────────────────► Gone(Sure)      …, and the other tabs are told
//!    │                                                 │
//!    └────── the page is loaded anew ◄──── `me` ───────┘
//! ```
//!
//! The server's session is the truth, the stored user is how tabs tell each other. So only what the server said is
//! written, and who follows another tab writes nothing. Each input comes with what is stored at that moment.
//!
//! The button is the person's own word: it needs no server. It leaves a mark ([`Stored::Leaving`]) until the session has
//! ended, and whoever finds that ends it: the page itself, another tab that shows nothing, or the next page that is loaded
//! (`sign_out.js`, before it shows anything). A mark is for one person, and goes when somebody signs in.
//!
//! Pure: no storage, no requests, no locks (`client::auth`). Not here: the list's queue, and what its engine makes of a
//! refusal (`engine`).

use super::{account::User, id::UserId, link::Failure, wire::read::Object};

/// The key in `localStorage`.
pub const KEY: &str = "auth-storage";

/// The key of the mark in `localStorage`: the id of whoever has pressed the button and whose session has still to be ended.
/// It counts as long as nobody is stored under [`KEY`].
pub const LEAVING: &str = "auth-leaving";

/// What is stored under [`KEY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Nothing.
    Missing,
    /// Something that is not ours to understand.
    Unreadable,
    /// Who is signed in.
    User(Option<UserId>),
    /// Nobody; and the session of this one has still to be ended.
    Leaving(UserId),
}

impl Stored {
    /// Reads `{"state":{"user":{"id","name"}|null},"version":0}`, the shape that Zustand's `persist` writes.
    pub fn read(value: &impl Object) -> Self {
        let Some(state) = value.object("state") else {
            return Self::Unreadable;
        };
        let Some(user) = state.object("user") else {
            // Neither a user nor nobody.
            let is_other = state.text("user").is_some()
                || state.number("user").is_some()
                || state.flag("user").is_some();
            return if is_other {
                Self::Unreadable
            } else {
                Self::User(None)
            };
        };
        let id = user.parsed("id");
        id.map_or(Self::Unreadable, |id| Self::User(Some(id)))
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The page lives.
    Hydrated,
    /// Another tab has changed what is stored.
    Changed,
    /// The person, or the network, came back.
    Checked,
    /// Something in the page was told that nobody, or somebody else, is signed in.
    Refused,
    /// What the server says: who is signed in.
    Me(Result<UserId, Failure>),
    /// The lock is held, or there are no locks.
    Held,
    /// The person signs out, and has been asked what is to become of edits that wait.
    SignOut,
    /// What became of [`Effect::EndSession`].
    Ended(Result<(), Failure>),
    /// A wait that [`Effect::Wait`] asked for is over.
    Waited,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Store that this is who is signed in: the page's user, or nobody.
    Write(Option<UserId>),
    /// Ask the server who is signed in.
    AskMe,
    /// Take the lock that one tab at a time has, then say [`Input::Held`]. Where there are no locks, at once.
    Lock,
    /// Let the lock go.
    Unlock,
    /// End the session, if it is this page's user's.
    EndSession,
    /// Store that nobody is signed in, with the mark that this page's user is leaving. What this browser keeps of them
    /// goes.
    Leave,
    /// They have left: the mark goes, and with it what was kept meanwhile.
    Left,
    /// At once the page holds nothing of the account any more, and sends nothing. It says why.
    Follow(Gone),
    /// Load the page anew.
    Load(To),
    /// Say [`Input::Waited`] after a moment.
    Wait,
}

/// Why a page shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// Nobody is signed in any more.
    SignedOut,
    /// Somebody else is.
    OtherUser,
}

/// What is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// The first page.
    Start,
    /// The same page again.
    Here,
    /// What another person has instead of this page.
    TheirPage,
}

/// How the page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It shows what it was rendered with.
    Here,
    /// It shows nothing of that any more.
    Gone(Why),
}

/// How it learned that it has to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// From another tab: by what is stored.
    Told,
    /// The person has pressed the button.
    Left,
    /// The stored user is gone, which ends the session.
    Removed,
    /// From the server.
    Sure,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Whom the page was rendered for.
    user: Option<User>,
    /// Whether this run has seen the key.
    has_seen: bool,
    phase: Phase,
    /// `me` is on its way; and what was stored when it was asked.
    asked: Option<Stored>,
    /// The lock is asked for or held.
    is_locking: bool,
    /// It is held.
    is_held: bool,
    /// The session is being ended.
    is_ending: bool,
}

impl Auth {
    /// A page that was rendered for this user.
    pub fn new(user: Option<User>) -> Self {
        Self {
            user,
            has_seen: false,
            phase: Phase::Here,
            asked: None,
            is_locking: false,
            is_held: false,
            is_ending: false,
        }
    }

    /// Whom the page was rendered for.
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// Whether the page may show and send what is its user's.
    pub fn is_here(&self) -> bool {
        self.phase == Phase::Here
    }

    /// This is stored: after writing, too, for it may have failed.
    pub fn saw(&mut self, stored: Stored) {
        self.has_seen |= matches!(stored, Stored::User(_) | Stored::Leaving(_));
    }

    /// Takes in what happened, and says what is to be done, in this order.
    pub fn take(&mut self, input: Input, stored: Stored) -> Vec<Effect> {
        self.saw(stored);
        let mut effects = Vec::new();
        let to = &mut effects;
        // Whatever brought it to light.
        if self.is_here() && self.is_removed(stored) {
            self.leave(Why::Removed, Gone::SignedOut, to);
            self.lock(to);
        }
        if self.is_here() && self.is_leaving(stored) && !matches!(input, Input::SignOut) {
            self.leave(Why::Told, Gone::SignedOut, to);
            self.ask(stored, to);
        }
        match (input, self.phase) {
            (Input::Hydrated, Phase::Here) => self.hydrated(stored, to),
            (Input::Changed, Phase::Here) => {
                self.look(stored, to);
            }
            (Input::Checked, Phase::Here) => {
                self.look(stored, to);
                // Nobody may have been there to tell of the end.
                if self.is_here() && self.user.is_some() {
                    self.ask(stored, to);
                }
            }
            (Input::Refused, Phase::Here) if self.user.is_some() => {
                self.ask(stored, to);
            }
            (Input::SignOut, Phase::Here) if self.user.is_some() => {
                to.push(Effect::Leave);
                self.leave(Why::Left, Gone::SignedOut, to);
                self.end(to);
            }
            // Whoever has begun to end it is not there any more, or has not reached the server.
            (Input::Waited, Phase::Gone(_)) if self.is_leaving(stored) => self.end(to),
            (Input::Changed | Input::Checked | Input::Waited, Phase::Gone(why)) => {
                if stored == Stored::Missing && matches!(why, Why::Removed | Why::Left) {
                    self.lock(to);
                } else {
                    self.ask(stored, to);
                }
            }
            (Input::Me(answer), _) => self.met(answer, stored, to),
            (Input::Held, _) => self.held(stored, to),
            (Input::Ended(answer), _) => self.ended(answer, stored, to),
            _ => {}
        }
        effects
    }

    fn is_mine(&self, id: UserId) -> bool {
        self.user.as_ref().is_some_and(|user| user.id == id)
    }

    fn is_removed(&self, stored: Stored) -> bool {
        self.user.is_some() && self.has_seen && stored == Stored::Missing
    }

    /// Whether this page's user has pressed the button, here or in another tab, and it is not done.
    fn is_leaving(&self, stored: Stored) -> bool {
        matches!(stored, Stored::Leaving(id) if self.is_mine(id))
    }

    /// What is stored may differ from what the server has just rendered.
    fn hydrated(&mut self, stored: Stored, to: &mut Vec<Effect>) {
        match (&self.user, stored) {
            (Some(_), Stored::User(Some(id))) if self.is_mine(id) => {}
            // One of the two is older. The server knows which.
            (_, Stored::User(Some(_))) => self.ask(stored, to),
            (Some(user), _) => {
                let me = Some(user.id);
                to.push(Effect::Write(me));
                self.ask(Stored::User(me), to);
            }
            (None, _) => {}
        }
    }

    /// Another tab may have signed in or out.
    fn look(&mut self, stored: Stored, to: &mut Vec<Effect>) {
        match (&self.user, stored) {
            (Some(_), Stored::User(Some(id))) if self.is_mine(id) => {}
            (Some(_), Stored::User(_) | Stored::Leaving(_)) => {
                let gone = match stored {
                    Stored::User(Some(_)) => Gone::OtherUser,
                    _ => Gone::SignedOut,
                };
                self.leave(Why::Told, gone, to);
                self.ask(stored, to);
            }
            // There is nothing to hide: the server may be asked first.
            (None, Stored::User(Some(_))) => self.ask(stored, to),
            _ => {}
        }
    }

    fn leave(&mut self, why: Why, gone: Gone, to: &mut Vec<Effect>) {
        self.phase = Phase::Gone(why);
        to.push(Effect::Follow(gone));
    }

    /// One question at a time.
    fn ask(&mut self, stored: Stored, to: &mut Vec<Effect>) {
        if self.asked.is_none() {
            self.asked = Some(stored);
            to.push(Effect::AskMe);
        }
    }

    fn lock(&mut self, to: &mut Vec<Effect>) {
        if !self.is_locking {
            self.is_locking = true;
            to.push(Effect::Lock);
        }
    }

    /// If it is held. One that is asked for comes yet.
    fn unlock(&mut self, to: &mut Vec<Effect>) {
        if self.is_held {
            self.is_locking = false;
            self.is_held = false;
            to.push(Effect::Unlock);
        }
    }

    /// Once at a time.
    fn end(&mut self, to: &mut Vec<Effect>) {
        if !self.is_ending {
            self.is_ending = true;
            to.push(Effect::EndSession);
        }
    }

    /// Says that nobody is signed in, unless somebody else has by now, or somebody else's leaving is not done.
    fn write_nobody(&self, stored: Stored, to: &mut Vec<Effect>) {
        let is_others = |id: UserId| self.user.is_some() && !self.is_mine(id);
        match stored {
            _ if self.is_leaving(stored) => to.push(Effect::Left),
            Stored::User(None) | Stored::Leaving(_) => {}
            Stored::User(Some(id)) if is_others(id) => {}
            _ => to.push(Effect::Write(None)),
        }
    }

    fn met(&mut self, answer: Result<UserId, Failure>, stored: Stored, to: &mut Vec<Effect>) {
        let Some(asked) = self.asked.take() else {
            return;
        };
        let is_known = matches!(answer, Ok(_) | Err(Failure::SignedOut));
        if self.is_held && stored != Stored::Missing {
            // It was put back.
            self.unlock(to);
            return self.ask(stored, to);
        }
        if is_known && asked != stored {
            // Somebody signed in or out meanwhile: it may be the answer to a session that is over.
            return self.ask(stored, to);
        }
        if self.is_held {
            return self.met_under_lock(answer, to);
        }
        match (self.phase, answer) {
            (Phase::Here, Ok(id)) if self.is_mine(id) => {
                if stored != Stored::User(Some(id)) {
                    to.push(Effect::Write(Some(id)));
                }
            }
            (Phase::Here, Ok(_)) if self.user.is_none() => {
                self.phase = Phase::Gone(Why::Sure);
                to.push(Effect::Load(To::Here));
            }
            (Phase::Here, Ok(_)) => {
                self.leave(Why::Sure, Gone::OtherUser, to);
                to.push(Effect::Load(To::TheirPage));
            }
            (Phase::Here, Err(Failure::SignedOut)) => {
                let has_user = self.user.is_some();
                self.write_nobody(stored, to);
                if has_user {
                    self.leave(Why::Sure, Gone::SignedOut, to);
                    to.push(Effect::Load(To::Start));
                } else if !to.is_empty() {
                    // It was left over from a session that has ended. Or this was said before somebody signed in, whose
                    // pages follow now: then this one is loaded anew, and tells them.
                    self.ask(Stored::User(None), to);
                }
            }
            // As soon as anything brings it up again.
            (Phase::Here, Err(_)) => {}
            (Phase::Gone(why), Err(Failure::SignedOut)) => {
                if why != Why::Told {
                    self.write_nobody(stored, to);
                }
                to.push(Effect::Load(To::Start));
            }
            // Whoever has begun to end it needs a moment.
            (Phase::Gone(_), Ok(id)) if self.is_mine(id) && self.is_leaving(stored) => {
                if !self.is_ending {
                    to.push(Effect::Wait);
                }
            }
            (Phase::Gone(why), Ok(id)) => {
                let is_mine = self.is_mine(id);
                let is_sure = why == Why::Sure || (why == Why::Left && !is_mine);
                // Where tabs and server disagree, nothing is shown until they do not.
                if is_sure || stored == Stored::User(Some(id)) {
                    to.push(Effect::Load(match is_mine {
                        true => To::Here,
                        false => To::TheirPage,
                    }));
                }
            }
            (Phase::Gone(_), Err(_)) => to.push(Effect::Wait),
        }
    }

    /// The lock can be faster than what the tab that had it before has stored. The server is not.
    fn met_under_lock(&mut self, answer: Result<UserId, Failure>, to: &mut Vec<Effect>) {
        match answer {
            Ok(id) if self.is_mine(id) => self.end(to),
            Ok(_) => {
                self.unlock(to);
                to.push(Effect::Load(To::TheirPage));
            }
            Err(Failure::SignedOut) => {
                to.push(Effect::Write(None));
                self.unlock(to);
                to.push(Effect::Load(To::Start));
            }
            Err(_) => {
                self.unlock(to);
                to.push(Effect::Wait);
            }
        }
    }

    fn held(&mut self, stored: Stored, to: &mut Vec<Effect>) {
        self.is_held = true;
        if stored != Stored::Missing {
            // It was put back, or another tab has ended the session.
            self.unlock(to);
        }
        self.ask(stored, to);
    }

    fn ended(&mut self, answer: Result<(), Failure>, stored: Stored, to: &mut Vec<Effect>) {
        self.is_ending = false;
        match answer {
            // Somebody has signed in meanwhile: whether it was their session, the server knows.
            Ok(()) | Err(Failure::SignedOut) if matches!(stored, Stored::User(Some(_))) => {
                self.unlock(to);
                self.ask(stored, to);
            }
            Ok(()) => {
                // Before the lock goes: the next tab is to see that it is done.
                self.write_nobody(stored, to);
                self.unlock(to);
                to.push(Effect::Load(To::Start));
            }
            Err(Failure::SignedOut) => {
                let is_leaving = self.is_leaving(stored);
                if is_leaving {
                    to.push(Effect::Left);
                }
                self.unlock(to);
                self.ask(
                    if is_leaving {
                        Stored::User(None)
                    } else {
                        stored
                    },
                    to,
                );
            }
            Err(_) => {
                self.unlock(to);
                to.push(Effect::Wait);
            }
        }
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
