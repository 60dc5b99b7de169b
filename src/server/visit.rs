//! The request behind the page or the server function that runs, and its answer's headers.
//!
//! The only place that reads axum's parts out of Leptos' context.

use super::{AppState, flash::Flash, listener::Peer, sessions, store::Session};
use crate::{
    core::{account::User, id::UserId},
    error::{AppError, Code},
};
use axum::{
    extract::ConnectInfo,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{LOCATION, SET_COOKIE},
        request::Parts,
    },
};
use cookie::Cookie;
use ipnet::IpNet;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::net::{IpAddr, Ipv4Addr};

/// See the module.
#[derive(Clone)]
pub struct Visit {
    /// What all requests share.
    pub state: AppState,
    parts: Parts,
    response: ResponseOptions,
}

impl Visit {
    /// The request at hand. Call it before the first `await`: the context belongs to the thread.
    ///
    /// # Errors
    /// There is none: the routes were built without the context.
    pub fn here() -> Result<Self, AppError> {
        let all = || {
            Some(Self {
                state: use_context()?,
                parts: use_context()?,
                response: use_context()?,
            })
        };
        all().ok_or_else(|| {
            tracing::error!("a page or server function ran outside a request");
            AppError::internal()
        })
    }

    /// The request's headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Path of the request.
    pub fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// Path and query of the request.
    pub fn path_and_query(&self) -> &str {
        self.parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
    }

    /// The value of a query parameter.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.parts.uri.query()?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// Whose address the request comes from.
    pub fn address(&self) -> IpAddr {
        address_of(&self.parts, &self.state)
    }

    /// The sign-in, if there is one.
    ///
    /// # Errors
    /// The store failed.
    pub async fn session(&self) -> Result<Option<Session>, AppError> {
        sessions::carried(&self.state, self.headers()).await
    }

    /// Who is signed in. `believed` is whom the page takes that to be: nothing happens under another account.
    ///
    /// # Errors
    /// 401, `UNAUTHENTICATED` or `OTHER_USER`.
    pub async fn user(&self, believed: Option<UserId>) -> Result<User, AppError> {
        Ok(self.sign_in(believed).await?.user)
    }

    /// As [`Visit::user`], with the sign-in itself.
    ///
    /// # Errors
    /// 401, `UNAUTHENTICATED` or `OTHER_USER`.
    pub async fn sign_in(&self, believed: Option<UserId>) -> Result<Session, AppError> {
        as_believed(self.session().await?, believed)
    }

    /// Adds a cookie to the answer.
    pub fn set_cookie(&self, cookie: &Cookie<'_>) {
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            self.response.append_header(SET_COOKIE, value);
        }
    }

    /// Answers with another status.
    pub fn set_status(&self, status: StatusCode) {
        self.response.set_status(status);
    }

    /// Answers with 303: look there instead. `to` is a path of our own.
    pub fn see_other(&self, to: &str) {
        if let Ok(value) = HeaderValue::from_str(to) {
            self.response.insert_header(LOCATION, value);
            self.set_status(StatusCode::SEE_OTHER);
        }
    }

    /// What one of these forms, sent before, left to say, once. What others left stays for their own page.
    pub fn take_flash(&self, is_mine: impl Fn(&Flash) -> bool) -> Option<Flash> {
        let flash = Flash::read(self.headers()).filter(is_mine)?;
        for cookie in Flash::removal(self.state.config.secure()) {
            self.set_cookie(&cookie);
        }
        Some(flash)
    }
}

/// Whose address a request comes from.
pub fn address_of(parts: &Parts, state: &AppState) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<Peer>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.0.ip());
    client_address(peer, &parts.headers, &state.config.server.trusted_proxies)
}

/// The sign-in, if there is one and it is the account's that it is believed to be.
///
/// # Errors
/// 401, `UNAUTHENTICATED` or `OTHER_USER`.
pub fn as_believed(
    session: Option<Session>,
    believed: Option<UserId>,
) -> Result<Session, AppError> {
    let session = session.ok_or_else(AppError::unauthenticated)?;
    if believed.is_some_and(|believed| believed != session.user.id) {
        let message = "Another account is signed in here by now. Nothing was changed.";
        return Err(AppError::new(Code::OtherUser, message));
    }
    Ok(session)
}

/// The nearest address that is not one of our proxies: each of them appends whom it heard it from.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_ours = |address: &IpAddr| {
        trusted
            .iter()
            .any(|net| net.contains(&address.to_canonical()))
    };
    if !is_ours(&peer) {
        return peer;
    }
    let texts = headers.get_all("x-forwarded-for");
    let hops = texts.iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = hops
        .flat_map(|text| text.split(','))
        .map(str::trim)
        .collect();
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        let Ok(address) = hop.parse() else { break };
        nearest = address;
        if !is_ours(&nearest) {
            break;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for text in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(text).unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
        assert_eq!(seen("192.0.2.9", &["203.0.113.5"], &[]), "192.0.2.9");
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.5"], &["10.0.0.0/8"]),
            "203.0.113.5"
        );
    }

    #[test]
    fn what_the_client_itself_claims_is_further_away_and_does_not_count() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1, 203.0.113.5, 10.0.0.2"], &trusted),
            "203.0.113.5"
        );
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1", "203.0.113.5"], &trusted),
            "203.0.113.5"
        );
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.5, nonsense"], &trusted),
            "10.0.0.1"
        );
    }
}
