//! Fractional positions: a new place is found beside its neighbour without renumbering the others.
//!
//! The format is the one of Rocicorp's `fractional-indexing`: a head that says how many digits the integer
//! part has (`a` one, `b` two …), the integer, then a fraction. Appending counts the integer up, so that
//! 10,000 appends need 4 characters. Positions of other clients may be any string of the alphabet.

use super::invalid::Invalid;
use serde::{Deserialize, Serialize};

/// Characters of a position at most.
pub const POSITION_MAX: usize = 128;

/// The alphabet, in the order of its bytes.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A place among the todos of a list: 1–128 characters from `0-9A-Za-z`, compared as bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Position(String);

impl Position {
    /// The text, if it may be a position.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let length_fits = (1..=POSITION_MAX).contains(&text.len());
        if length_fits && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::new(
                "position",
                "A position has 1 to 128 characters from 0-9, A-Z and a-z.",
            ))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A place after `last`, or the first of all. `None` only when `last` is 128 times `z`: nothing sorts after it.
    pub fn after(last: Option<&Self>) -> Option<Self> {
        let Some(Self(last)) = last else {
            return Some(Self("a0".to_owned()));
        };
        next_integer(last)
            .or_else(|| (last.len() < POSITION_MAX).then(|| format!("{last}V")))
            .or_else(|| next_sibling(last))
            .map(Self)
    }
}

impl TryFrom<String> for Position {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|invalid| invalid.message)
    }
}

impl From<Position> for String {
    fn from(position: Position) -> Self {
        position.0
    }
}

/// The digit after `byte`, unless it is the last.
fn next_digit(byte: u8) -> Option<u8> {
    let at = DIGITS.iter().position(|&digit| digit == byte)?;
    DIGITS.get(at + 1).copied()
}

/// Counts the integer part up and drops the fraction. `None` if `text` has no complete integer part of the
/// upper half (`a` to `z`), or it is the greatest.
fn next_integer(text: &str) -> Option<String> {
    let head = *text.as_bytes().first().filter(|b| b.is_ascii_lowercase())?;
    let digits = usize::from(head - b'a') + 1;
    let mut integer = text.as_bytes().get(..=digits)?.to_vec();
    for digit in integer.iter_mut().skip(1).rev() {
        match next_digit(*digit) {
            Some(next) => {
                *digit = next;
                return String::from_utf8(integer).ok();
            }
            None => *digit = b'0',
        }
    }
    // All digits were the last one: one digit more, all zero.
    let head = next_digit(head)?;
    let mut longer = vec![head];
    longer.resize(digits + 2, b'0');
    String::from_utf8(longer).ok()
}

/// Counts the last digit up that can be, and drops what follows.
fn next_sibling(text: &str) -> Option<String> {
    let at = text.bytes().rposition(|byte| next_digit(byte).is_some())?;
    let mut sibling = text.as_bytes().get(..=at)?.to_vec();
    let last = sibling.last_mut()?;
    *last = next_digit(*last)?;
    String::from_utf8(sibling).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn position(text: &str) -> Position {
        Position::parse(text).unwrap()
    }

    #[test]
    fn ten_thousand_appends_stay_in_order_and_short() {
        let mut last = Position::after(None).unwrap();
        for _ in 0..10_000 {
            let next = Position::after(Some(&last)).unwrap();
            assert!(next > last, "{next:?} after {last:?}");
            last = next;
        }
        assert_eq!(last.as_str().len(), 4);
    }

    #[test]
    fn the_integer_grows_by_a_digit_when_it_is_full() {
        assert_eq!(
            Position::after(Some(&position("az"))),
            Some(position("b00"))
        );
        assert_eq!(
            Position::after(Some(&position("a0V"))),
            Some(position("a1"))
        );
    }

    #[test]
    fn nothing_sorts_after_the_greatest() {
        assert_eq!(Position::after(Some(&position(&"z".repeat(128)))), None);
    }

    proptest! {
        #[test]
        fn after_sorts_after_whatever_another_client_wrote(text in "[0-9A-Za-z]{1,128}") {
            let last = position(&text);
            match Position::after(Some(&last)) {
                Some(next) => {
                    prop_assert!(next > last);
                    prop_assert!(Position::parse(next.as_str()).is_ok());
                }
                None => prop_assert_eq!(text, "z".repeat(128)),
            }
        }

        #[test]
        fn what_is_not_of_the_alphabet_is_refused(text in "\\PC*") {
            let fits = (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
            prop_assert_eq!(Position::parse(&text).is_ok(), fits);
        }
    }
}
