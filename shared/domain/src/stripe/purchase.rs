//! The fact of `payment_intent.*`, for single purchases.

use crate::{
    champion_metadata::ChampionMetadata,
    ids::{CustomerId, PaymentIntentId},
    money::Money,
    stripe::Lookup,
};

/// The payment of a single purchase that succeeded or was refused.
///
/// `payment_intent.succeeded` gives this fact unless it is a preorder's, `payment_intent.payment_failed` if it has our
/// champion metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseFact {
    /// The payment.
    pub payment_intent: PaymentIntentId,
    /// The amount that was paid (`amount_received`); after a failure, the amount that was to be paid (`amount`).
    pub amount: Money,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// Our metadata. A payment without them may be an invoice's, another shop's, or older than the metadata.
    pub metadata: Option<ChampionMetadata>,
}

impl PurchaseFact {
    /// Returns the keys that the fact names.
    pub(super) fn lookup(&self) -> Lookup {
        Lookup { payment_intent: Some(self.payment_intent.clone()), ..Lookup::by_metadata(self.metadata.as_ref()) }
    }
}
