//! Changing what is in a list: effect, event, outcome and `last_mid` in one transaction.
//!
//! Not here: the rule that decides, which is handed in.

use super::{
    Sqlite,
    lists::claim,
    rows::{corrupt, integer, mid, role, seq, todo},
};
use crate::{
    core::{
        conflict::Base,
        event::Event,
        id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, UserId},
        list::Role,
        op::{Decision, Facts, IDS_MAX, Op, Slot},
        pending,
        todo::Todo,
        wire::{EventFrame, Outcome},
    },
    server::store::{Batch, Committed, Decide, Origin, StoreError, Stored},
};
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeMap;
use uuid::Uuid;

impl Sqlite {
    pub(in crate::server::store) async fn commit(
        &self,
        batch: Batch,
        decide: Decide,
    ) -> Stored<Committed> {
        self.group.commit(batch, decide).await
    }
}

/// Decides a batch and writes what was decided. A refusal ([`StoreError::NotFound`], `ClientTaken`, `OutOfOrder`,
/// `Epoch`) comes before anything is written; after any other error the caller takes back what was written.
pub(super) async fn apply(
    connection: &mut SqliteConnection,
    epoch: Epoch,
    batch: &Batch,
    decide: Decide,
) -> Stored<Committed> {
    if batch.epoch.is_some_and(|believed| believed != epoch) {
        return Err(StoreError::Epoch);
    }
    let client = match &batch.origin {
        Origin::Queue { client, .. } => Some(*client),
        Origin::Form(_) => None,
    };
    let scene = scene(connection, batch, client).await?;
    let mut work = Work {
        connection,
        list: batch.list,
        author: batch.author,
        role: scene.role,
        head: scene.head,
        live: scene.live,
        now: batch.now,
        decide,
    };
    let (last_mid, outcomes) = match &batch.origin {
        Origin::Queue {
            client,
            acked,
            mutations,
        } => {
            check_order(scene.last_mid, mutations)?;
            if scene.client_is_new {
                claim(work.connection, *client, batch.author).await?;
            }
            work.queue(*client, scene.last_mid, *acked, mutations)
                .await?
        }
        Origin::Form(op) => {
            let outcome = work.op(op, None, None).await?;
            (Mid(0), vec![Outcome::new(Mid(0), outcome)])
        }
    };
    Ok(Committed {
        epoch,
        last_mid,
        outcomes,
    })
}

/// What there is before a batch.
struct Scene {
    role: Role,
    head: Seq,
    live: usize,
    last_mid: Mid,
    client_is_new: bool,
}

/// All of it in one query: a query costs more in going to SQLite's thread and back than in what it does there.
async fn scene(
    connection: &mut SqliteConnection,
    batch: &Batch,
    client: Option<ClientId>,
) -> Stored<Scene> {
    let row = sqlx::query(
        "SELECT m.role, l.seq, l.total, c.user_id AS owner, COALESCE(q.last_mid, 0) AS last_mid
         FROM members m JOIN lists l ON l.id = m.list_id
         LEFT JOIN clients c ON c.id = ?3
         LEFT JOIN queues q ON q.list_id = l.id AND q.client_id = ?3
         WHERE m.list_id = ?1 AND m.user_id = ?2 AND l.deleted_at IS NULL",
    )
    .bind(batch.list.0)
    .bind(batch.author.0)
    .bind(client.map(|client| client.0))
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::NotFound)?;
    let owner: Option<Uuid> = row.try_get("owner")?;
    if owner.is_some_and(|owner| owner != batch.author.0) {
        return Err(StoreError::ClientTaken);
    }
    let live: i64 = row.try_get("total")?;
    Ok(Scene {
        role: role(&row)?,
        head: seq(&row, "seq")?,
        live: usize::try_from(live).map_err(|_| corrupt("a negative counter"))?,
        last_mid: mid(&row, "last_mid")?,
        client_is_new: owner.is_none(),
    })
}

/// Refuses a push whose numbers leave a gap.
fn check_order(mut last: Mid, mutations: &[pending::Mutation]) -> Stored<()> {
    for mutation in mutations {
        if mutation.mid > last.next() {
            return Err(StoreError::OutOfOrder);
        }
        last = last.max(mutation.mid);
    }
    Ok(())
}

/// One batch under way.
struct Work<'c> {
    connection: &'c mut SqliteConnection,
    list: ListId,
    author: UserId,
    role: Role,
    head: Seq,
    live: usize,
    now: i64,
    decide: Decide,
}

impl Work<'_> {
    /// Works a queue off whose order is checked.
    async fn queue(
        &mut self,
        client: ClientId,
        before: Mid,
        acked: Mid,
        mutations: &[pending::Mutation],
    ) -> Stored<(Mid, Vec<Outcome>)> {
        let acked = acked.min(before);
        if acked > Mid(0) {
            self.forget(client, acked).await?;
        }
        let mut last = before;
        let mut outcomes = Vec::with_capacity(mutations.len());
        for mutation in mutations {
            if mutation.mid <= last {
                outcomes.push(self.stored_outcome(client, mutation.mid).await?);
            } else {
                last = mutation.mid;
                let outcome = Outcome::new(last, self.mutation(mutation, client).await?);
                self.store_outcome(client, &outcome).await?;
                outcomes.push(outcome);
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

    async fn mutation(
        &mut self,
        mutation: &pending::Mutation,
        client: ClientId,
    ) -> Stored<pending::Outcome> {
        let origin = Some((client, mutation.mid));
        self.op(&mutation.op, mutation.unless_after.as_ref(), origin)
            .await
    }

    /// Decides one op and writes what follows from it.
    async fn op(
        &mut self,
        op: &Op,
        unless_after: Option<&Base>,
        origin: Option<(ClientId, Mid)>,
    ) -> Stored<pending::Outcome> {
        let seq = self.head.next();
        let based_on = match op {
            Op::SetTitle { base, .. } => self.resolve(base).await?,
            _ => Seq(0),
        };
        let unless_after = match unless_after {
            Some(base) => Some(self.resolve(base).await?),
            None => None,
        };
        let facts = Facts {
            list: self.list,
            slots: self.slots(op).await?,
            live: self.live,
            author: self.author,
            seq,
            now: self.now,
            based_on,
            unless_after,
        };
        match (self.decide)(self.role, op, &facts) {
            Decision::Skipped => Ok(pending::Outcome::Skipped),
            Decision::Rejected(rejection) => Ok(pending::Outcome::Rejected(rejection)),
            Decision::Conflict(current) => Ok(pending::Outcome::Conflict(current)),
            Decision::Applied(event) => {
                self.effect(&event, &facts).await?;
                self.append(seq, origin, event).await?;
                self.head = seq;
                Ok(pending::Outcome::Applied(seq))
            }
        }
    }

    /// The version that an edit was based on.
    async fn resolve(&mut self, base: &Base) -> Stored<Seq> {
        let mut applied = BTreeMap::new();
        for &(client, mid) in &base.after {
            let row = sqlx::query(
                "SELECT seq FROM outcomes WHERE list_id = ? AND client_id = ? AND mid = ? AND seq IS NOT NULL",
            )
            .bind(self.list.0)
            .bind(client.0)
            .bind(integer(mid.0))
            .fetch_optional(&mut *self.connection)
            .await?;
            if let Some(row) = row {
                applied.insert((client, mid), seq(&row, "seq")?);
            }
        }
        Ok(base.resolve(|client, mid| applied.get(&(client, mid)).copied()))
    }

    /// What the list has under the ids that an op names. Too many are not looked up: the op is refused anyway.
    async fn slots(&mut self, op: &Op) -> Stored<BTreeMap<TodoId, Slot>> {
        let mut slots = BTreeMap::new();
        for id in op.ids().iter().take(IDS_MAX) {
            if let Some(slot) = self.slot(*id).await? {
                slots.insert(*id, slot);
            }
        }
        Ok(slots)
    }

    async fn slot(&mut self, id: TodoId) -> Stored<Option<Slot>> {
        let row = sqlx::query("SELECT * FROM todos WHERE list_id = ? AND id = ?")
            .bind(self.list.0)
            .bind(id.0)
            .fetch_optional(&mut *self.connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let found = todo(self.list, &row)?;
        let is_deleted = row.try_get::<Option<i64>, _>("deleted_at")?.is_some();
        Ok(Some(if is_deleted {
            Slot::Deleted {
                version: found.version,
                // A live title is never empty: purging leaves it so.
                todo: (!found.title.is_empty()).then_some(found),
            }
        } else {
            Slot::Live {
                creator: UserId(row.try_get("creator")?),
                todo: found,
            }
        }))
    }

    /// Writes what an event changes in the list, its counters and its head included.
    async fn effect(&mut self, event: &Event, facts: &Facts) -> Stored<()> {
        let mut touched: Vec<Todo> = facts.slots.values().filter_map(live_todo).collect();
        let before = count(&touched);
        event.clone().apply(facts.seq, &mut touched);
        let after = count(&touched);
        for id in event.ids() {
            match touched.iter().find(|todo| todo.id == id) {
                Some(todo) => self.put(todo).await?,
                None => self.bury(id, facts.seq).await?,
            }
        }
        sqlx::query(
            "UPDATE lists SET total = total + ?, remaining = remaining + ?, seq = ? WHERE id = ?",
        )
        .bind(after.0 - before.0)
        .bind(after.1 - before.1)
        .bind(integer(facts.seq.0))
        .bind(self.list.0)
        .execute(&mut *self.connection)
        .await?;
        self.live = self
            .live
            .saturating_add_signed(after.0 as isize - before.0 as isize);
        Ok(())
    }

    /// Makes a tombstone. One that is there already stays as it is.
    async fn bury(&mut self, id: TodoId, seq: Seq) -> Stored<()> {
        sqlx::query(
            "UPDATE todos SET deleted_at = ?1, updated_at = ?1, version = ?2
             WHERE list_id = ?3 AND id = ?4 AND deleted_at IS NULL",
        )
        .bind(self.now)
        .bind(integer(seq.0))
        .bind(self.list.0)
        .bind(id.0)
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
        Ok(())
    }

    async fn store_outcome(&mut self, client: ClientId, outcome: &Outcome) -> Stored<()> {
        let text = serde_json::to_string(outcome).map_err(|_| corrupt("an outcome"))?;
        sqlx::query(
            "INSERT INTO outcomes (list_id, client_id, mid, outcome, seq, decided_at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(self.list.0)
        .bind(client.0)
        .bind(integer(outcome.mid.0))
        .bind(text)
        .bind(outcome.seq().map(|seq| integer(seq.0)))
        .bind(self.now)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Forgets outcomes that the client needs no more, except the places of applied ones: later edits may be
    /// built on them.
    async fn forget(&mut self, client: ClientId, acked: Mid) -> Stored<()> {
        sqlx::query(
            "DELETE FROM outcomes WHERE list_id = ? AND client_id = ? AND mid <= ? AND seq IS NULL",
        )
        .bind(self.list.0)
        .bind(client.0)
        .bind(integer(acked.0))
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

fn live_todo(slot: &Slot) -> Option<Todo> {
    match slot {
        Slot::Live { todo, .. } => Some(todo.clone()),
        Slot::Deleted { .. } => None,
    }
}

/// How many there are, and how many of them are not completed.
fn count(todos: &[Todo]) -> (i64, i64) {
    let remaining = todos.iter().filter(|todo| !todo.completed).count();
    (todos.len() as i64, remaining as i64)
}
