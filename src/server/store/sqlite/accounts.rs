//! Accounts, sign-ins and known browsers. Not here: hashing, tokens, limits (`server::auth`).

use super::{
    Sqlite,
    rows::{all, first, role, run},
    writing::Writing,
};
use crate::{
    core::{
        account::{SessionInfo, User, name_key},
        id::{ListId, SessionId, UserId},
        list::Role,
    },
    server::store::{Ended, Happened, NewSession, Session, StoreError, Stored, TokenHash},
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
        self.glance(|connection| {
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
        self.glance(|connection| {
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

    pub(in crate::server::store) async fn sessions(
        &self,
        user: UserId,
        current: SessionId,
        now: i64,
    ) -> Stored<Vec<SessionInfo>> {
        self.read(move |connection| {
            all(
                connection,
                "SELECT id, device, created_at, last_used_at FROM sessions
                 WHERE user_id = ? AND expires_at > ? ORDER BY last_used_at DESC, id DESC",
                params![user.0, now],
                |row| {
                    let id = SessionId(row.get(0)?);
                    Ok(SessionInfo {
                        id,
                        device: row.get(1)?,
                        created_at: row.get(2)?,
                        last_used_at: row.get(3)?,
                        current: id == current,
                    })
                },
            )
        })
        .await
    }

    pub(in crate::server::store) async fn end_session(
        &self,
        user: UserId,
        id: SessionId,
    ) -> Stored<()> {
        self.write(user.0, 1, move |connection| {
            let sql = "DELETE FROM sessions WHERE id = ? AND user_id = ?";
            if run(connection, sql, [id.0, user.0])? == 0 {
                return Err(StoreError::NotFound);
            }
            let which = Ended::One(id);
            connection.tell(Happened::SessionsEnded { user, which });
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn end_other_sessions(
        &self,
        user: UserId,
        keep: SessionId,
    ) -> Stored<()> {
        self.write(user.0, 1, move |connection| {
            end_others(connection, user, Some(keep))
        })
        .await
    }

    pub(in crate::server::store) async fn set_password(
        &self,
        user: UserId,
        password: &str,
        keep: Option<SessionId>,
    ) -> Stored<()> {
        let password = password.to_owned();
        self.write(user.0, 1, move |connection| {
            let sql = "UPDATE users SET password = ? WHERE id = ?";
            match run(connection, sql, params![password, user.0])? {
                0 => Err(StoreError::NotFound),
                _ => end_others(connection, user, keep),
            }
        })
        .await
    }

    pub(in crate::server::store) async fn delete_user(&self, user: UserId) -> Stored<()> {
        self.write(user.0, 1, move |connection| {
            let sql = "SELECT list_id, role FROM members WHERE user_id = ?";
            let lists = all(connection, sql, [user.0], |row| {
                Ok((ListId(row.get(0)?), role(row)?))
            })?;
            for (list, role) in lists {
                if role == Role::Owner {
                    // Before it takes its members with it.
                    connection.tell_members_of(list)?;
                    run(connection, "DELETE FROM lists WHERE id = ?", [list.0])?;
                    connection.tell(Happened::ListDeleted { list });
                } else {
                    connection.list_changed(list);
                }
            }
            run(connection, "DELETE FROM users WHERE id = ?", [user.0])?;
            let which = Ended::AllBut(None);
            connection.tell(Happened::SessionsEnded { user, which });
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn knows_device(
        &self,
        user: UserId,
        token: TokenHash,
    ) -> Stored<bool> {
        self.glance(|connection| {
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
            run(
                connection,
                "INSERT INTO devices (token_hash, user_id, last_used_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET last_used_at = ?3",
                params![token, user.0, now],
            )?;
            Ok(())
        })
        .await
    }
}

fn end_others(connection: &Writing<'_>, user: UserId, keep: Option<SessionId>) -> Stored<()> {
    let sql = "DELETE FROM sessions WHERE user_id = ?1 AND (?2 IS NULL OR id <> ?2)";
    run(connection, sql, params![user.0, keep.map(|id| id.0)])?;
    let which = Ended::AllBut(keep);
    connection.tell(Happened::SessionsEnded { user, which });
    Ok(())
}
