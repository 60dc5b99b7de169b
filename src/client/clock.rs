//! Time and randomness, handed to what is pure.

use uuid::Uuid;

/// A new id, ordered by time. (`uuid` asks `crypto.getRandomValues`, which plain HTTP has too.)
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
