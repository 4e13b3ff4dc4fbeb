//! The keys by which an event names what it is about.

use crate::{
    champion_key::ChampionKey,
    champion_metadata::ChampionMetadata,
    ids::{CustomerId, InvoiceId, PaymentIntentId, PaymentRecordId, PreorderId, PriceId, SessionId, SubscriptionId},
};

/// The keys by which an event names what it is about. Events that share a key are decided one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The preorder, from our own metadata.
    pub preorder: Option<PreorderId>,
    /// The Checkout session.
    pub session: Option<SessionId>,
    /// The payment.
    pub payment_intent: Option<PaymentIntentId>,
    /// The reader and the novel, from our own metadata. Without metadata they are found in stored rows, by the other keys
    /// here.
    pub champion: Option<ChampionKey>,
    /// The record of a champion's payment, from our own metadata.
    pub payment_record: Option<PaymentRecordId>,
    /// The subscription.
    pub subscription: Option<SubscriptionId>,
    /// The invoice.
    pub invoice: Option<InvoiceId>,
    /// The hints of an event without our metadata; none if it has them.
    pub hints: Option<Hints>,
}

/// The customer and prices in an event without our metadata, by which its object may turn out to be ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    /// The customer who pays.
    pub customer: Option<CustomerId>,
    /// The prices that are paid.
    pub prices: Vec<PriceId>,
}

impl Lookup {
    pub(super) fn by_metadata(metadata: Option<&ChampionMetadata>) -> Self {
        Self {
            champion: metadata.map(|metadata| metadata.champion.clone()),
            payment_record: metadata.and_then(|metadata| metadata.payment),
            ..Self::default()
        }
    }
}
