//! Identifiers that look like the vendor's. Equal seeds give equal sequences.

use ring::digest::{SHA256, digest};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A source of unique identifiers, reproducible from its seed.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    count: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// Returns `prefix` followed by `length` letters and digits. No identifier is returned twice from one source.
    pub(crate) fn next(&mut self, prefix: &str, length: usize) -> String {
        self.count += 1;
        let mut id = String::with_capacity(prefix.len() + length);
        id.push_str(prefix);
        let mut block = 0_u64;
        while id.len() < prefix.len() + length {
            let input = [self.seed, self.count, block].map(u64::to_be_bytes).concat();
            let rest = prefix.len() + length - id.len();
            let bytes = digest(&SHA256, &input);
            id.extend(
                bytes.as_ref().iter().take(rest).map(|byte| char::from(BASE62[usize::from(*byte) % BASE62.len()])),
            );
            block += 1;
        }
        id
    }

    /// Returns a number by which things can be shuffled reproducibly.
    pub(crate) fn shuffle_key(seed: u64, position: u64) -> u64 {
        let bytes = digest(&SHA256, &[seed, position].map(u64::to_be_bytes).concat());
        bytes.as_ref().iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_same_seed_gives_the_same_unique_sequence() {
        let (mut one, mut two) = (Ids::new(7), Ids::new(7));
        let ids: BTreeSet<_> = (0..1000).map(|_| one.next("cs_test_", 58)).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.contains(&two.next("cs_test_", 58)));
        assert!(ids.iter().all(|id| id.len() == "cs_test_".len() + 58));
        assert_ne!(Ids::new(8).next("cs_test_", 58), Ids::new(7).next("cs_test_", 58));
    }
}
