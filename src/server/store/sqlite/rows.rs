//! Queries in one call each, rows into `core`'s types, and numbers into SQLite's. Not here: queries' meaning.

use crate::{
    core::{
        id::{ListId, Mid, Seq, TodoId},
        list::{List, Role},
        order::Position,
        todo::Todo,
    },
    server::store::{DeletedList, StoreError, Stored},
};
use rusqlite::{Connection, Params, Row};

/// A value that this version never writes: the database was changed by hand, or is broken.
pub(super) fn corrupt(what: &'static str) -> StoreError {
    StoreError::Database(Box::<dyn std::error::Error + Send + Sync>::from(what).into())
}

/// The first row, if there is one.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Stored<T>,
) -> Stored<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// All rows.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> Stored<T>,
) -> Stored<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_and_then(params, read)?.collect()
}

/// Writes. How many rows changed.
pub(super) fn run(connection: &Connection, sql: &str, params: impl Params) -> Stored<usize> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

/// SQLite's integers are signed. Numbers of ours stay far below the limit; what a caller sends may not.
pub(super) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn natural(row: &Row<'_>, column: &str) -> Stored<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| corrupt("a negative counter"))
}

pub(super) fn seq(row: &Row<'_>, column: &str) -> Stored<Seq> {
    natural(row, column).map(Seq)
}

pub(super) fn mid(row: &Row<'_>, column: &str) -> Stored<Mid> {
    natural(row, column).map(Mid)
}

pub(super) fn role(row: &Row<'_>) -> Stored<Role> {
    let role = row.get_ref("role")?.as_str();
    match role.map_err(|_| corrupt("a role"))? {
        "owner" => Ok(Role::Owner),
        "editor" => Ok(Role::Editor),
        "viewer" => Ok(Role::Viewer),
        _ => Err(corrupt("an unknown role")),
    }
}

pub(super) fn list(row: &Row<'_>) -> Stored<List> {
    Ok(List {
        id: ListId(row.get("id")?),
        name: row.get("name")?,
        role: role(row)?,
        left: natural(row, "remaining")?,
        total: natural(row, "total")?,
        members: natural(row, "members")?,
    })
}

pub(super) fn deleted_list(row: &Row<'_>) -> Stored<DeletedList> {
    Ok(DeletedList {
        id: ListId(row.get("id")?),
        name: row.get("name")?,
        deleted_at: row.get("deleted_at")?,
    })
}

pub(super) fn todo(list: ListId, row: &Row<'_>) -> Stored<Todo> {
    let position: String = row.get("position")?;
    Ok(Todo {
        id: TodoId(row.get("id")?),
        list,
        title: row.get("title")?,
        completed: row.get("completed")?,
        position: Position::parse(&position).map_err(|_| corrupt("a position"))?,
        version: seq(row, "version")?,
        title_version: seq(row, "title_version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}
