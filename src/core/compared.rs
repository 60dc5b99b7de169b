//! Two texts of a todo side by side. Not here: comparing them, which only the server does (`server::compare`).

use super::id::Seq;
use serde::{Deserialize, Serialize};

/// Two texts of a todo, compared by the server: what one person wrote, and what the server has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The text that the server has, …
    pub title: String,
    /// … and its version.
    pub title_version: Seq,
    /// Who wrote it, if that is still known.
    pub by: Option<String>,
    /// When, in milliseconds since 1970 by the server's clock, if that is still known.
    pub at: Option<i64>,
    /// `title` in pieces, alternately the same as in mine (but for the space between words) and different. The first is the
    /// same, and empty where the texts differ from their start.
    pub theirs: Vec<String>,
    /// Mine in pieces, likewise; as many.
    pub mine: Vec<String>,
    /// Both changes in one text, as far as they go together; where they do not, both texts.
    pub merged: String,
}
