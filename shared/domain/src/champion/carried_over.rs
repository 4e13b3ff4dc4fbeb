//! Comparing the access that the former system showed a reader with the access that their payments there would give.

use crate::{
    Timestamp,
    champion::{ChampionAccount, TierLevel, entering, timeline},
};

/// The access that a reader had at the moment at which they were carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Had {
    /// The tier; none if the reader had no access.
    pub tier: Option<TierLevel>,
    /// The end of all bought time.
    pub until: Option<Timestamp>,
}

impl ChampionAccount {
    /// Returns two values: the access that the reader was shown when they were carried over, and the access that their
    /// known earlier payments would give by the rules of the timeline. None if the reader wasn't carried over.
    #[must_use]
    pub fn carried_over(&self) -> Option<(Had, Had)> {
        let (shown, at) = self.payments.iter().find_map(|payment| Some((payment, payment.carried_over_at?)))?;
        let before: Vec<_> = self.payments.iter().filter(|payment| payment.is_settled_by(Some(at))).cloned().collect();
        let timeline = timeline::fold(&entering::entries(&before));
        let tier = timeline.at(at).map(|segment| segment.tier);
        let computed = Had { tier, until: tier.and(timeline.end()) };
        Some((Had { tier: shown.tier, until: shown.period.map(|period| period.end) }, computed))
    }
}
