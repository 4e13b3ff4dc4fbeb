//! The snapshot: the stored data on which the decision about an event depends.

use crate::{champion::ChampionAccount, decide::Candidates, preorder::Preorder, stripe::PaymentFacts};

/// The stored data about the things that an event names, read under their locks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The preorder to which one of the event's keys leads.
    pub preorder: Option<Preorder>,
    /// The refunds, disputes and invoice of the event's payment, also if it belongs to no preorder or reader yet.
    pub payment: PaymentFacts,
    /// Everything about the reader and the novel to which the event's keys lead, directly or through stored rows; none if
    /// they lead to no such pair. If nothing is stored about the pair, this is [`ChampionAccount::new`] with the novel's
    /// tiers.
    pub champion: Option<ChampionAccount>,
    /// The readers and novels to which customer and prices lead, if the event has no metadata of ours.
    pub candidates: Candidates,
}
