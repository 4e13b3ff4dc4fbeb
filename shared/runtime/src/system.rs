//! The real clock and the real randomness. Only `main` uses them; all other code takes them as arguments.

use pledge_domain::{
    Timestamp,
    ports::{Clock, Randomness},
};
use uuid::Uuid;

/// The machine's clock and its source of random bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    #[allow(clippy::disallowed_methods, reason = "this is the clock that `main` hands out")]
    fn now(&self) -> Timestamp {
        Timestamp::now_utc()
    }
}

impl Randomness for System {
    #[allow(clippy::disallowed_methods, reason = "this is the randomness that `main` hands out")]
    fn uuid(&self) -> Uuid {
        Uuid::new_v4()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_random_and_of_version_4() {
        assert_eq!(System.uuid().get_version_num(), 4);
        assert_ne!(System.uuid(), System.uuid());
    }
}
