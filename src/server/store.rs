//! What the server remembers, and what it promises about it. `store/` is the only place with SQL.
//!
//! Promises, which every store keeps and `src/tests/store.rs` tests:
//! 1. What a method answered is durable: it survives a killed process and a cut of the power.
//! 2. A method is one transaction: it happens as a whole or not at all, and reads see one moment.
//! 3. Each list's events are numbered 1, 2, 3 … without gaps; an event, its effect, its outcome and the
//!    client's `last_mid` are written together.
//! 4. Each (client, list, mid) is decided at most once; asked again, the first outcome is the answer.
//! 5. A client belongs to the user who names it first; from anybody else it is [`StoreError::ClientTaken`].
//! 6. What happened is made known ([`Store::listen`]) once it is durable, and in the order in which it became so.
//! 7. Who is not a member gets [`StoreError::NotFound`], as for a list that is not there.

mod fair;
mod happened;
mod sqlite;

use crate::{
    core::{
        account::{SessionInfo, User},
        id::{ClientId, Epoch, InvitationId, ListId, Mid, Seq, SessionId, TodoId, UserId},
        list::{List, Role},
        op::{Decision, Facts, Op},
        order::Position,
        pending::Mutation,
        sharing::{Invitation, Invited, Member},
        wire,
    },
    error::{AppError, Code},
};
pub use happened::{Ended, Happened};
use rusqlite::ErrorCode;
use sqlite::Sqlite;
use std::{error::Error, fmt, fs::File, path::PathBuf, sync::Arc};
use tokio::sync::mpsc;

/// SHA-256 of a token. The token itself is only in the person's cookie, or in the link that invites.
pub type TokenHash = [u8; 32];

/// A sign-in that is still good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: User,
    /// Milliseconds since 1970.
    pub last_used_at: i64,
}

/// A sign-in to be kept.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// What its cookie hashes to.
    pub token: TokenHash,
    /// What the browser calls itself.
    pub device: String,
    /// Milliseconds since 1970.
    pub now: i64,
    /// When it ends, milliseconds since 1970.
    pub expires_at: i64,
}

/// What a push asks for, or a plain form.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The list.
    pub list: ListId,
    /// Who asks.
    pub author: UserId,
    /// The history the asker believes in.
    pub epoch: Option<Epoch>,
    /// Where the ops come from.
    pub origin: Origin,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// Where ops come from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// A client's queue: exactly once by number.
    Queue {
        /// The client.
        client: ClientId,
        /// The client needs no outcome up to here any more.
        acked: Mid,
        /// Its mutations, in order.
        mutations: Vec<Mutation>,
    },
    /// A form of a page without WebAssembly: no number, so once a request.
    Form(Op),
}

impl Batch {
    /// How many changes it makes, about.
    fn weight(&self) -> usize {
        let weight = |op: &Op| op.ids().len().max(1);
        match &self.origin {
            Origin::Queue { mutations, .. } => {
                let weights = mutations.iter().map(|mutation| weight(&mutation.op));
                weights.sum::<usize>().max(1)
            }
            Origin::Form(op) => weight(op),
        }
    }
}

/// What a socket asks for before it opens.
#[derive(Debug, Clone, Copy)]
pub struct TuneIn {
    /// Who asks.
    pub user: UserId,
    /// By which sign-in.
    pub session: SessionId,
    /// The list, unless it is about lists altogether.
    pub list: Option<ListId>,
    /// The client, to be named if it is new.
    pub client: Option<ClientId>,
    /// What it has already.
    pub since: Option<(Epoch, Seq)>,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What a socket begins with, read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuned {
    /// When its sign-in ends, milliseconds since 1970.
    pub expires_at: i64,
    /// What there is of the list, if it asked for one.
    pub list: Option<TunedList>,
}

/// A list as a socket begins with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TunedList {
    /// The history.
    pub epoch: Epoch,
    /// The last event.
    pub head: Seq,
    /// What the person may do.
    pub role: Role,
    /// The client's highest mutation that is decided; 0 without a client.
    pub last_mid: Mid,
    /// What the frames come after: `since`, or 0 if they are a snapshot.
    pub from: Seq,
    /// As they go out, up to the head: exactly the events after `since`, or one snapshot.
    pub frames: Vec<String>,
}

/// A list that was deleted and is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedList {
    /// Its id.
    pub id: ListId,
    /// Its name.
    pub name: String,
    /// Milliseconds since 1970.
    pub deleted_at: i64,
}

/// An invitation to be kept.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The list it is for.
    pub list: ListId,
    /// What those may do who join by it.
    pub role: Role,
    /// What its token hashes to.
    pub token: TokenHash,
    /// Milliseconds since 1970.
    pub now: i64,
    /// When it ends, milliseconds since 1970.
    pub expires_at: i64,
}

/// The text of a todo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// The text.
    pub text: String,
    /// The event that made it what it is.
    pub version: Seq,
    /// The name of who wrote it. Nothing if it came from a plain form, their account or the event is gone.
    pub by: Option<String>,
    /// When, milliseconds since 1970. Nothing if the event is gone.
    pub at: Option<i64>,
}

/// A person who shares a list with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// The list.
    pub list: ListId,
    /// Their name.
    pub name: String,
    /// What they may do in it.
    pub role: Role,
}

/// The rule that decides an op, given the author's role.
pub type Decide = fn(Role, &Op, &Facts) -> Decision;

/// The rule that lets somebody change a list itself, given their role.
pub type Allow = fn(Role) -> bool;

/// Before when (milliseconds since 1970) what has had its time.
#[derive(Debug, Clone, Copy)]
pub struct Cutoffs {
    /// Sign-ins and invitations that ended.
    pub sessions: i64,
    /// Browsers that were last signed in from.
    pub devices: i64,
    /// Outcomes that were decided and never acknowledged.
    pub outcomes: i64,
    /// Texts of todos that were deleted, and events that may contain them.
    pub texts: i64,
    /// Lists that were deleted.
    pub lists: i64,
}

/// The right to be the only server on a database, as long as it lives.
#[derive(Debug)]
pub struct Reserved {
    _lock: File,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The history.
    pub epoch: Epoch,
    /// The client's highest mutation that is decided; 0 for a form.
    pub last_mid: Mid,
    /// One for each op, in order.
    pub outcomes: Vec<wire::Outcome>,
}

/// Why the store did not do it.
#[derive(Debug, Clone)]
pub enum StoreError {
    /// No such thing, or not for this person.
    NotFound,
    /// A member, but not one who may do this.
    Forbidden,
    /// The name of this kind is taken.
    Taken,
    /// The owner's place in a list, which stays as it is.
    Owner,
    /// A person has as many lists as there may be.
    Limit,
    /// A list has as many members as there may be.
    MembersLimit,
    /// A list has as many open invitations as there may be.
    InvitationsLimit,
    /// The client belongs to somebody else.
    ClientTaken,
    /// A mutation's number leaves a gap.
    OutOfOrder,
    /// The caller believes in another history.
    Epoch,
    /// More waits than can be done soon.
    Busy,
    /// The disk is full.
    Full,
    /// The database, or a file for one, cannot be used. Why, for the person at the server's command line.
    Unfit(String),
    /// The store is closed, or what was asked of it panicked.
    Closed,
    /// The database failed. Its own words are for the log only.
    Database(Arc<dyn Error + Send + Sync>),
}

impl StoreError {
    fn database(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            // Another process (a backup, say) holds the lock.
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            _ => Self::database(error),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        Self::database(error)
    }
}

impl fmt::Display for StoreError {
    /// For the person at the server's command line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(why) => write!(f, "{why}"),
            Self::Database(cause) => write!(f, "{cause}"),
            Self::Busy => write!(f, "another program uses the database"),
            Self::Full => write!(f, "the disk is full"),
            Self::NotFound => write!(f, "there is no such thing"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_found(),
            StoreError::Forbidden => {
                Self::new(Code::Forbidden, "Only the owner of this list may do that.")
            }
            StoreError::Owner => Self::new(
                Code::Forbidden,
                "The owner of a list stays its owner, until the list is deleted.",
            ),
            StoreError::Taken => Self::new(Code::Taken, "This is taken already."),
            StoreError::Limit => Self::new(
                Code::Limit,
                "You have 200 lists, which is the most there can be.",
            ),
            StoreError::MembersLimit => Self::new(
                Code::Limit,
                "This list has 100 members, which is the most there can be.",
            ),
            StoreError::InvitationsLimit => Self::new(
                Code::Limit,
                "This list has 100 open invitations, which is the most there can be. Revoke one first.",
            ),
            StoreError::ClientTaken => Self::new(
                Code::ClientTaken,
                "This client id belongs to another account.",
            ),
            StoreError::OutOfOrder => Self::new(Code::OutOfOrder, "An earlier change is missing."),
            StoreError::Epoch => {
                Self::new(Code::Epoch, "The server's data was restored from a backup.")
            }
            StoreError::Busy => Self::unavailable(2),
            StoreError::Full => {
                tracing::error!("the disk is full: nothing can be saved");
                Self::unavailable(30)
            }
            StoreError::Closed => {
                tracing::error!("the store is closed, or what was asked of it panicked");
                Self::internal()
            }
            cause @ (StoreError::Unfit(_) | StoreError::Database(_)) => {
                tracing::error!(%cause, "the database failed");
                Self::internal()
            }
        }
    }
}

/// A result of the store.
pub type Stored<T> = Result<T, StoreError>;

/// The store in use. One variant a database: its SQL differs, its promises do not.
#[derive(Clone)]
pub enum Store {
    /// SQLite, in this process.
    Sqlite(Sqlite),
}

/// Passes each method on to the store in use.
macro_rules! methods {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $type:ty),* $(,)?) -> $out:ty;)+) => {
        impl Store {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// See [`StoreError`].
            pub async fn $name(&self, $($arg: $type),*) -> Stored<$out> {
                match self {
                    Self::Sqlite(store) => store.$name($($arg),*).await,
                }
            }
        )+}
    };
}

methods! {
    /// Whether the database answers.
    fn ready() -> ();
    /// A new account. [`StoreError::Taken`] if the name is, whatever its case.
    fn create_user(id: UserId, name: &str, password: &str, now: i64) -> ();
    /// The account of this name and its password's hash.
    fn credentials(name: &str) -> Option<(User, String)>;
    /// Keeps a sign-in.
    fn open_session(session: NewSession) -> ();
    /// The sign-in of this token, if it is still good.
    fn session(token: TokenHash, now: i64) -> Option<Session>;
    /// Notes that a sign-in is in use.
    fn touch_session(id: SessionId, now: i64, expires_at: i64) -> ();
    /// The sign-ins of a person that are still good, the latest used first. `current` is the one that asks.
    fn sessions(user: UserId, current: SessionId, now: i64) -> Vec<SessionInfo>;
    /// Ends a sign-in of this person's.
    fn end_session(user: UserId, id: SessionId) -> ();
    /// Ends all sign-ins of a person but one.
    fn end_other_sessions(user: UserId, keep: SessionId) -> ();
    /// Another password for an account; ends all its sign-ins but one.
    fn set_password(user: UserId, password: &str, keep: Option<SessionId>) -> ();
    /// Away with an account, and with the lists it owns.
    fn delete_user(user: UserId) -> ();
    /// Whether this browser has signed in to the account before.
    fn knows_device(user: UserId, token: TokenHash) -> bool;
    /// Remembers that this browser has signed in to the account.
    fn remember_device(user: UserId, token: TokenHash, now: i64) -> ();
    /// A new list with its owner. Repeated by its owner with the same id: the same list. [`StoreError::Taken`]
    /// if the id is somebody else's, [`StoreError::Limit`] at 200 lists.
    fn create_list(id: ListId, name: &str, owner: UserId, now: i64) -> List;
    /// The lists of a person, in the order they came to them.
    fn lists(user: UserId) -> Vec<List>;
    /// One list, as this person sees it.
    fn list(user: UserId, list: ListId) -> List;
    /// Another name for a list. [`StoreError::Forbidden`] to whom the rule does not let.
    fn rename_list(user: UserId, list: ListId, name: &str, allow: Allow) -> List;
    /// Away with a list; again, and nothing changes. [`StoreError::Forbidden`] as above.
    fn delete_list(user: UserId, list: ListId, allow: Allow, now: i64) -> ();
    /// Back with a list that was deleted at `since` or later. [`StoreError::NotFound`] for older ones,
    /// [`StoreError::Forbidden`] as above, [`StoreError::Limit`] at 200 lists.
    fn restore_list(user: UserId, list: ListId, allow: Allow, since: i64) -> List;
    /// What [`Store::restore_list`] can bring back, the latest first, 200 at most: the lists of this person that were
    /// deleted at `since` or later, where the rule lets them.
    fn deleted_lists(user: UserId, allow: Allow, since: i64) -> Vec<DeletedList>;
    /// Who shares a list: its owner, then the others in the order in which they joined.
    fn members(user: UserId, list: ListId) -> Vec<Member>;
    /// With whom a person shares their lists: of each list three at most, its owner first.
    fn companions(user: UserId) -> Vec<Companion>;
    /// Another role for a member. [`StoreError::Forbidden`] to whom `allow` does not let, [`StoreError::Owner`] where
    /// `touches` does not let the member's role be touched.
    fn set_role(user: UserId, list: ListId, member: UserId, role: Role, allow: Allow, touches: Allow) -> ();
    /// Away with a member, and with the list's invitations: they may know the links. Errors as above.
    fn remove_member(user: UserId, list: ListId, member: UserId, allow: Allow, touches: Allow) -> ();
    /// A person leaves a list. [`StoreError::Owner`] to whom the rule does not let.
    fn leave_list(user: UserId, list: ListId, allow: Allow) -> ();
    /// Keeps an invitation. [`StoreError::Forbidden`] as above, [`StoreError::InvitationsLimit`] at 100 open ones.
    fn invite(user: UserId, invitation: NewInvitation, allow: Allow) -> ();
    /// A list's open invitations without their tokens, the latest first. [`StoreError::Forbidden`] as above.
    fn invitations(user: UserId, list: ListId, allow: Allow, now: i64) -> Vec<Invitation>;
    /// Ends an invitation; again, and nothing changes. [`StoreError::Forbidden`] as above.
    fn revoke_invitation(user: UserId, list: ListId, id: InvitationId, allow: Allow) -> ();
    /// What the open invitation of this token is to. [`StoreError::NotFound`] if there is none.
    fn invited(user: UserId, token: TokenHash, now: i64) -> Invited;
    /// Makes a person a member by an open invitation; who is one stays as they are. [`StoreError::NotFound`] as above,
    /// [`StoreError::MembersLimit`] at 100 members, [`StoreError::Limit`] at 200 lists.
    fn join(user: UserId, token: TokenHash, now: i64) -> List;
    /// The place of the last todo of a list.
    fn last_position(user: UserId, list: ListId) -> Option<Position>;
    /// A list's todos, or what came since. Names the client, if there is one.
    fn pull(user: UserId, list: ListId, client: Option<ClientId>, since: Option<(Epoch, Seq)>) -> wire::Pulled;
    /// The text of a todo. [`StoreError::NotFound`] if the list has no such todo, or it is deleted.
    fn title(user: UserId, list: ListId, id: TodoId) -> Title;
    /// What a socket begins with. Nothing if its sign-in is no longer good.
    fn tune_in(ask: TuneIn) -> Option<Tuned>;
    /// The events of a list with these numbers, as they go out, as far as they are there.
    fn events(list: ListId, after: Seq, until: Seq) -> Vec<(Seq, String)>;
    /// Deletes some of what has had its time. How much; when it is nothing, all is done.
    fn sweep(before: Cutoffs) -> usize;
    /// Decides a batch and writes what was decided.
    fn commit(batch: Batch, decide: Decide) -> Committed;
}

impl Store {
    /// Opens the store that the address names, makes it if it is absent, and brings its tables up to date.
    ///
    /// # Errors
    /// The database cannot be opened, or was written by a newer version.
    pub async fn open(url: &str) -> Stored<Self> {
        Self::open_grouping(url, sqlite::GROUP_MAX).await
    }

    /// As [`Store::open`], with about so many changes in one transaction, 1 for none but one write. For
    /// measuring what grouping gains.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_grouping(url: &str, changes: usize) -> Stored<Self> {
        Ok(Self::Sqlite(Sqlite::open(url, changes).await?))
    }

    /// Opens a store that is there, for a command beside the server: makes and brings up to date nothing.
    ///
    /// # Errors
    /// [`StoreError::Unfit`].
    pub async fn open_existing(url: &str) -> Stored<Self> {
        Ok(Self::Sqlite(Sqlite::open_existing(url).await?))
    }

    /// Copies the database that the address names into a new file, as it is at one moment, while a server goes on
    /// using it. The file is complete and on the disk, or not there.
    ///
    /// # Errors
    /// [`StoreError::Unfit`]; the file is there already, for one.
    pub async fn backup(url: &str, to: PathBuf) -> Stored<()> {
        Sqlite::backup(url, to).await
    }

    /// Puts such a copy in the database's place, with a new epoch and without its sign-ins. The database that was
    /// there is kept under another name, which comes back.
    ///
    /// # Errors
    /// [`StoreError::Unfit`]; a server uses the database, for one. Nothing was changed then.
    pub async fn restore(url: &str, from: PathBuf) -> Stored<Option<PathBuf>> {
        Sqlite::restore(url, from).await
    }

    /// Takes the database for this process.
    ///
    /// # Errors
    /// [`StoreError::Unfit`]: another server has it.
    pub fn reserve(url: &str) -> Stored<Reserved> {
        Sqlite::reserve(url)
    }

    /// From now on, what happened: one message a transaction, in the order of their commits. There is one listener;
    /// who listened before hears nothing any more.
    pub fn listen(&self) -> mpsc::UnboundedReceiver<Vec<Happened>> {
        match self {
            Self::Sqlite(store) => store.listen(),
        }
    }

    /// Ends all connections, after the work in hand.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
        }
    }
}
