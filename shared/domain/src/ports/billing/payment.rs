//! Single payments.

use crate::{
    champion::ChampionMetadata,
    ids::{CustomerId, PaymentIntentId, PaymentRecordId},
    money::Money,
    ports::ClientSecret,
};

/// What a single purchase is paid with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurchaseRequest {
    /// The payment; its id is the idempotency key.
    pub payment: PaymentRecordId,
    /// Who pays.
    pub customer: CustomerId,
    /// How much.
    pub amount: Money,
    /// What the reader sees in Stripe's receipts.
    pub description: String,
    /// What comes back in every event.
    pub metadata: ChampionMetadata,
}

/// What can still become of a `PaymentIntent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntentState {
    /// The payment can still be made.
    Payable,
    /// The money is here or on its way.
    Paid,
    /// The payment was cancelled.
    Canceled,
}

/// A `PaymentIntent` as Stripe's API answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentAnswer {
    /// The payment's id.
    pub id: PaymentIntentId,
    /// What can still become of it.
    pub state: IntentState,
    /// What pays it.
    pub client_secret: Option<ClientSecret>,
}
