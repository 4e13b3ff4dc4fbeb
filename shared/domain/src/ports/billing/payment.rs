//! Single payments at Stripe.

use crate::{
    champion::ChampionMetadata,
    ids::{CustomerId, PaymentIntentId, PaymentRecordId},
    money::Money,
    ports::ClientSecret,
};

/// The values with which the payment of a single purchase is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseRequest {
    /// The payment's record, whose id is part of the idempotency key.
    pub payment: PaymentRecordId,
    /// The customer who pays.
    pub customer: CustomerId,
    /// The price.
    pub amount: Money,
    /// The description in Stripe's receipts.
    pub description: String,
    /// The metadata, which every event about the payment has.
    pub metadata: ChampionMetadata,
}

/// The state of a `PaymentIntent`, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentState {
    /// The payment can still be made.
    Payable,
    /// The payment was made; the money may still be on its way (`processing`).
    Paid,
    /// The payment was cancelled.
    Canceled,
}

/// A `PaymentIntent` as Stripe's API returned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentAnswer {
    /// The payment's id.
    pub id: PaymentIntentId,
    /// The payment's state.
    pub state: IntentState,
    /// The secret with which the reader's browser pays it.
    pub client_secret: Option<ClientSecret>,
}
