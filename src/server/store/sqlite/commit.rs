//! Changing what is in a list: effect, event, outcome and `last_mid` in one transaction.
//!
//! Not here: the rule that decides, which is handed in.

use super::{
    Sqlite,
    lists::{DELTA_MAX, claim},
    rows::{corrupt, first, integer, mid, role, run, seq, todo},
    writing::Writing,
};
use crate::{
    core::{
        conflict::Base,
        event::Event,
        id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, UserId},
        list::Role,
        op::{Decision, Facts, IDS_MAX, Op, Slot},
        pending,
        table::Table,
        todo::Todo,
        wire::{EventFrame, Outcome},
    },
    server::store::{Batch, Committed, Decide, Origin, StoreError, Stored, happened::Happened},
};
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl Sqlite {
    pub(in crate::server::store) async fn commit(
        &self,
        batch: Batch,
        decide: Decide,
    ) -> Stored<Committed> {
        let epoch = self.0.epoch;
        self.write(batch.list.0, batch.weight(), move |connection| {
            apply(connection, epoch, &batch, decide)
        })
        .await
    }
}

/// How often, in events, those are deleted that no delta reaches any more.
const PRUNE_EVERY: u64 = 256;

/// Decides a batch and writes what was decided. After an error the caller takes back what was written.
fn apply(
    connection: &Writing<'_>,
    epoch: Epoch,
    batch: &Batch,
    decide: Decide,
) -> Stored<Committed> {
    let client = match &batch.origin {
        Origin::Queue { client, .. } => Some(*client),
        Origin::Form(_) => None,
    };
    let scene = scene(connection, batch, client)?;
    // Who may not see the list is told nothing else.
    if batch.epoch.is_some_and(|believed| believed != epoch) {
        return Err(StoreError::Epoch);
    }
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
                claim(work.connection, *client, batch.author)?;
            }
            work.queue(*client, scene.last_mid, *acked, mutations)?
        }
        Origin::Form(op) => {
            let outcome = work.op(op, None, None)?;
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

fn scene(connection: &Connection, batch: &Batch, client: Option<ClientId>) -> Stored<Scene> {
    let client = client.map(|client| client.0);
    let scene = first(
        connection,
        "SELECT m.role, l.seq, l.total, c.user_id AS owner, COALESCE(q.last_mid, 0) AS last_mid
         FROM members m JOIN lists l ON l.id = m.list_id
         LEFT JOIN clients c ON c.id = ?3
         LEFT JOIN queues q ON q.list_id = l.id AND q.client_id = ?3
         WHERE m.list_id = ?1 AND m.user_id = ?2 AND l.deleted_at IS NULL",
        params![batch.list.0, batch.author.0, client],
        |row| {
            let owner: Option<Uuid> = row.get("owner")?;
            if owner.is_some_and(|owner| owner != batch.author.0) {
                return Err(StoreError::ClientTaken);
            }
            let live: i64 = row.get("total")?;
            Ok(Scene {
                role: role(row)?,
                head: seq(row, "seq")?,
                live: usize::try_from(live).map_err(|_| corrupt("a negative counter"))?,
                last_mid: mid(row, "last_mid")?,
                client_is_new: owner.is_none(),
            })
        },
    )?;
    scene.ok_or(StoreError::NotFound)
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
    connection: &'c Writing<'c>,
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
    fn queue(
        &mut self,
        client: ClientId,
        before: Mid,
        acked: Mid,
        mutations: &[pending::Mutation],
    ) -> Stored<(Mid, Vec<Outcome>)> {
        let acked = acked.min(before);
        if acked > Mid(0) {
            self.forget(client, acked)?;
        }
        let mut last = before;
        let mut outcomes = Vec::with_capacity(mutations.len());
        for mutation in mutations {
            if mutation.mid <= last {
                outcomes.push(self.stored_outcome(client, mutation.mid)?);
            } else {
                last = mutation.mid;
                let outcome = Outcome::new(last, self.mutation(mutation, client)?);
                self.store_outcome(client, &outcome)?;
                outcomes.push(outcome);
            }
        }
        if last > before {
            run(
                self.connection,
                "INSERT INTO queues (list_id, client_id, last_mid) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET last_mid = ?3",
                params![self.list.0, client.0, integer(last.0)],
            )?;
        }
        Ok((last, outcomes))
    }

    fn mutation(
        &mut self,
        mutation: &pending::Mutation,
        client: ClientId,
    ) -> Stored<pending::Outcome> {
        let origin = Some((client, mutation.mid));
        self.op(&mutation.op, mutation.unless_after.as_ref(), origin)
    }

    /// Decides one op and writes what follows from it.
    fn op(
        &mut self,
        op: &Op,
        unless_after: Option<&Base>,
        origin: Option<(ClientId, Mid)>,
    ) -> Stored<pending::Outcome> {
        let seq = self.head.next();
        let based_on = match op {
            Op::SetTitle { base, .. } => self.resolve(base)?,
            _ => Seq(0),
        };
        let unless_after = match unless_after {
            Some(base) => Some(self.resolve(base)?),
            None => None,
        };
        let facts = Facts {
            list: self.list,
            slots: self.slots(op)?,
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
                self.effect(&event, &facts)?;
                self.append(seq, origin, event)?;
                self.head = seq;
                Ok(pending::Outcome::Applied(seq))
            }
        }
    }

    /// The version that an edit was based on.
    fn resolve(&self, base: &Base) -> Stored<Seq> {
        let mut applied = BTreeMap::new();
        for &(client, mid) in &base.after {
            if let Some(seq) = self.applied(client, mid)? {
                applied.insert((client, mid), seq);
            }
        }
        Ok(base.resolve(|client, mid| applied.get(&(client, mid)).copied()))
    }

    /// What the list has under the ids that an op names, each once. Too many are not looked up: the op is refused anyway.
    fn slots(&self, op: &Op) -> Stored<Vec<(TodoId, Slot)>> {
        let ids: BTreeSet<TodoId> = op.ids().iter().take(IDS_MAX).copied().collect();
        let mut slots = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(slot) = self.slot(id)? {
                slots.push((id, slot));
            }
        }
        Ok(slots)
    }

    fn slot(&self, id: TodoId) -> Stored<Option<Slot>> {
        let sql = "SELECT * FROM todos WHERE list_id = ? AND id = ?";
        first(self.connection, sql, [self.list.0, id.0], |row| {
            let found = todo(self.list, row)?;
            let is_deleted = row.get::<_, Option<i64>>("deleted_at")?.is_some();
            Ok(if is_deleted {
                Slot::Deleted {
                    version: found.version,
                    // A live title is never empty: purging leaves it so.
                    todo: (!found.title.is_empty()).then_some(found),
                }
            } else {
                Slot::Live {
                    creator: UserId(row.get("creator")?),
                    todo: found,
                }
            })
        })
    }

    /// Writes what an event changes in the list, its counters and its head included.
    fn effect(&mut self, event: &Event, facts: &Facts) -> Stored<()> {
        let live = facts.slots.iter().filter_map(|(_, slot)| live_todo(slot));
        let mut touched = Table::new(live.collect());
        let before = count(&touched);
        event.clone().apply(facts.seq, &mut touched);
        let after = count(&touched);
        if before != after {
            self.connection.list_changed(self.list);
        }
        for id in event.ids() {
            match touched.get(id) {
                Some(todo) => self.put(todo)?,
                None => self.bury(id, facts.seq)?,
            }
        }
        run(
            self.connection,
            "UPDATE lists SET total = total + ?, remaining = remaining + ?, seq = ? WHERE id = ?",
            params![
                after.0 - before.0,
                after.1 - before.1,
                integer(facts.seq.0),
                self.list.0
            ],
        )?;
        self.live = self
            .live
            .saturating_add_signed(after.0 as isize - before.0 as isize);
        Ok(())
    }

    /// Makes a tombstone. One that is there already stays as it is.
    fn bury(&self, id: TodoId, seq: Seq) -> Stored<()> {
        run(
            self.connection,
            "UPDATE todos SET deleted_at = ?1, updated_at = ?1, version = ?2
             WHERE list_id = ?3 AND id = ?4 AND deleted_at IS NULL",
            params![self.now, integer(seq.0), self.list.0, id.0],
        )?;
        Ok(())
    }

    fn put(&self, todo: &Todo) -> Stored<()> {
        run(
            self.connection,
            "INSERT INTO todos (list_id, id, creator, title, completed, position, version, title_version,
                created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT DO UPDATE SET title = ?4, completed = ?5, position = ?6, version = ?7,
                title_version = ?8, updated_at = ?10, deleted_at = NULL",
            params![
                self.list.0,
                todo.id.0,
                self.author.0,
                todo.title,
                todo.completed,
                todo.position.as_str(),
                integer(todo.version.0),
                integer(todo.title_version.0),
                todo.created_at,
                todo.updated_at
            ],
        )?;
        Ok(())
    }

    /// Writes the event at its place.
    fn append(&self, seq: Seq, origin: Option<(ClientId, Mid)>, event: Event) -> Stored<()> {
        let frame = EventFrame::new(self.list, seq, origin, event);
        let text = serde_json::to_string(&frame).map_err(|_| corrupt("an event"))?;
        run(
            self.connection,
            "INSERT INTO events (list_id, seq, event, created_at) VALUES (?, ?, ?, ?)",
            params![self.list.0, integer(seq.0), text, self.now],
        )?;
        if seq.0.is_multiple_of(PRUNE_EVERY) {
            let kept = integer(seq.0.saturating_sub(DELTA_MAX));
            let sql = "DELETE FROM events WHERE list_id = ? AND seq <= ?";
            run(self.connection, sql, params![self.list.0, kept])?;
        }
        self.connection.tell(Happened::Event {
            list: self.list,
            seq,
            frame: text,
        });
        Ok(())
    }

    /// What was applied is remembered by its place alone, all else as it was answered.
    fn store_outcome(&self, client: ClientId, outcome: &Outcome) -> Stored<()> {
        let mid = integer(outcome.mid.0);
        if let Some(seq) = outcome.seq() {
            let sql = "INSERT INTO applied (list_id, client_id, mid, seq) VALUES (?, ?, ?, ?)";
            let place = params![self.list.0, client.0, mid, integer(seq.0)];
            run(self.connection, sql, place)?;
            return Ok(());
        }
        let text = serde_json::to_string(outcome).map_err(|_| corrupt("an outcome"))?;
        run(
            self.connection,
            "INSERT INTO outcomes (list_id, client_id, mid, outcome, decided_at) VALUES (?, ?, ?, ?, ?)",
            params![self.list.0, client.0, mid, text, self.now],
        )?;
        Ok(())
    }

    /// Forgets outcomes that the client needs no more. The places of applied ones stay: later edits may be
    /// built on them.
    fn forget(&self, client: ClientId, acked: Mid) -> Stored<()> {
        run(
            self.connection,
            "DELETE FROM outcomes WHERE list_id = ? AND client_id = ? AND mid <= ?",
            params![self.list.0, client.0, integer(acked.0)],
        )?;
        Ok(())
    }

    fn stored_outcome(&self, client: ClientId, mid: Mid) -> Stored<Outcome> {
        if let Some(seq) = self.applied(client, mid)? {
            return Ok(Outcome::new(mid, pending::Outcome::Applied(seq)));
        }
        let kept = first(
            self.connection,
            "SELECT outcome FROM outcomes WHERE list_id = ? AND client_id = ? AND mid = ?",
            params![self.list.0, client.0, integer(mid.0)],
            |row| {
                let text = row.get_ref(0)?.as_str();
                let text = text.map_err(|_| corrupt("an outcome"))?;
                serde_json::from_str(text).map_err(|_| corrupt("an outcome"))
            },
        )?;
        Ok(kept.unwrap_or_else(|| Outcome::new(mid, pending::Outcome::Unknown)))
    }

    /// The place of a mutation that was applied.
    fn applied(&self, client: ClientId, mid: Mid) -> Stored<Option<Seq>> {
        let sql = "SELECT seq FROM applied WHERE list_id = ? AND client_id = ? AND mid = ?";
        let key = params![self.list.0, client.0, integer(mid.0)];
        first(self.connection, sql, key, |row| seq(row, "seq"))
    }
}

fn live_todo(slot: &Slot) -> Option<Todo> {
    match slot {
        Slot::Live { todo, .. } => Some(todo.clone()),
        Slot::Deleted { .. } => None,
    }
}

/// How many there are, and how many of them are not completed.
fn count(todos: &Table) -> (i64, i64) {
    let remaining = todos.iter().filter(|todo| !todo.completed).count();
    (todos.len() as i64, remaining as i64)
}
