//! Lists and reading them. Not here: changing what is in them (`commit`).

use super::{
    Sqlite,
    rows::{self, all, first, run},
    writing::Writing,
};
use crate::{
    core::{
        id::{ClientId, Epoch, ListId, Mid, Seq, TodoId, UserId},
        list::{LISTS_MAX, List, Role},
        order::Position,
        todo::Todo,
        wire::{EventFrame, Pulled},
    },
    server::store::{Allow, DeletedList, Happened, StoreError, Stored, Title},
};
use rusqlite::{Connection, params};

/// Events in a delta at most; beyond it `since` is too old, and the list itself is the shorter answer. An event weighs
/// up to 2.5 kB (500 characters of four bytes, and what stands around them), so this is 5 MB at worst.
pub(super) const DELTA_MAX: u64 = 2_000;

const OVERVIEW: &str = "SELECT l.id, l.name, l.remaining, l.total, m.role,
    (SELECT COUNT(*) FROM members o WHERE o.list_id = l.id) AS members
  FROM members m JOIN lists l ON l.id = m.list_id
  WHERE m.user_id = ?1 AND l.deleted_at IS NULL AND (?2 IS NULL OR l.id = ?2)
  ORDER BY m.joined_at, l.id";

// By the index on the person: they may have deleted few lists while everybody together has deleted many.
const DELETED: &str = "SELECT l.id, l.name, l.deleted_at, m.role
  FROM members m JOIN lists l ON l.id = m.list_id
  WHERE m.user_id = ?1 AND l.deleted_at >= ?2
  ORDER BY l.deleted_at DESC, l.id DESC";

impl Sqlite {
    pub(in crate::server::store) async fn create_list(
        &self,
        id: ListId,
        name: &str,
        owner: UserId,
        now: i64,
    ) -> Stored<List> {
        let name = name.to_owned();
        self.write(owner.0, 1, move |connection| {
            let there = first(
                connection,
                "SELECT 1 FROM lists WHERE id = ?",
                [id.0],
                |_| Ok(()),
            )?;
            if there.is_some() {
                let list = overview(connection, owner, Some(id))?.pop();
                return list
                    .filter(|list| list.role == Role::Owner)
                    .ok_or(StoreError::Taken);
            }
            if overview(connection, owner, None)?.len() >= LISTS_MAX {
                return Err(StoreError::Limit);
            }
            let sql = "INSERT INTO lists (id, name, created_at) VALUES (?, ?, ?)";
            run(connection, sql, params![id.0, name, now])?;
            let sql =
                "INSERT INTO members (list_id, user_id, role, joined_at) VALUES (?, ?, 'owner', ?)";
            run(connection, sql, params![id.0, owner.0, now])?;
            connection.list_changed(id);
            Ok(List {
                id,
                name,
                role: Role::Owner,
                left: 0,
                total: 0,
                members: 1,
            })
        })
        .await
    }

    pub(in crate::server::store) async fn lists(&self, user: UserId) -> Stored<Vec<List>> {
        self.read(move |connection| overview(connection, user, None))
            .await
    }

    pub(in crate::server::store) async fn list(&self, user: UserId, list: ListId) -> Stored<List> {
        self.read(move |connection| one(connection, user, list))
            .await
    }

    pub(in crate::server::store) async fn rename_list(
        &self,
        user: UserId,
        list: ListId,
        name: &str,
        allow: Allow,
    ) -> Stored<List> {
        let name = name.to_owned();
        self.change(user, list, allow, move |connection| {
            let sql = "UPDATE lists SET name = ? WHERE id = ?";
            run(connection, sql, params![name, list.0])?;
            connection.list_changed(list);
            one(connection, user, list)
        })
        .await
    }

    pub(in crate::server::store) async fn delete_list(
        &self,
        user: UserId,
        list: ListId,
        allow: Allow,
        now: i64,
    ) -> Stored<()> {
        self.write(list.0, 1, move |connection| {
            let member = membership(connection, user, list)?;
            allowed(member.role, allow)?;
            let sql = "UPDATE lists SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL";
            if run(connection, sql, params![now, list.0])? > 0 {
                connection.tell(Happened::ListDeleted { list });
                connection.list_changed(list);
            }
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn restore_list(
        &self,
        user: UserId,
        list: ListId,
        allow: Allow,
        since: i64,
    ) -> Stored<List> {
        self.write(list.0, 1, move |connection| {
            let member = membership(connection, user, list)?;
            allowed(member.role, allow)?;
            if let Some(deleted_at) = member.deleted_at {
                if deleted_at < since {
                    return Err(StoreError::NotFound);
                }
                if overview(connection, user, None)?.len() >= LISTS_MAX {
                    return Err(StoreError::Limit);
                }
                let sql = "UPDATE lists SET deleted_at = NULL WHERE id = ?";
                run(connection, sql, [list.0])?;
                connection.list_changed(list);
            }
            one(connection, user, list)
        })
        .await
    }

    pub(in crate::server::store) async fn deleted_lists(
        &self,
        user: UserId,
        allow: Allow,
        since: i64,
    ) -> Stored<Vec<DeletedList>> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(DELETED)?;
            let rows = statement.query_and_then(params![user.0, since], |row| {
                Ok((rows::role(row)?, rows::deleted_list(row)?))
            })?;
            let allowed = rows.filter_map(|row: Stored<_>| match row {
                Ok((role, list)) => allow(role).then_some(Ok(list)),
                Err(error) => Some(Err(error)),
            });
            allowed.take(LISTS_MAX).collect()
        })
        .await
    }

    pub(in crate::server::store) async fn last_position(
        &self,
        user: UserId,
        list: ListId,
    ) -> Stored<Option<Position>> {
        self.read(move |connection| {
            access(connection, user, list)?;
            let sql = "SELECT MAX(position) FROM todos WHERE list_id = ? AND deleted_at IS NULL";
            let last = first(connection, sql, [list.0], |row| Ok(row.get(0)?))?;
            let last: Option<String> = last.flatten();
            last.map(|text| Position::parse(&text).map_err(|_| rows::corrupt("a position")))
                .transpose()
        })
        .await
    }

    pub(in crate::server::store) async fn pull(
        &self,
        user: UserId,
        list: ListId,
        client: Option<ClientId>,
        since: Option<(Epoch, Seq)>,
    ) -> Stored<Pulled> {
        if let Some(client) = client {
            self.name_client(client, user, list).await?;
        }
        let current = self.0.epoch;
        self.read(move |connection| {
            let Membership { role, head, .. } = access(connection, user, list)?;
            let last_mid = match client {
                Some(client) => last_mid(connection, list, client)?,
                None => Mid(0),
            };
            if let Some((epoch, since)) = since
                && epoch == current
                && let Some(events) = events(connection, list, since, head)?
            {
                return Ok(Pulled::delta(list, role, last_mid, epoch, head, events));
            }
            let todos = todos(connection, list)?;
            Ok(Pulled::snapshot(list, role, last_mid, current, head, todos))
        })
        .await
    }

    pub(in crate::server::store) async fn title(
        &self,
        user: UserId,
        list: ListId,
        id: TodoId,
    ) -> Stored<Title> {
        self.read(move |connection| {
            access(connection, user, list)?;
            title(connection, list, id)?.ok_or(StoreError::NotFound)
        })
        .await
    }

    /// Changes a list itself, or who shares it, if the rule lets this person.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        user: UserId,
        list: ListId,
        allow: Allow,
        write: impl FnOnce(&Writing<'_>) -> Stored<T> + Send + 'static,
    ) -> Stored<T> {
        self.write(list.0, 1, move |connection| {
            permitted(connection, user, list, allow)?;
            write(connection)
        })
        .await
    }

    /// Gives a client that is named for the first time to the user; refuses it from anybody else. A caller
    /// without access to the list names nothing.
    pub(super) async fn name_client(
        &self,
        client: ClientId,
        user: UserId,
        list: ListId,
    ) -> Stored<()> {
        let known = self.glance(|connection| owner_of(connection, client));
        match known.await? {
            Some(owner) if owner == user => Ok(()),
            Some(_) => Err(StoreError::ClientTaken),
            None => {
                self.write(list.0, 1, move |connection| {
                    access(connection, user, list)?;
                    claim(connection, client, user)
                })
                .await
            }
        }
    }
}

pub(super) fn overview(
    connection: &Connection,
    user: UserId,
    list: Option<ListId>,
) -> Stored<Vec<List>> {
    let list = list.map(|list| list.0);
    all(connection, OVERVIEW, params![user.0, list], rows::list)
}

pub(super) fn one(connection: &Connection, user: UserId, list: ListId) -> Stored<List> {
    let found = overview(connection, user, Some(list))?.pop();
    found.ok_or(StoreError::NotFound)
}

fn allowed(role: Role, allow: Allow) -> Stored<()> {
    if allow(role) {
        Ok(())
    } else {
        Err(StoreError::Forbidden)
    }
}

/// A member's place in a list, deleted or not.
pub(super) struct Membership {
    pub(super) role: Role,
    /// The list's last event.
    pub(super) head: Seq,
    deleted_at: Option<i64>,
}

pub(super) fn membership(
    connection: &Connection,
    user: UserId,
    list: ListId,
) -> Stored<Membership> {
    let member = first(
        connection,
        "SELECT m.role, l.seq, l.deleted_at FROM members m JOIN lists l ON l.id = m.list_id
         WHERE m.list_id = ? AND m.user_id = ?",
        [list.0, user.0],
        |row| {
            Ok(Membership {
                role: rows::role(row)?,
                head: rows::seq(row, "seq")?,
                deleted_at: row.get("deleted_at")?,
            })
        },
    )?;
    member.ok_or(StoreError::NotFound)
}

/// A member's place in a list that is there.
pub(super) fn access(connection: &Connection, user: UserId, list: ListId) -> Stored<Membership> {
    let member = membership(connection, user, list)?;
    match member.deleted_at {
        None => Ok(member),
        Some(_) => Err(StoreError::NotFound),
    }
}

/// Whether the rule lets a member of a list that is there.
pub(super) fn permitted(
    connection: &Connection,
    user: UserId,
    list: ListId,
    allow: Allow,
) -> Stored<()> {
    allowed(access(connection, user, list)?.role, allow)
}

/// Everything in a list, in its order.
pub(super) fn todos(connection: &Connection, list: ListId) -> Stored<Vec<Todo>> {
    all(
        connection,
        "SELECT id, title, completed, position, version, title_version, created_at, updated_at
         FROM todos WHERE list_id = ? AND deleted_at IS NULL ORDER BY position, id",
        [list.0],
        |row| rows::todo(list, row),
    )
}

/// The text of a live todo, and what its event knows of who wrote it.
fn title(connection: &Connection, list: ListId, id: TodoId) -> Stored<Option<Title>> {
    let sql = "SELECT t.title, t.title_version, e.event, e.created_at FROM todos t
               LEFT JOIN events e ON e.list_id = t.list_id AND e.seq = t.title_version
               WHERE t.list_id = ? AND t.id = ? AND t.deleted_at IS NULL";
    first(connection, sql, [list.0, id.0], |row| {
        let event: Option<String> = row.get("event")?;
        let client = event.as_deref().map(client_of).transpose()?.flatten();
        Ok(Title {
            text: row.get("title")?,
            version: rows::seq(row, "title_version")?,
            by: match client {
                Some(client) => name_of_owner(connection, client)?,
                None => None,
            },
            at: row.get("created_at")?,
        })
    })
}

/// The client whose mutation made an event, if it was one.
fn client_of(event: &str) -> Stored<Option<ClientId>> {
    let frame: EventFrame = serde_json::from_str(event).map_err(|_| rows::corrupt("an event"))?;
    Ok(frame.placed().origin.map(|(client, _)| client))
}

/// The name of the person whom a client belongs to.
fn name_of_owner(connection: &Connection, client: ClientId) -> Stored<Option<String>> {
    let sql = "SELECT u.name FROM clients c JOIN users u ON u.id = c.user_id WHERE c.id = ?";
    first(connection, sql, [client.0], |row| Ok(row.get(0)?))
}

/// The highest decided mutation of a client for a list.
pub(super) fn last_mid(connection: &Connection, list: ListId, client: ClientId) -> Stored<Mid> {
    let sql = "SELECT last_mid FROM queues WHERE list_id = ? AND client_id = ?";
    let last = first(connection, sql, [list.0, client.0], |row| {
        rows::mid(row, "last_mid")
    });
    Ok(last?.unwrap_or(Mid(0)))
}

fn owner_of(connection: &Connection, client: ClientId) -> Stored<Option<UserId>> {
    let sql = "SELECT user_id FROM clients WHERE id = ?";
    first(connection, sql, [client.0], |row| Ok(UserId(row.get(0)?)))
}

/// Gives the client to the user unless it is somebody's already.
pub(super) fn claim(connection: &Connection, client: ClientId, user: UserId) -> Stored<()> {
    let sql = "INSERT INTO clients (id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
    run(connection, sql, [client.0, user.0])?;
    match owner_of(connection, client)? {
        Some(owner) if owner == user => Ok(()),
        _ => Err(StoreError::ClientTaken),
    }
}

/// Exactly the events after `since`, or nothing when they are not all there (pruned, or `since` is ahead), or more
/// than is worth sending.
fn events(
    connection: &Connection,
    list: ListId,
    since: Seq,
    head: Seq,
) -> Stored<Option<Vec<EventFrame>>> {
    let Some(missing) = head.0.checked_sub(since.0) else {
        return Ok(None);
    };
    if missing > DELTA_MAX {
        return Ok(None);
    }
    let sql = "SELECT event FROM events WHERE list_id = ? AND seq > ? ORDER BY seq";
    let since = rows::integer(since.0);
    let events = all(connection, sql, params![list.0, since], |row| {
        let text = row.get_ref(0)?.as_str();
        let text = text.map_err(|_| rows::corrupt("an event"))?;
        serde_json::from_str(text).map_err(|_| rows::corrupt("an event"))
    })?;
    Ok((events.len() as u64 == missing).then_some(events))
}
