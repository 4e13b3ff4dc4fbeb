//! The level of a tier.

use std::fmt;

use crate::ids::InvalidId;

/// The level of a tier: 1 to 13, where a higher tier includes more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TierLevel(u8);

impl TierLevel {
    /// Level 1.
    pub const LOWEST: Self = Self(1);
    /// The highest level.
    pub const MAX: u8 = 13;

    /// Returns the level with this number, from 1 to 13.
    ///
    /// # Errors
    /// [`InvalidId`] for any other number.
    pub fn new(level: i64) -> Result<Self, InvalidId> {
        match u8::try_from(level) {
            Ok(level @ 1..=Self::MAX) => Ok(Self(level)),
            _ => Err(InvalidId { kind: "tier level" }),
        }
    }

    /// Returns every level, the lowest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (1..=Self::MAX).map(Self)
    }

    /// Returns the level as a number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl fmt::Display for TierLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_go_from_1_to_13() {
        assert_eq!(TierLevel::new(13).unwrap().get(), 13);
        for wrong in [0, -1, 14, 256 + 1, i64::MAX] {
            assert!(TierLevel::new(wrong).is_err(), "{wrong}");
        }
    }
}
