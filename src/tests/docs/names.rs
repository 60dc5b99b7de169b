//! What differs from run to run: ids, which the document calls `<name>`, and times, which it shows as some number.

use crate::{server::sharing::is_token, tests::person::new_id};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Numbers from here on are times, in milliseconds since 1970. Nothing else in the document is that great.
const FIRST_TIME: i64 = 1_000_000_000_000;

/// What each name and each time of the document has turned out to be. Two names are never the same thing, and a
/// later time is never an earlier one.
#[derive(Default)]
pub struct Names {
    known: BTreeMap<String, String>,
    times: BTreeMap<i64, i64>,
}

impl Names {
    /// Whether the name has turned up yet.
    pub fn knows(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// A text of a request with its names replaced. One that has not turned up yet becomes a new id.
    /// Each new id is greater than the one before, so that what sorts by id does so in the document too.
    pub fn fill(&mut self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, name, after)) = placeholder(rest) {
            let id = self.known.entry(name.to_owned()).or_insert_with(new_id);
            filled.extend([before, id]);
            rest = after;
        }
        filled + rest
    }

    /// Whether a text of an answer is what the document shows. It holds one name at most.
    pub fn fits_text(&mut self, shown: &str, actual: &str) -> bool {
        let Some((before, name, after)) = placeholder(shown) else {
            return shown == actual;
        };
        let value = actual
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after));
        value.is_some_and(|value| self.is(name, value))
    }

    /// Whether a value of an answer is exactly what the document shows, with no field more or less.
    ///
    /// # Errors
    /// Where it differs.
    pub fn fits(&mut self, shown: &Value, actual: &Value) -> Result<(), String> {
        let fits = match (shown, actual) {
            (Value::Object(fields), Value::Object(others)) => {
                let is_same_set = fields.keys().eq(others.keys());
                for (name, field) in fields.iter().filter(|_| is_same_set) {
                    self.fits(field, &others[name])
                        .map_err(|why| format!(".{name}{why}"))?;
                }
                is_same_set
            }
            (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
                for (n, (item, other)) in items.iter().zip(others).enumerate() {
                    self.fits(item, other)
                        .map_err(|why| format!("[{n}]{why}"))?;
                }
                true
            }
            (Value::String(text), Value::String(other)) => match placeholder(text) {
                Some(("", name, "")) => (is_id(other) || is_token(other)) && self.is(name, other),
                _ => text == other,
            },
            _ => match (time(shown), time(actual)) {
                (Some(time), Some(other)) => self.is_time(time, other),
                _ => shown == actual,
            },
        };
        if fits {
            Ok(())
        } else {
            Err(format!(" is {actual}, not {shown}"))
        }
    }

    fn is(&mut self, name: &str, value: &str) -> bool {
        match self.known.get(name) {
            Some(known) => known == value,
            None if self.known.values().any(|known| known == value) => false,
            None => {
                self.known.insert(name.to_owned(), value.to_owned());
                true
            }
        }
    }

    fn is_time(&mut self, shown: i64, actual: i64) -> bool {
        let mut earlier = self.times.range(..shown);
        let mut later = self.times.range(shown + 1..);
        let fits = match self.times.get(&shown) {
            Some(known) => *known == actual,
            None => {
                earlier.next_back().is_none_or(|(_, time)| *time <= actual)
                    && later.next().is_none_or(|(_, time)| *time >= actual)
            }
        };
        if fits {
            self.times.insert(shown, actual);
        }
        fits
    }
}

/// The first `<name>` in a text, with what stands before and after it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('<')?;
    let (name, after) = rest.split_once('>')?;
    Some((before, name, after))
}

fn is_id(text: &str) -> bool {
    Uuid::parse_str(text).is_ok_and(|id| id.to_string() == text)
}

fn time(value: &Value) -> Option<i64> {
    value.as_i64().filter(|number| *number >= FIRST_TIME)
}
