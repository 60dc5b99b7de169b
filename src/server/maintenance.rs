//! What whoever runs a server does beside it, from the command line. Not here: SQL and files (`store`).

use super::{
    config::Config,
    passwords::Passwords,
    sessions,
    store::{Store, StoreError},
};
use std::path::PathBuf;

/// Characters of a password that is made up: 6 bits each.
const MADE_PASSWORD: usize = 20;

/// Copies the database into a new file; the server may run meanwhile. What to tell.
///
/// # Errors
/// Why it was not done, for the person at the command line.
pub async fn backup(config: &Config, to: PathBuf) -> Result<String, String> {
    let done = Store::backup(&config.database.url, to.clone()).await;
    done.map_err(|error| error.to_string())?;
    Ok(format!("The backup is {}.", to.display()))
}

/// Puts a backup in the database's place. What to tell.
///
/// # Errors
/// As [`backup`]; a server that runs, for one.
pub async fn restore(config: &Config, from: PathBuf) -> Result<String, String> {
    let replaced = Store::restore(&config.database.url, from.clone()).await;
    let replaced = replaced.map_err(|error| error.to_string())?;
    let kept = match replaced {
        Some(old) => format!(" What was there is now {}.", old.display()),
        None => String::new(),
    };
    let from = from.display();
    Ok(format!(
        "The database is now as in {from}. Everybody has to sign in again.{kept}"
    ))
}

/// A new password for an account that nobody can get into; its sign-ins end. What to tell.
///
/// # Errors
/// As [`backup`].
pub async fn reset_password(config: &Config, name: &str) -> Result<String, String> {
    let store = Store::open_existing(&config.database.url).await;
    let store = store.map_err(|error| error.to_string())?;
    let told = reset(&store, name).await;
    store.close().await;
    told
}

async fn reset(store: &Store, name: &str) -> Result<String, String> {
    let known = store.credentials(name).await;
    let (user, _) = known
        .map_err(|error| error.to_string())?
        .ok_or_else(|| format!("there is no account named {name}"))?;
    let (mut password, _) = sessions::new_token().map_err(|error| error.message)?;
    password.truncate(MADE_PASSWORD);
    let passwords = Passwords::new();
    let hash = passwords.hash_new(password.clone(), user.name.clone(), "password");
    let hash = hash.await.map_err(|error| error.message)?;
    let done = store.set_password(user.id, &hash, None).await;
    done.map_err(|error: StoreError| error.to_string())?;
    Ok(format!(
        "The new password of {} is {password}\nAll sign-ins of this account have ended.",
        user.name
    ))
}
