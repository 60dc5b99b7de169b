//! Accounts, sign-ins and known browsers. Not here: hashing, tokens, limits (`server::auth`).

use super::{
    Sqlite,
    rows::{first, run},
};
use crate::{
    core::{
        account::{User, name_key},
        id::{SessionId, UserId},
    },
    server::store::{NewSession, Session, StoreError, Stored, TokenHash},
};
use rusqlite::params;

impl Sqlite {
    pub(in crate::server::store) async fn create_user(
        &self,
        id: UserId,
        name: &str,
        password: &str,
        now: i64,
    ) -> Stored<()> {
        let (name, password) = (name.to_owned(), password.to_owned());
        self.write(id.0, 1, move |connection| {
            let made = run(
                connection,
                "INSERT INTO users (id, name, name_key, password, created_at) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (name_key) DO NOTHING",
                params![id.0, name, name_key(&name), password, now],
            )?;
            match made {
                0 => Err(StoreError::Taken),
                _ => Ok(()),
            }
        })
        .await
    }

    pub(in crate::server::store) async fn credentials(
        &self,
        name: &str,
    ) -> Stored<Option<(User, String)>> {
        let key = name_key(name);
        self.read(move |connection| {
            let sql = "SELECT id, name, password FROM users WHERE name_key = ?";
            first(connection, sql, [key], |row| {
                let user = User {
                    id: UserId(row.get(0)?),
                    name: row.get(1)?,
                };
                Ok((user, row.get(2)?))
            })
        })
        .await
    }

    pub(in crate::server::store) async fn open_session(&self, session: NewSession) -> Stored<()> {
        self.write(session.user.0, 1, move |connection| {
            run(
                connection,
                "INSERT INTO sessions (id, user_id, token_hash, device, created_at, last_used_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
                params![
                    session.id.0,
                    session.user.0,
                    session.token,
                    session.device,
                    session.now,
                    session.expires_at
                ],
            )?;
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn session(
        &self,
        token: TokenHash,
        now: i64,
    ) -> Stored<Option<Session>> {
        self.read(move |connection| {
            first(
                connection,
                "SELECT s.id, u.id, u.name, s.last_used_at FROM sessions s JOIN users u ON u.id = s.user_id
                 WHERE s.token_hash = ? AND s.expires_at > ?",
                params![token, now],
                |row| {
                    Ok(Session {
                        id: SessionId(row.get(0)?),
                        user: User {
                            id: UserId(row.get(1)?),
                            name: row.get(2)?,
                        },
                        last_used_at: row.get(3)?,
                    })
                },
            )
        })
        .await
    }

    pub(in crate::server::store) async fn touch_session(
        &self,
        id: SessionId,
        now: i64,
        expires_at: i64,
    ) -> Stored<()> {
        self.write(id.0, 1, move |connection| {
            let sql = "UPDATE sessions SET last_used_at = ?, expires_at = ? WHERE id = ?";
            run(connection, sql, params![now, expires_at, id.0])?;
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn end_session(&self, id: SessionId) -> Stored<()> {
        self.write(id.0, 1, move |connection| {
            run(connection, "DELETE FROM sessions WHERE id = ?", [id.0])?;
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn knows_device(
        &self,
        user: UserId,
        token: TokenHash,
    ) -> Stored<bool> {
        self.read(move |connection| {
            let sql = "SELECT 1 FROM devices WHERE token_hash = ? AND user_id = ?";
            let known = first(connection, sql, params![token, user.0], |_| Ok(()));
            Ok(known?.is_some())
        })
        .await
    }

    pub(in crate::server::store) async fn remember_device(
        &self,
        user: UserId,
        token: TokenHash,
        now: i64,
    ) -> Stored<()> {
        self.write(user.0, 1, move |connection| {
            let sql = "INSERT INTO devices (token_hash, user_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
            run(connection, sql, params![token, user.0, now])?;
            Ok(())
        })
        .await
    }
}
