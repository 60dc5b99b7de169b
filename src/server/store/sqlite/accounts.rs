//! Accounts, sign-ins and known browsers. Not here: hashing, tokens, limits (`server::auth`).

use super::Sqlite;
use crate::{
    core::{
        account::{User, name_key},
        id::{SessionId, UserId},
    },
    server::store::{NewSession, Session, StoreError, Stored, TokenHash},
};
use sqlx::Row;

impl Sqlite {
    pub(in crate::server::store) async fn create_user(
        &self,
        id: UserId,
        name: &str,
        password: &str,
        now: i64,
    ) -> Stored<()> {
        sqlx::query(
            "INSERT INTO users (id, name, name_key, password, created_at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(id.0)
        .bind(name)
        .bind(name_key(name))
        .bind(password)
        .bind(now)
        .execute(&self.writer)
        .await
        .map_err(|error| match error.as_database_error() {
            Some(cause) if cause.is_unique_violation() => StoreError::Taken,
            _ => StoreError::Database(error),
        })?;
        Ok(())
    }

    pub(in crate::server::store) async fn credentials(
        &self,
        name: &str,
    ) -> Stored<Option<(User, String)>> {
        let row = sqlx::query("SELECT id, name, password FROM users WHERE name_key = ?")
            .bind(name_key(name))
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let user = User {
            id: UserId(row.try_get(0)?),
            name: row.try_get(1)?,
        };
        Ok(Some((user, row.try_get(2)?)))
    }

    pub(in crate::server::store) async fn open_session(&self, session: NewSession) -> Stored<()> {
        sqlx::query(
            "INSERT INTO sessions (id, user_id, token_hash, device, created_at, last_used_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
        )
        .bind(session.id.0)
        .bind(session.user.0)
        .bind(session.token.as_slice())
        .bind(session.device)
        .bind(session.now)
        .bind(session.expires_at)
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    pub(in crate::server::store) async fn session(
        &self,
        token: TokenHash,
        now: i64,
    ) -> Stored<Option<Session>> {
        let row = sqlx::query(
            "SELECT s.id, u.id, u.name, s.last_used_at FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.token_hash = ? AND s.expires_at > ?",
        )
        .bind(token.as_slice())
        .bind(now)
        .fetch_optional(&self.readers)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Session {
            id: SessionId(row.try_get(0)?),
            user: User {
                id: UserId(row.try_get(1)?),
                name: row.try_get(2)?,
            },
            last_used_at: row.try_get(3)?,
        }))
    }

    pub(in crate::server::store) async fn touch_session(
        &self,
        id: SessionId,
        now: i64,
        expires_at: i64,
    ) -> Stored<()> {
        sqlx::query("UPDATE sessions SET last_used_at = ?, expires_at = ? WHERE id = ?")
            .bind(now)
            .bind(expires_at)
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(in crate::server::store) async fn end_session(&self, id: SessionId) -> Stored<()> {
        sqlx::query("DELETE FROM sessions WHERE id = ?")
            .bind(id.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub(in crate::server::store) async fn knows_device(
        &self,
        user: UserId,
        token: TokenHash,
    ) -> Stored<bool> {
        let row = sqlx::query("SELECT 1 FROM devices WHERE token_hash = ? AND user_id = ?")
            .bind(token.as_slice())
            .bind(user.0)
            .fetch_optional(&self.readers)
            .await?;
        Ok(row.is_some())
    }

    pub(in crate::server::store) async fn remember_device(
        &self,
        user: UserId,
        token: TokenHash,
        now: i64,
    ) -> Stored<()> {
        sqlx::query(
            "INSERT INTO devices (token_hash, user_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(token.as_slice())
        .bind(user.0)
        .bind(now)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
