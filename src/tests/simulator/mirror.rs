//! The real store beside the model: asked the same, it answers the same.

use super::{
    Checked,
    server::{Pusher, Refusal},
    violated,
};
use crate::{
    core::{
        id::{ClientId, Epoch, ListId, Mid, Seq, UserId},
        op::{Decision, Op, Rejection, decide},
        pending::{Mutation, Outcome},
        replica::News,
    },
    server::store::{Batch, Committed, Cutoffs, Decide, Origin, Store, StoreError, Stored},
};
use rusqlite::{Connection, params};
use std::{path::PathBuf, time::Duration};
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
        }
    }

    /// A list that both may change.
    pub fn begin(&mut self, list: ListId, users: [UserId; 2]) -> Epoch {
        let Self {
            runtime,
            store,
            folder,
            ..
        } = self;
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
        // There is no way to let somebody into a list yet.
        let beside = Connection::open(folder.path().join("store.db")).unwrap();
        beside.busy_timeout(Duration::from_secs(5)).unwrap();
        let sql = "INSERT INTO members VALUES (?, ?, 'editor', 1)";
        beside.execute(sql, params![list.0, users[1].0]).unwrap();
        self.list = list;
        pulled.news().epoch
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
        mutations: &[Mutation],
        expected: &Result<Vec<(Mid, Outcome)>, Refusal>,
    ) -> Checked {
        let origin = Origin::Queue {
            client: who.client,
            acked: Mid(0),
            mutations: mutations.to_vec(),
        };
        let rule = if who.may_edit { MAY } else { MAY_NOT };
        let answer = match self.commit(who.user, Some(epoch), who.now, origin, rule) {
            Ok(committed) => Ok(outcomes(committed)),
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
        expected: &News,
    ) -> Checked {
        let pulled = self.store.pull(user, self.list, Some(client), since);
        let mut news = self.runtime.block_on(pulled).unwrap().news();
        // Who may change the list is the rule's to say here.
        news.role = expected.role;
        same("a pull", &news, expected)
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
