//! Rows into `core`'s types, and numbers into SQLite's. Not here: queries' meaning.

use crate::{
    core::{
        id::{ListId, Mid, Seq, TodoId},
        list::{List, Role},
        order::Position,
        todo::Todo,
    },
    server::store::{StoreError, Stored},
};
use sqlx::{Row, sqlite::SqliteRow};

/// A value that this version never writes: the database was changed by hand, or is broken.
pub(super) fn corrupt(what: &'static str) -> StoreError {
    StoreError::Database(sqlx::Error::Protocol(what.to_owned()))
}

/// SQLite's integers are signed. Numbers of ours stay far below the limit; what a caller sends may not.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn natural(row: &SqliteRow, column: &str) -> Stored<u64> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|_| corrupt("a negative counter"))
}

pub(super) fn seq(row: &SqliteRow, column: &str) -> Stored<Seq> {
    natural(row, column).map(Seq)
}

pub(super) fn mid(row: &SqliteRow, column: &str) -> Stored<Mid> {
    natural(row, column).map(Mid)
}

pub(super) fn role(row: &SqliteRow) -> Stored<Role> {
    match row.try_get("role")? {
        "owner" => Ok(Role::Owner),
        "editor" => Ok(Role::Editor),
        "viewer" => Ok(Role::Viewer),
        _ => Err(corrupt("an unknown role")),
    }
}

pub(super) fn list(row: &SqliteRow) -> Stored<List> {
    Ok(List {
        id: ListId(row.try_get("id")?),
        name: row.try_get("name")?,
        role: role(row)?,
        left: natural(row, "remaining")?,
        total: natural(row, "total")?,
        members: natural(row, "members")?,
    })
}

pub(super) fn todo(list: ListId, row: &SqliteRow) -> Stored<Todo> {
    let position: String = row.try_get("position")?;
    Ok(Todo {
        id: TodoId(row.try_get("id")?),
        list,
        title: row.try_get("title")?,
        completed: row.try_get("completed")?,
        position: Position::parse(&position).map_err(|_| corrupt("a position"))?,
        version: seq(row, "version")?,
        title_version: seq(row, "title_version")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
    })
}
