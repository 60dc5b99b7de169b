//! Who shares a list, the links that invite, and their limits. Not here: what a role may do in a list (`list`).

use super::{
    id::{InvitationId, ListId, UserId},
    invalid::Invalid,
    list::Role,
};
use serde::{Deserialize, Serialize};

/// Members a list has at most, its owner included.
pub const MEMBERS_MAX: usize = 100;
/// Invitations of a list that are open at one time, at most.
pub const INVITATIONS_MAX: usize = 100;

/// One of those who share a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Their id.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// An invitation that is open: until it expires or is revoked, it serves whoever has its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// What it is the key to: whoever has it can join. Told once, when the invitation is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What those may do who join by it.
    pub role: Role,
    /// Milliseconds since 1970.
    pub expires_at: i64,
}

/// What an invitation says to somebody who has its link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// The list.
    pub list: ListId,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// What those may do who join by it.
    pub role: Role,
    /// Whether who asks is a member already.
    pub is_member: bool,
}

/// A role, if it is one that a list's owner can give to others.
pub fn check_given(role: Role) -> Result<Role, Invalid> {
    match role {
        Role::Editor | Role::Viewer => Ok(role),
        Role::Owner => Err(Invalid::new(
            "role",
            "A list has one owner. Others are its editors or viewers.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ownership_is_not_given() {
        assert!(check_given(Role::Editor).is_ok() && check_given(Role::Viewer).is_ok());
        assert_eq!(check_given(Role::Owner).map_err(|e| e.field), Err("role"));
    }
}
