//! The time that is left of each payment, and which payment runs next.

use time::Duration;

use super::Entry;
use crate::champion::TierLevel;

/// The time that is left of one line of an entry.
#[derive(Debug, Clone, Copy)]
struct Slot {
    /// The index of the entry in the order of entering.
    entry: usize,
    tier: TierLevel,
    /// The time that is left. Negative if a credit that counts again had taken time that ran meanwhile.
    left: Duration,
}

/// The time that a negative line took from a slot. It counts while the entry with the line isn't frozen.
#[derive(Debug, Clone, Copy)]
struct Credit {
    /// The entry with the line.
    entry: usize,
    slot: usize,
    length: Duration,
}

/// The queues of all tiers in one list, in the order of entering.
#[derive(Debug, Default)]
pub(super) struct Queues {
    slots: Vec<Slot>,
    credits: Vec<Credit>,
    frozen: Vec<bool>,
}

/// The slot that runs next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Next {
    slot: usize,
    pub(super) entry: usize,
    pub(super) tier: TierLevel,
    pub(super) left: Duration,
}

impl Queues {
    /// Puts time at the end of its tier's queue.
    pub(super) fn push(&mut self, entry: usize, tier: TierLevel, length: Duration) {
        self.slots.push(Slot { entry, tier, left: length });
    }

    /// Freezes what is left of an entry and gives back what its credits took, or undoes both.
    pub(super) fn freeze(&mut self, entry: usize, frozen: bool) {
        if self.frozen.len() <= entry {
            self.frozen.resize(entry + 1, false);
        }
        self.frozen[entry] = frozen;
        for credit in self.credits.iter().filter(|credit| credit.entry == entry) {
            self.slots[credit.slot].left += if frozen { credit.length } else { -credit.length };
        }
    }

    fn runnable(&self) -> impl DoubleEndedIterator<Item = (usize, &Slot)> {
        let frozen = |entry: usize| self.frozen.get(entry).copied().unwrap_or_default();
        self.slots.iter().enumerate().filter(move |(_, slot)| slot.left > Duration::ZERO && !frozen(slot.entry))
    }

    /// Returns the slot that runs: the first of the highest tier with something left.
    pub(super) fn next(&self) -> Option<Next> {
        // Of equal maxima `max_by_key` returns the last one, so the order is reversed to get the first in.
        let (slot, next) = self.runnable().rev().max_by_key(|(_, slot)| slot.tier)?;
        Some(Next { slot, entry: next.entry, tier: next.tier, left: next.left })
    }

    /// Uses up time of the slot that runs.
    pub(super) fn spend(&mut self, next: Next, time: Duration) {
        self.slots[next.slot].left -= time;
    }

    /// Returns all the time that runs or waits, without what is frozen.
    pub(super) fn total(&self) -> Duration {
        self.runnable().map(|(_, slot)| slot.left).sum()
    }

    /// Takes a length of time for an entry that enters, from what its subscription has left at a tier, the newest first.
    /// Returns the part that wasn't there.
    pub(super) fn take(&mut self, entries: &[&Entry], entry: usize, tier: TierLevel, length: Duration) -> Duration {
        let subscription = entries[entry].subscription.as_ref();
        let theirs = |slot: &Slot| {
            slot.tier == tier && subscription.is_some() && entries[slot.entry].subscription.as_ref() == subscription
        };
        let newest_first: Vec<_> =
            self.runnable().rev().filter(|(_, slot)| theirs(slot)).map(|(index, _)| index).collect();
        let (taken, missing) = self.take_from(newest_first, length);
        self.credits.extend(taken.into_iter().map(|(slot, length)| Credit { entry, slot, length }));
        missing
    }

    /// Takes a length of time from what is left of an entry. Returns the slots and how much was taken from each.
    pub(super) fn withhold(&mut self, entry: usize, length: Duration) -> Vec<(usize, Duration)> {
        let theirs = self.slots.iter().enumerate().rev().filter(|(_, slot)| slot.entry == entry);
        self.take_from(theirs.map(|(index, _)| index).collect(), length).0
    }

    /// Gives back what [`Self::withhold`] took.
    pub(super) fn give_back(&mut self, withheld: Vec<(usize, Duration)>) {
        for (slot, length) in withheld {
            self.slots[slot].left += length;
        }
    }

    fn take_from(&mut self, slots: Vec<usize>, mut length: Duration) -> (Vec<(usize, Duration)>, Duration) {
        let mut taken = Vec::new();
        for slot in slots {
            let part = length.min(self.slots[slot].left);
            self.slots[slot].left -= part;
            length -= part;
            taken.push((slot, part));
        }
        (taken, length)
    }
}
