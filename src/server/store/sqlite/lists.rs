//! Lists and reading them. Not here: changing what is in them (`commit`).

use super::{Sqlite, rows};
use crate::{
    core::{
        id::{ClientId, Epoch, ListId, Mid, Seq, UserId},
        list::{LISTS_MAX, List, Role},
        order::Position,
        replica::Replica,
        wire::{EventFrame, Pulled},
    },
    server::store::{Allow, StoreError, Stored},
};
use sqlx::{Row, SqliteConnection};

/// Events in a delta at most; beyond it `since` is too old, and the list itself is the shorter answer. An event weighs
/// up to 2.5 kB (500 characters of four bytes, and what stands around them), so this is 5 MB at worst.
const DELTA_MAX: u64 = 2_000;

const OVERVIEW: &str = "SELECT l.id, l.name, l.remaining, l.total, m.role,
    (SELECT COUNT(*) FROM members o WHERE o.list_id = l.id) AS members
  FROM members m JOIN lists l ON l.id = m.list_id
  WHERE m.user_id = ?1 AND l.deleted_at IS NULL AND (?2 IS NULL OR l.id = ?2)
  ORDER BY m.joined_at, l.id";

impl Sqlite {
    pub(in crate::server::store) async fn create_list(
        &self,
        id: ListId,
        name: &str,
        owner: UserId,
        now: i64,
    ) -> Stored<List> {
        let mut transaction = self.begin().await?;
        let there = sqlx::query("SELECT 1 FROM lists WHERE id = ?")
            .bind(id.0)
            .fetch_optional(&mut *transaction)
            .await?;
        if there.is_some() {
            let list = overview(&mut transaction, owner, Some(id)).await?.pop();
            return list
                .filter(|list| list.role == Role::Owner)
                .ok_or(StoreError::Taken);
        }
        if overview(&mut transaction, owner, None).await?.len() >= LISTS_MAX {
            return Err(StoreError::Limit);
        }
        sqlx::query("INSERT INTO lists (id, name, created_at) VALUES (?, ?, ?)")
            .bind(id.0)
            .bind(name)
            .bind(now)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO members (list_id, user_id, role, joined_at) VALUES (?, ?, 'owner', ?)",
        )
        .bind(id.0)
        .bind(owner.0)
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(List {
            id,
            name: name.to_owned(),
            role: Role::Owner,
            left: 0,
            total: 0,
            members: 1,
        })
    }

    pub(in crate::server::store) async fn lists(&self, user: UserId) -> Stored<Vec<List>> {
        let mut connection = self.readers.acquire().await?;
        overview(&mut connection, user, None).await
    }

    pub(in crate::server::store) async fn list(&self, user: UserId, list: ListId) -> Stored<List> {
        let mut connection = self.readers.acquire().await?;
        let found = overview(&mut connection, user, Some(list)).await?.pop();
        found.ok_or(StoreError::NotFound)
    }

    pub(in crate::server::store) async fn rename_list(
        &self,
        user: UserId,
        list: ListId,
        name: &str,
        allow: Allow,
    ) -> Stored<List> {
        let mut transaction = self.begin().await?;
        let member = access(&mut transaction, user, list).await?;
        allowed(member.role, allow)?;
        sqlx::query("UPDATE lists SET name = ? WHERE id = ?")
            .bind(name)
            .bind(list.0)
            .execute(&mut *transaction)
            .await?;
        let renamed = overview(&mut transaction, user, Some(list)).await?.pop();
        transaction.commit().await?;
        renamed.ok_or(StoreError::NotFound)
    }

    pub(in crate::server::store) async fn delete_list(
        &self,
        user: UserId,
        list: ListId,
        allow: Allow,
        now: i64,
    ) -> Stored<()> {
        let mut transaction = self.begin().await?;
        let member = membership(&mut transaction, user, list).await?;
        allowed(member.role, allow)?;
        sqlx::query("UPDATE lists SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL")
            .bind(now)
            .bind(list.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(in crate::server::store) async fn restore_list(
        &self,
        user: UserId,
        list: ListId,
        allow: Allow,
        since: i64,
    ) -> Stored<List> {
        let mut transaction = self.begin().await?;
        let member = membership(&mut transaction, user, list).await?;
        allowed(member.role, allow)?;
        if let Some(deleted_at) = member.deleted_at {
            if deleted_at < since {
                return Err(StoreError::NotFound);
            }
            if overview(&mut transaction, user, None).await?.len() >= LISTS_MAX {
                return Err(StoreError::Limit);
            }
            sqlx::query("UPDATE lists SET deleted_at = NULL WHERE id = ?")
                .bind(list.0)
                .execute(&mut *transaction)
                .await?;
        }
        let restored = overview(&mut transaction, user, Some(list)).await?.pop();
        transaction.commit().await?;
        restored.ok_or(StoreError::NotFound)
    }

    pub(in crate::server::store) async fn last_position(
        &self,
        user: UserId,
        list: ListId,
    ) -> Stored<Option<Position>> {
        let mut transaction = self.readers.begin().await?;
        access(&mut transaction, user, list).await?;
        let row =
            sqlx::query("SELECT MAX(position) FROM todos WHERE list_id = ? AND deleted_at IS NULL")
                .bind(list.0)
                .fetch_one(&mut *transaction)
                .await?;
        let last: Option<String> = row.try_get(0)?;
        last.map(|text| Position::parse(&text).map_err(|_| rows::corrupt("a position")))
            .transpose()
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
        let mut transaction = self.readers.begin().await?;
        let Membership { role, head, .. } = access(&mut transaction, user, list).await?;
        let last_mid = match client {
            Some(client) => last_mid(&mut transaction, list, client).await?,
            None => Mid(0),
        };
        if let Some((epoch, since)) = since
            && epoch == self.epoch
            && let Some(events) = events(&mut transaction, list, since, head).await?
        {
            return Ok(Pulled::delta(
                list, role, last_mid, self.epoch, head, events,
            ));
        }
        let todos = sqlx::query(
            "SELECT id, title, completed, position, version, title_version, created_at, updated_at
             FROM todos WHERE list_id = ? AND deleted_at IS NULL",
        )
        .bind(list.0)
        .fetch_all(&mut *transaction)
        .await?
        .iter()
        .map(|row| rows::todo(list, row))
        .collect::<Stored<Vec<_>>>()?;
        let state = Replica::new(self.epoch, head, todos);
        Ok(Pulled::snapshot(list, role, last_mid, state))
    }

    /// Gives a client that is named for the first time to the user; refuses it from anybody else. A caller
    /// without access to the list names nothing.
    async fn name_client(&self, client: ClientId, user: UserId, list: ListId) -> Stored<()> {
        let mut reader = self.readers.acquire().await?;
        let known = owner_of(&mut reader, client).await?;
        drop(reader);
        match known {
            Some(owner) if owner == user => Ok(()),
            Some(_) => Err(StoreError::ClientTaken),
            None => {
                let mut transaction = self.begin().await?;
                access(&mut transaction, user, list).await?;
                claim(&mut transaction, client, user).await?;
                transaction.commit().await?;
                Ok(())
            }
        }
    }
}

async fn overview(
    connection: &mut SqliteConnection,
    user: UserId,
    list: Option<ListId>,
) -> Stored<Vec<List>> {
    let rows = sqlx::query(OVERVIEW)
        .bind(user.0)
        .bind(list.map(|list| list.0))
        .fetch_all(connection)
        .await?;
    rows.iter().map(rows::list).collect()
}

fn allowed(role: Role, allow: Allow) -> Stored<()> {
    if allow(role) {
        Ok(())
    } else {
        Err(StoreError::Forbidden)
    }
}

/// A member's place in a list, deleted or not.
struct Membership {
    role: Role,
    /// The list's last event.
    head: Seq,
    deleted_at: Option<i64>,
}

async fn membership(
    connection: &mut SqliteConnection,
    user: UserId,
    list: ListId,
) -> Stored<Membership> {
    let row = sqlx::query(
        "SELECT m.role, l.seq, l.deleted_at FROM members m JOIN lists l ON l.id = m.list_id
         WHERE m.list_id = ? AND m.user_id = ?",
    )
    .bind(list.0)
    .bind(user.0)
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::NotFound)?;
    Ok(Membership {
        role: rows::role(&row)?,
        head: rows::seq(&row, "seq")?,
        deleted_at: row.try_get("deleted_at")?,
    })
}

/// A member's place in a list that is there.
async fn access(
    connection: &mut SqliteConnection,
    user: UserId,
    list: ListId,
) -> Stored<Membership> {
    let member = membership(connection, user, list).await?;
    match member.deleted_at {
        None => Ok(member),
        Some(_) => Err(StoreError::NotFound),
    }
}

/// The highest decided mutation of a client for a list.
async fn last_mid(
    connection: &mut SqliteConnection,
    list: ListId,
    client: ClientId,
) -> Stored<Mid> {
    let row = sqlx::query("SELECT last_mid FROM queues WHERE list_id = ? AND client_id = ?")
        .bind(list.0)
        .bind(client.0)
        .fetch_optional(connection)
        .await?;
    row.map_or(Ok(Mid(0)), |row| rows::mid(&row, "last_mid"))
}

async fn owner_of(connection: &mut SqliteConnection, client: ClientId) -> Stored<Option<UserId>> {
    let row = sqlx::query("SELECT user_id FROM clients WHERE id = ?")
        .bind(client.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(UserId(row.try_get(0)?))).transpose()
}

/// Gives the client to the user unless it is somebody's already.
pub(super) async fn claim(
    connection: &mut SqliteConnection,
    client: ClientId,
    user: UserId,
) -> Stored<()> {
    sqlx::query("INSERT INTO clients (id, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(client.0)
        .bind(user.0)
        .execute(&mut *connection)
        .await?;
    match owner_of(connection, client).await? {
        Some(owner) if owner == user => Ok(()),
        _ => Err(StoreError::ClientTaken),
    }
}

/// Exactly the events after `since`, or nothing when they are not all there (pruned, or `since` is ahead), or more
/// than is worth sending.
async fn events(
    connection: &mut SqliteConnection,
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
    let rows = sqlx::query("SELECT event FROM events WHERE list_id = ? AND seq > ? ORDER BY seq")
        .bind(list.0)
        .bind(rows::integer(since.0))
        .fetch_all(connection)
        .await?;
    if rows.len() as u64 != missing {
        return Ok(None);
    }
    let decode = |text: &str| serde_json::from_str(text).map_err(|_| rows::corrupt("an event"));
    let events = rows.iter().map(|row| decode(row.try_get(0)?));
    events.collect::<Stored<Vec<_>>>().map(Some)
}
