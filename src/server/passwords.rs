//! Hashing passwords: on threads that may block, a few at a time, and as slow for an unknown name as for a known one.
//!
//! Not here: how long a password is (`core::account`), how often one may try (`limits`).

use crate::{
    core::{account::check_password, invalid::Invalid},
    error::AppError,
};
use std::{
    sync::{Arc, OnceLock},
    thread::available_parallelism,
    time::Duration,
};
use tokio::sync::Semaphore;
use zxcvbn::feedback::Warning;

/// How long a sign-in waits for its turn. Hashing takes tens of milliseconds, so this is hundreds of turns.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(10);

/// Characters of a commonly used password at most.
const COMMON_MAX: usize = 32;

/// The door to hashing. Argon2id takes 19 MiB and all of a core, so no more run at a time than there are cores.
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// What an unknown name's password is compared with.
    nobody: Arc<OnceLock<String>>,
}

impl Passwords {
    /// As many turns as the machine has cores.
    pub fn new() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            turns: Arc::new(Semaphore::new(cores)),
            nobody: Arc::default(),
        }
    }

    /// The hash to keep of a password that somebody chooses: an Argon2id PHC string with a salt of its own.
    ///
    /// # Errors
    /// 422 on `field` for one that may not be chosen, 503 if too many wait.
    pub async fn hash_new(
        &self,
        password: String,
        name: String,
        field: &'static str,
    ) -> Result<String, AppError> {
        check_password(&password, field)?;
        // Judging a password takes time too, and must not hold other requests up either.
        let hash = self.turn(move || {
            check_common(&password, &name, field)?;
            Ok(password_auth::generate_hash(password))
        });
        hash.await?.map_err(|invalid: Invalid| invalid.into())
    }

    /// Whether the password fits. Without a hash (nobody has that name) it takes as long, and is `false`.
    ///
    /// # Errors
    /// 503 if too many wait.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, AppError> {
        let nobody = self.nobody.clone();
        self.turn(move || {
            let decoy = || nobody.get_or_init(|| password_auth::generate_hash("nobody"));
            let known = hash.is_some();
            let hash = hash.as_ref().unwrap_or_else(|| decoy());
            password_auth::verify_password(password, hash).is_ok() && known
        })
        .await
    }

    async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        let turn = tokio::time::timeout(QUEUE_TIMEOUT, self.turns.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(AppError::unavailable(5));
        };
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|_| AppError::internal())
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

/// Refuses a password that is among the first that everybody tries.
fn check_common(password: &str, name: &str, field: &'static str) -> Result<(), Invalid> {
    // zxcvbn takes a second for a hundred characters made to be slow, and no list of common ones has such long ones.
    if password.chars().count() > COMMON_MAX {
        return Ok(());
    }
    let estimate = zxcvbn::zxcvbn(password, &[name, "lockstep"]);
    let common = estimate.feedback().and_then(|feedback| feedback.warning());
    let refused = matches!(
        common,
        Some(
            Warning::ThisIsATop10Password
                | Warning::ThisIsATop100Password
                | Warning::ThisIsACommonPassword
        )
    );
    if refused || password.eq_ignore_ascii_case(name) {
        return Err(Invalid::new(
            field,
            "This password is among the first that others would try. Please choose another.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commonly_used_passwords_are_refused() {
        for common in [
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "football",
            "Password",
            "ada.lovelace",
        ] {
            assert!(
                check_common(common, "ada.lovelace", "new").is_err(),
                "{common}"
            );
        }
        for fine in [
            "plum-tractor-92",
            "correct horse battery staple",
            "ж8$ kaffee um vier",
        ] {
            assert_eq!(check_common(fine, "ada.lovelace", "new"), Ok(()), "{fine}");
        }
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only_and_nobody_never_fits() {
        let passwords = Passwords::new();
        let hash = passwords
            .hash_new("plum-tractor-92".into(), "ada".into(), "password")
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(
            passwords
                .fits("plum-tractor-92".into(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .fits("plum-tractor-93".into(), Some(hash))
                .await
                .unwrap()
        );
        assert!(!passwords.fits("nobody".into(), None).await.unwrap());
    }
}
