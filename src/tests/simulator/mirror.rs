//! The real store beside the model: asked the same, it answers the same.

use super::{
    Checked,
    server::{Pusher, Refusal},
    violated,
};
use crate::{
    core::{
        id::{ClientId, Epoch, InvitationId, ListId, Mid, Seq, UserId},
        list::Role,
        op::{Decision, Op, Rejection, decide},
        pending::{Mutation, Outcome},
        replica::News,
    },
    server::store::{
        Batch, Committed, Cutoffs, Decide, NewInvitation, Origin, Store, StoreError, Stored,
    },
};
use rusqlite::Connection;
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// Putting a backup back closes the store and opens it again, which takes as long as a whole history.
const RESTORES_MAX: u32 = 20;

const MAY: Decide = |_, op, facts| decide(op, facts);
const MAY_NOT: Decide = |_, op, facts| match op {
    Op::Noop => decide(op, facts),
    _ => Decision::Rejected(Rejection::forbidden()),
};

/// See the module.
pub struct Mirror {
    runtime: Runtime,
    store: Store,
    folder: TempDir,
    list: ListId,
    backup: Option<PathBuf>,
    copies: u32,
    restores: u32,
    invitations: u128,
}

impl Mirror {
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let folder = TempDir::new().unwrap();
        let store = runtime.block_on(Store::open(&url(&folder))).unwrap();
        Self {
            runtime,
            store,
            folder,
            list: ListId(uuid::Uuid::nil()),
            backup: None,
            copies: 0,
            restores: 0,
            invitations: 0,
        }
    }

    /// A list that both may change.
    pub fn begin(&mut self, list: ListId, users: [UserId; 2]) -> Epoch {
        let Self { runtime, store, .. } = self;
        let pulled = runtime.block_on(async {
            for user in users {
                store
                    .create_user(user, &user.0.simple().to_string(), "hash", 1)
                    .await
                    .unwrap();
            }
            store
                .create_list(list, "Groceries", users[0], 1)
                .await
                .unwrap();
            store.pull(users[0], list, None, None).await.unwrap()
        });
        self.list = list;
        self.invite(users[0], users[1]).unwrap();
        pulled.news().epoch
    }

    /// Lets somebody into the list who may change it.
    fn invite(&mut self, owner: UserId, user: UserId) -> Stored<()> {
        self.invitations += 1;
        let id = uuid::Uuid::from_u128(self.invitations);
        let mut token = [0; 32];
        token[..16].copy_from_slice(id.as_bytes());
        let invitation = NewInvitation {
            id: InvitationId(id),
            list: self.list,
            role: Role::Editor,
            token,
            now: 1,
            expires_at: 2,
        };
        let Self { runtime, store, .. } = self;
        runtime.block_on(async {
            store.invite(owner, invitation, |_| true).await?;
            store.join(user, token, 1).await.map(drop)
        })
    }

    /// Lets somebody in, or puts them out.
    pub fn let_in(&mut self, owner: UserId, user: UserId, is_in: bool) -> Checked {
        let done = if is_in {
            self.invite(owner, user)
        } else {
            let (any, list) = (|_| true, self.list);
            let removed = self.store.remove_member(owner, list, user, any, any);
            self.runtime.block_on(removed)
        };
        done.or_else(|error| violated(format!("the store lets nobody in or out: {error}")))
    }

    /// Deletes the list, or brings it back.
    pub fn be_there(&mut self, owner: UserId, is_there: bool, now: i64) -> Checked {
        let Self {
            runtime,
            store,
            list,
            ..
        } = self;
        let done = runtime.block_on(async {
            if is_there {
                store
                    .restore_list(owner, *list, |_| true, 0)
                    .await
                    .map(drop)
            } else {
                store.delete_list(owner, *list, |_| true, now).await
            }
        });
        done.or_else(|error| violated(format!("the store deletes nothing: {error}")))
    }

    fn commit(
        &self,
        author: UserId,
        epoch: Option<Epoch>,
        now: i64,
        origin: Origin,
        rule: Decide,
    ) -> Stored<Committed> {
        let batch = Batch {
            list: self.list,
            author,
            epoch,
            origin,
            now,
        };
        self.runtime.block_on(self.store.commit(batch, rule))
    }

    pub fn push(
        &mut self,
        who: Pusher,
        epoch: Epoch,
        (acked, mutations): (Option<Mid>, &[Mutation]),
        expected: &Result<Vec<(Mid, Outcome)>, Refusal>,
    ) -> Checked {
        let origin = Origin::Queue {
            client: who.client,
            acked: acked.unwrap_or_default(),
            mutations: mutations.to_vec(),
        };
        let rule = if who.may_edit { MAY } else { MAY_NOT };
        let answer = match self.commit(who.user, Some(epoch), who.now, origin, rule) {
            Ok(committed) => Ok(outcomes(committed)),
            Err(StoreError::NotFound) => Err(Refusal::NotFound),
            Err(StoreError::Epoch) => Err(Refusal::Epoch),
            Err(StoreError::OutOfOrder) => Err(Refusal::OutOfOrder),
            Err(error) => return violated(format!("the store does not answer: {error}")),
        };
        same("a push", &answer, expected)
    }

    pub fn form(&mut self, op: &Op, user: UserId, now: i64, expected: &Outcome) -> Checked {
        let committed = self
            .commit(user, None, now, Origin::Form(op.clone()), MAY)
            .unwrap();
        let outcome = outcomes(committed).remove(0).1;
        same("a form", &outcome, expected)
    }

    pub fn pull(
        &mut self,
        user: UserId,
        client: ClientId,
        since: Option<(Epoch, Seq)>,
        expected: &Result<News, Refusal>,
    ) -> Checked {
        let pulled = self.store.pull(user, self.list, Some(client), since);
        let answer = match (self.runtime.block_on(pulled), expected) {
            (Ok(pulled), Ok(expected)) => {
                let mut news = pulled.news();
                // Who may change the list is the rule's to say here.
                news.role = expected.role;
                Ok(news)
            }
            (Ok(pulled), Err(_)) => Ok(pulled.news()),
            (Err(StoreError::NotFound), _) => Err(Refusal::NotFound),
            (Err(error), _) => return violated(format!("the store does not answer: {error}")),
        };
        same("a pull", &answer, expected)
    }

    /// Sweeps what was before then: texts and events, and outcomes.
    pub fn sweep(&mut self, texts: i64, outcomes: i64) {
        let before = Cutoffs {
            sessions: 0,
            devices: 0,
            outcomes,
            texts,
            lists: 0,
        };
        while self.runtime.block_on(self.store.sweep(before)).unwrap() > 0 {}
    }

    /// Keeps a copy, as long as it may be put back.
    pub fn backup(&mut self) {
        if self.restores == RESTORES_MAX {
            return;
        }
        self.copies += 1;
        let to = self.folder.path().join(format!("copy-{}", self.copies));
        let from = url(&self.folder);
        self.runtime
            .block_on(Store::backup(&from, to.clone()))
            .unwrap();
        if let Some(old) = self.backup.replace(to) {
            std::fs::remove_file(old).unwrap();
        }
    }

    /// Puts the copy back, which begins this history.
    pub fn restore(&mut self, list: ListId) -> Option<Epoch> {
        if self.restores == RESTORES_MAX {
            return None;
        }
        self.restores += 1;
        let from = self.backup.clone()?;
        let url = url(&self.folder);
        let Self { runtime, store, .. } = self;
        runtime.block_on(async {
            store.close().await;
            let old = Store::restore(&url, from).await.unwrap();
            old.into_iter()
                .for_each(|old| std::fs::remove_file(old).unwrap());
            *store = Store::open(&url).await.unwrap();
        });
        self.list = list;
        let beside = Connection::open(self.folder.path().join("store.db")).unwrap();
        let epoch = beside.query_row("SELECT epoch FROM history", [], |row| row.get(0));
        self.backup();
        Some(Epoch(epoch.unwrap()))
    }
}

fn url(folder: &TempDir) -> String {
    format!("sqlite://{}", folder.path().join("store.db").display())
}

fn outcomes(committed: Committed) -> Vec<(Mid, Outcome)> {
    let outcomes = committed.outcomes.into_iter();
    outcomes
        .map(|outcome| (outcome.mid, outcome.decided().unwrap()))
        .collect()
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, answer: &T, expected: &T) -> Checked {
    if answer == expected {
        Ok(())
    } else {
        violated(format!(
            "the store answers {what} with {answer:?}, and not {expected:?}"
        ))
    }
}
