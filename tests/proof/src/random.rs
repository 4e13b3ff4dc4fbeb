//! Orders and random numbers that depend on a seed alone.

/// Returns the `n`th order of `items`, counted from 0; none after the last.
#[must_use]
pub fn permutation<T: Clone>(items: &[T], mut n: usize) -> Option<Vec<T>> {
    let mut left = items.to_vec();
    let mut order = Vec::with_capacity(items.len());
    for place in (1..=items.len()).rev() {
        let orders: usize = (1..place).product();
        let index = n / orders;
        if index >= left.len() {
            return None;
        }
        order.push(left.remove(index));
        n %= orders;
    }
    Some(order)
}

/// A source of random numbers (SplitMix64, <https://prng.di.unimi.it/splitmix64.c>): equal seeds give equal numbers.
#[derive(Debug, Clone)]
pub struct SeededRandom(pub u64);

impl SeededRandom {
    /// Returns a number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
    }

    /// Shuffles the items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn four_items_have_twenty_four_different_orders() {
        let orders: BTreeSet<_> = (0..).map_while(|n| permutation(&[1, 2, 3, 4], n)).collect();
        assert_eq!(orders.len(), 24);
    }
}
