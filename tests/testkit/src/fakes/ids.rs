//! Random identifiers that are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use pledge_domain::ports::Randomness;
use uuid::{Builder, Uuid};

/// A sequence of UUIDs. Equal seeds give equal sequences.
#[derive(Debug, Default)]
pub struct SeededIds(AtomicU64);

impl SeededIds {
    /// Makes the sequence of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(1 << 32)))
    }
}

impl Randomness for SeededIds {
    fn uuid(&self) -> Uuid {
        let n = self.0.fetch_add(1, Ordering::Relaxed);
        let bytes = Uuid::new_v5(&Uuid::nil(), &n.to_be_bytes()).into_bytes();
        Builder::from_random_bytes(bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_sequence_of_different_ids() {
        let take = |seed| {
            let ids = SeededIds::new(seed);
            [ids.uuid(), ids.uuid()]
        };
        assert_eq!(take(1), take(1));
        assert_ne!(take(1)[0], take(1)[1]);
        assert_ne!(take(1), take(2));
    }
}
