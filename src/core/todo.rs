//! A todo and what its text may be. Not here: how it changes (`op`), where it stands (`order`).

use super::{
    id::{ListId, Seq, TodoId},
    invalid::Invalid,
    order::Position,
};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// Characters of a title at most, after trimming.
pub const TITLE_MAX: usize = 500;

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// Unique within its list.
    pub id: TodoId,
    /// The list it belongs to.
    pub list: ListId,
    /// Its text: 1–500 characters, trimmed.
    pub title: String,
    /// Whether it is done.
    pub completed: bool,
    /// Where it stands.
    pub position: Position,
    /// The `seq` of its last change.
    pub version: Seq,
    /// The `seq` of the last change of its title.
    pub title_version: Seq,
    /// Milliseconds since 1970, by the server's clock.
    pub created_at: i64,
    /// Milliseconds since 1970, by the server's clock.
    pub updated_at: i64,
}

impl Todo {
    /// The order of todos on the page: by position as bytes, then by id.
    pub fn in_order(&self, other: &Self) -> Ordering {
        (&self.position, self.id).cmp(&(&other.position, other.id))
    }
}

/// The trimmed title, if it may be one: 1–500 characters, no control characters (`Cc`, so no line breaks).
pub fn check_title(title: &str) -> Result<&str, Invalid> {
    let title = title.trim();
    if title.is_empty() {
        return Err(Invalid::new("title", "An item needs a text."));
    }
    if title.chars().count() > TITLE_MAX {
        return Err(Invalid::new("title", "An item has at most 500 characters."));
    }
    if title.chars().any(char::is_control) {
        return Err(Invalid::new(
            "title",
            "An item is one line of text without control characters.",
        ));
    }
    Ok(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_trimmed_and_has_1_to_500_characters() {
        assert_eq!(check_title("  oat milk\n"), Ok("oat milk"));
        assert!(check_title(&"🥛".repeat(500)).is_ok());
        for bad in ["", " \t ", "a\nb", "a\u{0}b", "a\u{7f}", &"🥛".repeat(501)] {
            assert_eq!(
                check_title(bad).map_err(|e| e.field),
                Err("title"),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn markup_and_bidirectional_marks_are_text() {
        assert!(check_title("<script>alert(1)</script>").is_ok());
        assert!(check_title("\u{202e}olleh").is_ok());
    }
}
