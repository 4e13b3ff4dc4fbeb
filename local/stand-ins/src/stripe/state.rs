//! The shared state of the running stand-in: the world behind its lock, and who waits for changes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::api::Keys;
use super::world::World;
use crate::control::Common;

#[derive(Debug)]
pub(crate) struct Stripe {
    pub(crate) common: Common,
    pub(crate) keys: Keys,
    pub(crate) http: reqwest::Client,
    world: Mutex<World>,
    changed: watch::Sender<u64>,
}

impl Stripe {
    pub(crate) fn new(common: Common, keys: Keys, http: reqwest::Client, world: World) -> Self {
        Self { common, keys, http, world: Mutex::new(world), changed: watch::Sender::new(0) }
    }

    /// Does something with the world as it is now, and tells whoever waits.
    pub(crate) fn act<R>(&self, action: impl FnOnce(&mut World) -> R) -> R {
        let result = {
            let mut world = self.lock();
            world.catch_up(self.common.clock.now());
            action(&mut world)
        };
        self.changed.send_modify(|count| *count += 1);
        result
    }

    /// Looks at the world (or takes work from it) without waking anyone.
    pub(crate) fn quietly<R>(&self, action: impl FnOnce(&mut World) -> R) -> R {
        action(&mut self.lock())
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Waits until `done` of the world gives something; none when `timeout` is over first.
    pub(crate) async fn wait<R>(&self, timeout: Duration, done: impl Fn(&World) -> Option<R>) -> Option<R> {
        let mut changes = self.changes();
        let wait = async {
            loop {
                if let Some(result) = self.quietly(|world| done(world)) {
                    return Some(result);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(timeout, wait).await.ok().flatten()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets time pass in the world even when nobody asks: sessions expire, subscriptions renew.
pub(crate) async fn tick(stripe: std::sync::Arc<Stripe>) {
    let mut every_second = tokio::time::interval(Duration::from_secs(1));
    loop {
        every_second.tick().await;
        let now = stripe.common.clock.now();
        if stripe.quietly(|world| super::schedule::is_due(world, now)) {
            stripe.act(|_| ());
        }
    }
}
