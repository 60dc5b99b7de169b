//! What a plain form's answer leaves to the next page: the message, and what was typed (never a secret).
//!
//! It travels in cookies rather than in the address, so that no text ends up in histories and logs.

use super::cookies;
use crate::error::{AppError, Code};
use axum::http::HeaderMap;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use cookie::{Cookie, time::Duration};
use serde::{Deserialize, Serialize};

/// How long the next page may take to come: long enough to sign in again first.
const LIFETIME: Duration = Duration::minutes(15);
/// Browsers keep at least 4,096 bytes a cookie, name and attributes included (RFC 6265, 6.1).
const CHUNK: usize = 3_800;
/// The longest text that a form can send (1,000 UTF-16 units, of three bytes at most) fits into two.
const NAMES: [&str; 2] = ["lockstep-flash-0", "lockstep-flash-1"];
/// Fields that come back into their form.
const KEPT: [&str; 3] = ["name", "title", "list"];

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// The address the form was sent to.
    pub action: String,
    /// What was wrong with it.
    pub error: AppError,
    typed: Vec<(String, String)>,
}

impl Flash {
    /// The failed answer to a form.
    pub fn new(action: &str, error: AppError, fields: &[(String, String)]) -> Self {
        let kept = |(name, _): &&(String, String)| KEPT.contains(&name.as_str());
        Self {
            action: action.to_owned(),
            error,
            typed: fields.iter().filter(kept).cloned().collect(),
        }
    }

    /// Why the form was refused, for a page of somebody who is signed in: by now, if not then.
    pub fn reason(&self) -> &str {
        match self.error.code {
            Code::Unauthenticated => "You were signed out, so this was not saved yet.",
            _ => &self.error.message,
        }
    }

    /// What was typed into a field.
    pub fn typed(&self, field: &str) -> Option<&str> {
        let mut fields = self.typed.iter();
        fields
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.as_str())
    }

    /// The cookies that carry it, `secure` over HTTPS only. What does not fit is told without what was typed.
    pub fn cookies(&self, secure: bool) -> Vec<Cookie<'static>> {
        let encode = |flash: &Self| {
            let json = serde_json::to_vec(flash).unwrap_or_default();
            BASE64_URL_SAFE_NO_PAD.encode(json)
        };
        let mut text = encode(self);
        if text.len() > CHUNK * NAMES.len() {
            text = encode(&Self::new(&self.action, self.error.clone(), &[]));
        }
        let (first, second) = text.split_at(text.len().min(CHUNK));
        let parts = [first, second].map(str::to_owned);
        NAMES
            .into_iter()
            .zip(parts)
            .map(|(name, part)| cookies::build(name, part, LIFETIME, secure))
            .collect()
    }

    /// The cookies that take it away.
    pub fn removal(secure: bool) -> Vec<Cookie<'static>> {
        NAMES
            .map(|name| cookies::build(name, String::new(), Duration::ZERO, secure))
            .to_vec()
    }

    /// What a request carries.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let parts = NAMES.map(|name| cookies::read(headers, name).unwrap_or_default());
        let json = BASE64_URL_SAFE_NO_PAD.decode(parts.concat()).ok()?;
        serde_json::from_slice(&json).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, header::COOKIE};

    fn carried(flash: &Flash) -> Option<Flash> {
        let cookies = flash.cookies(true);
        assert!(
            cookies
                .iter()
                .all(|cookie| cookie.name_value().0.len() + cookie.value().len() <= 4_096)
        );
        let pairs: Vec<_> = cookies.iter().map(|c| c.stripped().to_string()).collect();
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(&pairs.join("; ")).unwrap());
        Flash::read(&headers)
    }

    fn fields(title: &str) -> Vec<(String, String)> {
        [("title", title), ("password", "secret"), ("list", "x")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    #[test]
    fn a_text_as_long_as_a_form_sends_comes_back_and_a_password_never_does() {
        let title = "あ".repeat(1_000);
        let flash = Flash::new("/api/add_todo", AppError::not_found(), &fields(&title));
        let back = carried(&flash).unwrap();
        assert_eq!(back.typed("title"), Some(title.as_str()));
        assert_eq!(back.typed("password"), None);
    }

    #[test]
    fn what_does_not_fit_is_told_without_the_text() {
        let flash = Flash::new(
            "/api/add_todo",
            AppError::not_found(),
            &fields(&"x".repeat(10_000)),
        );
        let back = carried(&flash).unwrap();
        assert_eq!((back.error, back.typed), (AppError::not_found(), vec![]));
    }
}
