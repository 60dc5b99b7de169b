//! A list, who may do what in it, and the limits of lists. Not here: what is in it (`todo`).

use super::{id::ListId, invalid::Invalid};
use serde::{Deserialize, Serialize};

/// Characters of a list's name at most.
pub const NAME_MAX: usize = 100;
/// Lists a person has at most, shared ones included.
pub const LISTS_MAX: usize = 200;
/// Todos a list has at most; deleted ones do not count.
pub const TODOS_MAX: usize = 10_000;

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Everything, deleting the list included.
    Owner,
    /// Change the todos.
    Editor,
    /// See everything live, change nothing.
    Viewer,
}

impl Role {
    /// Its name, as programs and the database write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }

    /// Whether the todos may be changed.
    pub fn may_edit(self) -> bool {
        matches!(self, Self::Owner | Self::Editor)
    }
}

/// A list as one member sees it in the overview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Its id.
    pub id: ListId,
    /// Its name, 1–100 characters.
    pub name: String,
    /// What the person who asked may do.
    pub role: Role,
    /// Todos that are not completed.
    pub left: u64,
    /// Todos altogether.
    pub total: u64,
    /// Members, the owner included.
    pub members: u64,
}

/// The trimmed name, if it may be one: 1–100 characters, no control characters.
pub fn check_name(name: &str) -> Result<&str, Invalid> {
    let name = name.trim();
    if (1..=NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name)
    } else {
        Err(Invalid::new(
            "name",
            "A list's name has 1 to 100 characters.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_has_1_to_100_characters() {
        assert_eq!(check_name("  Groceries "), Ok("Groceries"));
        assert!(check_name(&"🥛".repeat(100)).is_ok());
        for bad in ["", "   ", "a\nb", &"x".repeat(101)] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn only_a_viewer_may_not_edit() {
        assert!(Role::Owner.may_edit() && Role::Editor.may_edit());
        assert!(!Role::Viewer.may_edit());
    }
}
