//! Sign-ins that last: tokens, and the session that a request carries. Not here: passwords, and who gets one (`auth`).

use super::{
    AppState, clock, cookies,
    store::{NewSession, Session, StoreError, TokenHash},
};
use crate::{
    core::id::{SessionId, UserId},
    error::AppError,
};
use axum::http::{HeaderMap, header::USER_AGENT};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const HOUR: i64 = 60 * 60 * 1000;
/// A sign-in ends this long after it was last used.
const LIFETIME: i64 = 30 * 24 * HOUR;
/// How exactly `last_used_at` is kept: writing it at every request would cost a commit each.
const TOUCH_INTERVAL: i64 = HOUR;
/// Characters of a `User-Agent` that are kept.
const DEVICE_NAME_MAX: usize = 200;
/// Bytes of randomness in a token.
pub const TOKEN_BYTES: usize = 32;

/// A new token and what the database keeps of it.
///
/// # Errors
/// The system has no randomness to give.
pub fn new_token() -> Result<(String, TokenHash), AppError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| AppError::internal())?;
    let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let hash = token_hash(&token);
    Ok((token, hash))
}

/// What the database keeps of a token.
pub fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// The sign-in that a request carries, if it is still good.
///
/// # Errors
/// The store failed.
pub async fn carried(state: &AppState, headers: &HeaderMap) -> Result<Option<Session>, AppError> {
    let name = cookies::Name::Session.of(&state.config);
    let Some(token) = cookies::read(headers, name) else {
        return Ok(None);
    };
    let now = clock::now();
    let session = state.store.session(token_hash(&token), now).await?;
    if let Some(session) = &session
        && now - session.last_used_at > TOUCH_INTERVAL
    {
        let expires_at = now + LIFETIME;
        state
            .store
            .touch_session(session.id, now, expires_at)
            .await?;
    }
    Ok(session)
}

/// Opens a session for the user and gives its token; the one that the request carries, if any, ends.
///
/// # Errors
/// The store failed.
pub async fn open(state: &AppState, headers: &HeaderMap, user: UserId) -> Result<String, AppError> {
    if let Some(before) = carried(state, headers).await? {
        end(state, &before).await?;
    }
    let now = clock::now();
    let (token, hash) = new_token()?;
    let session = NewSession {
        id: SessionId(Uuid::now_v7()),
        user,
        token: hash,
        device: device_name(headers),
        now,
        expires_at: now + LIFETIME,
    };
    state.store.open_session(session).await?;
    Ok(token)
}

/// Ends a session. One that has ended already is as good.
///
/// # Errors
/// The store failed.
pub async fn end(state: &AppState, session: &Session) -> Result<(), AppError> {
    match state.store.end_session(session.user.id, session.id).await {
        Ok(()) | Err(StoreError::NotFound) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn device_name(headers: &HeaderMap) -> String {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let agent = agent.unwrap_or_default();
    agent.chars().take(DEVICE_NAME_MAX).collect()
}
