//! What can go wrong, as programs and people see it: `{"code","message","field"?,"retry_after"?}`.
//!
//! A cause from inside (SQL, paths, hashes) never gets in here: it is logged where it happens.

use crate::core::{
    invalid::Invalid,
    op::{Rejection, RejectionCode},
};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of error. Each belongs to one HTTP status ([`Code::status`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// 400: the request cannot be read.
    Malformed,
    /// 401: nobody is signed in, or name and password do not fit.
    Unauthenticated,
    /// 401: somebody else is signed in than the page believes.
    OtherUser,
    /// 403: signed in, but not allowed.
    Forbidden,
    /// 403: this client id belongs to somebody else.
    ClientTaken,
    /// 403: the request comes from a foreign page.
    CrossSite,
    /// 404: not there, or not for the caller to know.
    NotFound,
    /// 405: the address takes another method.
    MethodNotAllowed,
    /// 409: a mutation's number leaves a gap.
    OutOfOrder,
    /// 409: the database has another history than the client.
    Epoch,
    /// 409: somebody has this already.
    Taken,
    /// 413: more than the address takes.
    TooLarge,
    /// 422: a value breaks a rule; `field` says which.
    Invalid,
    /// 422: there are too many already.
    Limit,
    /// 429: too often; again after `retry_after`.
    TooMany,
    /// 500: our fault.
    Internal,
    /// 503: not now; again after `retry_after`.
    Unavailable,
    /// Never sent: the browser's own word for a request without an answer.
    Unreachable,
}

impl Code {
    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Unauthenticated | Self::OtherUser => 401,
            Self::Forbidden | Self::ClientTaken | Self::CrossSite => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::OutOfOrder | Self::Epoch | Self::Taken => 409,
            Self::TooLarge => 413,
            Self::Invalid | Self::Limit => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable | Self::Unreachable => 503,
        }
    }
}

/// All of them that are sent.
pub const CODES: [Code; 17] = [
    Code::Malformed,
    Code::Unauthenticated,
    Code::OtherUser,
    Code::Forbidden,
    Code::ClientTaken,
    Code::CrossSite,
    Code::NotFound,
    Code::MethodNotAllowed,
    Code::OutOfOrder,
    Code::Epoch,
    Code::Taken,
    Code::TooLarge,
    Code::Invalid,
    Code::Limit,
    Code::TooMany,
    Code::Internal,
    Code::Unavailable,
];

/// An error with its message to the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError {
    /// What kind.
    pub code: Code,
    /// What to tell the person, and what they can do.
    pub message: String,
    /// The input it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Seconds until it may work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl AppError {
    /// An error with its message.
    pub fn new(code: Code, message: &str) -> Self {
        Self {
            code,
            message: message.to_owned(),
            field: None,
            retry_after: None,
        }
    }

    /// The same, about one input.
    pub fn on(self, field: &str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..self
        }
    }

    /// The same, with the seconds until it may work.
    pub fn after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// The request cannot be read.
    pub fn malformed(message: &str) -> Self {
        Self::new(Code::Malformed, message)
    }

    /// A field of the request cannot be read.
    pub fn malformed_field(invalid: Invalid) -> Self {
        Self::malformed(invalid.message).on(invalid.field)
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "Please sign in first.")
    }

    /// Not there, or not for the caller to know.
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "There is nothing here, or you have no access to it.",
        )
    }

    /// Our fault. What happened is in the log, under the request's id.
    pub fn internal() -> Self {
        Self::new(
            Code::Internal,
            "Something went wrong on our side. Please try again.",
        )
    }

    /// What a plain form asked for was refused.
    pub fn refused(rejection: &Rejection, field: &str) -> Self {
        let code = match rejection.code {
            RejectionCode::Gone => Code::NotFound,
            RejectionCode::Forbidden => Code::Forbidden,
            RejectionCode::Invalid | RejectionCode::Changed => {
                return Self::new(Code::Invalid, &rejection.message).on(field);
            }
            RejectionCode::Limit => Code::Limit,
        };
        Self::new(code, &rejection.message)
    }

    /// The server cannot do it just now.
    pub fn unavailable(seconds: u32) -> Self {
        Self::new(
            Code::Unavailable,
            "The server is busy. Please try again in a moment.",
        )
        .after(seconds)
    }
}

impl From<Invalid> for AppError {
    fn from(invalid: Invalid) -> Self {
        Self::new(Code::Invalid, invalid.message).on(invalid.field)
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                Self::new(Code::Unreachable, "The server cannot be reached.")
            }
            ServerFnErrorErr::Args(cause)
            | ServerFnErrorErr::Deserialization(cause)
            | ServerFnErrorErr::MissingArg(cause) => {
                let error = Self::malformed("The request could not be read.");
                match field_named_in(&cause) {
                    Some(field) => error.on(field),
                    None => error,
                }
            }
            _ => Self::internal(),
        }
    }
}

/// "missing field `list`" says serde, or "duplicate", and `api::json` says "wrong": the name is all that a caller
/// needs of it. The rest may quote input.
fn field_named_in(cause: &str) -> Option<&str> {
    let kinds = ["missing", "duplicate", "wrong"];
    let named = kinds.iter().find_map(|kind| cause.strip_prefix(kind))?;
    Some(named.strip_prefix(" field `")?.split_once('`')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "ssr")]
    use crate::core::wire::read::{Read, Refusal};

    #[test]
    #[cfg(feature = "ssr")]
    fn the_browser_reads_what_an_error_says_to_the_person() {
        let error = AppError::unavailable(7);
        let written = serde_json::to_value(&error).unwrap();
        let read = Refusal::read(&written).unwrap();
        assert_eq!((read.message, read.retry_after), (error.message, Some(7)));
    }

    #[test]
    fn a_missing_field_is_named_and_nothing_else_is_quoted() {
        let cause = "missing field `list` at line 1 column 20 in SELECT secret".to_owned();
        let error = AppError::from_server_fn_error(ServerFnErrorErr::Deserialization(cause));
        assert_eq!(
            (error.code, error.field.as_deref()),
            (Code::Malformed, Some("list"))
        );
        assert!(!error.message.contains("secret"));
    }
}
