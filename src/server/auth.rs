//! Signing up, in and out. Not here: hashing (`passwords`), budgets (`limits`), tokens (`sessions`).

use super::{
    clock,
    config::Registration,
    cookies::{self, Name},
    sessions,
    store::{StoreError, TokenHash},
    visit::Visit,
};
use crate::{
    core::{
        account::{NAME_MAX, User, check_name, check_password, name_key},
        id::UserId,
    },
    error::{AppError, Code},
};
use cookie::time::Duration;
use uuid::Uuid;

/// Browsers keep a cookie at most this long (RFC 6265bis, 5.5). The server decides when a sign-in ends, by when it
/// was last used; the cookie only has to outlive that.
const COOKIE_LIFETIME: Duration = Duration::days(400);
/// A device's token is one of ours, which are shorter; what is longer is not worth keeping.
const DEVICE_TOKEN_MAX: usize = 64;

fn set_cookie(visit: &Visit, name: Name, value: String, lifetime: Duration) {
    let config = &visit.state.config;
    let cookie = cookies::build(name.of(config), value, lifetime, config.secure());
    visit.set_cookie(&cookie);
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
    state.sign_ins.from_address(visit.address())?;
    let hash = state
        .passwords
        .hash_new(password, name.to_owned(), "password")
        .await?;
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
    // Longer names are nobody's: they share a budget rather than fill the memory with keys.
    let key: String = name_key(name).chars().take(NAME_MAX + 1).collect();
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
    if let Some(session) = visit.session().await? {
        sessions::end(&visit.state, &session).await?;
    }
    forget(visit);
    Ok(())
}

/// Takes the session's cookie away.
pub fn forget(visit: &Visit) {
    set_cookie(visit, Name::Session, String::new(), Duration::ZERO);
}

fn device_token(visit: &Visit) -> Option<String> {
    let token = cookies::read(visit.headers(), Name::Device.of(&visit.state.config))?;
    (token.len() <= DEVICE_TOKEN_MAX).then_some(token)
}

async fn familiar_device(
    visit: &Visit,
    user: Option<UserId>,
) -> Result<Option<TokenHash>, AppError> {
    let (Some(user), Some(token)) = (user, device_token(visit)) else {
        return Ok(None);
    };
    let hash = sessions::token_hash(&token);
    let known = visit.state.store.knows_device(user, hash).await?;
    Ok(known.then_some(hash))
}

/// Opens a session with a token of its own, and remembers the browser.
async fn sign_in(visit: &Visit, user: &User) -> Result<(), AppError> {
    let state = &visit.state;
    let token = sessions::open(state, visit.headers(), user.id).await?;
    set_cookie(visit, Name::Session, token, COOKIE_LIFETIME);

    let (device, hash) = match device_token(visit) {
        Some(token) => {
            let hash = sessions::token_hash(&token);
            (token, hash)
        }
        None => sessions::new_token()?,
    };
    let now = clock::now();
    state.store.remember_device(user.id, hash, now).await?;
    set_cookie(visit, Name::Device, device, COOKIE_LIFETIME);
    Ok(())
}
