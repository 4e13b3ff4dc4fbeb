//! Whom this process has refused a moment ago: they needn't be looked at again before they may come again.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use pledge_domain::{
    Timestamp,
    limits::{TooMany, Uses},
};

/// How many are remembered. A flood from more sources than that is met by the database.
const MOST: usize = 1000;

/// Who was refused, until they may come again. A flood costs no question to Firebase or the database meanwhile.
#[derive(Debug, Default)]
pub struct RecentRefusals(Mutex<HashMap<String, Timestamp>>);

impl RecentRefusals {
    /// Looks whether a refusal still holds for one of these uses.
    ///
    /// # Errors
    /// [`TooMany`] if it does.
    pub(crate) fn check(&self, uses: &Uses, now: Timestamp) -> Result<(), TooMany> {
        let refused = self.entries();
        for counted in uses.both().into_iter().flatten() {
            if let Some(until) = refused.get(counted.key()).filter(|until| **until > now) {
                return Err(TooMany { retry_after: *until - now, used_up: counted.clone() });
            }
        }
        Ok(())
    }

    /// Remembers a refusal.
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
