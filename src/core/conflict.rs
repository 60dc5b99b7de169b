//! What an edit was based on, and when that makes it a conflict. Not here: what people see of one.

use super::id::{ClientId, Mid, MutationId, Seq};

/// Mutations that an edit may name as what it was built on. Nobody types so many edits of one text unanswered;
/// each costs the server a look-up.
pub const AFTER_MAX: usize = 500;

/// What an edit was built on: a state of the server's, and own edits that were not settled then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Base {
    /// The version in base that the person saw; 0 if base did not have the todo.
    pub server: Seq,
    /// Own unsettled edits that the person saw as well.
    pub after: Vec<MutationId>,
}

impl Base {
    /// The version that it comes to: the greatest of `server` and the `seq`s of those in `after` that were applied.
    /// What was refused counts for nothing: an edit built on it is judged by what is really there.
    pub fn resolve(&self, applied: impl Fn(ClientId, Mid) -> Option<Seq>) -> Seq {
        let seqs = self.after.iter();
        let seqs = seqs.filter_map(|&(client, mid)| applied(client, mid));
        seqs.fold(self.server, Seq::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_base_is_the_latest_of_what_was_seen_and_applied() {
        let client = ClientId(Uuid::nil());
        let base = Base {
            server: Seq(5),
            after: vec![(client, Mid(1)), (client, Mid(2)), (client, Mid(3))],
        };
        // The second was refused.
        let applied = |_, Mid(mid)| [None, Some(Seq(7)), None, Some(Seq(6))][mid as usize];
        assert_eq!(base.resolve(applied), Seq(7));
        assert_eq!(base.resolve(|_, _| None), Seq(5));
        assert_eq!(Base::default().resolve(|_, _| Some(Seq(9))), Seq(0));
    }
}
