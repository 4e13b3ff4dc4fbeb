//! A clock and a source of identifiers in one, as `main` has them.

use pledge_domain::{
    Timestamp,
    ports::{Clock, Randomness},
};
use uuid::Uuid;

use crate::fakes::{FixedClock, SeededIds};

/// A fake whose clock moves only when told, and whose identifiers are the same in every run.
#[derive(Debug, Default)]
pub struct FakeSystem {
    /// The clock.
    pub clock: FixedClock,
    /// The identifiers.
    pub ids: SeededIds,
}

impl Clock for FakeSystem {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl Randomness for FakeSystem {
    fn uuid(&self) -> Uuid {
        self.ids.uuid()
    }
}
