//! Signing up, in and out, and whose request it is. Not here: hashing (`passwords`), budgets (`limits`).

use super::{
    AppState, clock,
    config::Registration,
    passwords,
    store::{NewSession, Session, StoreError, TokenHash},
    visit::Visit,
};
use crate::{
    core::{
        account::{User, check_name, check_password, name_key},
        id::{SessionId, UserId},
    },
    error::{AppError, Code},
};
use axum::http::{HeaderMap, header::USER_AGENT};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use cookie::{Cookie, SameSite, time::Duration};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;
/// A sign-in ends this long after it was last used.
const SESSION_LIFETIME: i64 = 30 * DAY;
/// Browsers keep a cookie at most this long (RFC 6265bis, 5.5). The server decides when a sign-in ends, by when it
/// was last used; the cookie only has to outlive that.
const COOKIE_LIFETIME: i64 = 400 * DAY;
/// How exactly `last_used_at` is kept: writing it at every request would cost a commit each.
const TOUCH_INTERVAL: i64 = HOUR;
/// Bytes of a `User-Agent` that are kept.
const DEVICE_NAME_MAX: usize = 200;
/// Bytes of randomness in a token.
const TOKEN_BYTES: usize = 32;

/// The cookies' names. `__Host-` makes browsers insist on HTTPS and on this very host; plain HTTP cannot have it.
struct Names {
    session: &'static str,
    device: &'static str,
}

fn names(state: &AppState) -> Names {
    if state.config.secure() {
        Names {
            session: "__Host-lockstep",
            device: "__Host-lockstep-device",
        }
    } else {
        Names {
            session: "lockstep",
            device: "lockstep-device",
        }
    }
}

fn cookie(state: &AppState, name: &'static str, value: String, lifetime: i64) -> Cookie<'static> {
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(state.config.secure())
        .same_site(SameSite::Lax)
        .max_age(Duration::milliseconds(lifetime))
        .build()
}

/// A new token and what the database keeps of it.
fn new_token() -> Result<(String, TokenHash), AppError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| AppError::internal())?;
    let token = BASE64_URL_SAFE_NO_PAD.encode(bytes);
    let hash = token_hash(&token);
    Ok((token, hash))
}

fn token_hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}

/// The sign-in that a request carries, if it is still good.
///
/// # Errors
/// The store failed.
pub async fn session(state: &AppState, headers: &HeaderMap) -> Result<Option<Session>, AppError> {
    let Some(token) = cookie_value(headers, names(state).session) else {
        return Ok(None);
    };
    let now = clock::now();
    let session = state.store.session(token_hash(&token), now).await?;
    if let Some(session) = &session
        && now - session.last_used_at > TOUCH_INTERVAL
    {
        let expires_at = now + SESSION_LIFETIME;
        state
            .store
            .touch_session(session.id, now, expires_at)
            .await?;
    }
    Ok(session)
}

/// A new account, signed in.
///
/// # Errors
/// 403 if registration is closed, 409 if the name is taken, 422 for what breaks a rule, 429.
pub async fn register(visit: &Visit, name: &str, password: String) -> Result<User, AppError> {
    let state = &visit.state;
    if state.config.accounts.registration == Registration::Closed {
        let message = "New accounts are not open here. Ask whoever runs this server.";
        return Err(AppError::new(Code::Forbidden, message));
    }
    let name = check_name(name)?;
    passwords::check_new(&password, name, "password")?;
    state.sign_ins.from_address(visit.address())?;
    let hash = state.passwords.hash(password).await?;
    let user = User {
        id: UserId(Uuid::now_v7()),
        name: name.to_owned(),
    };
    let created = state
        .store
        .create_user(user.id, name, &hash, clock::now())
        .await;
    created.map_err(|error| match error {
        StoreError::Taken => {
            AppError::new(Code::Taken, "This name is taken. Please choose another.").on("name")
        }
        other => other.into(),
    })?;
    sign_in(visit, &user).await?;
    Ok(user)
}

/// Signs in with name and password. An unknown name and a wrong password give the same answer after the same time.
///
/// # Errors
/// 401, 429.
pub async fn login(visit: &Visit, name: &str, password: String) -> Result<User, AppError> {
    let state = &visit.state;
    let key = name_key(name);
    let known = state.store.credentials(name).await?;
    match familiar_device(visit, known.as_ref().map(|(user, _)| user.id)).await? {
        Some(device) => state.sign_ins.by_device(device, &key)?,
        None => {
            state.sign_ins.from_address(visit.address())?;
            state.sign_ins.at_account(&key)?;
        }
    }
    let (user, hash) = known.unzip();
    // What is too long to be anybody's password is not worth hashing, but as slow to refuse.
    let (password, hash) = match check_password(&password, "password") {
        Ok(()) => (password, hash),
        Err(_) => (String::new(), None),
    };
    let fits = state.passwords.fits(password, hash).await?;
    match user {
        Some(user) if fits => {
            sign_in(visit, &user).await?;
            Ok(user)
        }
        _ => {
            let message = "This name and password do not fit together.";
            Err(AppError::new(Code::Unauthenticated, message))
        }
    }
}

/// Ends the sign-in that the request carries.
///
/// # Errors
/// The store failed.
pub async fn logout(visit: &Visit) -> Result<(), AppError> {
    if let Some(session) = session(&visit.state, visit.headers()).await? {
        visit.state.store.end_session(session.id).await?;
    }
    let name = names(&visit.state).session;
    visit.set_cookie(&cookie(&visit.state, name, String::new(), 0));
    Ok(())
}

async fn familiar_device(
    visit: &Visit,
    user: Option<UserId>,
) -> Result<Option<TokenHash>, AppError> {
    let token = cookie_value(visit.headers(), names(&visit.state).device);
    let (Some(user), Some(token)) = (user, token) else {
        return Ok(None);
    };
    let hash = token_hash(&token);
    let known = visit.state.store.knows_device(user, hash).await?;
    Ok(known.then_some(hash))
}

/// Opens a session with a token of its own; the one before, if any, ends.
async fn sign_in(visit: &Visit, user: &User) -> Result<(), AppError> {
    let state = &visit.state;
    let now = clock::now();
    if let Some(before) = session(state, visit.headers()).await? {
        state.store.end_session(before.id).await?;
    }
    let (token, hash) = new_token()?;
    let session = NewSession {
        id: SessionId(Uuid::now_v7()),
        user: user.id,
        token: hash,
        device: device_name(visit.headers()),
        now,
        expires_at: now + SESSION_LIFETIME,
    };
    state.store.open_session(session).await?;
    visit.set_cookie(&cookie(state, names(state).session, token, COOKIE_LIFETIME));

    let carried = cookie_value(visit.headers(), names(state).device);
    let (device, hash) = match carried {
        Some(token) if token.len() <= 64 => {
            let hash = token_hash(&token);
            (token, hash)
        }
        _ => new_token()?,
    };
    state.store.remember_device(user.id, hash, now).await?;
    visit.set_cookie(&cookie(state, names(state).device, device, COOKIE_LIFETIME));
    Ok(())
}

fn device_name(headers: &HeaderMap) -> String {
    let agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    // Visible ASCII, as `to_str` promises, so that any byte is a place to cut.
    agent
        .unwrap_or_default()
        .chars()
        .take(DEVICE_NAME_MAX)
        .collect()
}

/// The value of a cookie that a request carries.
pub fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    let carried = headers.get_all(axum::http::header::COOKIE);
    let texts = carried.iter().filter_map(|value| value.to_str().ok());
    let mut cookies = texts.flat_map(|text| Cookie::split_parse(text).filter_map(Result::ok));
    cookies
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}
