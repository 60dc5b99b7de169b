//! Who shares a list, and the invitations to it. Not here: who may do what (`server::sharing`).

use super::{
    Sqlite,
    lists::{access, one, overview, permitted},
    rows::{self, all, corrupt, first, run},
    writing::Writing,
};
use crate::{
    core::{
        id::{InvitationId, ListId, UserId},
        list::{LISTS_MAX, List, Role},
        sharing::{INVITATIONS_MAX, Invitation, Invited, MEMBERS_MAX, Member},
    },
    server::store::{Allow, Companion, Happened, NewInvitation, StoreError, Stored, TokenHash},
};
use rusqlite::{Connection, params};

const MEMBERS: &str =
    "SELECT m.user_id, m.role, u.name FROM members m JOIN users u ON u.id = m.user_id
  WHERE m.list_id = ? ORDER BY m.role <> 'owner', m.joined_at, m.user_id";

/// As [`MEMBERS`] orders them, without the person who asks.
const COMPANIONS: &str = "SELECT list_id, role, name FROM (
    SELECT o.list_id, o.role, u.name,
      ROW_NUMBER() OVER (PARTITION BY o.list_id ORDER BY o.role <> 'owner', o.joined_at, o.user_id) AS place
    FROM members m JOIN members o ON o.list_id = m.list_id AND o.user_id <> m.user_id
    JOIN users u ON u.id = o.user_id
    WHERE m.user_id = ?)
  WHERE place <= 3 ORDER BY list_id, place";

/// An invitation that is open, to a list that is there.
const OPEN: &str = "SELECT i.list_id, i.role, l.name, u.name AS owner,
    EXISTS (SELECT 1 FROM members m WHERE m.list_id = i.list_id AND m.user_id = ?3) AS is_member
  FROM invitations i JOIN lists l ON l.id = i.list_id
  JOIN members o ON o.list_id = l.id AND o.role = 'owner'
  JOIN users u ON u.id = o.user_id
  WHERE i.token_hash = ?1 AND i.expires_at > ?2 AND NOT i.revoked AND l.deleted_at IS NULL";

impl Sqlite {
    pub(in crate::server::store) async fn members(
        &self,
        user: UserId,
        list: ListId,
    ) -> Stored<Vec<Member>> {
        self.read(move |connection| {
            access(connection, user, list)?;
            all(connection, MEMBERS, [list.0], |row| {
                Ok(Member {
                    user: UserId(row.get("user_id")?),
                    name: row.get("name")?,
                    role: rows::role(row)?,
                })
            })
        })
        .await
    }

    pub(in crate::server::store) async fn companions(
        &self,
        user: UserId,
    ) -> Stored<Vec<Companion>> {
        self.read(move |connection| {
            all(connection, COMPANIONS, [user.0], |row| {
                Ok(Companion {
                    list: ListId(row.get("list_id")?),
                    name: row.get("name")?,
                    role: rows::role(row)?,
                })
            })
        })
        .await
    }

    pub(in crate::server::store) async fn set_role(
        &self,
        user: UserId,
        list: ListId,
        member: UserId,
        role: Role,
        allow: Allow,
        touches: Allow,
    ) -> Stored<()> {
        self.touch(user, list, member, allow, touches, move |connection| {
            let sql = "UPDATE members SET role = ? WHERE list_id = ? AND user_id = ?";
            run(connection, sql, params![role.name(), list.0, member.0])?;
            connection.tell(Happened::RoleChanged { list, user: member });
            connection.list_changed(list);
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn remove_member(
        &self,
        user: UserId,
        list: ListId,
        member: UserId,
        allow: Allow,
        touches: Allow,
    ) -> Stored<()> {
        self.touch(user, list, member, allow, touches, move |connection| {
            remove(connection, list, member)?;
            let sql = "UPDATE invitations SET revoked = 1 WHERE list_id = ?";
            run(connection, sql, [list.0])?;
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn leave_list(
        &self,
        user: UserId,
        list: ListId,
        allow: Allow,
    ) -> Stored<()> {
        self.write(list.0, 1, move |connection| {
            let member = access(connection, user, list)?;
            if !allow(member.role) {
                return Err(StoreError::Owner);
            }
            remove(connection, list, user)
        })
        .await
    }

    pub(in crate::server::store) async fn invite(
        &self,
        user: UserId,
        invitation: NewInvitation,
        allow: Allow,
    ) -> Stored<()> {
        let list = invitation.list;
        self.change(user, list, allow, move |connection| {
            if open(connection, list, invitation.now)?.len() >= INVITATIONS_MAX {
                return Err(StoreError::InvitationsLimit);
            }
            run(
                connection,
                "INSERT INTO invitations (id, list_id, role, token_hash, created_at, expires_at)
                 VALUES (?, ?, ?, ?, ?, ?)",
                params![
                    invitation.id.0,
                    list.0,
                    invitation.role.name(),
                    invitation.token,
                    invitation.now,
                    invitation.expires_at
                ],
            )?;
            connection.tell_person(user);
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn invitations(
        &self,
        user: UserId,
        list: ListId,
        allow: Allow,
        now: i64,
    ) -> Stored<Vec<Invitation>> {
        self.read(move |connection| {
            permitted(connection, user, list, allow)?;
            open(connection, list, now)
        })
        .await
    }

    pub(in crate::server::store) async fn revoke_invitation(
        &self,
        user: UserId,
        list: ListId,
        id: InvitationId,
        allow: Allow,
    ) -> Stored<()> {
        self.change(user, list, allow, move |connection| {
            let sql = "UPDATE invitations SET revoked = 1 WHERE id = ? AND list_id = ?";
            if run(connection, sql, [id.0, list.0])? == 0 {
                return Err(StoreError::NotFound);
            }
            connection.tell_person(user);
            Ok(())
        })
        .await
    }

    pub(in crate::server::store) async fn invited(
        &self,
        user: UserId,
        token: TokenHash,
        now: i64,
    ) -> Stored<Invited> {
        self.read(move |connection| invited(connection, user, token, now))
            .await
    }

    pub(in crate::server::store) async fn join(
        &self,
        user: UserId,
        token: TokenHash,
        now: i64,
    ) -> Stored<List> {
        self.write(user.0, 1, move |connection| {
            let invited = invited(connection, user, token, now)?;
            let list = invited.list;
            if !invited.is_member {
                if overview(connection, user, None)?.len() >= LISTS_MAX {
                    return Err(StoreError::Limit);
                }
                if count(connection, list)? >= MEMBERS_MAX {
                    return Err(StoreError::MembersLimit);
                }
                let sql =
                    "INSERT INTO members (list_id, user_id, role, joined_at) VALUES (?, ?, ?, ?)";
                let role = invited.role.name();
                run(connection, sql, params![list.0, user.0, role, now])?;
                connection.list_changed(list);
            }
            one(connection, user, list)
        })
        .await
    }

    /// Does something to a member, if the rules let this person do it, and do it to them.
    async fn touch(
        &self,
        user: UserId,
        list: ListId,
        member: UserId,
        allow: Allow,
        touches: Allow,
        write: impl FnOnce(&Writing<'_>) -> Stored<()> + Send + 'static,
    ) -> Stored<()> {
        self.change(user, list, allow, move |connection| {
            if !touches(access(connection, member, list)?.role) {
                return Err(StoreError::Owner);
            }
            write(connection)
        })
        .await
    }
}

fn remove(writing: &Writing<'_>, list: ListId, member: UserId) -> Stored<()> {
    let sql = "DELETE FROM members WHERE list_id = ? AND user_id = ?";
    run(writing, sql, [list.0, member.0])?;
    writing.tell(Happened::AccessLost { list, user: member });
    writing.list_changed(list);
    Ok(())
}

fn count(connection: &Connection, list: ListId) -> Stored<usize> {
    let sql = "SELECT COUNT(*) FROM members WHERE list_id = ?";
    let count = first(connection, sql, [list.0], |row| Ok(row.get::<_, i64>(0)?))?;
    usize::try_from(count.unwrap_or(0)).map_err(|_| corrupt("a negative counter"))
}

/// A list's open invitations, the latest first.
fn open(connection: &Connection, list: ListId, now: i64) -> Stored<Vec<Invitation>> {
    all(
        connection,
        "SELECT id, role, expires_at FROM invitations
         WHERE list_id = ? AND expires_at > ? AND NOT revoked ORDER BY created_at DESC, id DESC",
        params![list.0, now],
        |row| {
            Ok(Invitation {
                id: InvitationId(row.get("id")?),
                token: None,
                role: rows::role(row)?,
                expires_at: row.get("expires_at")?,
            })
        },
    )
}

fn invited(connection: &Connection, user: UserId, token: TokenHash, now: i64) -> Stored<Invited> {
    let found = first(connection, OPEN, params![token, now, user.0], |row| {
        Ok(Invited {
            list: ListId(row.get("list_id")?),
            name: row.get("name")?,
            owner: row.get("owner")?,
            role: rows::role(row)?,
            is_member: row.get("is_member")?,
        })
    })?;
    found.ok_or(StoreError::NotFound)
}
