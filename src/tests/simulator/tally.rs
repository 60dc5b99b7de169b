//! How often a run met what it is there to meet. A simulator that never drops an answer proves nothing about dropped ones.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

macro_rules! hits {
    ($($hit:ident: $said:literal),+ $(,)?) => {
        /// Something that a history met.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Hit {$(
            #[doc = $said]
            $hit,
        )+}

        const ALL: &[(Hit, &str)] = &[$((Hit::$hit, $said)),+];
    };
}

hits! {
    // What a person did.
    Acted: "acts of a person",
    Undone: "undone",
    Redone: "done again",
    UndoRefused: "an undo was refused on the spot",
    Retried: "sent again by the person",
    Discarded: "dropped by the person",
    EditedLate: "an edit ended some steps after it began",
    ResolvedMine: "a conflict was decided for mine",
    ResolvedTheirs: "a conflict was decided for theirs",
    Merged: "a conflict was decided with a third text",
    MergedLate: "a third text was ended some steps after it began",
    BroughtBackWithText: "what was deleted was brought back with the text that came too late",
    // What the network did.
    RequestOvertook: "a request overtook another",
    Reordered: "an answer overtook another",
    RequestLost: "a request was lost",
    AnswerLost: "an answer was lost after the commit",
    RequestTwice: "a request arrived twice",
    AnswerTwice: "an answer arrived twice, or after its time",
    ArrivedLate: "a request arrived after its client had given up waiting",
    TimedOut: "no answer in time",
    OutOfOrder: "a push left a gap",
    OtherEpoch: "a push to another history",
    SocketOpened: "a socket was welcomed",
    SocketRefused: "a socket was refused",
    SocketEvent: "an event came over a socket",
    SocketSnapshot: "a snapshot came over a socket",
    HubRead: "events that the server had only heard of were read",
    SocketCut: "a socket broke",
    SocketClosed: "the server closed a socket",
    SocketSilent: "a socket fell silent",
    SocketGarbled: "a frame that nobody can read",
    SocketUnknown: "an event of a type nobody knows came over a socket",
    Pinged: "a page asked whether anybody is there",
    // What the server did.
    ErredBefore: "500 with nothing done",
    ErredAfter: "500 after the commit",
    Busy: "429 or 503",
    Refused: "400, 413 or 422",
    Barred: "404 or 409 out of nowhere",
    SignedOut: "401",
    OtherUser: "somebody else was signed in",
    Unreadable: "an answer that nobody can read",
    MissingOutcome: "an answer that leaves an outcome out",
    UnknownEvent: "an event of a type nobody knows",
    Gap: "a delta that lacks an event",
    Repeated: "a delta that repeats events",
    Restored: "restored from a backup",
    CopiedBack: "copied back by hand",
    Swept: "old events and texts were swept",
    Forgotten: "outcomes were forgotten",
    PutOut: "the second person lost the list",
    LetIn: "the second person was let in again",
    Deleted: "the list was deleted",
    BroughtBack: "the list was brought back",
    NotFound: "404 to somebody who is out",
    ClosedAsOut: "a socket ended since its person was out (4403)",
    ClosedAsDeleted: "a socket ended since its list was deleted (4410)",
    OutAtTheEnd: "histories that ended with somebody out, who knew it",
    Form: "a plain form changed the list",
    Reloaded: "a page was loaded anew",
    LostByReload: "mutations that went with a reload before they were saved",
    Saved: "saved",
    SaveFailed: "could not be saved",
    Adopted: "queues that were adopted",
    Acked: "pushes that acknowledged outcomes",
    Told: "what waits in another tab was shown",
    Parked: "queues that were parked with their person signed out",
    Resumed: "parked queues that went on when their person was back",
    Switched: "a tab went on as another person",
    SignedOutByButton: "signed out with nothing waiting",
    SignedOutDiscarding: "signed out, and discarded what waited",
    Stayed: "stayed, with edits that waited",
    StorageLost: "a browser lost what it had saved",
    SentAfterLoss: "what was lost from there was sent by the tab that held it",
    // What was decided.
    Applied: "APPLIED",
    Unchanged: "APPLIED, and nothing changed",
    Conflict: "CONFLICT",
    Gone: "REJECTED GONE",
    Forbidden: "REJECTED FORBIDDEN",
    Changed: "REJECTED CHANGED",
    Skipped: "SKIPPED",
    Unknown: "UNKNOWN",
    AppliedUndo: "an undo was applied",
    // What a client went through.
    Delta: "events were merged",
    Snapshot: "a snapshot was merged",
    SnapshotOverPending: "a snapshot came over undecided mutations that it had the effect of",
    SettledByEvent: "a mutation was settled by its event alone",
    GivenUp: "given up after three tries",
    GivenUpRefused: "given up as refused",
    FoundApplied: "a mutation that was given up had been applied",
    FoundSkipped: "a mutation that was given up was skipped",
    Retitled: "texts that were accepted, or in conflict",
    ConflictAgain: "what decided a conflict came into another one",
    Agreed: "a conflict went away, since both texts were the same by then",
    Superseded: "a conflict gave way to a newer text of the same person",
    CrossedByClearing: "clearing took away a text that its author had not seen, and that was told",
    Crossed: "a deletion took away a text that its author had not seen, and that was told",
    Reviewed: "mutations that went to review",
    Hidden: "a page hid its list",
    HiddenWithEdits: "a page hid its list with edits that waited",
    ActedHidden: "done on a page that hid its list, and in review at once",
    ShownAgain: "a page showed its list again",
    LoadedAgain: "a page that hid its list was loaded anew",
    SameEitherWay: "resumed by events and by snapshot",
    Drained: "histories that ended with everything sent",
}

/// How often each was met.
pub struct Tally(Vec<AtomicU64>);

impl Tally {
    pub fn new() -> Self {
        Self(ALL.iter().map(|_| AtomicU64::new(0)).collect())
    }

    pub fn hit(&self, hit: Hit) {
        self.0[hit as usize].fetch_add(1, Ordering::Relaxed);
    }

    fn of(&self, hit: Hit) -> u64 {
        self.0[hit as usize].load(Ordering::Relaxed)
    }

    /// What was never met, but for what cannot be.
    pub fn missed(&self, but: &[Hit]) -> Vec<&'static str> {
        let missed = ALL
            .iter()
            .filter(|(hit, _)| self.of(*hit) == 0 && !but.contains(hit));
        missed.map(|(_, said)| *said).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (hit, said) in ALL {
            writeln!(f, "{:>12}  {said}", self.of(*hit))?;
        }
        Ok(())
    }
}
