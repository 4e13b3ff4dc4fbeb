//! The shared state of the running stand-in: the account behind its lock, and a channel that reports changes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::account::Account;
use super::api::Keys;
use crate::control::Common;

#[derive(Debug)]
pub(crate) struct Stripe {
    pub(crate) common: Common,
    pub(crate) keys: Keys,
    pub(crate) http: reqwest::Client,
    account: Mutex<Account>,
    changed: watch::Sender<u64>,
}

impl Stripe {
    pub(crate) fn new(common: Common, keys: Keys, http: reqwest::Client, account: Account) -> Self {
        Self { common, keys, http, account: Mutex::new(account), changed: watch::Sender::new(0) }
    }

    /// Brings the account up to the present time, runs `action` on it and reports a change.
    pub(crate) fn act<R>(&self, action: impl FnOnce(&mut Account) -> R) -> R {
        let result = {
            let mut account = self.lock();
            account.catch_up(self.common.clock.now());
            action(&mut account)
        };
        self.changed.send_modify(|count| *count += 1);
        result
    }

    /// Runs `action` on the account without reporting a change.
    pub(crate) fn quietly<R>(&self, action: impl FnOnce(&mut Account) -> R) -> R {
        action(&mut self.lock())
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Waits until `done` returns something for the account; none if `timeout` is over first.
    pub(crate) async fn wait<R>(&self, timeout: Duration, done: impl Fn(&Account) -> Option<R>) -> Option<R> {
        let mut changes = self.changes();
        let wait = async {
            loop {
                if let Some(result) = self.quietly(|account| done(account)) {
                    return Some(result);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(timeout, wait).await.ok().flatten()
    }

    fn lock(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets time pass for the account even when nobody calls: sessions expire, subscriptions renew.
pub(crate) async fn tick(stripe: std::sync::Arc<Stripe>) {
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    loop {
        every_second.tick().await;
        let now = stripe.common.clock.now();
        if stripe.quietly(|account| super::schedule::is_due(account, now)) {
            stripe.act(|_| ());
        }
    }
}
