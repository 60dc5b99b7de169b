//! Time and randomness, handed to what is pure.

use uuid::Uuid;

/// A new id, ordered by time.
#[cfg(feature = "ssr")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

/// A new id, ordered by time. (`uuid` asks `crypto.getRandomValues`, which plain HTTP has too. Its own version 7, which
/// also counts within a millisecond, costs a kilobyte more.)
#[cfg(feature = "hydrate")]
pub fn new_id() -> Uuid {
    let random = Uuid::new_v4().into_bytes();
    let [a, b, c, d, e, f, _, _, _, g, h, i, j, ..] = random;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let now = js_sys::Date::now() as u64;
    let bytes = [a, b, c, d, e, f, g, h, i, j];
    uuid::Builder::from_unix_timestamp_millis(now, &bytes).into_uuid()
}
