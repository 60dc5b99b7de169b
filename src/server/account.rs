//! What a person does with their own account: another password, an overview of sign-ins, away with it all.
//!
//! Not here: getting in and out (`auth`).

use super::{auth, clock, store::Session, visit::Visit};
use crate::{
    core::{
        account::{SessionInfo, check_password},
        id::SessionId,
    },
    error::{AppError, Code},
};

/// Another password. Ends the other sign-ins.
///
/// # Errors
/// 422 on `old` where it is not the password, on `new` for one that may not be chosen; 429.
pub async fn change_password(
    visit: &Visit,
    session: &Session,
    old: String,
    new: String,
) -> Result<(), AppError> {
    confirm(visit, session, old, "old").await?;
    let state = &visit.state;
    let name = session.user.name.clone();
    let hash = state.passwords.hash_new(new, name, "new").await?;
    let keep = Some(session.id);
    Ok(state
        .store
        .set_password(session.user.id, &hash, keep)
        .await?)
}

/// The sign-ins that are still good.
///
/// # Errors
/// The store failed.
pub async fn sessions(visit: &Visit, session: &Session) -> Result<Vec<SessionInfo>, AppError> {
    let store = &visit.state.store;
    Ok(store
        .sessions(session.user.id, session.id, clock::now())
        .await?)
}

/// Ends one of them, this one too.
///
/// # Errors
/// 404 on what is nobody's, or somebody else's.
pub async fn end_session(visit: &Visit, session: &Session, id: SessionId) -> Result<(), AppError> {
    visit.state.store.end_session(session.user.id, id).await?;
    if id == session.id {
        auth::forget(visit);
    }
    Ok(())
}

/// Ends all but this one.
///
/// # Errors
/// The store failed.
pub async fn end_other_sessions(visit: &Visit, session: &Session) -> Result<(), AppError> {
    let store = &visit.state.store;
    Ok(store
        .end_other_sessions(session.user.id, session.id)
        .await?)
}

/// Away with the account and the lists it owns, for good.
///
/// # Errors
/// 422 on `password` where it is not the password; 429.
pub async fn delete(visit: &Visit, session: &Session, password: String) -> Result<(), AppError> {
    confirm(visit, session, password, "password").await?;
    visit.state.store.delete_user(session.user.id).await?;
    auth::forget(visit);
    Ok(())
}

/// Whoever found a browser open must still know the password.
async fn confirm(
    visit: &Visit,
    session: &Session,
    password: String,
    field: &'static str,
) -> Result<(), AppError> {
    let state = &visit.state;
    state.sign_ins.confirm(session.user.id)?;
    let known = state.store.credentials(&session.user.name).await?;
    let hash = known.map(|(_, hash)| hash);
    let fits =
        check_password(&password, field).is_ok() && state.passwords.fits(password, hash).await?;
    if fits {
        return Ok(());
    }
    let message = "This is not your password.";
    Err(AppError::new(Code::Invalid, message).on(field))
}
