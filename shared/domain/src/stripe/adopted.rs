//! Adopting an event without our metadata: an operator says to whom it belongs.

use crate::{
    champion_key::ChampionKey,
    champion_metadata::ChampionMetadata,
    ids::PreorderId,
    stripe::{Fact, StripeEvent},
};

/// The reader or preorder to whom an adopted event belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adopter {
    /// A reader and a novel, for events about subscriptions, their invoices, and single payments.
    Champion(ChampionKey),
    /// A preorder, for events about Checkout sessions.
    Preorder(PreorderId),
}

impl StripeEvent {
    /// Returns the event with metadata that name `adopter`; none if such an adopter can't adopt an event of this kind. The
    /// tier is determined later, by the price.
    #[must_use]
    pub fn adopted(mut self, adopter: &Adopter) -> Option<Self> {
        let marked = |champion: &ChampionKey| {
            Some(ChampionMetadata { champion: champion.clone(), tier: None, payment: None, purchase: None })
        };
        match (&mut self.fact, adopter) {
            (
                Fact::InvoicePaid(fact) | Fact::InvoiceFailed(fact) | Fact::InvoiceActionRequired(fact),
                Adopter::Champion(key),
            ) => fact.metadata = marked(key),
            (Fact::PurchaseSucceeded(fact) | Fact::PurchaseFailed(fact), Adopter::Champion(key)) => {
                fact.metadata = marked(key);
            }
            (Fact::SubscriptionChanged(fact), Adopter::Champion(key)) => fact.metadata = marked(key),
            (Fact::Session(fact), Adopter::Preorder(id)) => fact.metadata.preorder = Some(*id),
            _ => return None,
        }
        self.deployment = None;
        Some(self)
    }
}
