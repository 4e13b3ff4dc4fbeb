//! `payment_intent.*` of single purchases.

use crate::{
    champion_metadata::ChampionMetadata,
    ids::{CustomerId, PaymentIntentId},
    money::Money,
    stripe::Lookup,
};

/// A single purchase was paid, or a try to pay was refused.
///
/// `payment_intent.succeeded` becomes this unless it is a preorder's. `payment_intent.payment_failed` becomes this if it
/// has our champion metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseFact {
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// What was paid (`amount_received`), or of a failure what was to be paid (`amount`).
    pub amount: Money,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// Our metadata. Without it the payment may be an invoice's, somebody else's, or one from before there was metadata.
    pub metadata: Option<ChampionMetadata>,
}

impl PurchaseFact {
    /// Returns the keys that the event names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { payment_intent: Some(self.payment_intent.clone()), ..Lookup::by_metadata(self.metadata.as_ref()) }
    }
}
