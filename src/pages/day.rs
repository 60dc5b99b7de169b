//! Days as pages write them, for readers whose time zone the server does not know.

use cookie::time::{OffsetDateTime, format_description::well_known::Rfc3339};

const HALF_A_DAY: i64 = 12 * 60 * 60;

/// A day on which it is not over yet, wherever on earth the reader is, and the exact moment for programs. `until`:
/// milliseconds since 1970.
pub fn day(until: i64) -> (String, Option<String>) {
    let seconds = until.div_euclid(1_000);
    let exact = OffsetDateTime::from_unix_timestamp(seconds);
    let Ok((date, exact)) = OffsetDateTime::from_unix_timestamp(seconds - HALF_A_DAY)
        .and_then(|date| Ok((date.date(), exact?)))
    else {
        return (String::new(), None);
    };
    let text = format!("{} {} {}", date.day(), date.month(), date.year());
    (text, exact.format(&Rfc3339).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_that_is_named_is_before_the_end_everywhere() {
        // 2026-03-01, 00:30 and 12:30 UTC: the first is still February in the west.
        let early = day(1_772_325_000_000);
        assert_eq!(early.0, "28 February 2026");
        assert_eq!(early.1.as_deref(), Some("2026-03-01T00:30:00Z"));
        assert_eq!(day(1_772_368_200_000).0, "1 March 2026");
    }
}
