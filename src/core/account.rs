//! A person, and what their name and password may be. Not here: hashing, and the commonly used passwords, which only the server knows.

use super::{
    id::{SessionId, UserId},
    invalid::Invalid,
};
use serde::{Deserialize, Serialize};

/// Characters a user name has at least.
pub const NAME_MIN: usize = 3;
/// Characters a user name has at most.
pub const NAME_MAX: usize = 32;
/// Characters a password has at least (NIST SP 800-63B asks for 8).
pub const PASSWORD_MIN: usize = 8;
/// Characters a password has at most, so that hashing stays cheap.
pub const PASSWORD_MAX: usize = 256;

/// A person, as the server knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name, as they wrote it.
    pub name: String,
}

/// A sign-in, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionInfo {
    /// Its id.
    pub id: SessionId,
    /// What the browser called itself when it signed in.
    pub device: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970, to the hour.
    pub last_used_at: i64,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// The trimmed name, if it may be one: 3–32 of ASCII letters, digits, `.`, `_` and `-`.
pub fn check_name(name: &str) -> Result<&str, Invalid> {
    let name = name.trim();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if (NAME_MIN..=NAME_MAX).contains(&name.len()) && name.chars().all(allowed) {
        Ok(name)
    } else {
        Err(Invalid::new(
            "name",
            "A name has 3 to 32 letters, digits, dots, underscores or hyphens.",
        ))
    }
}

/// What makes two names the same: names differ in more than their case.
pub fn name_key(name: &str) -> String {
    name.trim().to_ascii_lowercase()
}

/// Whether the length is right. Spaces count and stay: a password is never trimmed.
pub fn check_password(password: &str, field: &'static str) -> Result<(), Invalid> {
    if (PASSWORD_MIN..=PASSWORD_MAX).contains(&password.chars().count()) {
        Ok(())
    } else {
        Err(Invalid::new(field, "A password has 8 to 256 characters."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_has_3_to_32_plain_characters() {
        assert_eq!(check_name(" ada.lovelace_1-x "), Ok("ada.lovelace_1-x"));
        assert!(check_name(&"a".repeat(32)).is_ok());
        for bad in ["", "ab", "a b", "äda", "a/b", "abc\u{202e}", "<b>"] {
            assert_eq!(check_name(bad).map_err(|e| e.field), Err("name"), "{bad:?}");
        }
        assert!(check_name(&"a".repeat(33)).is_err());
    }

    #[test]
    fn names_that_differ_in_case_only_are_the_same() {
        assert_eq!(name_key("Ada"), name_key("aDA "));
    }

    #[test]
    fn a_password_is_measured_in_characters_and_never_trimmed() {
        assert!(check_password("äöüßäöüß", "password").is_ok());
        assert!(check_password("        ", "password").is_ok());
        assert!(check_password("1234567", "password").is_err());
        assert!(check_password(&"é".repeat(256), "password").is_ok());
        assert!(check_password(&"é".repeat(257), "password").is_err());
    }
}
