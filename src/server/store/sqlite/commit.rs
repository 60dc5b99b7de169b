//! Changing what is in a list: effect, event, outcome and `last_mid` in one transaction.
//!
//! Not here: the rule that decides, which is handed in.

use super::{
    Sqlite,
    lists::{access, claim, last_mid},
    rows::{corrupt, integer, todo},
};
use crate::{
    core::{
        id::{ClientId, ListId, Mid, Seq, TodoId, UserId},
        list::Role,
        op::{Decision, Event, Facts, Op, Slot},
        pending,
        todo::Todo,
        wire::{EventFrame, Outcome},
    },
    server::store::{Batch, Committed, Decide, Origin, StoreError, Stored},
};
use sqlx::{Row, SqliteConnection};

impl Sqlite {
    pub(in crate::server::store) async fn commit(
        &self,
        batch: Batch,
        decide: Decide,
    ) -> Stored<Committed> {
        if batch.epoch.is_some_and(|epoch| epoch != self.epoch) {
            return Err(StoreError::Epoch);
        }
        let mut transaction = self.begin().await?;
        let (role, head) = access(&mut transaction, batch.author, batch.list).await?;
        let mut work = Work {
            connection: &mut transaction,
            list: batch.list,
            author: batch.author,
            role,
            head,
            now: batch.now,
            decide,
        };
        let (last_mid, outcomes) = match batch.origin {
            Origin::Queue { client, mutations } => work.queue(client, mutations).await?,
            Origin::Form(op) => {
                let outcome = work.op(op, None).await?;
                (Mid(0), vec![Outcome::new(Mid(0), outcome)])
            }
        };
        transaction.commit().await?;
        Ok(Committed {
            epoch: self.epoch,
            last_mid,
            outcomes,
        })
    }
}

/// One batch under way.
struct Work<'c> {
    connection: &'c mut SqliteConnection,
    list: ListId,
    author: UserId,
    role: Role,
    head: Seq,
    now: i64,
    decide: Decide,
}

impl Work<'_> {
    async fn queue(
        &mut self,
        client: ClientId,
        mutations: Vec<pending::Mutation>,
    ) -> Stored<(Mid, Vec<Outcome>)> {
        claim(self.connection, client, self.author).await?;
        let before = last_mid(self.connection, self.list, client).await?;
        let mut last = before;
        let mut outcomes = Vec::with_capacity(mutations.len());
        for mutation in mutations {
            if mutation.mid <= last {
                outcomes.push(self.stored_outcome(client, mutation.mid).await?);
            } else if mutation.mid == last.next() {
                let mid = mutation.mid;
                let outcome = self.op(mutation.op, Some((client, mid))).await?;
                let outcome = Outcome::new(mid, outcome);
                self.store_outcome(client, &outcome).await?;
                outcomes.push(outcome);
                last = mid;
            } else {
                return Err(StoreError::OutOfOrder);
            }
        }
        if last > before {
            sqlx::query(
                "INSERT INTO queues (list_id, client_id, last_mid) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET last_mid = ?3",
            )
            .bind(self.list.0)
            .bind(client.0)
            .bind(integer(last.0))
            .execute(&mut *self.connection)
            .await?;
        }
        Ok((last, outcomes))
    }

    /// Decides one op and writes what follows from it.
    async fn op(&mut self, op: Op, origin: Option<(ClientId, Mid)>) -> Stored<pending::Outcome> {
        let (slot, live) = (self.slot(op.subject()).await?, self.live().await?);
        let was = match &slot {
            Slot::Live { todo, .. } => Some(todo.completed),
            _ => None,
        };
        let seq = self.head.next();
        let facts = Facts {
            list: self.list,
            slot,
            live,
            author: self.author,
            seq,
            now: self.now,
        };
        match (self.decide)(self.role, &op, facts) {
            Decision::Skipped => Ok(pending::Outcome::Skipped),
            Decision::Rejected(rejection) => Ok(pending::Outcome::Rejected(rejection)),
            Decision::Applied(event) => {
                self.effect(&event, was).await?;
                self.append(seq, origin, event).await?;
                self.head = seq;
                Ok(pending::Outcome::Applied(seq))
            }
        }
    }

    async fn slot(&mut self, id: Option<TodoId>) -> Stored<Slot> {
        let Some(id) = id else {
            return Ok(Slot::Never);
        };
        let row = sqlx::query("SELECT * FROM todos WHERE list_id = ? AND id = ?")
            .bind(self.list.0)
            .bind(id.0)
            .fetch_optional(&mut *self.connection)
            .await?;
        let Some(row) = row else {
            return Ok(Slot::Never);
        };
        if row.try_get::<Option<i64>, _>("deleted_at")?.is_some() {
            return Ok(Slot::Deleted);
        }
        Ok(Slot::Live {
            creator: UserId(row.try_get("creator")?),
            todo: todo(self.list, &row)?,
        })
    }

    async fn live(&mut self) -> Stored<usize> {
        let row = sqlx::query("SELECT total FROM lists WHERE id = ?")
            .bind(self.list.0)
            .fetch_one(&mut *self.connection)
            .await?;
        usize::try_from(row.try_get::<i64, _>(0)?).map_err(|_| corrupt("a negative counter"))
    }

    /// Writes what an event changes. `was`: whether the todo was there before, and completed.
    async fn effect(&mut self, event: &Event, was: Option<bool>) -> Stored<()> {
        let is = match event {
            Event::Added(todo) | Event::Updated(todo) => {
                self.put(todo).await?;
                Some(todo.completed)
            }
            Event::Deleted(id) => {
                sqlx::query(
                    "UPDATE todos SET deleted_at = ? WHERE list_id = ? AND id = ? AND deleted_at IS NULL",
                )
                .bind(self.now)
                .bind(self.list.0)
                .bind(id.0)
                .execute(&mut *self.connection)
                .await?;
                None
            }
        };
        let remaining = |completed: Option<bool>| i64::from(completed == Some(false));
        sqlx::query("UPDATE lists SET total = total + ?, remaining = remaining + ? WHERE id = ?")
            .bind(i64::from(is.is_some()) - i64::from(was.is_some()))
            .bind(remaining(is) - remaining(was))
            .bind(self.list.0)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    async fn put(&mut self, todo: &Todo) -> Stored<()> {
        sqlx::query(
            "INSERT INTO todos (list_id, id, creator, title, completed, position, version, title_version,
                created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT DO UPDATE SET title = ?4, completed = ?5, position = ?6, version = ?7,
                title_version = ?8, updated_at = ?10, deleted_at = NULL",
        )
        .bind(self.list.0)
        .bind(todo.id.0)
        .bind(self.author.0)
        .bind(&todo.title)
        .bind(todo.completed)
        .bind(todo.position.as_str())
        .bind(integer(todo.version.0))
        .bind(integer(todo.title_version.0))
        .bind(todo.created_at)
        .bind(todo.updated_at)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Writes the event at its place.
    async fn append(
        &mut self,
        seq: Seq,
        origin: Option<(ClientId, Mid)>,
        event: Event,
    ) -> Stored<()> {
        let frame = EventFrame::new(self.list, seq, origin, event);
        let text = serde_json::to_string(&frame).map_err(|_| corrupt("an event"))?;
        sqlx::query("INSERT INTO events (list_id, seq, event, created_at) VALUES (?, ?, ?, ?)")
            .bind(self.list.0)
            .bind(integer(seq.0))
            .bind(text)
            .bind(self.now)
            .execute(&mut *self.connection)
            .await?;
        sqlx::query("UPDATE lists SET seq = ? WHERE id = ?")
            .bind(integer(seq.0))
            .bind(self.list.0)
            .execute(&mut *self.connection)
            .await?;
        Ok(())
    }

    async fn store_outcome(&mut self, client: ClientId, outcome: &Outcome) -> Stored<()> {
        let text = serde_json::to_string(outcome).map_err(|_| corrupt("an outcome"))?;
        sqlx::query(
            "INSERT INTO outcomes (list_id, client_id, mid, outcome, decided_at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(self.list.0)
        .bind(client.0)
        .bind(integer(outcome.mid.0))
        .bind(text)
        .bind(self.now)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    async fn stored_outcome(&mut self, client: ClientId, mid: Mid) -> Stored<Outcome> {
        let row = sqlx::query(
            "SELECT outcome FROM outcomes WHERE list_id = ? AND client_id = ? AND mid = ?",
        )
        .bind(self.list.0)
        .bind(client.0)
        .bind(integer(mid.0))
        .fetch_optional(&mut *self.connection)
        .await?;
        match row {
            Some(row) => serde_json::from_str(row.try_get(0)?).map_err(|_| corrupt("an outcome")),
            None => Ok(Outcome::new(mid, pending::Outcome::Unknown)),
        }
    }
}
