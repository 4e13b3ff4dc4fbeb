//! What is known before an event is decided.

use crate::{champion::ChampionAccount, decide::Candidates, preorder::Preorder, stripe::PaymentFacts};

/// What is stored about the things that an event names, read under their locks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The preorder with one of the keys.
    pub preorder: Option<Preorder>,
    /// What is known of the payment, also if nobody has claimed it yet.
    pub payment: PaymentFacts,
    /// Everything about the reader and the novel that the event is about; none if it names none, directly or through
    /// anything that is stored. A pair of which nothing is stored is [`ChampionAccount::new`] with the novel's tiers.
    pub champion: Option<ChampionAccount>,
    /// What the hints of an event about something unmarked lead to.
    pub candidates: Candidates,
}
