//! Sources and addresses that this process has refused lately, so that it can refuse them again without a query.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use pledge_domain::{
    Timestamp,
    limits::{TooMany, Uses},
};

/// The most refusals that are remembered. The requests of further sources are refused by the database.
const MOST: usize = 1000;

/// The refused sources and addresses, by the keys of their uses, each with the time until which it is refused. Until then
/// its requests cost no call to Firebase or the database.
#[derive(Debug, Default)]
pub struct RecentRefusals(Mutex<HashMap<String, Timestamp>>);

impl RecentRefusals {
    /// Checks that no remembered refusal holds at `now` for any of these uses.
    ///
    /// # Errors
    /// [`TooMany`] if one does.
    pub(crate) fn check(&self, uses: &Uses, now: Timestamp) -> Result<(), TooMany> {
        let refused = self.entries();
        for counted in uses.both().into_iter().flatten() {
            if let Some(until) = refused.get(counted.key()).filter(|until| **until > now) {
                return Err(TooMany { retry_after: *until - now, used_up: counted.clone() });
            }
        }
        Ok(())
    }

    /// Remembers a refusal until it ends, unless too many others are remembered.
    pub(crate) fn remember(&self, refusal: &TooMany, now: Timestamp) {
        let mut refused = self.entries();
        if refused.len() >= MOST {
            refused.retain(|_, until| *until > now);
        }
        if refused.len() < MOST {
            refused.insert(refusal.used_up.key().to_owned(), now + refusal.retry_after);
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
