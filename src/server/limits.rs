//! How often somebody may try to sign in: an address, and an account, each so many times a minute.
//!
//! A browser that has signed in to the account before has a budget of its own, so that strangers who guess
//! at the account use up theirs and never lock its owner out (OWASP calls this a device cookie).

use crate::{
    core::id::UserId,
    error::{AppError, Code},
    server::store::TokenHash,
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};
use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

/// The budgets for signing in.
pub struct SignIns {
    limiters: Option<Limiters>,
}

struct Limiters {
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    accounts: DefaultKeyedRateLimiter<String>,
    devices: DefaultKeyedRateLimiter<(TokenHash, String)>,
    confirmations: DefaultKeyedRateLimiter<UserId>,
}

impl SignIns {
    /// So many tries a minute, 0 for no limit.
    pub fn new(per_minute: u32) -> Self {
        let limiters = NonZeroU32::new(per_minute).map(|tries| Limiters {
            addresses: RateLimiter::keyed(Quota::per_minute(tries)),
            accounts: RateLimiter::keyed(Quota::per_minute(tries)),
            devices: RateLimiter::keyed(Quota::per_minute(tries)),
            confirmations: RateLimiter::keyed(Quota::per_minute(tries)),
        });
        Self { limiters }
    }

    /// One try from an address.
    ///
    /// # Errors
    /// 429, with the seconds to wait.
    pub fn from_address(&self, address: IpAddr) -> Result<(), AppError> {
        self.limiters.as_ref().map_or(Ok(()), |limiters| {
            spend(&limiters.addresses, &network(address))
        })
    }

    /// One try at an account, by a stranger to it.
    ///
    /// # Errors
    /// 429, with the seconds to wait.
    pub fn at_account(&self, name_key: &str) -> Result<(), AppError> {
        self.limiters.as_ref().map_or(Ok(()), |limiters| {
            spend(&limiters.accounts, &name_key.to_owned())
        })
    }

    /// One try at an account, by a browser that has signed in to it before.
    ///
    /// # Errors
    /// 429, with the seconds to wait.
    pub fn by_device(&self, device: TokenHash, name_key: &str) -> Result<(), AppError> {
        self.limiters.as_ref().map_or(Ok(()), |limiters| {
            spend(&limiters.devices, &(device, name_key.to_owned()))
        })
    }

    /// One try at the password by somebody who is signed in already: who has found an open browser uses up no budget
    /// of the owner's for signing in.
    ///
    /// # Errors
    /// 429, with the seconds to wait.
    pub fn confirm(&self, user: UserId) -> Result<(), AppError> {
        self.limiters
            .as_ref()
            .map_or(Ok(()), |limiters| spend(&limiters.confirmations, &user))
    }

    /// Forgets whose budget is full again.
    pub fn sweep(&self) {
        if let Some(limiters) = &self.limiters {
            limiters.addresses.retain_recent();
            limiters.accounts.retain_recent();
            limiters.devices.retain_recent();
            limiters.confirmations.retain_recent();
        }
    }
}

fn spend<K: Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), AppError> {
    limiter.check_key(key).map_err(|not_until| {
        let wait = not_until.wait_time_from(limiter.clock().now());
        let seconds = u32::try_from(wait.as_secs())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let message = format!("Too many tries. Please try again in {seconds} seconds.");
        AppError::new(Code::TooMany, &message).after(seconds)
    })
}

/// A household has a whole IPv6 /64: its addresses count as one.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_tries_and_is_told_when_to_come_again() {
        let sign_ins = SignIns::new(3);
        let here: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..3 {
            assert_eq!(sign_ins.from_address(here), Ok(()));
        }
        let refused = sign_ins.from_address(here).unwrap_err();
        assert_eq!(refused.code, Code::TooMany);
        assert!((1..=21).contains(&refused.retry_after.unwrap()));
        assert_eq!(sign_ins.from_address("192.0.2.2".parse().unwrap()), Ok(()));
    }

    #[test]
    fn strangers_use_up_their_own_budget_and_not_the_owners() {
        let sign_ins = SignIns::new(2);
        while sign_ins.at_account("ada").is_ok() {}
        assert_eq!(sign_ins.by_device([1; 32], "ada"), Ok(()));
    }

    #[test]
    fn an_ipv6_household_counts_as_one_address() {
        let sign_ins = SignIns::new(1);
        assert!(
            sign_ins
                .from_address("2001:db8::1".parse().unwrap())
                .is_ok()
        );
        assert!(
            sign_ins
                .from_address("2001:db8::2".parse().unwrap())
                .is_err()
        );
        assert!(
            sign_ins
                .from_address("2001:db8:0:1::1".parse().unwrap())
                .is_ok()
        );
    }

    #[test]
    fn zero_means_no_limit() {
        let sign_ins = SignIns::new(0);
        assert!((0..1000).all(|_| sign_ins.at_account("ada").is_ok()));
    }
}
