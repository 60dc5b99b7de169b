//! Our cookies: their names, what they are allowed to do, and reading them. Not here: what is in them.

use super::config::Config;
use axum::http::{HeaderMap, header::COOKIE};
use cookie::{Cookie, SameSite, time::Duration};

/// The cookies of a person's browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The sign-in.
    Session,
    /// That this browser has signed in before.
    Device,
}

impl Name {
    /// The name. `__Host-` makes browsers insist on HTTPS and on this very host; plain HTTP cannot have it.
    pub fn of(self, config: &Config) -> &'static str {
        match (self, config.secure()) {
            (Self::Session, true) => "__Host-lockstep",
            (Self::Session, false) => "lockstep",
            (Self::Device, true) => "__Host-lockstep-device",
            (Self::Device, false) => "lockstep-device",
        }
    }
}

/// A cookie that no script reads and no other site's form carries along. `secure`: over HTTPS only.
pub fn build(
    name: &'static str,
    value: String,
    lifetime: Duration,
    secure: bool,
) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .max_age(lifetime)
        .build()
}

/// The value of a cookie that a request carries.
pub fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let texts = headers.get_all(COOKIE).iter();
    let texts = texts.filter_map(|value| value.to_str().ok());
    let mut cookies = texts.flat_map(|text| Cookie::split_parse(text).filter_map(Result::ok));
    cookies
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}
