//! Events that nobody has marked, and that an operator says whose they are.

use crate::{
    champion_key::ChampionKey,
    champion_metadata::ChampionMetadata,
    ids::PreorderId,
    stripe::{Fact, StripeEvent},
};

/// Whose an event is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adopter {
    /// A reader's and a novel's: of subscriptions, their invoices, and single payments.
    Champion(ChampionKey),
    /// A preorder's: of Checkout sessions.
    Preorder(PreorderId),
}

impl StripeEvent {
    /// Returns the event as if what it is about were marked as `adopter`'s; none if such an event can't be. The tier
    /// follows from the price, as always.
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
