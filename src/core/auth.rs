//! Who is signed in, as one run of one tab has it: what it does when other tabs or the server say otherwise.
//!
//! ```text
//!            another user, or nobody, is stored ──► Gone(Told)      the page shows nothing, at once
//!   Here ────the key is gone ─────────────────────► Gone(Removed)   …, and one tab ends the session under a lock
//!    ▲   ────`me` says so ────────────────────────► Gone(Sure)      …, and the other tabs are told
//!    │                                                 │
//!    └────── the page is loaded anew ◄──── `me` ───────┘
//! ```
//!
//! The server's session is the truth, the stored user is how tabs tell each other. So only what the server said is
//! written, and who follows another tab writes nothing. Each input comes with what is stored at that moment.
//!
//! Pure: no storage, no requests, no locks (`client::auth`). Not here: the list's queue, and what its engine makes of a
//! refusal (`engine`).

use super::{account::User, id::UserId, link::Failure, wire::read::Object};

/// The key in `localStorage`.
pub const KEY: &str = "auth-storage";

/// What is stored under [`KEY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// Nothing.
    Missing,
    /// Something that is not ours to understand.
    Unreadable,
    /// Who is signed in.
    User(Option<UserId>),
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
    /// The person wants to sign out.
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
    /// Let the lock go, if it is held.
    Unlock,
    /// End the session, if it is this page's user's.
    EndSession,
    /// Sign out as the form does where there is no script: it tells what goes wrong.
    SubmitForm,
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
    /// The person has pressed the button.
    is_leaving: bool,
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
            is_leaving: false,
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
        self.has_seen |= matches!(stored, Stored::User(_));
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
            // While the person signs out, that is what they want.
            (Input::Refused, Phase::Here) if self.user.is_some() && !self.is_leaving => {
                self.ask(stored, to);
            }
            (Input::SignOut, Phase::Here) if !self.is_leaving => {
                self.is_leaving = true;
                to.push(Effect::EndSession);
            }
            (Input::Changed | Input::Checked | Input::Waited, Phase::Gone(why)) => {
                if why == Why::Removed && stored == Stored::Missing {
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
            (Some(_), Stored::User(other)) => {
                let gone = match other {
                    Some(_) => Gone::OtherUser,
                    None => Gone::SignedOut,
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

    /// Says that nobody is signed in, unless somebody else has by now.
    fn write_nobody(&self, stored: Stored, to: &mut Vec<Effect>) {
        let is_others = |id: UserId| self.user.is_some() && !self.is_mine(id);
        match stored {
            Stored::User(None) => {}
            Stored::User(Some(id)) if is_others(id) => {}
            _ => to.push(Effect::Write(None)),
        }
    }

    fn met(&mut self, answer: Result<UserId, Failure>, stored: Stored, to: &mut Vec<Effect>) {
        let Some(asked) = self.asked.take() else {
            return;
        };
        let is_known = matches!(answer, Ok(_) | Err(Failure::SignedOut));
        if is_known && asked != stored {
            // Somebody signed in or out meanwhile: it may be the answer to a session that is over.
            return self.ask(stored, to);
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
            (Phase::Gone(why), Ok(id)) => {
                // Where tabs and server disagree, nothing is shown until they do not.
                if why == Why::Sure || stored == Stored::User(Some(id)) {
                    to.push(Effect::Load(match self.is_mine(id) {
                        true => To::Here,
                        false => To::TheirPage,
                    }));
                }
            }
            (Phase::Gone(_), Err(_)) => to.push(Effect::Wait),
        }
    }

    fn held(&mut self, stored: Stored, to: &mut Vec<Effect>) {
        if stored == Stored::Missing {
            to.push(Effect::EndSession);
        } else {
            // It was put back, or another tab has ended the session.
            self.is_locking = false;
            to.push(Effect::Unlock);
            self.ask(stored, to);
        }
    }

    fn ended(&mut self, answer: Result<(), Failure>, stored: Stored, to: &mut Vec<Effect>) {
        self.is_locking = false;
        self.is_leaving = false;
        match (answer, self.phase) {
            (Ok(()), phase) => {
                // Before the lock goes: the next tab is to see that it is done.
                self.write_nobody(stored, to);
                if phase == Phase::Here {
                    self.leave(Why::Sure, Gone::SignedOut, to);
                }
                to.extend([Effect::Unlock, Effect::Load(To::Start)]);
            }
            (Err(_), Phase::Here) => to.push(Effect::SubmitForm),
            (Err(Failure::SignedOut), _) => {
                to.push(Effect::Unlock);
                self.ask(stored, to);
            }
            (Err(_), _) => to.extend([Effect::Unlock, Effect::Wait]),
        }
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
