//! Days and spans as pages write them, for readers whose time zone the server does not know.

use cookie::time::{OffsetDateTime, format_description::well_known::Rfc3339};

const HOUR: i64 = 60 * 60;
const HALF_A_DAY: i64 = 12 * HOUR;

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

/// How long ago something was, to the hour, and the exact moment for programs. It is the same in every time zone.
/// Both are milliseconds since 1970.
pub fn ago(then: i64, now: i64) -> (String, Option<String>) {
    let hours = (now - then).div_euclid(1_000) / HOUR;
    let text = match (hours, hours / 24) {
        // A clock that was set back in between is no reason to speak of the future.
        (..1, _) => "within the last hour".to_owned(),
        (1, _) => "an hour ago".to_owned(),
        (hours, 0) => format!("{hours} hours ago"),
        (_, 1) => "a day ago".to_owned(),
        (_, days @ ..60) => format!("{days} days ago"),
        (_, days) => format!("{} months ago", days / 30),
    };
    let exact = OffsetDateTime::from_unix_timestamp(then.div_euclid(1_000));
    (
        text,
        exact.ok().and_then(|exact| exact.format(&Rfc3339).ok()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago_something_was_is_told_in_whole_units() {
        let now = 1_772_325_000_000;
        let told = |hours: i64| ago(now - hours * HOUR * 1_000, now).0;
        for (hours, text) in [
            (-3, "within the last hour"),
            (0, "within the last hour"),
            (1, "an hour ago"),
            (2, "2 hours ago"),
            (23, "23 hours ago"),
            (24, "a day ago"),
            (47, "a day ago"),
            (48, "2 days ago"),
            (59 * 24, "59 days ago"),
            (60 * 24, "2 months ago"),
            (400 * 24, "13 months ago"),
        ] {
            assert_eq!(told(hours), text, "{hours} hours");
        }
        assert_eq!(ago(now - 1, now).0, "within the last hour");
        let exact = ago(now, now + 1).1;
        assert_eq!(exact.as_deref(), Some("2026-03-01T00:30:00Z"));
    }

    #[test]
    fn the_day_that_is_named_is_before_the_end_everywhere() {
        // 2026-03-01, 00:30 and 12:30 UTC: the first is still February in the west.
        let early = day(1_772_325_000_000);
        assert_eq!(early.0, "28 February 2026");
        assert_eq!(early.1.as_deref(), Some("2026-03-01T00:30:00Z"));
        assert_eq!(day(1_772_368_200_000).0, "1 March 2026");
    }
}
